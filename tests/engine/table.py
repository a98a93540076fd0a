"""A model that is whatever matrix a test gives it."""

from torch import Tensor

from engine.models.base.model import TableModel
from engine.settings.values import ModelSpec


class Table(TableModel):
    """P(j | i) as it is given; each row sums to 1."""

    def __init__(self, probs_VV: Tensor) -> None:
        self.spec = ModelSpec("table", {})
        self.symbols = len(probs_VV)
        self._probs_VV = probs_VV

    @property
    def probs_VV(self) -> Tensor:
        return self._probs_VV
