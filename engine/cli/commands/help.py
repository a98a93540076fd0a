"""`makemore-tui help`: reference that is longer than `--help`, from the texts in `cli/topics`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.cli.console import write
from engine.cli.kinds_text import kinds_text
from engine.cli.option_groups.common import completion, nearest

TOPICS = Path(__file__).parents[1] / "topics"  # a Markdown file each, its heading the summary


def topics() -> dict[str, str]:
    """The text of every topic, by its name."""
    texts = {path.stem: path.read_text("utf-8") for path in sorted(TOPICS.glob("*.md"))}
    texts["models"] += kinds_text()
    return texts


@click.command("help")
@click.argument("topic", required=False, shell_complete=completion(topics))
@click.pass_context
def command(ctx: click.Context, topic: str | None) -> None:
    """Explain a topic; without one, list the topics."""
    texts = topics()
    if topic is None:
        width = max(map(len, texts))
        for name, text in texts.items():
            write(f"{name:<{width}}  {text.splitlines()[0].removeprefix('# ')}")
    elif topic not in texts:
        hint = nearest(topic, texts, "makemore-tui help lists them all.")
        program = ctx.find_root().command
        if isinstance(program, click.Group) and topic in program.list_commands(ctx):
            hint = f"makemore-tui {topic} --help lists that command's options."
        raise click.UsageError(f"There is no topic {topic!a}. {hint}")
    elif sys.stdout.isatty():
        click.echo_via_pager(texts[topic])
    else:
        write(texts[topic], end="")
