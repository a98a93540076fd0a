"""`--resume FILE` and `--lab NAME`: a lab that a command looks at as it is, and does not train."""

from __future__ import annotations

import asyncio
import functools
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import click

from engine.cli.console import narrate
from engine.cli.option_groups.common import completion
from engine.cli.option_groups.model_options import (
    given_parameters,
    option_of,
    run_option,
    select_run,
)
from engine.cli.option_groups.training_options import Training, training_options
from engine.errors import CheckpointError, EngineError, EngineUnavailable, LabGone
from engine.local.engine_process import EngineProcess
from engine.local.name_lock import standing
from engine.local.paths import LabPaths, claimed_labs
from engine.local.saved_labs import lab_gone
from engine.settings.format_options import given_format_options
from engine.wire.requests import Copy

if TYPE_CHECKING:
    from engine.lab.lab import Lab
    from engine.lab.run import Run

# Parameters of the beginning of a lab, or of its training; the smoothing is set at any time.
BEGINNING: Final = (
    "steps", "learning_rate", "regularisation", "seed", "hold_out", "device", "assignments",
)  # fmt: skip
SECONDS_TO_ANSWER: Final = 5.0  # then a person is told what is waited for


@dataclass(frozen=True)
class ExistingLab:
    """Where a command gets its lab from: data to train on, or a lab as it is."""

    training: Training
    checkpoint: Path | None
    running: str | None  # name of a lab
    run_name: str | None  # of one of the lab's runs, which is selected then

    @property
    def names_a_model(self) -> bool:
        """Whether a person has said which run is meant; it is the selected one of `lab`."""
        return self.training.kind is not None or self.run_name is not None

    @property
    def is_as_it_is(self) -> bool:
        """Whether the lab is taken as it is, and so is not trained."""
        return self.checkpoint is not None or self.running is not None

    def lab(self, **settings: Any) -> Lab:
        """The lab with these settings; one that is as it is takes only those that were given.

        Raises EngineError, and UsageError for an option of a training where nothing is trained.
        """
        training, given = self.training, given_parameters()
        changes = {name: settings[name] for name in settings if name in given}
        if not self.is_as_it_is:
            if self.run_name is not None:
                raise click.UsageError("--run is of a lab: name that with --resume or --lab.")
            return training.lab(**changes)
        _refuse(option_of(name) for name in BEGINNING if name in given)
        if self.run_name is not None and training.kind is not None:
            raise click.UsageError("--run and --model name a model each: leave one of them out.")
        lab = lab_as_it_is(self.checkpoint, self.running, training.data, training.hold_out_data)
        select_run(lab, self.run_name, training.kind)
        lab.configure(training.settings | changes)
        return lab

    def finish(self, *runs: Run) -> None:
        """Train runs, unless the lab is taken as it is; see `check_steps` and `finish`."""
        if not self.is_as_it_is:
            self.training.check_steps(*runs)
            for run in runs:
                self.training.finish(run)


def source_options(seed: str = "--seed") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options of a `ExistingLab`, handed over as `source`; see `training_options`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def with_source(
            training: Training,
            checkpoint: Path | None,
            running: str | None,
            run_name: str | None,
            **given: Any,
        ) -> Any:
            return command(source=ExistingLab(training, checkpoint, running, run_name), **given)

        return training_options(seed)(as_it_is_options(run_option(with_source)))

    return decorate


def as_it_is_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--resume FILE`, handed over as `checkpoint`, and `--lab NAME` as `running`."""
    lab = click.option(
        "--lab", "running", metavar="NAME", shell_complete=completion(running_labs),
        help="A lab that runs, as it is; it is not disturbed.",
    )  # fmt: skip
    resume = click.option(
        "--resume", "checkpoint", type=click.Path(path_type=Path), metavar="FILE",
        help="A checkpoint, as it is; --data and --hold-out-data say where its files have moved.",
    )  # fmt: skip
    return resume(lab(command))


def lab_as_it_is(
    checkpoint: Path | None, running: str | None, data: Path | None, hold_out_data: Path | None
) -> Lab:
    """The lab of a checkpoint, or a copy of one that runs; raises EngineError and UsageError."""
    if checkpoint is not None and running is not None:
        raise click.UsageError("--resume and --lab name a lab each: leave one of them out.")
    _refuse(given_format_options())
    from engine.checkpoints.checkpoint import load  # and with it torch

    def loaded(path: Path) -> Lab:
        where = data if "data" in given_parameters() else None
        # Probabilities are computed on the CPU anyway.
        return load(path, data=where, hold_out_data=hold_out_data, device="cpu")

    if running is None:
        assert checkpoint is not None
        return loaded(checkpoint)
    with _private_folder() as folder:
        copy = folder / running
        asyncio.run(_write_copy(LabPaths(running), copy))
        try:
            return loaded(copy)
        except CheckpointError as error:
            raise CheckpointError(str(error).replace(str(copy), f"The lab {running}")) from error


def running_labs() -> list[str]:
    """The names of the labs that run; none where that cannot be known."""
    try:
        return [place.name for place in claimed_labs() if standing(place)[0] == "running"]
    except EngineError:
        return []


def _refuse(options: Iterable[str]) -> None:
    for option in options:
        raise click.UsageError(
            f"{option} belongs to the beginning of a lab, or to its training: one that is taken as"
            " it is, with --resume or --lab, has them behind it. Leave it out."
        )


async def _write_copy(place: LabPaths, path: Path) -> None:
    """Have the engine of a lab that runs write what the lab is now."""
    engine, holder = EngineProcess(place.name), standing(place)[1]
    try:
        client = await engine.start(attach=True)
    except LabGone:
        raise _not_running(place) from None
    try:
        task = asyncio.create_task(client.call(Copy(str(path))))
        if not (await asyncio.wait((task,), timeout=SECONDS_TO_ANSWER))[0]:
            narrate(f"The lab {place.name} is busy. Ctrl+C waits no longer.")
        await task
    except EngineUnavailable:  # it ends in this moment
        if holder is not None:
            await engine.ended(holder)
        raise _not_running(place) from None
    finally:
        await engine.leave()


def _not_running(place: LabPaths) -> EngineError:
    others = running_labs()
    there = f"These run: {', '.join(others)}." if others else "None runs."
    end = lab_gone(place)
    saved = end.saved if isinstance(end, LabGone) else None
    instead = "" if saved is None else f" --resume {saved} takes its newest save."
    return EngineError(f"No lab called {place.name} runs. {there}{instead}")


@contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder of this user alone, for a while; it goes where this process is told to end too."""

    def end(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    numbers = (signal.SIGTERM, signal.SIGHUP)
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in heard}
    try:
        with tempfile.TemporaryDirectory(prefix="makemore-tui-") as folder:
            yield Path(folder)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
