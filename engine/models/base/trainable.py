"""What a trainer needs of a model: weights, and the gradients of a batch's loss."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import BadSetting
from engine.models.base.model import Model
from engine.settings.limits import MOST_PARAMETERS
from engine.settings.values import ModelSpec


class TrainableModel(Model, ABC):
    """A model whose weights are changed in place by a trainer, and by nothing else.

    Args:
        spec: with all settings of its kind.
        symbols: V.
        first: the weights before any training, by name; on the model's device.
        generator: it drew them, and may go on to draw the batches.
        statistics: what is learnt of the batches beside the weights, by name; on the device.
    """

    def __init__(
        self,
        spec: ModelSpec,
        symbols: int,
        first: Mapping[str, Tensor],
        generator: torch.Generator,
        statistics: Mapping[str, Tensor] = MappingProxyType({}),
    ) -> None:
        self.spec = spec
        self.symbols = symbols
        self.weights = {name: weight.requires_grad_() for name, weight in first.items()}
        self.statistics = dict(statistics)
        self.generator = generator
        self.weights_changed()

    EMBEDDING: ClassVar[str] = "embedding"  # the weights with a row for each symbol, if any are

    @abstractmethod
    def loss(
        self, inputs: Tensor, targets: Tensor, chance: torch.Generator | None = None
    ) -> Tensor:
        """Mean NLL of a batch in nats per character; a scalar that has gradients.

        Args:
            inputs: of the model's `Examples`, on its device.
            targets: what is to be predicted.
            chance: draws what is dropped out of a step of training; None: nothing is.
        """

    def gradients(
        self, inputs: Tensor, targets: Tensor, chance: torch.Generator | None = None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The loss of a batch, and its gradient by each of the weights, in their order.

        It is autograd's here. A model that is faster by hand says so in a method of its own. Only
        here `statistics` may change.
        """
        with torch.enable_grad():
            loss = self.loss(inputs, targets, chance)
            return loss.detach(), torch.autograd.grad(loss, list(self.weights.values()))

    def behind_weights(self) -> NDArray[np.uint32] | None:
        """Where Python's generator was behind the first weights, as a stream's state.

        It is None where torch has drawn them.
        """
        return None

    def weights_changed(self) -> None:
        """Forget what was made of the weights: a trainer calls it after each burst."""

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(iter(self.weights.values())).device

    @property
    def parameters(self) -> int:
        """See `Model.parameters`."""
        return sum(weight.numel() for weight in self.weights.values())

    @property
    def work(self) -> int:
        """About how many products a place costs."""
        return self.parameters

    def tensors(self) -> dict[str, Tensor]:
        """Weights and statistics by name, copied to the CPU: what a checkpoint keeps."""
        both = self.weights | self.statistics
        return {name: tensor.detach().cpu().clone() for name, tensor in both.items()}

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Take what `tensors` told; others among them are left alone.

        Raises:
            BadSetting: one is missing, of another shape or type, or not finite; none is changed.
        """
        own = self.weights | self.statistics
        for name, weight in own.items():
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
            for name, weight in own.items():
                weight.copy_(tensors[name])
        self.weights_changed()

    def inside(self) -> dict[str, Tensor]:
        """The weights that are matrices; see `Model.inside`."""
        matrices = {name: weight for name, weight in self.weights.items() if weight.dim() == 2}
        return {name: matrix.detach().cpu().double() for name, matrix in matrices.items()}


def check_size(shapes: Iterable[Sequence[int]]) -> None:
    """Refuse a model that is larger than any of a lab, before memory is taken for its weights.

    Args:
        shapes: of its weights.

    Raises:
        BadSetting: says how large it may be.
    """
    parameters = sum(map(math.prod, shapes))
    if parameters > MOST_PARAMETERS:
        raise BadSetting(
            f"A model of {parameters:,} parameters: {MOST_PARAMETERS:,} are the most. Give it"
            " smaller layers."
        )


def _described(weight: Tensor) -> str:
    shape = " x ".join(map(str, weight.shape)) or "1"
    return f"{shape} of {str(weight.dtype).removeprefix('torch.')}"
