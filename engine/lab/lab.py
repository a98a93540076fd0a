"""A `Lab` is what a server owns: one corpus, its two models, a trainer, its losses and a sampler.

Only one thread may use a lab. It carries out at once what it is asked for, and decides nothing
about time: its owner says when the next step is made.

Shape suffixes: V symbols.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import torch
from torch import Tensor

from engine.data.corpus import read_corpus
from engine.devices import pick_device
from engine.errors import BadSetting, EngineError
from engine.lab.memo import Memo
from engine.models import bigram, counts
from engine.sampling.decoding import check_sharpness
from engine.sampling.sampler import MODELS, Model, Sampler
from engine.settings.checks import check
from engine.settings.data_format import DataFormat
from engine.settings.defaults import DEFAULTS, GOAL
from engine.settings.limits import LARGEST_GOAL, NAMES_AT_ONCE
from engine.settings.rungs import Ladder, Round, moved
from engine.settings.values import Settings, Source
from engine.training.exact import Burst, Trainer
from engine.training.history import MARKED, History
from engine.wire.values import ReferenceLosses, State, View

DIVERGING: Final = 10.0  # times ln V: a loss that no sensible training comes by
STEPS_TO_COME_BACK: Final = 64  # of which the later half tells whether the loss falls again
SOURCES: Final[dict[Source, tuple[Model, ...]]] = {
    "counts": ("counts",),
    "net": ("net",),
    "both": MODELS,
}


class Lab:
    """One data set with its two models, their training, the losses so far and the drawn names."""

    def __init__(
        self,
        path: Path,
        hold_out: float = 0.0,
        device: str = "auto",
        seed: int = DEFAULTS.seed,
        pace: float = DEFAULTS.pace,
        data_format: DataFormat = DataFormat(),  # noqa: B008  it is frozen
        hold_out_data: Path | None = None,
    ) -> None:
        """Read a data file and build both models.

        Args:
            path: see `read_corpus`, as for `hold_out`, `data_format` and `hold_out_data`.
            hold_out: a fraction.
            device: see `pick_device`.
            seed: of the weights.
            pace: steps per second.
            data_format: how the file is to be read.
            hold_out_data: a file to hold out, instead of a fraction.

        Raises:
            EngineError: the file, the device or a setting is not good; says why.
        """
        check("seed", seed)
        check("pace", pace)
        self.device = pick_device(device)
        self.asked_format = data_format  # opens the same file again as it was opened
        self.corpus = read_corpus(path, hold_out, data_format, hold_out_data)
        self.settings = msgspec.structs.replace(DEFAULTS, seed=seed, hold_out=hold_out, pace=pace)
        self.trainer = Trainer(self.corpus.counts_VV, self.corpus.held_out_VV, seed, self.device)
        self.sampler = Sampler(self.corpus)
        self.history = History()
        self.loss_nll: float | None = None  # the last loss of the history without λ · mean(W²)
        self.goal = GOAL
        self.state: State = "idle"
        self.reason = ""
        self.wanted = 0  # names that are still to be drawn
        self._runs = 0  # trainings begun: with the step, this tells one W from another
        # All are asked for again and again between two changes.
        self._count_probs: Memo[Tensor] = Memo()
        self._net_probs: Memo[Tensor] = Memo()
        self._extremes: Memo[tuple[float, float]] = Memo()
        self._reference_losses: Memo[ReferenceLosses] = Memo()
        self._floor = counts.floor(self.corpus.counts_VV)

    # --- the models -------------------------------------------------------------------------------

    @property
    def count_probs_VV(self) -> Tensor:
        """P of the count model at the present smoothing; float64, (V, V)."""
        smoothing = self.settings.smoothing
        return self._count_probs.of(
            smoothing, lambda: counts.probabilities(self.corpus.counts_VV, smoothing)
        )

    @property
    def net_probs_VV(self) -> Tensor:
        """P of the net as it is now; float64 on the CPU, (V, V)."""
        return self._net_probs.of(
            (self._runs, self.trainer.step), lambda: bigram.probabilities(self.trainer.weights_VV)
        )

    @property
    def reference_losses(self) -> ReferenceLosses:
        """The losses that the net's loss can be compared with."""
        return self._reference_losses.of(self.settings.smoothing, self._compute_reference_losses)

    def matrix(self, view: View) -> Tensor:
        """A whole matrix: counts as int64, all others as float64 on the CPU; (V, V)."""
        views: dict[View, Callable[[], Tensor]] = {
            "counts": lambda: self.corpus.counts_VV,
            "probabilities": lambda: self.count_probs_VV,
            "net": lambda: self.net_probs_VV,
            "weights": lambda: self.trainer.weights_VV.cpu().double(),
            "difference": lambda: self.net_probs_VV - self.count_probs_VV,
        }
        return views[view]()

    def extremes(self, view: View) -> tuple[float, float]:
        """The smallest and the largest value of a whole matrix."""

        def compute() -> tuple[float, float]:
            low, high = torch.aminmax(self.matrix(view))
            return float(low), float(high)

        key = (view, self._runs, self.trainer.step, self.settings.smoothing)
        return self._extremes.of(key, compute)

    # --- training ---------------------------------------------------------------------------------

    def train(self, more: int = 0) -> None:
        """Start or continue training: to the goal, or `GOAL` steps on where it is reached.

        Args:
            more: steps to go beyond the goal, or beyond the present step where the lab rests.

        Raises:
            BadSetting: `more` is negative, or the goal would be beyond `LARGEST_GOAL`.
        """
        if more:
            present = max(self.goal if self.state == "training" else 0, self.trainer.step)
            if more < 0 or present + more > LARGEST_GOAL:
                raise BadSetting(
                    f"{more:,} steps more: give a number above 0, and of at most {LARGEST_GOAL:,}."
                )
            self.goal = present + more
        elif self.trainer.step >= self.goal:
            self.goal = self.trainer.step + GOAL
        self.state, self.reason = "training", ""

    def pause(self) -> None:
        """Stop training, at the step where it is."""
        if self.state == "training":
            self.state = "paused"

    def step_once(self) -> Burst:
        """Make one step, then rest."""
        self.goal = max(self.goal, self.trainer.step + 1)
        self.state, self.reason = "training", ""
        burst = self.advance(1)
        self.pause()
        return burst

    def advance(self, steps: int) -> Burst:
        """Make so many steps, but none beyond the goal."""
        burst = self.trainer.burst(
            min(steps, self.goal - self.trainer.step),
            self.settings.learning_rate,
            self.settings.regularisation,
        )
        if burst.losses:
            self.sampler.outdate("net")
        self.history.train.extend(burst.losses)
        self.history.held_out.extend(burst.held_out)
        self.loss_nll = burst.nlls[-1] if burst.nlls else self.loss_nll
        if burst.diverged:
            self.state = "failed"
            self.reason = (
                f"{self.divergence} The weights of step {self.trainer.step:,} are kept. Lower the"
                " rate or λ, and start again."
            )
        elif self.trainer.step >= self.goal:
            self.state = "done"
        return burst

    @property
    def divergence(self) -> str:
        """A sentence which says that the loss of the next step would not be finite."""
        rate, regularisation = self.settings.learning_rate, self.settings.regularisation
        return (
            f"The loss is no longer finite after step {self.trainer.step + 1:,}: the learning"
            f" rate {rate:,.6g} with λ {regularisation:,.6g} is too large."
        )

    @property
    def is_diverging(self) -> bool:
        """Whether the loss is far above that of knowing nothing, and does not come back."""
        last = self.history.last
        if last is None or last <= DIVERGING * self.reference_losses.uniform:
            return False
        newest = self.history.train.newest(STEPS_TO_COME_BACK)
        before, after = newest[: len(newest) // 2], newest[len(newest) // 2 :]
        return len(before) > 0 and bool(after.max() >= before.max())

    def reset(self, seed: int | None = None) -> None:
        """Start again at step 0, from the same weights or from those of another seed."""
        if seed is not None:
            check("seed", seed)
            self.settings = msgspec.structs.replace(self.settings, seed=seed)
        self.trainer.restart(self.settings.seed)
        self._runs += 1
        self.sampler.outdate("net")
        self.history, self.loss_nll = History(), None
        if seed is not None:
            self.history.mark(0, MARKED["seed"], str(seed))
        self.goal, self.state, self.reason = GOAL, "idle", ""

    def resume(
        self,
        *,
        weights_VV: Tensor,
        history: History,
        goal: int,
        state: State,
        reason: str,
        wanted: int,
        loss_nll: float | None,
    ) -> None:
        """Take up the training of another lab with this data; one that ran there rests here.

        Args:
            weights_VV: W after the last step of the history; (V, V).
            history: of that training.
            goal: see `train`.
            state: as it was.
            reason: why it failed, where it did.
            wanted: names that were still to be drawn.
            loss_nll: the last loss without λ · mean(W²); None where it is not known.
        """
        self.trainer.resume(weights_VV, len(history.train))
        self._runs += 1
        self.history, self.goal, self.wanted = history, goal, wanted
        self.loss_nll = loss_nll
        self.state, self.reason = "paused" if state == "training" else state, reason

    # --- settings ---------------------------------------------------------------------------------

    def configure(self, **changes: Any) -> None:
        """Give settings new values; all of them, or none where one makes no sense.

        Raises:
            BadSetting, OutsideVocabulary: says which, and what would make sense.
        """
        if "prefix" in changes:
            changes["prefix"] = self._prefix(changes["prefix"])
        for name, value in changes.items():
            check(name, value)
        settings = msgspec.structs.replace(self.settings, **changes)
        check_sharpness(settings.temperature, settings.top_k, len(self.corpus.vocabulary))
        before, self.settings = self.settings, settings
        for name in ("learning_rate", "regularisation"):
            value = getattr(settings, name)
            if getattr(before, name) != value:
                self.history.mark(self.trainer.step, MARKED[name], f"{value:,.6g}")
        if before.smoothing != settings.smoothing:
            self.sampler.outdate("counts")
        is_redrawn = _sampling(before) != _sampling(settings) or (
            self.corpus.is_text and before.length != settings.length
        )
        if is_redrawn and self.sampler.drawn:
            self.wanted = max(self.wanted, min(self.sampler.drawn, self.at_once))
            self.sampler.restart()
        if before.seed != settings.seed:
            self.reset(settings.seed)

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

    def adjust(self, setting: Ladder | Round, by: int) -> None:
        """Move a setting some rungs up or down its ladder, or on in its round."""
        self.configure(**{setting: moved(setting, getattr(self.settings, setting), by)})

    # --- names ------------------------------------------------------------------------------------

    @property
    def at_once(self) -> int:
        """How many names are drawn where nobody says how many; of texts, one."""
        return 1 if self.corpus.is_text else NAMES_AT_ONCE

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
        models = {
            model: self.count_probs_VV if model == "counts" else self.net_probs_VV
            for model in SOURCES[self.settings.source]
        }
        self.sampler.draw(self.settings, models, self.trainer.step)
        self.wanted = max(0, self.wanted - 1)

    def _compute_reference_losses(self) -> ReferenceLosses:
        held_out_VV = self.corpus.held_out_VV
        return ReferenceLosses(
            floor=self._floor,
            counts=counts.nll_of_counts(self.corpus.counts_VV, self.count_probs_VV),
            uniform=counts.uniform_nll(len(self.corpus.vocabulary)),
            held_out=(
                None
                if held_out_VV is None
                else counts.nll_of_counts(held_out_VV, self.count_probs_VV)
            ),
        )


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
