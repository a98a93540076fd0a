"""Several values of several settings, and all their combinations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from engine.settings.values import Value

Combination = dict[str, Value]  # of settings: a value each, by their names


def combinations(values: Mapping[str, Iterable[Value]]) -> list[Combination]:
    """Each value of a setting with each of the others; the last setting changes first.

    >>> combinations({"order": [2, 3], "smoothing": [1.0]})
    [{'order': 2, 'smoothing': 1.0}, {'order': 3, 'smoothing': 1.0}]
    """
    return [dict(zip(values, each, strict=True)) for each in product(*values.values())]


def differing(several: Sequence[Mapping[str, Value]]) -> list[str]:
    """The names of which not all have the same value.

    >>> differing([{"order": 2, "smoothing": 1.0}, {"order": 3, "smoothing": 1.0}, {"order": 3}])
    ['order', 'smoothing']
    """
    names = dict.fromkeys(name for each in several for name in each)
    return [name for name in names if len({each.get(name) for each in several}) > 1]
