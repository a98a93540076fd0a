"""The last result of a computation, kept while what it was computed from stays the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memo(Generic[Value]):
    """One value and its key. Unlike a cached method it makes no cycle that keeps tensors alive."""

    def __init__(self) -> None:
        self._kept: tuple[Hashable, Value] | None = None

    def of(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The value of this key, computed only where the last one was another's."""
        if self._kept is None or self._kept[0] != key:
            self._kept = None  # the old one may be large: it goes before the new one comes
            self._kept = (key, compute())
        return self._kept[1]
