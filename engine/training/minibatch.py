"""Training on a few rows of the data at a time, for any model that has weights.

A step takes the gradient of the mean NLL of a batch; an optimizer makes new weights of it.

Shape suffixes: N steps of a burst, B rows of a batch, R rows of one side of the data.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Iterator, Mapping
from typing import Final

import torch
from torch import Tensor

from engine.data.examples import Examples, WindowsOfWords
from engine.data.tokens import Tokens
from engine.devices import memory, one_thread
from engine.errors import BadSetting
from engine.models.evaluation import mean_nll_so_far
from engine.models.trainable import TrainableModel
from engine.settings.values import Value
from engine.training.mean_weights import MeanWeights
from engine.training.optimizers import OPTIMIZERS
from engine.training.schedules import rate_at
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
DROPOUT: Final = "dropout"  # where the generator is of what is dropped out


class MinibatchTrainer:
    """Trains a model with the settings of `minibatch_settings`; see `Trainer`.

    Args:
        model: with the setting `seed`, which seeds the batches too.
        train: what it is trained on.
        held_out: what it is evaluated on beside that; None without a hold-out.
    """

    longest_burst = LONGEST_BURST
    measures_each_step = False

    def __init__(self, model: TrainableModel, train: Tokens, held_out: Tokens | None) -> None:
        settings = model.spec.settings
        self.step = 0
        self._model = model
        self._train = model.examples(train)
        if settings.get("batch_of") == "words":
            self._train = WindowsOfWords(train, model.context)
        self._seed = int(settings["seed"])
        is_shared = settings["generators"] == "shared"
        self._batches = model.generator if is_shared else _generator(self._seed, BATCHES)
        self._dropout = _generator(self._seed, DROPOUT) if "dropout" in settings else None
        self._passes_R = _shuffled(self._seed, len(self._train), settings["order"] == "passes")
        self._optimizer = OPTIMIZERS[str(settings["optimizer"])](model)
        self._mean = MeanWeights(model, float(settings["mean_weights"]))
        sides = [model.examples(side) for side in (train, held_out) if side is not None]
        self._sides = [(side, self._sample(side)) for side in sides]
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
        room = max(1, int(MOST_PLACES / self._train.places_a_row) // int(settings["batch"]))
        due = _next_evaluation(self.step)
        steps = min(steps, LONGEST_BURST, room, due - self.step)
        before, is_finite = self.state(), False
        try:
            self._mean.exchange()
            losses = self._descend(steps, settings)
            self._mean.exchange()
            is_finite = all(map(math.isfinite, losses)) and all(
                bool(tensor.isfinite().all()) for tensor in self.state().values()
            )
        finally:
            if not is_finite:
                self._restore(before, self.step)
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
        return {
            **self._model.tensors(),
            **self._mean.state(),
            **self._optimizer.state(),
            **{name: each.get_state() for name, each in self._generators.items()},
        }

    def resume(self, state: dict[str, Tensor], step: int) -> None:
        """See `Trainer.resume`."""
        for name in self._generators:
            try:
                torch.Generator().set_state(state[name])
            except (KeyError, RuntimeError, TypeError):
                raise BadSetting(
                    f"State of a training of model {self._model.spec.kind}: '{name}' is no state of"
                    " a random generator. Open an earlier save, or start anew."
                ) from None
        self._optimizer.check(state)
        self._mean.check(state)
        self._restore(state, step)
        self._evaluation, self._evaluating, self._is_due = None, None, False

    def _restore(self, state: Mapping[str, Tensor], step: int) -> None:
        self._model.load(state)
        self._mean.resume(state)
        self._optimizer.resume(state, step)
        for name, generator in self._generators.items():
            generator.set_state(state[name])
        self.step = step

    @property
    def _generators(self) -> dict[str, torch.Generator]:
        """Those of its chance, by the names that they have in its state."""
        dropout = {} if self._dropout is None else {DROPOUT: self._dropout}
        return {BATCHES: self._batches} | dropout

    @torch.no_grad()
    def _descend(self, steps: int, settings: Mapping[str, Value]) -> list[float]:
        """Make the steps; their losses, and that of the batch behind them, which is drawn again."""
        model, batch, longest = self._model, int(settings["batch"]), float(settings["clip"])
        self._check_memory(batch)
        rows_NB = self._rows(steps, batch)
        losses = []  # they stay on the device until all are made
        with one_thread(where=batch * self._train.places_a_row * model.parameters < SMALL):
            *batches, behind = self._train.batches(rows_NB, model.device)
            for number, (inputs, targets) in enumerate(batches, self.step):
                loss, gradients = model.gradients(inputs, targets, self._dropout)
                losses.append(loss)
                if longest:
                    norm = torch.nn.utils.get_total_norm(gradients)
                    gradients = tuple(each * (longest / norm).clamp(max=1) for each in gradients)
                self._optimizer.step(gradients, rate_at(number, settings), settings)
                self._mean.follow(number)
            losses.append(model.loss(*behind))
        return torch.stack(losses).tolist()

    def _check_memory(self, batch: int) -> None:
        """Refuse a step that the machine cannot hold: it would end the program, without an error.

        Raises:
            MemoryError: what each layer gives takes it all, with its gradient and one more of that.
        """
        outputs = sum(
            weight.shape[1] for weight in self._model.weights.values() if weight.dim() == 2
        )
        if batch * self._train.places_a_row * outputs * 3 * 4 > memory():
            raise MemoryError

    def _rows(self, steps: int, batch: int) -> Tensor:
        """The rows of so many batches, and of that behind them, which the generator forgets."""
        if self._passes_R is not None:
            first = self.step * batch
            turns = torch.arange(first, first + (steps + 1) * batch) % len(self._passes_R)
            return self._passes_R[turns].view(steps + 1, batch)
        rows = self._train.draw(self._batches, steps * batch)
        generator_behind = self._batches.get_state()
        behind = self._train.draw(self._batches, batch)
        self._batches.set_state(generator_behind)
        return torch.cat((rows, behind)).view(steps + 1, batch)

    def _evaluate(self) -> Iterator[Evaluation | None]:
        """Measure both sides, some places at a time; the last is what was measured."""
        nlls: dict[int, float] = {}  # by side
        places = 0  # since it was asked to go on
        at_once = max(1, EVALUATED_AT_ONCE // self._model.work)
        for number, (side, sample_R) in enumerate(self._sides):
            rows = max(1, int(at_once / side.places_a_row))
            for nll in mean_nll_so_far(self._model, side, sample_R, rows):
                nlls[number] = nll
                places += int(min(rows, len(side)) * side.places_a_row)
                if places > at_once:
                    places = 0
                    yield None
        yield Evaluation(self.step, nlls[0], nlls.get(1))

    def _sample(self, side: Examples) -> Tensor | None:
        """The rows that are evaluated; None: all."""
        at_a_cost = max(EVALUATED_AT_LEAST, EVALUATED_PRODUCTS // self._model.work)
        most = int(min(EVALUATED, at_a_cost) / side.places_a_row)
        if len(side) <= most:
            return None
        return side.draw(_generator(self._seed, "evaluation"), most)


def _next_evaluation(step: int) -> int:
    """The first step after `step` that is evaluated."""
    early = (each for each in EVALUATED_FIRST if each > step)
    return next(early, (step // EVALUATE_EVERY + 1) * EVALUATE_EVERY)


def _shuffled(seed: int, rows: int, is_wanted: bool) -> Tensor | None:
    """All rows in the order of Python's shuffle, as microgpt has it; (R,)."""
    if not is_wanted:
        return None
    order = list(range(rows))
    random.Random(seed).shuffle(order)  # noqa: S311  it has to be Python's
    return torch.tensor(order)


def _generator(seed: int, purpose: str) -> torch.Generator:
    """A generator whose numbers have nothing to do with another purpose's of the same seed."""
    digest = hashlib.sha256(f"{purpose} {seed}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little"))
