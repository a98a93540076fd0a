"""What a step makes of the gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import torch
from torch import Tensor

from engine.errors import BadSetting
from engine.models.base.trainable import TrainableModel
from engine.settings.values import Value

MOMENTS: Final = {"exp_avg": "first moment", "exp_avg_sq": "second moment"}  # torch's names, ours


class Optimizer(Protocol):
    """Changes the weights of a model in place."""

    def step(self, gradients: Sequence[Tensor], rate: float, settings: Mapping[str, Value]) -> None:
        """Make one step.

        Args:
            gradients: by each of the weights, in their order.
            rate: the learning rate.
            settings: of the run; see `minibatch_settings`.
        """

    def state(self) -> dict[str, Tensor]:
        """A copy of what the next steps depend on beside the weights, on the CPU."""

    def check(self, state: Mapping[str, Tensor]) -> None:
        """Refuse what is no `state` of such an optimizer.

        Raises:
            BadSetting: says what is missing.
        """

    def resume(self, state: Mapping[str, Tensor], step: int) -> None:
        """Go on from a `state`, as after so many steps."""


class Sgd:
    """Gradient descent: w ← w - rate · (gradient + decay · w)."""

    def __init__(self, model: TrainableModel) -> None:
        self._model = model

    def step(self, gradients: Sequence[Tensor], rate: float, settings: Mapping[str, Value]) -> None:
        """See `Optimizer.step`."""
        weight_decay = float(settings["weight_decay"])
        for weight, gradient in zip(self._model.weights.values(), gradients, strict=True):
            if weight_decay:
                weight.mul_(1 - rate * weight_decay)
            weight.add_(gradient, alpha=-rate)

    def state(self) -> dict[str, Tensor]:
        """See `Optimizer.state`: there is nothing beside the weights."""
        return {}

    def check(self, state: Mapping[str, Tensor]) -> None:
        """See `Optimizer.check`."""

    def resume(self, state: Mapping[str, Tensor], step: int) -> None:
        """See `Optimizer.resume`."""


class AdamW:
    """Adam with decoupled weight decay, as torch has it.

    Source: Loshchilov and Hutter, Decoupled weight decay regularization, 2019.
    """

    def __init__(self, model: TrainableModel) -> None:
        self._model = model
        self._weights = list(model.weights.values())
        is_fused = model.device.type in ("cpu", "cuda")
        self._torch = torch.optim.AdamW(self._weights, fused=is_fused or None)
        self._begin_with({}, 0)

    def step(self, gradients: Sequence[Tensor], rate: float, settings: Mapping[str, Value]) -> None:
        """See `Optimizer.step`."""
        self._torch.param_groups[0].update(
            lr=rate,
            betas=(float(settings["beta1"]), float(settings["beta2"])),
            weight_decay=float(settings["weight_decay"]),
        )
        for weight, gradient in zip(self._weights, gradients, strict=True):
            weight.grad = gradient
        self._torch.step()

    def state(self) -> dict[str, Tensor]:
        """See `Optimizer.state`: both moments of each weight."""
        return {
            f"{name}, {ours}": self._torch.state[weight][moment].detach().cpu().clone()
            for name, weight in self._model.weights.items()
            for moment, ours in MOMENTS.items()
        }

    def check(self, state: Mapping[str, Tensor]) -> None:
        """See `Optimizer.check`."""
        for name, weight in self._model.weights.items():
            for moment in MOMENTS.values():
                found = state.get(f"{name}, {moment}")
                if found is None or found.shape != weight.shape or not found.isfinite().all():
                    raise BadSetting(
                        f"State of a training of model {self._model.spec.kind}: '{name}, {moment}'"
                        " is missing, or is not that of such a model. Open an earlier save, or"
                        " start anew."
                    )

    def resume(self, state: Mapping[str, Tensor], step: int) -> None:
        """See `Optimizer.resume`."""
        self._begin_with(state, step)

    def _begin_with(self, state: Mapping[str, Tensor], step: int) -> None:
        """Take moments; those that are not in the state are 0."""
        for name, weight in self._model.weights.items():
            moments = {
                theirs: state.get(f"{name}, {ours}", torch.zeros_like(weight))
                for theirs, ours in MOMENTS.items()
            }
            self._torch.state[weight] = {
                "step": torch.tensor(float(step), device=weight.device),
                **{theirs: moment.to(weight, copy=True) for theirs, moment in moments.items()},
            }


OPTIMIZERS: Final[dict[str, type[Sgd | AdamW]]] = {"sgd": Sgd, "adamw": AdamW}
