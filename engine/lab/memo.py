"""A `Memo` keeps the last result of a computation while its inputs stay the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memo(Generic[Value]):
    """A memo holds one value, and the key that it was computed for.

    Unlike a cached method it makes no reference cycle, which would keep tensors alive.
    """

    def __init__(self) -> None:
        self._kept: tuple[Hashable, Value] | None = None

    def of(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the value of a key; it is computed only if the last key was another."""
        if self._kept is None or self._kept[0] != key:
            self._kept = None  # the old one may be large: it goes before the new one comes
            self._kept = (key, compute())
        return self._kept[1]
