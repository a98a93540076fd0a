"""The lecture's three streams of random numbers: one seed, three samplers, three lists of names.

The lecture's video, its notebook and torch as it is today draw different names from the same
probabilities and the same seed, because `torch.multinomial` has changed. All three start from the
words of mt19937, and go on from one name to the next.

Shape suffixes: V symbols.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import BadSetting
from engine.settings.limits import LARGEST_SEED

MCG31_MODULUS: Final = 2**31 - 1
MT19937_WORDS: Final = 625  # of its state: the key, and its position
MCG31_FACTOR: Final = (
    1132489760  # of Intel MKL's generator MCG31m1, which the notebook's torch used
)


class Stream(ABC):
    """Draws symbols, one after another, with random numbers that a seed determines."""

    STATE_WORDS: ClassVar[int] = 0  # 32-bit words of `state`

    @abstractmethod
    def __init__(self, seed: int) -> None: ...

    def begin(self, index: int) -> None:  # noqa: B027  most go on where the last name ended
        """Name number `index` begins."""

    @abstractmethod
    def choose(self, probs_V: Tensor) -> int:
        """A symbol drawn with these probabilities, which sum to 1; float64, (V,)."""

    @abstractmethod
    def numbers(self, count: int, symbols: int) -> NDArray[np.float64]:
        """The random numbers behind the next `count` symbols of V, as `choose` would use them.

        Returns:
            A uniform number for each symbol, (count,), or exponential ones that race, (count, V).
        """

    def state(self) -> NDArray[np.uint32]:
        """Where the stream is between two names; empty where the name's index tells it."""
        return np.empty(0, np.uint32)

    def resume(self, state: NDArray[np.uint32]) -> None:  # noqa: B027  without one, none is needed
        """Go on from a `state` that a stream of the same kind has returned."""

    @classmethod
    def is_state(cls, state: NDArray[np.uint32]) -> bool:
        """Whether a stream of this kind could have returned these words."""
        return len(state) == cls.STATE_WORDS


class Mt19937:
    """The generator that all three streams start from."""

    def __init__(self, seed: int) -> None:
        if not 0 <= seed <= LARGEST_SEED:
            raise BadSetting(
                f"Seed {seed}: the streams video, notebook and torch take a seed from 0 to"
                f" {LARGEST_SEED:,}."
            )
        self._generator = np.random.RandomState(seed)  # seeds mt19937 as torch.Generator does

    def state(self) -> NDArray[np.uint32]:
        """Its key of 624 words, and how many of them are used; (625,)."""
        _, key, position, *_ = self._generator.get_state(legacy=True)
        return np.append(key, position).astype(np.uint32)

    def resume(self, state: NDArray[np.uint32]) -> None:
        """Go on from a `state` that another generator has returned."""
        self._generator.set_state(("MT19937", state[:-1], int(state[-1]), 0, 0.0))

    def words(self, count: int) -> NDArray[np.uint64]:
        """The next 32-bit words; (count,)."""
        return np.frombuffer(self._generator.bytes(4 * count), "<u4").astype(np.uint64)

    def uniforms(self, count: int) -> NDArray[np.float64]:
        """Uniform numbers below 1, of 53 bits each, two words to a number; (count,)."""
        high, low = self.words(2 * count).reshape(count, 2).T
        numbers = (high << np.uint64(32) | low) & np.uint64(2**53 - 1)
        return numbers.astype(np.float64) * 2.0**-53


class _OfWords(Stream):
    """A stream that lives on the words of mt19937."""

    STATE_WORDS = MT19937_WORDS

    def __init__(self, seed: int) -> None:
        self._words = Mt19937(seed)

    def state(self) -> NDArray[np.uint32]:
        """See `Mt19937.state`."""
        return self._words.state()

    def resume(self, state: NDArray[np.uint32]) -> None:
        """See `Mt19937.resume`."""
        self._words.resume(state)

    @classmethod
    def is_state(cls, state: NDArray[np.uint32]) -> bool:
        """Whether it is a key that is not all 0, and a position in it."""
        return super().is_state(state) and bool(state[-1] < MT19937_WORDS and state[:-1].any())


class Video(_OfWords):
    """As in the video: one uniform number; the first symbol whose cumulative P exceeds it."""

    def choose(self, probs_V: Tensor) -> int:
        """See `Stream.choose`."""
        return first_exceeding(probs_V, self._words.uniforms(1)[0])

    def numbers(self, count: int, symbols: int) -> NDArray[np.float64]:
        """See `Stream.numbers`; (count,)."""
        return self._words.uniforms(count)


def first_exceeding(probs_V: Tensor, uniform: float) -> int:
    """The first symbol whose cumulative probability exceeds a number below 1."""
    found = int(np.searchsorted(np.cumsum(probs_V.numpy()), uniform, side="right"))
    return min(found, int(probs_V.nonzero()[-1]))  # the sum may fall short of 1


class Notebook(_OfWords):
    """As in the notebook: a race of exponentials, drawn by a generator that one word seeds."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._powers_V = np.empty(0, dtype=np.int64)

    def choose(self, probs_V: Tensor) -> int:
        """See `Stream.choose`."""
        return int(np.argmax(probs_V.numpy() / self.numbers(1, len(probs_V))[0]))

    def numbers(self, count: int, symbols: int) -> NDArray[np.float64]:
        """See `Stream.numbers`; (count, V)."""
        seeds = self._words.words(count).astype(np.int64) % MCG31_MODULUS
        seeds[seeds == 0] = 1
        if len(self._powers_V) != symbols:
            self._powers_V = np.array(
                [pow(MCG31_FACTOR, place, MCG31_MODULUS) for place in range(symbols)]
            )
        # x_j = factor^j · seed mod m: both are below 2^31, so the product fits 64 bits.
        uniforms = (self._powers_V * seeds[:, None] % MCG31_MODULUS) / MCG31_MODULUS
        return -np.log(uniforms)


class Torch(_OfWords):
    """As torch.multinomial does on the CPU today: a race of exponentials from V uniforms."""

    def choose(self, probs_V: Tensor) -> int:
        """See `Stream.choose`."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return int(np.nanargmax(probs_V.numpy() / self.numbers(1, len(probs_V))[0]))

    def numbers(self, count: int, symbols: int) -> NDArray[np.float64]:
        """See `Stream.numbers`; (count, V)."""
        uniforms = self._words.uniforms(count * symbols).reshape(count, symbols)
        return -np.log1p(-uniforms)


class Python(_OfWords):
    """As random.choices does, with the boundary behind all other symbols, where microgpt has it."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  it has to be Python's

    def choose(self, probs_V: Tensor) -> int:
        """See `Stream.choose`."""
        cumulative_V = np.cumsum(np.roll(probs_V.numpy(), -1))
        number = self._random.random() * cumulative_V[-1]
        found = int(np.searchsorted(cumulative_V[:-1], number, side="right"))
        return (found + 1) % len(cumulative_V)

    def numbers(self, count: int, symbols: int) -> NDArray[np.float64]:
        """See `Stream.numbers`; (count,)."""
        return np.array([self._random.random() for _ in range(count)])

    def state(self) -> NDArray[np.uint32]:
        """See `Mt19937.state`."""
        return np.array(self._random.getstate()[1], np.uint32)

    def resume(self, state: NDArray[np.uint32]) -> None:
        """See `Mt19937.resume`."""
        self._random.setstate((3, tuple(state.tolist()), None))
