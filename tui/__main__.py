"""The program `makemore-tui`: the lab, and the engine's commands that need no screen.

Here alone the two packages meet in one process, and only to read the command line.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.cli import Group

LAB = "lab"  # what to do when no command is named
SEED = 2147483647  # the lecture's; the engine's own default lies behind torch


class LabByDefault(Group):
    """Takes `makemore-tui --data names.txt` for `makemore-tui lab --data names.txt`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the lab in front, unless the group's own options or a command come first."""
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        if not args or (args[0].startswith("-") and args[0].split("=")[0] not in own):
            args = [LAB, *args]
        return super().parse_args(ctx, args)


@click.group(cls=LabByDefault, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="makemore-tui")
def main() -> None:
    """A terminal lab for character-level language models.

    Without a command it opens the lab: makemore-tui [--data PATH] [--device NAME] [--seed N]
    [--hold-out FRACTION].
    """


@main.command(LAB)
@click.option("--data", type=click.Path(), help="A text file, one word a line.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N or mps.")
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
def lab(data: str | None, device: str, seed: int, hold_out: float) -> None:
    """Open the lab: data, matrix, loss and names in one screen."""
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise click.UsageError(
            "The lab needs a terminal. For a pipe or a script there are stats, train, sample,"
            " score and matrix; see makemore-tui --help."
        )
    # Imported here: the other commands need no screen, and --help neither.
    from engine.process import EngineProcess
    from engine.protocol import Open
    from tui.app import LabApp

    path = None if data is None else str(Path(data).absolute())
    app = LabApp(EngineProcess(), Open(path=path, hold_out=hold_out, device=device, seed=seed))
    app.run()
    sys.exit(app.return_code or 0)


if __name__ == "__main__":
    main(prog_name="makemore-tui")
