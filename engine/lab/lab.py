"""A `Lab` is what a server owns: one corpus, the runs of its models, and a sampler.

Only one thread may use a lab. It carries out at once what it is asked for, and decides nothing
about time: its owner says when the next step is made.

Shape suffixes: V symbols.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import torch
from torch import Tensor

from engine.data.corpus import read_corpus
from engine.devices import pick_device
from engine.errors import BadSetting, EngineError
from engine.lab.memo import Memo
from engine.lab.run import Run
from engine.lab.runs import Runs
from engine.models import counts
from engine.models.base.mean_matrix import mean_probs, places_of
from engine.models.base.model import TableModel
from engine.sampling.decoding import check_sharpness
from engine.sampling.sampler import Sampler
from engine.settings.data_format import DataFormat
from engine.settings.lab_settings import DEFAULTS, SAMPLING, SEED, check
from engine.settings.limits import NAMES_AT_ONCE
from engine.settings.model_kinds import FIRST_RUNS, kind_of
from engine.settings.setting import Setting, setting_in
from engine.settings.values import PACE, ModelSpec, Settings, Value
from engine.wire.inside import Inside
from engine.wire.values import ReferenceLosses, View

PROBABILITIES: Final = ("compared", "selected", "difference")  # views of P, whatever the models are


class Lab:
    """One data set with the runs of its models, and the names that they have drawn."""

    def __init__(
        self,
        path: Path,
        hold_out: float = 0.0,
        device: str = "auto",
        seed: int = SEED,
        pace: float = PACE,
        data_format: DataFormat = DataFormat(),  # noqa: B008  it is frozen
        hold_out_data: Path | None = None,
        model: ModelSpec | None = None,
        steps: int = 0,
    ) -> None:
        """Read a data file, and begin with the lecture's two models, perhaps with a third.

        Args:
            path: see `read_corpus`, as for `hold_out`, `data_format` and `hold_out_data`.
            hold_out: a fraction.
            device: see `pick_device`.
            seed: of the net's weights.
            pace: of the net's training, in steps per second.
            data_format: how the file is to be read.
            hold_out_data: a file to hold out, instead of a fraction.
            model: is selected; settings that it does not give have their defaults. One of the
                lecture's kinds takes that one's place.
            steps: the goal of this model; 0: that of its kind.

        Raises:
            EngineError: the file, the device or a setting is not good; says why.
        """
        given: dict[str, dict[str, Value]] = {"bigram": {"seed": seed, "pace": pace}}
        if model is not None:
            given[model.kind] = given.get(model.kind, {}) | model.settings
        specs = [(name, kind_of(kind).spec(given.get(kind, {}))) for name, kind in FIRST_RUNS]
        self.device = pick_device(device)
        self.asked_format = data_format  # opens the same file again as it was opened
        self.corpus = read_corpus(path, hold_out, data_format, hold_out_data)
        self.settings = msgspec.structs.replace(DEFAULTS, hold_out=hold_out)
        self.runs = Runs(self.corpus, self.device, specs)
        if model is not None:
            of_kind = (run for run in self.runs if run.kind.kind == model.kind)
            if (run := next(of_kind, None)) is None:
                self.runs.begin(model.kind, model.settings)
            else:
                self.runs.select(run.number)
            self.selected.goal = self.selected.kind.goal_of(steps)
        self._begun_with = len(self.runs)
        self.sampler = Sampler(self.corpus)
        self.wanted = 0  # names that are still to be drawn
        # All are asked for again and again between two changes.
        self._probs: Memo[Tensor] = Memo()  # of the run that was asked for last
        self._probs_compared: Memo[Tensor] = Memo()
        self._extremes: Memo[tuple[float, float]] = Memo()
        self.inside: Memo[Inside] = Memo()  # the picture of the selected run that was made last
        self._floor = counts.floor(self.corpus.counts_VV)

    @property
    def selected(self) -> Run:
        """The run that keys train, and whose loss is shown."""
        return self.runs.selected

    @property
    def compared(self) -> Run:
        """The run that the selected one is compared with."""
        return self.runs.compared

    @property
    def has_trained(self) -> bool:
        """Whether it holds more than opening its data makes again."""
        return len(self.runs) > self._begun_with or any(run.step for run in self.runs)

    @property
    def trained(self) -> int:
        """How many runs are being trained."""
        return sum(run.state == "training" for run in self.runs)

    # --- matrices ---------------------------------------------------------------------------------

    def probs_VV(self, run: Run) -> Tensor:
        """P(j | i) as a run's model has it, see `mean_probs`; float64 on the CPU, (V, V)."""
        memo = self._probs_compared if run is self.compared else self._probs
        return memo.of((run.number, run.version), lambda: mean_probs(run.model, self.corpus))

    def probability(self, run: Run, row: int, column: int) -> float:
        """One cell of `probs_VV`, perhaps sooner than all of it is known."""
        if isinstance(run.model, TableModel):
            return float(run.model.row(row)[column])
        return float(self.probs_VV(run)[row, column])

    @property
    def reference_losses(self) -> ReferenceLosses:
        """The losses that the selected run's loss can be compared with."""
        return ReferenceLosses(
            floor=self._floor,
            compared=self.compared.nll,
            uniform=counts.uniform_nll(len(self.corpus.vocabulary)),
            held_out=self.compared.held_out_nll,
        )

    @property
    def views(self) -> tuple[View, ...]:
        """The matrices that there are."""
        return ("counts", *PROBABILITIES, *self.selected.kind.views)

    def matrix(self, view: View) -> Tensor:
        """A whole matrix: counts as int64, all others as float64 on the CPU; (V, V).

        Raises:
            BadSetting: there is no such view.
        """
        views: dict[View, Callable[[], Tensor]] = {
            "counts": lambda: self.corpus.counts_VV,
            "compared": lambda: self.probs_VV(self.compared),
            "selected": lambda: self.probs_VV(self.selected),
            "difference": lambda: self.probs_VV(self.selected) - self.probs_VV(self.compared),
        }
        if view in views:
            return views[view]()
        if view not in self.selected.kind.views:
            raise BadSetting(f"View {view}: {self.selected.name} has {', '.join(self.views)}.")
        return self.selected.model.inside()[view]

    def places(self, view: View) -> int | None:
        """How many places of the data a view of P is averaged over, see `places_of`."""
        pair = {"compared": (self.compared,), "selected": (self.selected,)}
        runs = pair.get(view, (self.compared, self.selected) if view in PROBABILITIES else ())
        return max(filter(None, (places_of(run.model, self.corpus) for run in runs)), default=None)

    def extremes(self, view: View) -> tuple[float, float]:
        """The smallest and the largest value of a whole matrix."""

        def compute() -> tuple[float, float]:
            low, high = torch.aminmax(self.matrix(view))
            return float(low), float(high)

        pair = (self.compared, self.selected)
        return self._extremes.of((view, *((run.number, run.version) for run in pair)), compute)

    # --- settings ---------------------------------------------------------------------------------

    def run_with(self, name: str) -> Run | None:
        """The run whose setting of a name is meant: the selected one, or else the compared one."""
        return next((run for run in (self.selected, self.compared) if run.has(name)), None)

    @property
    def run_settings(self) -> dict[str, Value]:
        """The values of the settings of both runs; of what both have, the selected one's."""
        return self.compared.settings | self.selected.settings

    def configure(self, changes: dict[str, Value]) -> None:
        """Give settings new values; all of them, or none where one makes no sense.

        What belongs to a run from its beginning begins another.

        Raises:
            BadSetting, OutsideVocabulary: says which, and what would make sense.
        """
        changes = dict(changes)
        if "prefix" in changes:
            changes["prefix"] = self._prefix(str(changes["prefix"]))
        of_runs: dict[int, dict[str, Value]] = {}
        of_lab: dict[str, Value] = {}
        for name, value in changes.items():
            run = self.run_with(name)
            self._described(name, run).check(value)
            if run is None:
                of_lab[name] = value
            else:
                of_runs.setdefault(run.number, {})[name] = value
        settings = msgspec.structs.replace(self.settings, **of_lab)
        check_sharpness(settings.temperature, settings.top_k, len(self.corpus.vocabulary))
        # One that begins another comes first: it may still fail, and then nothing has changed.
        pairs = [(self.runs.of(number), values) for number, values in of_runs.items()]
        for run, values in sorted(pairs, key=lambda pair: not pair[0].begins_another(pair[1])):
            if run.begins_another(values):
                self.begin_again(run, values)
                continue
            version = run.version
            run.configure(values)
            if run.version != version:
                self._outdate(run)
        before, self.settings = self.settings, settings
        is_redrawn = _sampling(before) != _sampling(settings) or (
            self.corpus.is_text and before.length != settings.length
        )
        if is_redrawn:
            self.draw_again()

    def adjust(self, name: str, by: int) -> None:
        """Move a setting some rungs up or down, or on in its round."""
        run = self.run_with(name)
        setting = self._described(name, run)
        value = getattr(self.settings, name) if run is None else run.settings[name]
        self.configure({name: setting.moved(value, by)})

    def _described(self, name: str, run: Run | None) -> Setting:
        if run is not None:
            return run.setting(name)
        setting = setting_in(SAMPLING, name)
        if setting is None:
            pair = f"{self.selected.name} nor {self.compared.name}"
            label = name.replace("_", " ")
            raise BadSetting(f"Neither {pair} has a {label}: select a run that has one.", name)
        return setting

    def _prefix(self, text: str) -> str:
        """A prefix as the data would have it."""
        try:
            prefix = self.corpus.as_read(text)
            check("prefix", prefix)
            self.corpus.vocabulary.encode(prefix)
        except EngineError as error:
            error.setting = "prefix"
            raise
        return prefix

    def begin_again(self, run: Run, changes: dict[str, Value]) -> None:
        """See `Runs.begin_again`."""
        self.runs.begin_again(run, changes)
        self.draw_again()

    def delete_run(self, number: int) -> None:
        """See `Runs.delete`."""
        before = (self.compared, self.selected)
        self.runs.delete(number)
        if before != (self.compared, self.selected):
            self.draw_again()

    # --- training ---------------------------------------------------------------------------------

    def advance(self, run: Run, steps: int) -> int:
        """Make so many steps of a run, but none beyond its goal; returns how many were made."""
        return self._advanced(run, len(run.advance(steps).losses))

    def step_once(self) -> None:
        """Make one step of the selected run, then rest."""
        self._advanced(self.selected, len(self.selected.step_once().losses))

    def _advanced(self, run: Run, steps: int) -> int:
        if steps:
            self._outdate(run)
        return steps

    # --- names ------------------------------------------------------------------------------------

    @property
    def at_once(self) -> int:
        """How many names are drawn where nobody says how many; of texts, one."""
        return 1 if self.corpus.is_text else NAMES_AT_ONCE

    @property
    def drawn_from(self) -> dict[str, Run]:
        """The runs that names are drawn from, each by what it is in the comparison."""
        runs = {"compared": self.compared, "selected": self.selected}
        source = self.settings.source
        return runs if source == "both" else {source: runs[source]}

    def draw(self, count: int) -> None:
        """Ask for so many more names; `draw_next` draws them one by one.

        Raises:
            BadSetting: too many at once, or less than one.
        """
        if not 1 <= count <= self.sampler.kept:
            raise BadSetting(f"{count} names: give a number from 1 to {self.sampler.kept:,}.")
        if not self.wanted:
            self.sampler.newest_from = self.sampler.drawn
        self.wanted = min(self.wanted + count, self.sampler.kept)

    def draw_next(self) -> None:
        """Draw a name with the sampler's settings."""
        while not self.draw_on():
            pass

    def draw_on(self) -> bool:
        """Go on to draw a name, see `draw_next`, for some milliseconds; returns whether it is."""
        models = {
            side: (run.model, run.step if run.trainer is not None else None)
            for side, run in self.drawn_from.items()
        }
        is_drawn = self.sampler.draw_on(self.settings, models)
        self.wanted = max(0, self.wanted - is_drawn)
        return is_drawn

    def draw_again(self) -> None:
        """Other names are to be seen: as many as a screen shows at first, from the beginning."""
        self.wanted = max(self.wanted, min(self.sampler.drawn, self.at_once))
        self.sampler.restart()

    def _outdate(self, run: Run) -> None:
        for side, each in self.drawn_from.items():
            if each is run:
                self.sampler.outdate(side)


def _sampling(settings: Settings) -> tuple[object, ...]:
    """The settings that decide which names come."""
    return (
        settings.source,
        settings.stream,
        settings.sample_seed,
        settings.temperature,
        settings.top_k,
        settings.prefix,
    )
