"""Training on a few rows of the data at a time, for any model that has weights.

A step takes the gradient of the mean NLL of a batch; an optimizer makes new weights of it.

Shape suffixes: N steps of a burst, B rows of a batch, R rows of the data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

from engine.data.examples import WindowsOfWords
from engine.data.tokens import Tokens
from engine.devices import memory, one_thread
from engine.errors import BadSetting
from engine.models.base.trainable import TrainableModel
from engine.settings.values import Value
from engine.training.chance import generator_for, shuffled
from engine.training.evaluator import Evaluator, next_evaluation
from engine.training.mean_weights import MeanWeights
from engine.training.optimizers import OPTIMIZERS
from engine.training.schedules import rate_at
from engine.training.trainer import Burst, Evaluation

LONGEST_BURST: Final = 1000  # steps; preparing a burst then costs next to nothing
MOST_PLACES: Final = 1 << 18  # of a burst's batches: 20 MB of windows, where they have 8 symbols
SMALL: Final = 1 << 26  # places of a batch times weights; below, torch's other threads are no help
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
        if settings.get("batch_of") == "words" and not train.is_one_word:
            self._train = WindowsOfWords(train, model.context)
        seed, is_shared = int(settings["seed"]), settings["generators"] == "shared"
        self._batches = model.generator if is_shared else generator_for(BATCHES, seed)
        self._dropout = generator_for(DROPOUT, seed) if "dropout" in settings else None
        in_passes = settings["order"] == "passes"
        if in_passes and self._train.weights_R is not None:
            raise BadSetting(
                "Order passes: the words of this data have weights, and in passes each would come"
                " as often as any other. Give order=random.",
                "order",
            )
        self._passes_R = shuffled(len(self._train), seed) if in_passes else None
        self._optimizer = OPTIMIZERS[str(settings["optimizer"])](model)
        self._mean = MeanWeights(model, float(settings["mean_weights"]))
        self._evaluator = Evaluator(model, train, held_out, seed)
        self._is_due = False  # an evaluation that the next steps wait for

    @property
    def nll(self) -> float:
        """See `Trainer.nll`: every 10,000 steps, and where it was asked to measure."""
        return self._evaluator.nll

    @property
    def held_out_nll(self) -> float:
        """See `Trainer.held_out_nll`."""
        return self._evaluator.held_out_nll

    @property
    def is_measured(self) -> bool:
        """See `Trainer.is_measured`."""
        return self._evaluator.has_measured(self.step)

    def measure_on(self) -> Evaluation | None:
        """See `Trainer.measure_on`."""
        evaluation = self._evaluator.measure_on(self.step)
        self._is_due = self._is_due and evaluation is None
        return evaluation

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
        due = next_evaluation(self.step)
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
        self._evaluator.weights_changed()
        self._is_due = self.step == due
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
        self._evaluator.forget()
        self._is_due = False

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
