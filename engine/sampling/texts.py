"""Drawing a running text: exactly as many characters as asked for.

The end of the text is never drawn: its probability is left out, and the rest of each row is
normalised again. So a text of any length can be drawn, as from nanoGPT.

Shape suffixes: V symbols.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.vocabulary import BOUNDARY, Vocabulary
from engine.sampling.decoding import check_sharpness, sharpen
from engine.sampling.streams import Stream

BLOCK: Final = 1 << 10  # characters; with the numbers of 4,097 symbols for each, 34 MB
Choice = Callable[[Any], int]  # from a number, or from V exponential ones, a symbol


def character_probs(probs_VV: Tensor, row: int) -> Tensor:
    """The probabilities of the characters behind a symbol, given that the text does not end there.

    Where nothing but the end can follow, the text begins anew: what may stand at its beginning
    follows. Where not even that is possible, each character is as probable as another.

    Args:
        probs_VV: each row sums to 1; float64, (V, V).
        row: the symbol before.

    Returns:
        float64, (V,): 0 for the boundary; the rest sums to 1.

    >>> character_probs(torch.tensor([[0.5, 0.25, 0.25], [1, 0, 0], [0, 1, 0]]).double(), 1)
    tensor([0.0000, 0.5000, 0.5000], dtype=torch.float64)
    """
    for probs_V in (probs_VV[row], probs_VV[BOUNDARY]):
        kept_V = probs_V.clone()
        kept_V[BOUNDARY] = 0
        if (total := kept_V.sum()) > 0:
            return kept_V / total
    kept_V = torch.ones_like(probs_VV[BOUNDARY])
    kept_V[BOUNDARY] = 0
    return kept_V / kept_V.sum()


def draw_text(
    stream: Stream,
    probs_VV: Tensor,
    vocabulary: Vocabulary,
    length: int,
    prefix: str = "",
    temperature: float = 1.0,
    top_k: int = 0,
) -> Iterator[str]:
    """A text in pieces: the prefix, and exactly `length` characters drawn behind it.

    Args:
        stream: where the random numbers come from, at the beginning of a draw.
        probs_VV: each row sums to 1; float64, on the CPU, (V, V).
        vocabulary: what the symbols are.
        length: characters to draw.
        prefix: what the text begins with.
        temperature: see `sharpen`; the end of the text is left out first.
        top_k: see `sharpen`; so many of the characters.

    Raises:
        OutsideVocabulary: the prefix has an unknown character.
        BadSetting: the temperature or top-k makes no sense.
    """
    check_sharpness(temperature, top_k, len(vocabulary))
    symbol = [BOUNDARY, *vocabulary.encode(prefix)][-1]

    def choice_behind(symbol: int) -> Choice:
        probs_1V = sharpen(character_probs(probs_VV, symbol)[None], temperature, top_k)
        return _choice(probs_1V[0].numpy())

    yield prefix
    choices: dict[int, Choice] = {}  # of the symbols that were met
    for begin in range(0, length, BLOCK):
        drawn: list[int] = []
        with np.errstate(divide="ignore", invalid="ignore"):  # in a race, as in `Torch.choose`
            for number in stream.numbers(min(BLOCK, length - begin), len(vocabulary)):
                if symbol not in choices:
                    choices[symbol] = choice_behind(symbol)
                symbol = choices[symbol](number)
                drawn.append(symbol)
        yield vocabulary.decode(drawn)


def _choice(probs_V: NDArray[np.float64]) -> Choice:
    """Chooses as `Stream.choose` does, many times faster where the row stays the same."""
    sums_V = probs_V.cumsum()
    sums_V[probs_V.nonzero()[0][-1] :] = 1.0  # the sum may fall short of it
    sums = sums_V.tolist()

    def choose(number: Any) -> int:
        if isinstance(number, np.ndarray):
            return int(np.nanargmax(probs_V / number))
        return bisect_right(sums, number)

    return choose
