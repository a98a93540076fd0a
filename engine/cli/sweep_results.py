"""What `makemore-tui sweep` prints of its runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.cli.console import write_json
from engine.cli.table import NOTHING, cells, figure, write_table
from engine.settings.combinations import differing
from engine.settings.values import Value

if TYPE_CHECKING:
    from engine.lab.run import Run


@dataclass
class Result:
    """A run of a sweep, and what came of it so far."""

    run: Run
    seconds: float | None = None  # of its training here; None: it was trained before, or not yet

    @property
    def is_waiting(self) -> bool:
        """Whether it has steps to make; one that is fitted at once is told of in its turn, too."""
        run = self.run
        return run.trainer is None or (run.step < run.goal and run.state != "failed")

    @property
    def is_done(self) -> bool:
        """Whether it has come to its goal."""
        return self.run.trainer is None or self.run.step >= self.run.goal

    @property
    def nlls(self) -> tuple[float | None, float | None]:
        """Mean NLL of the training words and of the hold-out; None as long as it is not done."""
        return self.run.nlls_of_all if self.is_done else (None, None)

    @property
    def rank(self) -> tuple[int, float, int]:
        """What sorts results: the best first, then those that were stopped, failed ones last."""
        train, held_out = self.nlls
        nll = train if held_out is None else held_out
        place = 2 if self.run.state == "failed" else 0 if self.is_done else 1
        return place, math.inf if nll is None else nll, self.run.number

    @property
    def trouble(self) -> str:
        """Why it has no figures; empty where it has."""
        run = self.run
        if self.is_done:
            return ""
        if run.state == "failed":
            how = "diverged after" if run.divergence in run.reason else "out of memory in"
            return f"{how} step {run.step + 1:,}"
        return f"stopped at step {run.step:,} of {run.goal:,}" if run.step else "not begun"

    @property
    def told(self) -> str:
        """What came of it, in a line."""
        train, held_out = self.nlls
        of_held_out = "" if held_out is None else f", hold-out {figure(held_out)}"
        return self.trouble or f"train {figure(train)}{of_held_out}, in {self.seconds:.1f} s"


def print_results(results: Sequence[Result], as_json: bool) -> None:
    """Print results as they are sorted: a table, or a line of JSON each."""
    settings: list[dict[str, Value]] = [
        {"model": each.run.kind.kind, **each.run.settings} for each in results
    ]
    names = differing(settings)
    if as_json:
        for result, own in zip(results, settings, strict=True):
            write_json(_facts(result, {name: own[name] for name in names if name in own}))
        return
    rows = (
        cells(own, names) + _cells(result) for result, own in zip(results, settings, strict=True)
    )
    write_table([*names, "parameters", "steps", "seconds", "train", "hold-out"], rows)


def _cells(result: Result) -> list[str]:
    seconds = NOTHING if result.seconds is None else f"{result.seconds:.1f}"
    train, held_out = result.nlls
    figures = [figure(train), figure(held_out), result.trouble]
    return [f"{result.run.model.parameters:,}", f"{result.run.step:,}", seconds, *figures]


def _facts(result: Result, settings: dict[str, Value]) -> dict[str, Any]:
    """A result as JSON has it."""
    run, (train, held_out) = result.run, result.nlls
    facts = {
        "run": run.name,
        "settings": settings,
        "parameters": run.model.parameters,
        "done": result.is_done,
        "steps": run.step,
        "seconds": result.seconds,
        "nll": train,
    }
    more = {} if held_out is None else {"held_out_nll": held_out}
    return facts | more | ({"trouble": result.trouble} if result.trouble else {})
