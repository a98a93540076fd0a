"""The runs of a lab: one is selected, another is compared with it, and none is thrown away unasked.

A lab has at most `MOST_RUNS`. Where another begins, the oldest makes room that is neither pinned,
nor in training, nor shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from torch import device

from engine.data.corpus import Corpus
from engine.errors import BadSetting
from engine.lab.run import Run
from engine.settings.limits import LONGEST_RUN_NAME, MOST_IN_RUNS, MOST_RUNS
from engine.settings.model_kinds import kind_of
from engine.settings.values import ModelSpec, Value
from engine.text.printable import is_obeyed


def is_run_name(name: str) -> bool:
    """Whether a run can be called so."""
    return 1 <= len(name) <= LONGEST_RUN_NAME and name == name.strip() and not is_obeyed(name)


class Runs:
    """All runs of a lab, in the order in which they were begun.

    Args:
        corpus: what they learn from.
        on: the device that trains them.
        specs: the first two, with their names: the second is selected, and compared with the first.
    """

    def __init__(self, corpus: Corpus, on: device, specs: Iterable[tuple[str, ModelSpec]]) -> None:
        self._corpus = corpus
        self._device = on
        self._runs: list[Run] = []
        self.begun = 0  # those that are gone included
        self.compared, self.selected = (self._add(name, spec) for name, spec in specs)

    def __iter__(self) -> Iterator[Run]:
        """All runs, the oldest first."""
        return iter(self._runs)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._runs)

    def take_up(self, runs: Sequence[Run], begun: int, *, selected: int, compared: int) -> None:
        """Go on with the runs of another lab, in place of these.

        Args:
            runs: two or more, in the order in which they were begun.
            begun: how many were, those that are gone included.
            selected: the number of one of them.
            compared: the number of another.
        """
        self._runs, self.begun = [*runs], begun
        self.selected, self.compared = self.of(selected), self.of(compared)

    def of(self, number: int) -> Run:
        """The run of a number.

        Raises:
            BadSetting: there is none.
        """
        found = next((run for run in self if run.number == number), None)
        if found is None:
            raise BadSetting(f"There is no run {number}: it has been deleted.")
        return found

    def later(self, by: int) -> Run:
        """The run that was begun so many runs after the selected one; round and round."""
        return self._runs[(self._runs.index(self.selected) + by) % len(self)]

    def begin(self, kind: str, given: dict[str, Value], name: str = "", steps: int = 0) -> Run:
        """Begin a run beside the others, and select it.

        Args:
            kind: of the model.
            given: settings; the others have their defaults.
            name: what it is called; empty: as its kind, with a number where there is one already.
            steps: its goal; 0: that of its kind.

        Raises:
            BadSetting: there is no such kind, a setting or the goal makes no sense, the name is
                taken, or no run makes room.
        """
        spec, goal = kind_of(kind).spec(given), kind_of(kind).goal_of(steps)
        name = self._checked_name(name) if name else self._free_name(kind)
        self.selected = self._add(name, spec)
        self.selected.goal = goal
        return self.selected

    def begin_again(self, before: Run, changes: dict[str, Value]) -> Run:
        """Begin a run again, at step 0, perhaps with other settings, and select it.

        One that has not made a step yet makes room for it; any other stays beside it.

        Raises:
            BadSetting: it is not trained, or a setting makes no sense.
        """
        if before.trainer is None:
            raise BadSetting(f"{before.name} is not trained: there is nothing to begin again.")
        spec = before.kind.spec(before.settings | changes)
        if before is self.selected and not before.step and not before.is_pinned:
            run = self._add(before.name, spec, instead_of=before)
        else:
            stem, _, last = before.name.rpartition(" ")
            name = stem.rstrip() if stem and last.isdigit() else before.name
            run = self._add(self._free_name(name), spec)
        if "seed" in changes:
            run.history.mark(0, "seed", str(changes["seed"]))
        self.selected = run
        return run

    def select(self, number: int) -> None:
        """Select a run; the compared one changes places with the one that was selected."""
        run = self.of(number)
        if run is self.compared:
            self.compared = self.selected
        self.selected = run

    def compare(self, number: int) -> None:
        """Compare the selected run with another.

        Raises:
            BadSetting: it is the selected one itself.
        """
        run = self.of(number)
        if run is self.selected:
            raise BadSetting(f"{run.name} is selected: compare it with another.")
        self.compared = run

    def rename(self, number: int, name: str) -> None:
        """Call a run otherwise.

        Raises:
            BadSetting: another has that name, or it makes none.
        """
        run = self.of(number)
        if name != run.name:
            run.name = self._checked_name(name)

    def delete(self, number: int) -> None:
        """Delete a run. Where it is shown, another takes its place.

        Raises:
            BadSetting: only two are left.
        """
        run = self.of(number)
        others = [each for each in self if each not in (self.selected, self.compared)]
        if run in (self.selected, self.compared) and not others:
            raise BadSetting("Two runs are left, and are compared: begin another first.")
        self._runs.remove(run)
        if run is self.selected:
            self.selected = others[-1]
        elif run is self.compared:
            self.compared = others[0]

    def _add(self, name: str, spec: ModelSpec, instead_of: Run | None = None) -> Run:
        """Make a run, and room for it; where it cannot be made, all stay."""
        run = Run(self.begun + 1, name, spec, self._corpus, self._device)
        leaving = [] if instead_of is None else [instead_of]
        staying = [each for each in self if each is not instead_of]
        while self._are_too_many([*staying, run]):
            leaving.append(self._to_make_room(staying))
            staying.remove(leaving[-1])
        for each in leaving:
            self._runs.remove(each)
        self.begun += 1
        self._runs.append(run)
        return run

    def _are_too_many(self, runs: list[Run]) -> bool:
        parameters = sum(run.model.parameters for run in runs)
        return len(runs) > MOST_RUNS or (len(runs) > 2 and parameters > MOST_IN_RUNS)

    def _to_make_room(self, runs: list[Run]) -> Run:
        for run in runs:
            is_shown = run in (self.selected, self.compared)
            if not (run.is_pinned or is_shown or run.state == "training"):
                return run
        raise BadSetting(
            f"There are {len(runs)} runs, pinned or in training, and no room for another. Delete"
            " one first."
        )

    def _free_name(self, name: str) -> str:
        """A name that no run has: with a number behind it where it needs one."""
        names, tried, number = {run.name for run in self}, name, 1
        while tried in names:
            number += 1
            end = f" {number}"
            tried = name[: LONGEST_RUN_NAME - len(end)] + end
        return tried

    def _checked_name(self, name: str) -> str:
        name = name.strip()
        if not is_run_name(name):
            raise BadSetting(
                f"A run's name has 1 to {LONGEST_RUN_NAME} characters, and no control characters.",
                "name",
            )
        if any(run.name == name for run in self):
            raise BadSetting(f"Another run is called {name}: give another name.", "name")
        return name
