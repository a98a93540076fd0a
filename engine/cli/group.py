"""The command line without a screen; `console` says how it writes.

Exit codes: 0, 1 for an error, 2 for wrong usage, 128 + n for signal n. Each command imports what it
needs only when it runs, so that `--help` is there at once.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem

from engine.cli.console import ReaderGone, narrate, prepare
from engine.cli.option_groups.common import nearest
from engine.errors import EngineError
from engine.local import command_lines

COMMANDS = {
    "stats": "The statistics of a data set.",
    "train": "Train a model, a line a step.",
    "sweep": "Train a run for each combination of settings, and print which is the best.",
    "tune": "Find the smoothing and order that are best on the hold-out.",
    "rate": "Find a learning rate as lecture 2 does: it rises with each step.",
    "sample": "Draw names from a model.",
    "score": "How likely words are, a character at a time.",
    "matrix": "A matrix as CSV.",
    "ls": "The labs that run, and those that wait to be taken up again.",
    "stop": "Save a lab, and end its engine.",
    "rename": "Give a saved lab another name.",
    "delete": "Delete a saved lab, after a question.",
    "bench": "How fast it is on this machine, against the lecture's own loops.",
    "help": "Explain a topic, such as data, saving or remote.",
}
HIDDEN = ("engine",)  # what ssh starts on another machine


class Group(click.Group):
    """Commands that are imported when they are called; errors that are sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order in which one meets them."""
        return [*self.commands, *COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command's module, imported now."""
        if cmd_name not in (*COMMANDS, *HIDDEN):
            return super().get_command(ctx, cmd_name)
        command: click.Command = import_module(f"engine.cli.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant; of a name that is none, the nearest right one is told."""
        names = self.list_commands(ctx)
        if args[0] not in (*names, *HIDDEN) and not ctx.resilient_parsing:
            hint = nearest(args[0], names, "--help lists them all.")
            if os.path.isfile(args[0]):
                from engine.checkpoints.header import is_checkpoint

                command = command_lines.opening(args[0], is_checkpoint=is_checkpoint(Path(args[0])))
                hint = f"{command} opens the file."
            ctx.fail(f"There is no command {args[0]!a}. {hint}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands and the group's options, without importing the commands."""
        commands = [
            CompletionItem(name, help=sentence)
            for name, sentence in self._sentences().items()
            if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([*self._sentences().items()])

    def _sentences(self) -> dict[str, str]:
        own = {name: command.get_short_help_str(80) for name, command in self.commands.items()}
        return own | COMMANDS

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Run as a program, on the standard streams as a shell gives them."""
        prepare()
        return self.main(*args, **options)

    def main(self, *args: Any, **options: Any) -> NoReturn:
        """Run and exit; whatever is refused is a sentence."""
        run = partial(super().main, standalone_mode=False)
        code = _exit_code(lambda: run(*args, **options))
        if not sys.stdout.closed:  # by what spoke through it
            code = _exit_code(sys.stdout.flush) or code
        sys.exit(code)

    def invoke(self, ctx: click.Context) -> Any:
        """Run; an engine's error ends with its sentence and exit code 1, SIGINT with 130."""
        try:
            return super().invoke(ctx)
        except EngineError as error:
            narrate(f"makemore-tui: {error}")
            sys.exit(1)
        except KeyboardInterrupt:
            narrate("\nmakemore-tui: interrupted.")
            sys.exit(128 + signal.SIGINT)


def _exit_code(work: Callable[[], Any]) -> Any:
    """What a shell is to be told of some work; a person is told what went wrong."""
    try:
        return work() or 0
    except SystemExit as end:
        return end.code
    except ReaderGone:  # it has seen enough
        return 0
    except click.ClickException as error:
        complaint = StringIO()
        error.show(complaint)
        narrate(complaint.getvalue().rstrip())
        return error.exit_code
    except click.Abort:
        narrate("makemore-tui: interrupted.")
    except OSError as error:
        of = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        narrate(f"makemore-tui: {of}{error.strerror or error}.")
    return 1
