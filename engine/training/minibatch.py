"""Gradient descent on a few places at a time, for any model that has weights.

A step draws a batch of places, and subtracts the gradient of its mean NLL times the learning rate.

Shape suffixes: N steps of a burst, B places of a batch, C symbols of a window.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from typing import Final

import torch
from torch import Tensor

from engine.data.tokens import Tokens
from engine.devices import memory, one_thread
from engine.errors import BadSetting
from engine.models.evaluation import mean_nll_so_far
from engine.models.trainable import TrainableModel
from engine.settings.values import Value
from engine.training.trainer import Burst, Evaluation

EVALUATE_EVERY: Final = 10_000  # steps: lecture 2's net makes them in 2 seconds, one takes 0.2
EVALUATED_AT_ONCE: Final = 1 << 25  # places times weights: some milliseconds, as a request may wait
EVALUATED_FIRST: Final = (100, 300, 1000, 3000)  # steps: at first the loss falls fast
EVALUATED: Final = 1 << 18  # places of a side: all of the lecture's; a loss to three digits
EVALUATED_PRODUCTS: Final = 1 << 33  # places times weights, of a side: a second or two
EVALUATED_AT_LEAST: Final = 1 << 13  # places of a side, however large the model is
LONGEST_BURST: Final = 1000  # steps; preparing a burst then costs next to nothing
MOST_PLACES: Final = 1 << 18  # of a burst's batches: 20 MB of windows, where they have 8 symbols
SMALL: Final = 1 << 24  # places of a batch times weights; below, torch's other threads are no help
BATCHES: Final = "batches"  # of a state: where the generator of the batches is


class MinibatchTrainer:
    """Trains a model with the settings `learning_rate`, `decay_at` and `batch`; see `Trainer`.

    Args:
        model: with the setting `seed`, which seeds the batches too.
        train: what it is trained on.
        held_out: what it is evaluated on beside that; None without a hold-out.
    """

    longest_burst = LONGEST_BURST
    measures_each_step = False

    def __init__(self, model: TrainableModel, train: Tokens, held_out: Tokens | None) -> None:
        self.step = 0
        self._model = model
        self._train = train
        self._seed = int(model.spec.settings["seed"])
        self._batches = _generator(self._seed, BATCHES)
        self._sides = [(side, self._sample(side)) for side in (train, held_out) if side is not None]
        self._evaluation: Evaluation | None = None
        self._evaluating: Iterator[Evaluation | None] | None = None
        self._is_due = False  # an evaluation that the next steps wait for

    @property
    def nll(self) -> float:
        """See `Trainer.nll`: every 10,000 steps, and where it was asked to measure."""
        return math.nan if self._evaluation is None else self._evaluation.train

    @property
    def held_out_nll(self) -> float:
        """See `Trainer.held_out_nll`."""
        held_out = None if self._evaluation is None else self._evaluation.held_out
        return math.nan if held_out is None else held_out

    @property
    def is_measured(self) -> bool:
        """See `Trainer.is_measured`."""
        return self._evaluation is not None and self._evaluation.step == self.step

    def measure_on(self) -> Evaluation | None:
        """See `Trainer.measure_on`."""
        if not self.is_measured:
            self._evaluating = self._evaluating or self._evaluate()
            evaluation = next(self._evaluating)
            if evaluation is None:
                return None
            self._evaluation, self._evaluating, self._is_due = evaluation, None, False
        return self._evaluation

    def burst(self, steps: int, settings: Mapping[str, Value]) -> Burst:
        """See `Trainer.burst`; it ends where an evaluation is due, and the next ones make that.

        Where it fails, as for want of memory, the weights are as they were.

        A step is made if the weights behind it are finite and have a finite loss on the next batch,
        so that where a training stops does not depend on how its steps fall into bursts.
        """
        if self._is_due:
            evaluation = self.measure_on()
            done = () if evaluation is None else (evaluation,)
            return Burst(self.step + 1, (), (), (), diverged=False, evaluations=done)
        room = max(1, MOST_PLACES // int(settings["batch"]))
        due = _next_evaluation(self.step)
        steps = min(steps, LONGEST_BURST, room, due - self.step)
        weights = list(self._model.weights.values())
        before = [weight.detach().clone() for weight in weights]
        generator_before = self._batches.get_state()
        is_finite = False
        try:
            losses = self._descend(steps, settings)
            is_finite = all(map(math.isfinite, losses)) and all(
                bool(weight.isfinite().all()) for weight in weights
            )
        finally:
            if not is_finite:
                with torch.no_grad():
                    for weight, first in zip(weights, before, strict=True):
                        weight.copy_(first)
                self._batches.set_state(generator_before)
        if not is_finite:
            if steps > 1:  # those that can be made, in shorter and shorter bursts
                return self.burst(steps // 2, settings)
            return Burst(self.step + 1, (), (), (), diverged=True)
        self._model.weights_changed()
        self.step += steps
        self._evaluating, self._is_due = None, self.step == due
        evaluation = self.measure_on() if self._is_due else None
        return Burst(
            first=self.step - steps + 1,
            losses=tuple(losses[:-1]),
            nlls=(),
            held_out=(),
            diverged=False,
            evaluations=() if evaluation is None else (evaluation,),
        )

    def state(self) -> dict[str, Tensor]:
        """See `Trainer.state`."""
        return {**self._model.tensors(), BATCHES: self._batches.get_state()}

    def resume(self, state: dict[str, Tensor], step: int) -> None:
        """See `Trainer.resume`."""
        kind = self._model.spec.kind
        try:
            torch.Generator().set_state(state[BATCHES])
        except (KeyError, RuntimeError, TypeError):
            raise BadSetting(
                f"State of a training of model {kind}: '{BATCHES}' is no state of a random"
                " generator. Open an earlier save, or start anew."
            ) from None
        self._model.load(state)
        self._batches.set_state(state[BATCHES])
        self.step = step
        self._evaluation, self._evaluating, self._is_due = None, None, False

    @torch.no_grad()
    def _descend(self, steps: int, settings: Mapping[str, Value]) -> list[float]:
        """Make the steps; their losses, and that of the batch behind them, which is drawn again."""
        batch, decay_at = int(settings["batch"]), int(settings["decay_at"])
        self._check_memory(batch)
        learning_rate = float(settings["learning_rate"])
        drawn = self._train.draw(self._batches, steps * batch)
        generator_behind = self._batches.get_state()
        places = torch.cat((drawn, self._train.draw(self._batches, batch)))
        self._batches.set_state(generator_behind)
        weights = list(self._model.weights.values())
        windows, targets = self._train.windows(places, self._model.context)
        device = weights[0].device
        windows_NBC = windows.contiguous().to(device).view(steps + 1, batch, -1)
        targets_NB = targets.contiguous().to(device).view(steps + 1, batch)
        losses = []  # they stay on the device until all are made
        is_small = batch * self._model.parameters < SMALL
        with one_thread(where=is_small):
            for number, windows_BC, targets_B in zip(
                range(self.step, self.step + steps), windows_NBC, targets_NB, strict=False
            ):
                loss, gradients = self._model.gradients(windows_BC, targets_B)
                losses.append(loss)
                has_decayed = 0 < decay_at <= number
                rate = learning_rate / 10 if has_decayed else learning_rate
                for weight, gradient in zip(weights, gradients, strict=True):
                    weight.add_(gradient, alpha=-rate)
            losses.append(self._model.loss(windows_NBC[-1], targets_NB[-1]))
        return torch.stack(losses).tolist()

    def _check_memory(self, batch: int) -> None:
        """Refuse a step that the machine cannot hold: it would end the program, without an error.

        Raises:
            MemoryError: what each layer gives takes it all, with its gradient and one more of that.
        """
        outputs = sum(
            weight.shape[1] for weight in self._model.weights.values() if weight.dim() == 2
        )
        if batch * outputs * 3 * 4 > memory():
            raise MemoryError

    def _evaluate(self) -> Iterator[Evaluation | None]:
        """Measure both sides, some places at a time; the last is what was measured."""
        rows = max(1, EVALUATED_AT_ONCE // self._model.parameters)
        nlls: dict[int, float] = {}  # by side
        places = 0  # since it was asked to go on
        for number, (side, sample_P) in enumerate(self._sides):
            for nll in mean_nll_so_far(self._model, side, sample_P, rows):
                nlls[number] = nll
                places += min(rows, len(side))
                if places > rows:
                    places = 0
                    yield None
        yield Evaluation(self.step, nlls[0], nlls.get(1))

    def _sample(self, side: Tokens) -> Tensor | None:
        """The places that are evaluated; None: all."""
        at_a_cost = max(EVALUATED_AT_LEAST, EVALUATED_PRODUCTS // self._model.parameters)
        most = min(EVALUATED, at_a_cost)
        if len(side) <= most:
            return None
        return side.draw(_generator(self._seed, "evaluation"), most)


def _next_evaluation(step: int) -> int:
    """The first step after `step` that is evaluated."""
    early = (each for each in EVALUATED_FIRST if each > step)
    return next(early, (step // EVALUATE_EVERY + 1) * EVALUATE_EVERY)


def _generator(seed: int, purpose: str) -> torch.Generator:
    """A generator whose numbers have nothing to do with another purpose's of the same seed."""
    digest = hashlib.sha256(f"{purpose} {seed}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little"))
