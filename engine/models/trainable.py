"""What a trainer needs of a model: weights, and the gradients of a batch's loss.

Shape suffixes: B windows of a batch, C symbols of a window.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor

from engine.errors import BadSetting
from engine.models.model import WindowModel
from engine.settings.limits import MOST_PARAMETERS


class TrainableModel(WindowModel):
    """A model whose weights are changed in place by a trainer, and by nothing else."""

    weights: dict[str, Tensor]  # by name; float32 on the model's device, require gradients

    @abstractmethod
    def loss(self, windows_BC: Tensor, targets_B: Tensor) -> Tensor:
        """Mean NLL of a batch in nats per character; a scalar that has gradients.

        Args:
            windows_BC: int64 on the model's device, (B, C).
            targets_B: what follows each; int64 on the model's device, (B,).
        """

    def gradients(self, windows_BC: Tensor, targets_B: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The loss of a batch, and its gradient by each of the weights, in their order.

        It is autograd's here. A model that is faster by hand says so in a method of its own.
        """
        with torch.enable_grad():
            loss = self.loss(windows_BC, targets_B)
            return loss.detach(), torch.autograd.grad(loss, list(self.weights.values()))

    def weights_changed(self) -> None:
        """Forget what was made of the weights: a trainer calls it after each burst."""

    @property
    def parameters(self) -> int:
        """See `Model.parameters`."""
        return sum(weight.numel() for weight in self.weights.values())

    def tensors(self) -> dict[str, Tensor]:
        """The weights by name, copied to the CPU: what a checkpoint keeps."""
        return {name: weight.detach().cpu().clone() for name, weight in self.weights.items()}

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Take the weights that `tensors` told; others among them are left alone.

        Raises:
            BadSetting: one is missing, of another shape or type, or not finite; no weight is
                changed.
        """
        for name, weight in self.weights.items():
            found = tensors.get(name)
            if found is None or (found.shape, found.dtype) != (weight.shape, weight.dtype):
                has = "is missing" if found is None else f"is {_described(found)}"
                raise BadSetting(
                    f"Weights of model {self.spec.kind}: '{name}' {has}, not {_described(weight)}."
                    " They are of a model with other settings or another vocabulary: open its own."
                )
            if not found.isfinite().all():
                raise BadSetting(
                    f"Weights of model {self.spec.kind}: '{name}' has numbers that are not finite."
                    " Open an earlier save, or start anew."
                )
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight.copy_(tensors[name])
        self.weights_changed()

    def inside(self) -> dict[str, Tensor]:
        """The weights that are matrices; see `Model.inside`."""
        matrices = {name: weight for name, weight in self.weights.items() if weight.dim() == 2}
        return {name: matrix.detach().cpu().double() for name, matrix in matrices.items()}


def check_size(parameters: int) -> None:
    """Refuse a model that is larger than any of a lab, before memory is taken for its weights.

    Raises:
        BadSetting: says how large it may be.
    """
    if parameters > MOST_PARAMETERS:
        raise BadSetting(
            f"A model of {parameters:,} parameters: {MOST_PARAMETERS:,} are the most. Give it"
            " smaller layers."
        )


def _described(weight: Tensor) -> str:
    shape = " x ".join(map(str, weight.shape)) or "1"
    return f"{shape} of {str(weight.dtype).removeprefix('torch.')}"
