"""Drawing a running text: exactly as many characters as asked for.

The end of the text is never drawn: its probability is left out, and the rest of each row is
normalised again. So a text of any length can be drawn, as from nanoGPT.

Shape suffixes: V symbols.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.vocabulary import BOUNDARY, Vocabulary
from engine.models.base.model import Model
from engine.sampling.decoding import check_sharpness, sharpen
from engine.sampling.streams import Stream

BLOCK: Final = 1 << 10  # characters; with the numbers of 4,097 symbols for each, 34 MB
MOST_CELLS: Final = 1 << 22  # of the rows that are kept: 40 bytes each, 170 MB
Choice = Callable[[Any], int]  # from a number, or from V exponential ones, a symbol


def character_probs(model: Model, window: Sequence[int]) -> Tensor:
    """The probabilities of the characters that follow, given that the text does not end there.

    Where nothing but the end can follow, the text begins anew: what may stand at its beginning
    follows. Where not even that is possible, each character is as probable as another.

    Args:
        model: any.
        window: the symbols before, as many as the model looks at.

    Returns:
        float64, (V,): 0 for the boundary; the rest sums to 1.
    """
    for before in (window, (BOUNDARY,)):
        kept_V = model.probs(torch.tensor([before]))[0, -1].clone()
        kept_V[BOUNDARY] = 0
        if (total := kept_V.sum()) > 0:
            return kept_V / total
    kept_V = torch.ones_like(kept_V)
    kept_V[BOUNDARY] = 0
    return kept_V / kept_V.sum()


def draw_text(
    stream: Stream,
    model: Model,
    vocabulary: Vocabulary,
    length: int,
    prefix: str = "",
    temperature: float = 1.0,
    top_k: int = 0,
) -> Iterator[str]:
    """A text in pieces: the prefix, and exactly `length` characters drawn behind it.

    Args:
        stream: where the random numbers come from, at the beginning of a draw.
        model: whose probabilities are drawn from.
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
    window = deque([BOUNDARY, *vocabulary.encode(prefix)], maxlen=model.context)

    def choice_behind(window: tuple[int, ...]) -> Choice:
        probs_1V = sharpen(character_probs(model, window)[None], temperature, top_k)
        return _choice(probs_1V[0].numpy())

    yield prefix
    choices: dict[tuple[int, ...], Choice] = {}  # of the windows that were met last
    for begin in range(0, length, BLOCK):
        drawn: list[int] = []
        for number in stream.numbers(min(BLOCK, length - begin), len(vocabulary)):
            before = tuple(window)
            if before not in choices:
                yield vocabulary.decode(drawn)  # a large model takes a millisecond for the next
                drawn = []
                if len(choices) * len(vocabulary) >= MOST_CELLS:
                    choices.clear()
                choices[before] = choice_behind(before)
            symbol = choices[before](number)
            window.append(symbol)
            drawn.append(symbol)
        yield vocabulary.decode(drawn)


def _choice(probs_V: NDArray[np.float64]) -> Choice:
    """Chooses as `Stream.choose` does, many times faster where the row stays the same."""
    sums_V = probs_V.cumsum()
    sums_V[probs_V.nonzero()[0][-1] :] = 1.0  # the sum may fall short of it
    sums = sums_V.tolist()

    def choose(number: Any) -> int:
        if isinstance(number, np.ndarray):
            with np.errstate(divide="ignore", invalid="ignore"):  # as in `Torch.choose`
                return int(np.nanargmax(probs_V / number))
        return bisect_right(sums, number)

    return choose
