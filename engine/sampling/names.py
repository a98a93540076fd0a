"""Drawing names from a model, with one of the four streams.

Shape suffixes: V symbols, P columns padded to a power of two, S names of a batch, B their
beginnings, N symbols of all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.vocabulary import BOUNDARY, Vocabulary
from engine.errors import BadSetting
from engine.models.base.model import CELLS, Model, TableModel
from engine.sampling import keyed_stream
from engine.sampling.decoding import check_sharpness, sharpen
from engine.sampling.in_parts import InParts, finished
from engine.sampling.keyed_stream import Keyed
from engine.sampling.streams import Notebook, Python, Stream, Torch, Video
from engine.sampling.texts import draw_text
from engine.settings.limits import LENGTH_LIMIT

BATCH: Final = 1 << 17  # names drawn at once: a megabyte a tensor; fastest on two cores
STREAMS: Final[dict[str, type[Stream]]] = {
    "keyed": Keyed,
    "video": Video,
    "notebook": Notebook,
    "torch": Torch,
    "python": Python,
}


def has_ended(name: str, prefix: str = "") -> bool:
    """Whether a drawn name came to its end; False: it was cut off at `LENGTH_LIMIT`."""
    return len(name) < len(prefix) + LENGTH_LIMIT


class NameStream:
    """Draws names one after another with the random numbers of one stream.

    The model may change from name to name, as one in training does.

    Args:
        stream: one of `STREAMS`.
        seed: of the stream.
        vocabulary: what the symbols are.
        temperature: see `sharpen`.
        top_k: see `sharpen`.

    Raises:
        BadSetting: one of them makes no sense.
    """

    def __init__(
        self,
        stream: str,
        seed: int,
        vocabulary: Vocabulary,
        temperature: float = 1.0,
        top_k: int = 0,
    ) -> None:
        if stream not in STREAMS:
            raise BadSetting(f"Stream {stream}: there are {', '.join(STREAMS)}.")
        check_sharpness(temperature, top_k, len(vocabulary))
        self._vocabulary = vocabulary
        self._sharpness = (temperature, top_k)
        self._stream: Stream = STREAMS[stream](seed)
        self._drawn = 0

    def state(self) -> NDArray[np.uint32]:
        """Where the stream is; with the number of names drawn, all that the next ones need."""
        return self._stream.state()

    def resume(self, drawn: int, state: NDArray[np.uint32]) -> None:
        """Go on after so many names, where a stream of the same kind and seed was."""
        self._drawn = drawn
        self._stream.resume(state)

    def next(self, model: Model, prefix: str = "", most: int = LENGTH_LIMIT) -> str:
        """See `next_in_parts`."""
        return finished(self.next_in_parts(model, prefix, most))

    def next_in_parts(
        self, model: Model, prefix: str = "", most: int = LENGTH_LIMIT
    ) -> InParts[str]:
        """The next name, a character at a time. It is to be drawn to its end before another.

        Args:
            model: whose probabilities it is drawn from.
            prefix: what the name begins with.
            most: characters behind the prefix; there the name is cut off.

        Raises:
            OutsideVocabulary: the prefix has an unknown character.
        """
        symbols = self._vocabulary.encode(prefix)
        longest = len(symbols) + most
        probs_after = _stepping(model)
        for symbol in (BOUNDARY, *symbols):
            probs_1V = probs_after(symbol)
            yield
        self._begin()
        while len(symbols) < longest:
            symbol = self._stream.choose(sharpen(probs_1V, *self._sharpness)[0])
            if symbol == BOUNDARY:
                break
            symbols.append(symbol)
            probs_1V = probs_after(symbol)
            yield
        return self._vocabulary.decode(symbols)

    def next_text(self, model: Model, length: int, prefix: str = "") -> Iterator[str]:
        """The next text in pieces, of exactly `length` characters behind its prefix.

        It is to be drawn to its end before another begins; see `draw_text`.
        """
        self._begin()
        return draw_text(self._stream, model, self._vocabulary, length, prefix, *self._sharpness)

    def _begin(self) -> None:
        self._stream.begin(self._drawn)
        self._drawn += 1


def _stepping(model: Model) -> Callable[[int], Tensor]:
    """A function that takes the symbols of one word, and returns P of what follows; (1, V)."""
    if isinstance(model, TableModel):  # where tensors of one symbol would take half of the time
        probs_VV = model.probs_VV
        return lambda symbol: probs_VV[symbol : symbol + 1]
    state = model.begin(1)

    def step(symbol: int) -> Tensor:
        nonlocal state
        probs_1V, state = model.step(state, torch.tensor([symbol]))
        return probs_1V

    return step


def draw_keyed(
    model: Model,
    vocabulary: Vocabulary,
    seed: int,
    start: int,
    count: int,
    prefix: str = "",
    temperature: float = 1.0,
    top_k: int = 0,
) -> Iterator[str]:
    """Names number `start` to `start + count` of the keyed stream, drawn in batches.

    Name number i is the same whichever batch it is in.

    Args:
        model: whose probabilities they are drawn from.
        vocabulary: what the symbols are.
        seed: of the stream; any whole number, its low 64 bits count.
        start: number of the first name, from 0.
        count: how many names.
        prefix: what each name begins with.
        temperature: see `sharpen`.
        top_k: see `sharpen`.

    Raises:
        OutsideVocabulary: the prefix has an unknown character.
        BadSetting: the temperature or top-k makes no sense.
    """
    before = torch.tensor([BOUNDARY, *vocabulary.encode(prefix)])
    sharpness = (temperature, top_k)
    batch_of: Callable[[int], _Batch]
    if isinstance(model, TableModel):  # all of its rows are sharpened once
        cumulative_VP = keyed_stream.cumulative(sharpen(model.probs_VV, *sharpness))
        size, batch_of = BATCH, partial(_TableBatch, cumulative_VP, int(before[-1]))
    else:
        size = max(1, CELLS // model.symbols)
        batch_of = partial(_ModelBatch, model, before, sharpness)
    letters = np.array([ord("\n"), *map(ord, vocabulary.characters[1:])], dtype=np.uint32)
    for begin in range(start, start + count, size):
        names_S = torch.arange(begin, min(begin + size, start + count))
        drawn_N = _draw_batch(batch_of(len(names_S)), seed, names_S).numpy()
        names = letters[drawn_N].tobytes().decode("utf-32-le").split("\n")[:-1]
        yield from (prefix + name for name in names) if prefix else names


class _Batch(Protocol):
    """Names that are drawn at once, as far as they have come."""

    def next(self, uniforms_S: Tensor) -> Tensor:
        """The next symbol of each, from a uniform number for each; (S,)."""

    def go_on(self, going: Tensor, symbols_S: Tensor) -> None:
        """Go on with some of them, behind these symbols."""


class _TableBatch:
    """From the running sums of a table; see `keyed_stream.cumulative`."""

    def __init__(self, cumulative_VP: Tensor, first: int, size: int) -> None:
        self._cumulative_VP = cumulative_VP
        self._symbols_S = torch.full((size,), first)

    def next(self, uniforms_S: Tensor) -> Tensor:
        return keyed_stream.choose(self._cumulative_VP, self._symbols_S, uniforms_S)

    def go_on(self, going: Tensor, symbols_S: Tensor) -> None:
        self._symbols_S = symbols_S


class _ModelBatch:
    """From what a model says behind each of them.

    Names that have begun alike have the same probabilities, which are asked for once.
    """

    def __init__(
        self, model: Model, before_T: Tensor, sharpness: tuple[float, int], size: int
    ) -> None:
        self._model = model
        self._sharpness = sharpness
        self._state = model.begin(1)
        for symbol in before_T:
            self._probs_BV, self._state = model.step(self._state, symbol[None])
        self._beginnings_S = torch.zeros(size, dtype=torch.int64)  # which of the B each name has

    def next(self, uniforms_S: Tensor) -> Tensor:
        cumulative_BP = keyed_stream.cumulative(sharpen(self._probs_BV, *self._sharpness))
        return keyed_stream.choose(cumulative_BP, self._beginnings_S, uniforms_S)

    def go_on(self, going: Tensor, symbols_S: Tensor) -> None:
        longer_S = self._beginnings_S[going] * self._model.symbols + symbols_S
        longer_B, self._beginnings_S = torch.unique(longer_S, return_inverse=True)
        state = self._model.some_of(self._state, longer_B // self._model.symbols)
        self._probs_BV, self._state = self._model.step(state, longer_B % self._model.symbols)


@torch.inference_mode()
def _draw_batch(batch: _Batch, seed: int, names_S: Tensor) -> Tensor:
    """Symbols of some names, one after another, a boundary behind each; (N,)."""
    alive_S = torch.arange(len(names_S))  # places of the names that have not ended
    generators_S = keyed_stream.generators(seed, names_S)
    lengths_S = torch.zeros(len(names_S), dtype=torch.int64)
    drawn: list[tuple[Tensor, Tensor]] = []  # at each position: whose, and which symbol
    while len(alive_S) and len(drawn) < LENGTH_LIMIT:
        symbols_S = batch.next(keyed_stream.uniforms(generators_S, torch.tensor(len(drawn))))
        going = symbols_S.nonzero().squeeze(1)
        symbols_S, generators_S, alive_S = symbols_S[going], generators_S[going], alive_S[going]
        drawn.append((alive_S, symbols_S))
        lengths_S[alive_S] = len(drawn)
        if len(going):
            batch.go_on(going, symbols_S)
    ends_S = (lengths_S + 1).cumsum(0)
    starts_S = ends_S - (lengths_S + 1)
    symbols_N = torch.full((int(ends_S[-1]),), BOUNDARY)
    for position, (places, symbols) in enumerate(drawn):
        symbols_N[starts_S[places] + position] = symbols
    return symbols_N
