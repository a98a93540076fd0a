"""The exponential mean of the weights over the steps, which is steadier than the last ones are."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from engine.errors import BadSetting
from engine.models.base.trainable import TrainableModel

TRAINED = "as trained"  # of a state: the weights themselves, as the model has their mean


class MeanWeights:
    """Keeps the mean in the model between bursts, and the weights themselves during one.

    Args:
        model: of which it is.
        decay: what part of the mean stays at each step; 0: no mean is made. At first less stays,
            (1 + steps) / (10 + steps), so that the first weights are soon forgotten.
    """

    def __init__(self, model: TrainableModel, decay: float) -> None:
        self._model = model
        self._decay = decay
        # Between bursts the weights as they are trained; during one, their mean.
        self._others: dict[str, Tensor] = {}
        if decay:
            self._others = {name: w.detach().clone() for name, w in model.weights.items()}

    @torch.no_grad()
    def exchange(self) -> None:
        """A burst begins, or has ended."""
        for name, other in self._others.items():
            weight = self._model.weights[name]
            before = weight.clone()
            weight.copy_(other)
            other.copy_(before)

    @torch.no_grad()
    def follow(self, step: int) -> None:
        """Take the weights of one more step, of this number, into the mean."""
        stays = min(self._decay, (1 + step) / (10 + step))
        for name, mean in self._others.items():
            mean.lerp_(self._model.weights[name], 1 - stays)

    def state(self) -> dict[str, Tensor]:
        """Between bursts: a copy of the weights as they are trained, on the CPU."""
        return {f"{name}, {TRAINED}": weight.cpu().clone() for name, weight in self._others.items()}

    def check(self, state: Mapping[str, Tensor]) -> None:
        """Refuse what is no `state` of such weights.

        Raises:
            BadSetting: says what is missing.
        """
        for name, weight in self._others.items():
            found = state.get(f"{name}, {TRAINED}")
            if found is None or found.shape != weight.shape or not found.isfinite().all():
                raise BadSetting(
                    f"State of a training of model {self._model.spec.kind}: '{name}, {TRAINED}' is"
                    " missing, or is not that of such a model. Open an earlier save, or start anew."
                )

    def resume(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a `state`, where the model has the mean already."""
        for name, weight in self._others.items():
            weight.copy_(state[f"{name}, {TRAINED}"])
