"""Running texts are drawn: as long as asked for, and without an end."""

from __future__ import annotations

import itertools
import weakref
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

from engine.data.vocabulary import Vocabulary
from engine.errors import BadSetting, OutsideVocabulary
from engine.sampling import texts
from engine.sampling.decoding import sharpen
from engine.sampling.names import STREAMS, NameStream
from engine.sampling.texts import character_probs
from tests.engine.table import Table

VOCABULARY = Vocabulary("\n abcdefg")  # ten symbols


def random_probs(seed: int, symbols: int = 10) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    probs_VV = torch.rand((symbols, symbols), dtype=torch.float64, generator=generator) ** 3
    return probs_VV / probs_VV.sum(1, keepdim=True)


PROBS = random_probs(1)


def text(stream: NameStream, probs_VV: Tensor, length: int, prefix: str = "") -> str:
    return "".join(stream.next_text(Table(probs_VV), length, prefix))


def slow_text(
    stream: str, seed: int, index: int, length: int, temperature: float, top_k: int
) -> str:
    """A symbol after another, as names are drawn: the end has no probability."""
    numbers = STREAMS[stream](seed)
    row = 0
    for text_number in range(index + 1):
        numbers.begin(text_number)
        row, symbols = 0, []
        for _ in range(length):
            probs_V = PROBS[row].clone()
            probs_V[0] = 0
            probs_1V = (probs_V / probs_V.sum())[None]
            row = numbers.choose(sharpen(probs_1V, temperature, top_k)[0])
            symbols.append(row)
    return VOCABULARY.decode(symbols)


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize(("temperature", "top_k"), [(1.0, 0), (0.7, 3), (0.0, 0), (2.0, 10)])
def test_a_text_is_drawn_as_names_are_with_the_end_left_out(
    stream: str, temperature: float, top_k: int
) -> None:
    texts = NameStream(stream, 5, VOCABULARY, temperature, top_k)
    drawn = [text(texts, PROBS, 150) for _ in range(3)]
    assert drawn == [slow_text(stream, 5, i, 150, temperature, top_k) for i in range(3)]


def test_few_rows_are_kept_at_a_time_however_many_a_text_meets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = text(NameStream("keyed", 5, VOCABULARY), PROBS, 150)
    kept: weakref.WeakSet[texts.Choice] = weakref.WeakSet()
    most, make = 0, texts._choice

    def choice(probs_V: NDArray[np.float64]) -> texts.Choice:
        nonlocal most
        kept.add(made := make(probs_V))
        most = max(most, len(kept))
        return made

    monkeypatch.setattr(texts, "_choice", choice)
    monkeypatch.setattr(texts, "MOST_CELLS", 3 * len(VOCABULARY))
    assert text(NameStream("keyed", 5, VOCABULARY), PROBS, 150) == whole
    assert most <= 4


@pytest.mark.parametrize("stream", STREAMS)
@settings(max_examples=10, deadline=None)
@given(length=st.integers(0, 3000))
def test_a_text_has_exactly_as_many_characters_as_asked_for_however_likely_its_end(
    stream: str, length: int
) -> None:
    almost_over = torch.tensor([[0.9, 0.1], [1 - 1e-12, 1e-12]], dtype=torch.float64)
    drawn = text(NameStream(stream, 1, Vocabulary("a")), almost_over, length, "aa")
    assert drawn == "a" * (length + 2), "and its prefix before them"


@pytest.mark.parametrize("stream", STREAMS)
def test_a_longer_text_begins_as_the_shorter_one(
    stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = text(NameStream(stream, 9, VOCABULARY), PROBS, 500)
    monkeypatch.setattr(texts, "BLOCK", 7)
    assert text(NameStream(stream, 9, VOCABULARY), PROBS, 100) == long[:100]


def test_a_text_of_the_keyed_stream_depends_on_its_number_alone() -> None:
    texts = NameStream("keyed", 3, VOCABULARY)
    all_ = [text(texts, PROBS, 80) for _ in range(5)]
    assert len(set(all_)) == 5
    for index, expected in enumerate(all_):
        alone = NameStream("keyed", 3, VOCABULARY)
        alone.resume(index, alone.state())
        assert text(alone, PROBS, 80) == expected


@pytest.mark.parametrize("stream", ["video", "notebook", "torch"])
def test_a_stream_goes_on_behind_a_text_where_it_was(stream: str) -> None:
    texts = NameStream(stream, 3, VOCABULARY)
    first = text(texts, PROBS, 80)
    state = texts.state()
    second = text(texts, PROBS, 80)
    other = NameStream(stream, 3, VOCABULARY)
    other.resume(1, state)
    assert text(other, PROBS, 80) == second != first


@pytest.mark.parametrize("stream", STREAMS)
def test_pairs_come_as_often_as_their_probability_says(stream: str) -> None:
    drawn = text(NameStream(stream, 2, VOCABULARY), PROBS, 20_000)
    pairs = Counter(itertools.pairwise(VOCABULARY.encode(drawn)))
    rows = Counter(VOCABULARY.encode(drawn[:-1]))
    for row, times in rows.items():
        expected = character_probs(Table(PROBS), [row]) * times
        chi_square = sum(
            (pairs[row, symbol] - float(e)) ** 2 / float(e)
            for symbol, e in enumerate(expected)
            if symbol and e > 0
        )
        assert chi_square < 40, "8 degrees of freedom: beyond 40 once in 300,000 rows"


def test_behind_what_only_the_end_can_follow_the_text_begins_anew() -> None:
    chain = torch.tensor([[0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=torch.float64)  # . → a → b → .
    assert text(NameStream("keyed", 1, Vocabulary("ab")), chain, 6) == "ababab"


def test_where_nothing_can_follow_each_character_is_as_probable() -> None:
    over = torch.tensor([[1, 0, 0], [1, 0, 0], [1, 0, 0]], dtype=torch.float64)
    assert character_probs(Table(over), [1]).tolist() == [0, 0.5, 0.5]


def test_what_cannot_be_drawn_with_is_refused_before_the_first_piece() -> None:
    with pytest.raises(OutsideVocabulary, match=r"'9' \(character 2\)"):
        text(NameStream("keyed", 1, VOCABULARY), PROBS, 5, "a9")
    with pytest.raises(BadSetting, match="Top-k 11"):
        NameStream("keyed", 1, VOCABULARY, top_k=11)
