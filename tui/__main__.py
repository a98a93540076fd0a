"""The program `makemore-tui`: the lab, and the engine's commands that need no screen.

Here alone the two packages meet in one process, and only to read the command line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from engine.cli import Group, device_option, echo_json, json_option
from tui.config import ConfigError, config_path, read, settled
from tui.options import setting_options
from tui.terminal import detect

LAB = "lab"  # what to do when no command is named
SEED = 2147483647  # the lecture's, as the engine's own default is
FRAMES = "240"  # a second, at most: a key is seen within 4 ms of being carried out


class LabByDefault(Group):
    """Takes `makemore-tui --data names.txt` for `makemore-tui lab --data names.txt`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the lab in front, unless the group's own options or a command come first."""
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        completing = ctx.resilient_parsing and not args  # a command may follow
        if not completing and (
            not args or (args[0].startswith("-") and args[0].split("=")[0] not in own)
        ):
            args = [LAB, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, and the options of the lab too."""
        items = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            known = {item.value for item in items}
            of_lab = click.Context(lab, parent=ctx, resilient_parsing=True)
            more = lab.shell_complete(of_lab, incomplete)
            items += [item for item in more if item.value not in known]
        return items


@click.group(cls=LabByDefault, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="makemore-tui")
def main() -> None:
    """A terminal lab for character-level language models.

    Without a command it opens the lab: makemore-tui [--data PATH] [--device NAME] [--seed N]
    [--hold-out FRACTION], and more; see makemore-tui lab --help.
    """


@main.command(LAB)
@click.option("--data", type=click.Path(), help="A text file, one word a line.")
@device_option
@click.option(
    "--seed",
    default=SEED,
    type=click.IntRange(0, 2**64 - 1),
    show_default=True,
    help="Seed of the weights.",
)
@click.option(
    "--hold-out",
    default=0.0,
    type=click.FloatRange(0, 1, max_open=True),
    show_default=True,
    help="Fraction of the distinct words to keep from training.",
)
@setting_options
def lab(data: str | None, device: str, seed: int, hold_out: float, **options: Any) -> None:
    """Open the lab: data, matrix, loss and names in one screen."""
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise click.UsageError(
            "The lab needs a terminal. For a pipe or a script there are stats, train, sample,"
            " score and matrix; see makemore-tui --help."
        )
    with _wrong_usage():
        config = settled(read(config_path()), options)
    os.environ.setdefault("TEXTUAL_FPS", FRAMES)  # read when Textual is imported
    # Imported here: the other commands need no screen, and --help neither.
    from engine.process import EngineProcess
    from engine.protocol import Open
    from tui.app import LabApp

    opening = Open(
        path=None if data is None else str(Path(data).absolute()),
        hold_out=hold_out,
        device=device,
        seed=seed,
        pace=config.pace,
    )
    ascii_only = None if config.ascii == "auto" else config.ascii
    terminal = detect(os.environ, config.colour, ascii_only)
    if config.slow_link and config.colour == "auto":
        terminal = terminal.thrifty()
    app = LabApp(EngineProcess(), opening, terminal=terminal, config=config)
    app.run()
    sys.exit(app.return_code or 0)


@main.command("config")
@click.option("--default", is_flag=True, help="Print a file that changes nothing, to begin with.")
@json_option
def config_(default: bool, as_json: bool) -> None:
    """Where the configuration is, and the settings in force."""
    from tui.config_text import as_toml, default_file, in_force

    if default:
        click.echo(default_file())
        return
    with _wrong_usage():
        facts = in_force(config_path())
    if as_json:
        echo_json(facts)
    else:
        click.echo(as_toml(facts))


@contextmanager
def _wrong_usage() -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        click.echo(f"makemore-tui: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main(prog_name="makemore-tui")
