"""Splits that were published: which words are trained on, held out, and kept for a last test.

The split `hash` is not here: a word's own hash decides, while the file is read.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import torch

from engine.data.counting.sides import Side
from engine.data.counting.words import is_held_out

MOST_TESTED: Final = 1000  # words of a side that makemore.py, and ngram, test on


@dataclass(frozen=True)
class Sides:
    """The words of a corpus, in the order in which they are learnt, held out and tested on."""

    train: Side
    held_out: Side
    test: Side = field(default=Side(b""))


def split_words(
    words: Side, split: str, hold_out: float = 0.0, *, last_has_end: bool = True
) -> Sides:
    r"""Split words as others have published it.

    `lecture` shuffles them by Python's generator with seed 42, and takes 80, 10 and 10 of a hundred
    (lectures 2 to 5). `ngram` shuffles them alike; the first thousand are the test, the next the
    hold-out. `makemore` permutes them by torch's generator with seed 3407; the last thousand are
    the test, and none is held out. Of fewer words than 10,000 the thousand is a tenth.

    Args:
        words: all words of the data.
        split: its name.
        hold_out: the fraction of the distinct words that is held out of the training words, where
            the split itself holds out none.
        last_has_end: whether the file ends with a line end. Where it does not, `ngram` lets the
            last word run into the one that comes to stand behind it: it shuffles lines.

    >>> sides = split_words(Side(b"a\nb\nc\nd\ne\nf\ng\nh\ni\nj"), "lecture")
    >>> sides.train.text.split(), sides.held_out.text.split(), sides.test.text.split()
    ([b'h', b'd', b'c', b'i', b'f', b'g', b'j', b'e'], [b'a'], [b'b'])
    """
    texts = [word for word in words.text.replace(b"\r", b"\n").split(b"\n") if word]
    train, held_out, test = _SPLITS[split](len(texts))
    if hold_out:
        are_held_out = [is_held_out(texts[place].decode(), hold_out) for place in train]
        held_out += [place for place, is_out in zip(train, are_held_out, strict=True) if is_out]
        train = [place for place, is_out in zip(train, are_held_out, strict=True) if not is_out]

    endless = None if last_has_end or split != "ngram" else len(texts) - 1

    def side(places: Sequence[int]) -> Side:
        text = b"".join(texts[place] + (b"" if place == endless else b"\n") for place in places)
        weights_W = None if words.weights_W is None else words.weights_W[np.array(places, int)]
        return Side(text, weights_W)

    return Sides(side(train), side(held_out), side(test))


Places = tuple[list[int], list[int], list[int]]  # of the words: trained on, held out, tested


def _lecture(words: int) -> Places:
    order = _shuffled(words)
    first, second = int(0.8 * words), int(0.9 * words)
    return order[:first], order[first:second], order[second:]


def _ngram(words: int) -> Places:
    order, tested = _shuffled(words), min(MOST_TESTED, words // 10)
    return order[2 * tested :], order[tested : 2 * tested], order[:tested]


def _makemore(words: int) -> Places:
    order = torch.randperm(words, generator=torch.Generator().manual_seed(3407)).tolist()
    trained = words - min(MOST_TESTED, words // 10)
    return order[:trained], [], order[trained:]


def _shuffled(words: int) -> list[int]:
    order = list(range(words))
    random.Random(42).shuffle(order)  # noqa: S311  it has to be Python's
    return order


_SPLITS: Final[dict[str, Callable[[int], Places]]] = {
    "lecture": _lecture,
    "makemore": _makemore,
    "ngram": _ngram,
}
