"""A `Run` is one model with its training: its settings, its trainer, its losses, its goal."""

from __future__ import annotations

import math
from typing import Any, Final

from msgspec.structs import replace
from torch import device

from engine.data.corpus import Corpus
from engine.devices import is_out_of_memory
from engine.errors import BadSetting
from engine.lab.memo import Memo
from engine.models import counts
from engine.models.base.evaluation import held_out_nll, mean_nll, train_nll
from engine.models.base.model import Model
from engine.models.kinds import model_of
from engine.settings.limits import LARGEST_GOAL
from engine.settings.model_kinds import kind_of
from engine.settings.setting import Setting
from engine.settings.values import ModelSpec, Value
from engine.training.history import History
from engine.training.schedules import rate_at
from engine.training.trainer import Burst, Trainer
from engine.training.trainers import trainer_of
from engine.wire.values import State

DIVERGING: Final = 10.0  # times ln V: a loss that no sensible training comes by
STEPS_TO_COME_BACK: Final = 64  # of which the later half tells whether the loss falls again


class Run:
    """One model of a lab. It may train beside others; none knows of another."""

    def __init__(self, number: int, name: str, spec: ModelSpec, corpus: Corpus, on: device) -> None:
        """A run before its first step.

        Args:
            number: that no other run of the lab has, or has had.
            name: what a person calls it.
            spec: of the model.
            corpus: what it learns from.
            on: the device that trains it.

        Raises:
            BadSetting: there is no such model, or not for this data.
        """
        self.number = number
        self.name = name
        self.is_pinned = False  # it does not make room for others
        self.tests = 0  # how often it was evaluated on the words of the last test
        self._corpus = corpus
        self._device = on
        self.kind = kind_of(spec.kind)
        self.goal = self.kind.goal
        self.state: State = "idle"
        self.reason = ""  # why the training failed
        self.history = History()
        self.loss_nll: float | None = None  # the last loss without λ · mean(W²), where it has one
        self.version = 0  # of the model: another one with each change
        self.overlay: Memo[bytes] = Memo()  # its losses, as they were told last beside another's
        self._nlls: Memo[tuple[float, float | None]] = Memo()
        self._build(spec)

    def _build(self, spec: ModelSpec) -> None:
        self.model: Model = model_of(spec, self._corpus, self._device)
        self.trainer: Trainer | None = trainer_of(self.model, self._corpus, self._device)
        self.version += 1

    @property
    def spec(self) -> ModelSpec:
        """Which model it is, and all that is set of it."""
        return self.model.spec

    @property
    def settings(self) -> dict[str, Value]:
        """The values of its settings, by their names."""
        return self.spec.settings

    @property
    def step(self) -> int:
        """Updates made; 0 where it is not trained."""
        return 0 if self.trainer is None else self.trainer.step

    @property
    def nll(self) -> float:
        """Mean NLL of the training words, as it was measured last; NaN as long as it was not."""
        return self._known_nlls[0]

    @property
    def held_out_nll(self) -> float | None:
        """The same of the hold-out; None without one."""
        return self._known_nlls[1]

    @property
    def _known_nlls(self) -> tuple[float, float | None]:
        if self.trainer is not None:
            nll, held_out = self.trainer.nll, self.trainer.held_out_nll
            if math.isnan(nll) and self.history.evaluations:  # as before it was saved
                last = self.history.evaluations[-1]
                return last.train, last.held_out
            return nll, None if math.isnan(held_out) else held_out
        return self._nlls.of(self.version, self._compute_nlls)

    def _compute_nlls(self) -> tuple[float, float | None]:
        return train_nll(self.model, self._corpus), held_out_nll(self.model, self._corpus)

    @property
    def nlls_of_all(self) -> tuple[float, float | None]:
        """As `nll` and `held_out_nll`, of each place, where a trainer may measure on some."""
        if self.trainer is None or self.trainer.measures_each_step:
            return self._known_nlls
        return self._nlls.of(self.version, self._compute_nlls)

    def test(self) -> float:
        """Mean NLL of the words that the split keeps for a last test; how often is counted.

        Raises:
            BadSetting: the split has none.
        """
        nll = mean_nll(self.model, self._corpus.test_tokens)
        self.tests += 1
        return nll

    # --- training ---------------------------------------------------------------------------------

    def train(self, more: int = 0) -> None:
        """Start or continue training: to the goal, or as far again where it is reached.

        Args:
            more: steps to go beyond the goal, or beyond the present step where the run rests.

        Raises:
            BadSetting: it is not trained, `more` is negative, or the goal would be beyond
                `LARGEST_GOAL`.
        """
        self._check_is_trained()
        if more:
            present = max(self.goal if self.state == "training" else 0, self.step)
            if more < 0 or present + more > LARGEST_GOAL:
                raise BadSetting(
                    f"{more:,} steps more: give a number above 0, and of at most {LARGEST_GOAL:,}."
                )
            self.goal = present + more
        elif self.step >= self.goal:
            self.goal = self.step + self.kind.goal
        self.state, self.reason = "training", ""

    def pause(self) -> None:
        """Stop training, at the step where it is."""
        if self.state == "training":
            self.state = "paused"

    def step_once(self) -> Burst:
        """Make one step, then rest.

        Raises:
            BadSetting: it is not trained.
        """
        self._check_is_trained()
        self.goal = max(self.goal, self.step + 1)
        self.state, self.reason = "training", ""
        while not (burst := self.advance(1)).losses and self.state == "training":
            pass  # it measures first
        self.pause()
        return burst

    def advance(self, steps: int) -> Burst:
        """Make so many steps, but none beyond the goal; and none while the trainer measures."""
        assert self.trainer is not None
        trainer, history = self.trainer, self.history
        try:
            burst = trainer.burst(min(steps, self.goal - trainer.step), self.settings)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            self.state, self.reason = "failed", self._out_of_memory
            return Burst(self.step + 1, (), (), (), diverged=False)
        if burst.losses:
            self.version += 1
        history.train.extend(burst.losses)
        history.held_out.extend(burst.held_out)
        if not trainer.measures_each_step:
            history.smooth(burst.losses)
        self.loss_nll = burst.nlls[-1] if burst.nlls else self.loss_nll
        history.evaluations.extend(burst.evaluations)
        if burst.diverged:
            self.state = "failed"
            lower = "the rate or λ" if self.has("regularisation") else "the rate"
            self.reason = (
                f"{self.divergence} The weights of step {trainer.step:,} are kept. Lower {lower},"
                " and start again."
            )
        elif trainer.step >= self.goal:
            self.state = "done"
        return burst

    @property
    def is_measured(self) -> bool:
        """Whether its NLLs are of the weights as they are, or will be as it trains on."""
        return self.trainer is None or self.trainer.is_measured or self.state == "training"

    def measure_on(self) -> None:
        """Go on to bring its NLLs up to date, for some milliseconds; see `is_measured`."""
        assert self.trainer is not None
        evaluation, evaluations = self.trainer.measure_on(), self.history.evaluations
        if evaluation is not None and self.step > (evaluations[-1].step if evaluations else 0):
            evaluations.append(evaluation)

    def measure(self) -> None:
        """Bring its NLLs up to date, as where a training has come to an end."""
        while self.trainer is not None and not self.trainer.is_measured:
            self.measure_on()

    def _check_is_trained(self) -> None:
        if self.trainer is None:
            raise BadSetting(
                f"{self.name} is not trained: it is fitted to the data at once. Select a run that"
                " is, or begin one."
            )

    @property
    def divergence(self) -> str:
        """A sentence which says that the loss of the next step would not be finite."""
        rate, weight_decay = self.settings["learning_rate"], self.settings.get("regularisation")
        with_decay = "" if weight_decay is None else f" with λ {weight_decay:,.6g}"
        return (
            f"The loss is no longer finite after step {self.step + 1:,}: the learning"
            f" rate {rate:,.6g}{with_decay} is too large."
        )

    @property
    def _out_of_memory(self) -> str:
        batch = f" with a batch of {self.settings['batch']:,}" if self.has("batch") else ""
        return (
            f"Step {self.step + 1:,} of {self.name}{batch} takes more memory than there is. The"
            f" weights of step {self.step:,} are kept. Lower the batch, or begin a run with smaller"
            " layers."
        )

    @property
    def scheduled_rate(self) -> float | None:
        """The learning rate of its next step, where a schedule has changed it; else None."""
        if not self.has("schedule"):
            return None
        rate = rate_at(self.step, self.settings)
        return None if rate == self.settings["learning_rate"] else rate

    @property
    def is_diverging(self) -> bool:
        """Whether the loss is far above that of knowing nothing, and does not come back."""
        last = self.history.last
        if last is None or last <= DIVERGING * counts.uniform_nll(len(self._corpus.vocabulary)):
            return False
        newest = self.history.train.newest(STEPS_TO_COME_BACK)
        before, after = newest[: len(newest) // 2], newest[len(newest) // 2 :]
        if not len(before):
            return False
        if self.trainer is not None and self.trainer.measures_each_step:
            return bool(after.max() >= before.max())
        return bool(after.mean() >= before.mean())  # a batch's loss goes up and down by itself

    def resume(
        self,
        *,
        history: History,
        goal: int,
        state: State,
        reason: str,
        loss_nll: float | None,
        trained: dict[str, Any],
    ) -> None:
        """Take up the training of another run of this spec; one that ran there rests here.

        Args:
            history: of that training.
            goal: see `train`.
            state: as it was.
            reason: why it failed, where it did.
            loss_nll: the last loss without λ · mean(W²); None where it is not known.
            trained: see `Trainer.state`; empty where the run is not trained.

        Raises:
            BadSetting: the state is none of such a trainer.
        """
        if self.trainer is not None:
            self.trainer.resume(trained, len(history.train))
        self.version += 1
        self.history, self.goal, self.loss_nll = history, goal, loss_nll
        self.state, self.reason = "paused" if state == "training" else state, reason

    # --- settings ---------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        """Whether it has a setting of this name."""
        return name in self.settings

    def setting(self, name: str) -> Setting:
        """See `ModelKind.setting`."""
        return self.kind.setting(name)

    def begins_another(self, changes: dict[str, Value]) -> bool:
        """Whether these settings are for another run: they belong to a model from its beginning."""
        return any(
            self.setting(name).begins_run and self.settings[name] != value
            for name, value in changes.items()
        )

    def configure(self, changes: dict[str, Value]) -> None:
        """Give settings new values, that have been checked; a model without trainer is refitted."""
        changes = {name: v for name, v in changes.items() if self.settings[name] != v}
        if not changes:
            return
        spec = replace(self.spec, settings=self.settings | changes)
        if self.trainer is None:
            self._build(spec)
            return
        self.model.spec = spec
        for name, value in changes.items():
            if sign := self.setting(name).sign:
                self.history.mark(self.step, sign, f"{value:,.6g}")
