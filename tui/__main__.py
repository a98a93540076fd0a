"""The program `makemore-tui`: the lab, and the engine's commands that need no screen.

Here alone the two packages meet in one process, and only to read the command line.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from engine.cli.console import narrate, write, write_json
from engine.cli.group import Group
from engine.cli.option_groups.common import (
    complete_saved_lab,
    device_option,
    host_option,
    json_option,
)
from engine.cli.option_groups.model_options import (
    model_options,
    model_to_begin_with,
    option_of,
    recipe_option,
)
from engine.settings.format_options import format_options, given_format_options
from engine.settings.lab_settings import HOLD_OUT, SEED
from engine.settings.option_types import sensible
from engine.settings.values import NO_PACE_LIMIT, limited
from tui.config.config import Config, config_path, read, settled
from tui.config.errors import ConfigError
from tui.config.options import setting_options

if TYPE_CHECKING:
    from engine.local.lab_summary import Listed
    from engine.settings.data_format import DataFormat
    from engine.settings.recipes import Recipe
    from engine.wire.client import Engine
    from engine.wire.requests import Open, Resume

LAB = "lab"  # what to do when no command is named
NEEDS_A_TERMINAL = (
    "The lab needs a terminal. For a pipe or a script there are stats, train, sample, score and"
    " matrix; see makemore-tui --help."
)
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
@click.option("--data", type=click.Path(), help="The file to learn from: words, a table or a text.")
@click.option("--name", default=None, help="Of the lab; that of its data by default.")
@host_option
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
    callback=sensible(HOLD_OUT),
    show_default=True,
    help="Fraction of the distinct words to keep from training.",
)
@click.option(
    "--save",
    "save_to",
    type=click.Path(),
    help="Save the lab here when it ends. Only a checkpoint is replaced.",
)
@click.option("--resume", "saved", type=click.Path(), help="Go on from a file that was saved.")
@recipe_option
@model_options
@format_options
@setting_options
def lab(
    data: str | None,
    data_format: DataFormat,
    hold_out_data: Path | None,
    name: str | None,
    host: str | None,
    program: str,
    device: str,
    seed: int,
    hold_out: float,
    kind: str | None,
    assignments: tuple[str, ...],
    save_to: str | None,
    saved: str | None,
    recipe: Recipe | None,
    **options: Any,
) -> None:
    """Open the lab: data, matrix, loss and names in one screen.

    It has the counts and the lecture's net; with --model or --recipe another, that is selected.
    """
    typed = {"seed": seed if _given("seed") else None, "pace": options["pace"]}
    model = model_to_begin_with(
        kind,
        assignments,
        {name: value for name, value in typed.items() if value is not None},
        recipe,
    )
    config = _ready(options)
    from msgspec.structs import replace

    from engine.checkpoints.header import peek
    from engine.checkpoints.writing import check_place
    from engine.cli.labs.lab_choice import arrive, check_is_known, runs
    from engine.cli.labs.new_lab_name import check_room, name_to_resume, new_name, wanted
    from engine.local.paths import name_for
    from engine.text.printable import printable
    from engine.wire.client import EngineError
    from engine.wire.requests import Open, Resume

    of_model = _given("recipe", "kind", "assignments")
    if saved is not None and (given := [*of_model, *given_format_options()]):
        raise click.UsageError(
            f"{given[0]} belongs to the beginning of a lab: leave it out with --resume."
        )
    held_out = None if hold_out_data is None else str(hold_out_data)
    data, held_out, saved, save_to = (
        _there(path, host) for path in (data, held_out, saved, save_to)
    )
    labs = _labs(host, program)
    found = wanted(labs, data, name) if saved is None else None
    check_is_known(found)
    if host is None:  # what is wrong there is known before the screen begins
        if save_to is not None:
            check_place(Path(save_to))
        if saved is not None:
            peek(Path(saved))
        for path in filter(None, (data, held_out)):
            if not Path(path).exists():
                raise EngineError(f"{printable(path)}: no such file. Check the path.")
    way: Open | Resume | Literal["attach"] | None = None
    if saved is None:
        if save_to is not None and found is not None and runs(found):
            raise EngineError(
                f"--save is for a lab that begins, and {found.name} runs already. Leave it out:"
                " ctrl+s saves the lab to a file."
            )
        options_given = [
            *_given("device", "seed", "hold_out", "hold_out_data"),
            *of_model,
            *given_format_options(),
        ]
        way = arrive(found, data, host, options_given)
        resuming = replace(way, save_to=save_to) if isinstance(way, Resume) else None
        if found is not None and (way is not None or runs(found)):
            name = found.name
        else:
            name = new_name(labs, name or name_for(data))
    else:
        resuming = Resume(
            saved, data, device if _given("device") else None, save_to, hold_out_data=held_out
        )
        name = name_to_resume(labs, saved, name, data)
    if name not in {lab.name for lab in labs}:
        check_room(labs, host)
    pace = config.pace
    if model is not None and model.settings.get("pace") == NO_PACE_LIMIT:
        # As it is the default of every model but the net, whose pace has a field of its own.
        settings = {name: value for name, value in model.settings.items() if name != "pace"}
        model, pace = replace(model, settings=settings), NO_PACE_LIMIT
    opening = Open(
        data, hold_out, device, seed, limited(pace), save_to,
        data_format=data_format, hold_out_data=held_out, model=model,
        steps=0 if recipe is None else recipe.steps,
    )  # fmt: skip
    if isinstance(way, Open):
        opening = way
    _show(_engine(name, host, program, config), config, opening, resuming, way == "attach")


@main.command("attach")
@click.argument("name", required=False, shell_complete=complete_saved_lab)
@host_option
@setting_options
def attach(name: str | None, host: str | None, program: str, **options: Any) -> None:
    """Take up a lab that runs in the background, or is saved; see makemore-tui ls --all."""
    config = _ready(options)
    from engine.cli.labs.lab_choice import chosen, taken_up
    from engine.wire.requests import Open, Resume

    lab = chosen(_labs(host, program), name, host)
    way = taken_up(lab)
    engine = _engine(lab.name, host, program, config)
    opening = way if isinstance(way, Open) else Open(pace=limited(config.pace))
    resuming = way if isinstance(way, Resume) else None
    _show(engine, config, opening, resuming, attaches=way is None)


def _ready(options: dict[str, Any]) -> Config:
    """The settings in force, where there is a terminal to show anything on."""
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        if sys.stdout.isatty() and not sys.stderr.isatty():
            write(NEEDS_A_TERMINAL)  # a person looks there
        raise click.UsageError(NEEDS_A_TERMINAL)
    with _wrong_usage():
        return settled(read(config_path()), options)


def _given(*names: str) -> list[str]:
    """Those of some options that a person has typed."""
    source = click.get_current_context().get_parameter_source
    typed = [name for name in names if source(name) is ParameterSource.COMMANDLINE]
    return [option_of(name) for name in typed]


def _there(path: str | None, host: str | None) -> str | None:
    """A path of this machine as a whole; that of another machine as it is."""
    if path is None or host is not None:
        return path
    return str(Path(os.path.expanduser(path)).absolute())  # Path's own fails at ~nobody


def _labs(host: str | None, program: str) -> list[Listed]:
    """The labs of a machine, saved ones too."""
    if host is not None:
        from engine.remote.ssh import labs_of

        return labs_of(host, program)
    from engine.local.lab_list import labs
    from engine.local.saved_labs import saved_labs

    return [*asyncio.run(labs()), *saved_labs()]


def _engine(name: str, host: str | None, program: str, config: Config) -> Engine:
    idle_seconds = config.idle_minutes * 60
    if host is not None:
        from engine.remote.connection import RemoteEngine

        return RemoteEngine(host, name, idle_seconds, program)
    from engine.local.engine_process import EngineProcess

    return EngineProcess(name, idle_seconds)


def _show(
    engine: Engine,
    config: Config,
    opening: Open,
    resuming: Resume | None = None,
    attaches: bool = False,
) -> None:
    os.environ.setdefault("TEXTUAL_FPS", FRAMES)  # read when Textual is imported
    gc.disable()  # nothing that is imported is garbage, and looking for some delays the first paint
    # Imported here: the other commands need no screen, and --help neither.
    from tui.app import LabApp

    gc.freeze()
    gc.enable()
    terminal = config.terminal(os.environ)
    app = LabApp(
        engine, opening, terminal=terminal, config=config, resuming=resuming, attaches=attaches
    )
    app.run()
    if app.session.farewell:
        write(app.session.farewell, is_escaped=True)
    sys.exit(app.return_code or 0)


@main.command("config")
@click.option("--default", is_flag=True, help="Print a file that changes nothing, to begin with.")
@json_option
def config_(default: bool, as_json: bool) -> None:
    """Where the configuration is, and the settings in force."""
    from tui.config.text import as_toml, default_file, in_force

    if default:
        write(default_file())
        return
    with _wrong_usage():
        facts = in_force(config_path())
    if as_json:
        write_json(facts)
    else:
        write(as_toml(facts))


@main.command("doctor")
@json_option
def doctor(as_json: bool) -> None:
    """What it runs on: Python, torch, devices, terminal, paths."""
    from engine.cli.commands.doctor import engine_facts  # takes a while: --help can do without
    from tui.doctor import screen_facts

    facts = {**engine_facts(), **screen_facts(os.environ, config_path())}
    if as_json:
        write_json(facts)
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        write(f"{name:<{width}}  {value}")


@contextmanager
def _wrong_usage() -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        narrate(f"makemore-tui: {error}")
        sys.exit(2)


if __name__ == "__main__":
    main(prog_name="makemore-tui")
