"""Drawing names from a matrix of probabilities, with one of the four streams.

Shape suffixes: V symbols, P columns padded to a power of two, S names of a batch, N symbols of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.vocabulary import BOUNDARY, Vocabulary
from engine.errors import BadSetting
from engine.sampling import keyed
from engine.sampling.decoding import check_sharpness, sharpen
from engine.sampling.keyed import Keyed
from engine.sampling.streams import Notebook, Stream, Torch, Video
from engine.sampling.texts import draw_text
from engine.settings.limits import LENGTH_LIMIT

BATCH: Final = 1 << 17  # names drawn at once: a megabyte a tensor; fastest on two cores
STREAMS: Final[dict[str, type[Stream]]] = {
    "keyed": Keyed,
    "video": Video,
    "notebook": Notebook,
    "torch": Torch,
}


def has_ended(name: str, prefix: str = "") -> bool:
    """Whether a drawn name came to its end; False: it was cut off at `LENGTH_LIMIT`."""
    return len(name) < len(prefix) + LENGTH_LIMIT


class NameStream:
    """Draws names one after another with the random numbers of one stream.

    The probabilities may change from name to name, as those of a net in training do.

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

    def next(self, probs_VV: Tensor, prefix: str = "") -> str:
        """The next name.

        Args:
            probs_VV: each row sums to 1; float64, on the CPU, (V, V).
            prefix: what the name begins with.

        Raises:
            OutsideVocabulary: the prefix has an unknown character.
        """
        symbols = self._vocabulary.encode(prefix)
        longest = len(symbols) + LENGTH_LIMIT
        row = symbols[-1] if symbols else BOUNDARY
        self._begin()
        while len(symbols) < longest:
            # Only the rows that are met are sharpened: of a large alphabet these are few.
            probs_1V = sharpen(probs_VV[row : row + 1], *self._sharpness)
            row = self._stream.choose(probs_1V[0])
            if row == BOUNDARY:
                break
            symbols.append(row)
        return self._vocabulary.decode(symbols)

    def next_text(self, probs_VV: Tensor, length: int, prefix: str = "") -> Iterator[str]:
        """The next text in pieces, of exactly `length` characters behind its prefix.

        It is to be drawn to its end before another begins; see `draw_text`.
        """
        self._begin()
        return draw_text(self._stream, probs_VV, self._vocabulary, length, prefix, *self._sharpness)

    def _begin(self) -> None:
        self._stream.begin(self._drawn)
        self._drawn += 1


def draw_keyed(
    probs_VV: Tensor,
    vocabulary: Vocabulary,
    seed: int,
    start: int,
    count: int,
    prefix: str = "",
) -> Iterator[str]:
    """Names number `start` to `start + count` of the keyed stream, drawn in batches.

    Name number i is the same whichever batch it is in.

    Args:
        probs_VV: float64, each row sums to 1, (V, V); the work is done on its device.
        vocabulary: what the symbols are.
        seed: of the stream; any whole number, its low 64 bits count.
        start: number of the first name, from 0.
        count: how many names.
        prefix: what each name begins with.

    Raises:
        OutsideVocabulary: the prefix has an unknown character.
    """
    symbols = vocabulary.encode(prefix)
    first = symbols[-1] if symbols else BOUNDARY
    # Summed on the CPU: a GPU adds in another order, and might round to another letter.
    cumulative_VP = keyed.cumulative(probs_VV.cpu()).to(probs_VV.device)
    letters = np.array([ord("\n"), *map(ord, vocabulary.characters[1:])], dtype=np.uint32)
    for begin in range(start, start + count, BATCH):
        size = min(BATCH, start + count - begin)
        drawn_N = _draw_batch(cumulative_VP, first, seed, begin, size).numpy()
        names = letters[drawn_N].tobytes().decode("utf-32-le").split("\n")[:-1]
        yield from (prefix + name for name in names) if prefix else names


@torch.inference_mode()
def _draw_batch(cumulative_VP: Tensor, first: int, seed: int, begin: int, size: int) -> Tensor:
    """Symbols of `size` names, one after another, a boundary behind each; (N,), on the CPU."""
    device = cumulative_VP.device
    alive_S = torch.arange(size, device=device)  # places of the names that have not ended
    generators_S = keyed.generators(seed, alive_S + begin)
    current_S = torch.full((size,), first, device=device)
    lengths_S = torch.zeros(size, dtype=torch.int64, device=device)
    drawn: list[tuple[Tensor, Tensor]] = []  # at each position: whose, and which symbol
    while len(alive_S) and len(drawn) < LENGTH_LIMIT:
        uniforms_S = keyed.uniforms(generators_S, torch.tensor(len(drawn), device=device))
        current_S = keyed.choose(cumulative_VP, current_S, uniforms_S)
        going = current_S.nonzero().squeeze(1)
        current_S, generators_S, alive_S = current_S[going], generators_S[going], alive_S[going]
        drawn.append((alive_S, current_S))
        lengths_S[alive_S] = len(drawn)
    ends_S = (lengths_S + 1).cumsum(0)
    starts_S = ends_S - (lengths_S + 1)
    symbols_N = torch.full((int(ends_S[-1]),), BOUNDARY, device=device)
    for position, (places, symbols) in enumerate(drawn):
        symbols_N[starts_S[places] + position] = symbols
    return symbols_N.cpu()
