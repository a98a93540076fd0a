"""microgpt's own way, written plainly: each number is an object that passes on its gradient.

It is what the rung `microgpt` is measured against.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

Row = list["Number"]
Matrix = list[Row]


class Number:
    """A number, what it was made of, and its derivatives by that."""

    __slots__ = ("gradient", "made_of", "slopes", "value")

    def __init__(
        self,
        value: float,
        made_of: tuple[Number, ...] = (),
        slopes: tuple[float, ...] = (),
    ) -> None:
        self.value = value
        self.gradient = 0.0
        self.made_of = made_of
        self.slopes = slopes

    def __add__(self, other: Number | float) -> Number:
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other: Number | float) -> Number:
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.value * other.value, (self, other), (other.value, self.value))

    def power(self, exponent: float) -> Number:
        """The number to the power of a constant."""
        slope = exponent * self.value ** (exponent - 1)
        return Number(self.value**exponent, (self,), (slope,))

    def exp(self) -> Number:
        """E to the power of the number."""
        value = math.exp(self.value)
        return Number(value, (self,), (value,))

    def log(self) -> Number:
        """The natural logarithm."""
        return Number(math.log(self.value), (self,), (1 / self.value,))

    def relu(self) -> Number:
        """The number, or 0 where it is negative."""
        return Number(max(0.0, self.value), (self,), (float(self.value > 0),))

    def backward(self) -> None:
        """Add the gradient of this number to all that it was made of."""
        order: list[Number] = []
        seen: set[int] = set()
        stack = [(self, False)]
        while stack:
            number, is_done = stack.pop()
            if is_done:
                order.append(number)
            elif id(number) not in seen:
                seen.add(id(number))
                stack.append((number, True))
                stack.extend((part, False) for part in number.made_of)
        self.gradient = 1.0
        for number in reversed(order):
            for part, slope in zip(number.made_of, number.slopes, strict=True):
                part.gradient += slope * number.gradient


def _sum(numbers: Sequence[Number]) -> Number:
    total = numbers[0]
    for number in numbers[1:]:
        total = total + number
    return total


def _linear(x: Row, weights: Matrix) -> Row:
    return [_sum([w * number for w, number in zip(row, x, strict=True)]) for row in weights]


def _normalised(x: Row) -> Row:
    mean = _sum([number * number for number in x]) * (1 / len(x))
    scale = (mean + 1e-5).power(-0.5)
    return [number * scale for number in x]


def _softmax(x: Row) -> Row:
    largest = max(number.value for number in x)
    exps = [(number + -largest).exp() for number in x]
    total = _sum(exps).power(-1)
    return [each * total for each in exps]


class ScalarGpt:
    """microgpt with one layer, and its training.

    Args:
        weights: of `MicroGpt`, as lists, in its order.
        heads: of the layer.
    """

    def __init__(self, weights: dict[str, list[list[float]]], heads: int) -> None:
        self.weights = {
            name: [[Number(value) for value in row] for row in rows]
            for name, rows in weights.items()
        }
        self._heads = heads
        self._all = [number for rows in self.weights.values() for row in rows for number in row]
        self._means = [0.0] * len(self._all)
        self._squares = [0.0] * len(self._all)

    def _logits(self, symbol: int, place: int, keys: Matrix, values: Matrix) -> Row:
        weights = self.weights
        both = zip(weights["wte"][symbol], weights["wpe"][place], strict=True)
        x = _normalised([a + b for a, b in both])
        normal = _normalised(x)
        q = _linear(normal, weights["wq 1"])
        keys.append(_linear(normal, weights["wk 1"]))
        values.append(_linear(normal, weights["wv 1"]))
        size, seen = len(q) // self._heads, list[Number]()
        for head in range(self._heads):
            part = slice(head * size, (head + 1) * size)
            scores = [
                _sum([a * b for a, b in zip(q[part], k[part], strict=True)]) * size**-0.5
                for k in keys
            ]
            attention = _softmax(scores)
            for column in zip(*(value[part] for value in values), strict=True):
                seen.append(_sum([a * v for a, v in zip(attention, column, strict=True)]))
        x = [a + b for a, b in zip(x, _linear(seen, weights["wo 1"]), strict=True)]
        hidden = [each.relu() for each in _linear(_normalised(x), weights["fc1 1"])]
        x = [a + b for a, b in zip(x, _linear(hidden, weights["fc2 1"]), strict=True)]
        return _linear(x, weights["lm_head"])

    def step(self, word: Sequence[int], number: int, steps: int) -> float:
        """Learn from a word, with a boundary at both ends; returns its loss before.

        Args:
            word: symbols.
            number: how many steps were made before.
            steps: in which the rate falls from 0.01 to 0.
        """
        keys, values, losses = list[Row](), list[Row](), list[Number]()
        for place, (symbol, target) in enumerate(pairwise(word)):
            probs = _softmax(self._logits(symbol, place, keys, values))
            losses.append(probs[target].log() * -1.0)
        loss = _sum(losses) * (1 / len(losses))
        loss.backward()
        rate = 0.01 * (1 - number / steps)
        for i, each in enumerate(self._all):
            self._means[i] = 0.85 * self._means[i] + 0.15 * each.gradient
            self._squares[i] = 0.99 * self._squares[i] + 0.01 * each.gradient**2
            mean = self._means[i] / (1 - 0.85 ** (number + 1))
            square = self._squares[i] / (1 - 0.99 ** (number + 1))
            each.value -= rate * mean / (square**0.5 + 1e-8)
            each.gradient = 0.0
        return loss.value
