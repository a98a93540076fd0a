"""What a model sees of the data: each place's window, as a plain loop over the words makes it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.data import corpus as corpus_module
from engine.data import tokens as tokens_module
from engine.data.built_in import built_in_path
from engine.data.corpus import Corpus, read_corpus
from engine.data.counting.words import is_held_out
from engine.data.tokens import Tokens
from engine.errors import BadSetting
from engine.lab.lab import Lab
from engine.lab.snapshots import dataset_opened
from engine.settings.data_format import DataFormat

Write = Callable[[bytes | str], Path]
Row = tuple[list[int], int]
LINES = DataFormat("lines")
TEXT = DataFormat("text")


def rows_of(words: list[list[int]], context: int, across_words: bool) -> list[Row]:
    """Every place's window and what comes there, plainly."""
    rows: list[Row] = []
    before = [0] * context
    for word in words:
        if not across_words:
            before = [0] * context
        for symbol in [*word, 0]:
            rows.append((before, symbol))
            before = [*before[1:], symbol]
    return rows


def seen(tokens: Tokens, context: int, across_words: bool = False) -> list[Row]:
    windows, targets = tokens.windows(torch.arange(len(tokens)), context, across_words)
    assert (windows.dtype, targets.dtype) == (torch.int64, torch.int64)
    return list(zip(windows.tolist(), targets.tolist(), strict=True))


def check_words(corpus: Corpus, words: list[str], tokens: Tokens | None) -> None:
    assert tokens is not None
    encoded = [corpus.vocabulary.encode(word) for word in words]
    for context in (1, 2, 5):
        for across_words in (False, True):
            assert seen(tokens, context, across_words) == rows_of(encoded, context, across_words)


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(st.sampled_from("abcé漢 \r\n\u2028"), max_size=60),
    hold_out=st.sampled_from([0.0, 0.4]),
)
@example(text="a\r\n\r\nb\r", hold_out=0.0)
@example(text="\n\n\ra\r\r\rabc\rb", hold_out=0.4)
def test_the_windows_are_those_of_a_loop_over_the_words(
    text: str, hold_out: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "words.txt"
    path.write_bytes(text.encode())
    words = [line.strip() for line in text.replace("\r", "\n").split("\n") if line.strip()]
    train = [word for word in words if not is_held_out(word, hold_out)]
    held_out = [word for word in words if is_held_out(word, hold_out)]
    if not train or (hold_out and not held_out):
        return
    corpus = read_corpus(path, hold_out, LINES)
    check_words(corpus, train, corpus.tokens)
    if hold_out:
        check_words(corpus, held_out, corpus.held_out_tokens)
    else:
        assert corpus.held_out_tokens is None


def test_a_file_that_is_held_out_is_the_other_side(write: Write, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("\nba\ncab\n")
    corpus = read_corpus(write("ab\nab\n\nb\n"), 0, LINES, tmp_path / "other")
    check_words(corpus, ["ab", "ab", "b"], corpus.tokens)
    check_words(corpus, ["ba", "cab"], corpus.held_out_tokens)


def test_rows_of_a_table_count_as_often_as_they_say(write: Write) -> None:
    path = write("word,n\nab,3\nb,1000000000000\nccc,1\nca,0\nab,2\n")
    corpus = read_corpus(path, data_format=DataFormat("csv", column="word", weight="n"))
    check_words(corpus, ["ab", "b", "ccc", "ab"], corpus.tokens)
    weights = corpus.tokens.weights
    assert weights is not None
    assert weights.tolist() == [3] * 3 + [10**12] * 2 + [1] * 4 + [2] * 3
    plain = read_corpus(write("word,n\nab,1\nb,1\n"), data_format=DataFormat("csv", weight="n"))
    assert plain.tokens.weights is None


@pytest.mark.parametrize("hold_out", [0.0, 0.3])
def test_the_weights_of_both_sides_stay_with_their_words(write: Write, hold_out: float) -> None:
    words = [a + b for a in "abcdef" for b in "abcdefg"]
    path = write("w,n\n" + "".join(f"{word},{n + 1}\n" for n, word in enumerate(words)))
    corpus = read_corpus(path, hold_out, DataFormat("csv", column="w", weight="n"))
    sides = [(corpus.tokens, corpus.counts_VV)]
    if hold_out:
        assert corpus.held_out_tokens is not None
        assert corpus.held_out_VV is not None
        sides.append((corpus.held_out_tokens, corpus.held_out_VV))
    for tokens, counts_VV in sides:
        windows, targets = tokens.windows(torch.arange(len(tokens)), 1)
        assert tokens.weights is not None
        found_VV = torch.zeros_like(counts_VV)
        found_VV.index_put_((windows[:, 0], targets), tokens.weights, accumulate=True)
        assert found_VV.equal(counts_VV)


def test_a_running_text_is_one_word_with_its_line_breaks(write: Write) -> None:
    corpus = read_corpus(write("ab\r\n\ncd"), data_format=TEXT)
    check_words(corpus, ["ab\n\ncd"], corpus.tokens)


def test_what_is_held_out_of_a_text_sees_the_text_before_it(write: Write) -> None:
    text = "to be\nor not to bé"
    corpus = read_corpus(write(text), 0.3, TEXT)
    assert corpus.held_out == 5  # characters; the end is predicted too
    assert corpus.held_out_tokens is not None
    for context in (1, 3, 20):
        rows = rows_of([corpus.vocabulary.encode(text)], context, across_words=False)
        assert seen(corpus.tokens, context) == rows[:-6]
        assert seen(corpus.held_out_tokens, context) == rows[-6:]


def test_another_text_that_is_held_out_begins_anew(write: Write, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("b\na")
    corpus = read_corpus(write("ab ab"), 0, TEXT, tmp_path / "other")
    check_words(corpus, ["ab ab"], corpus.tokens)
    check_words(corpus, ["b\na"], corpus.held_out_tokens)


@pytest.mark.parametrize("hold_out", [0.0, 0.2])
@pytest.mark.parametrize("how", [LINES, TEXT])
def test_the_pairs_that_are_seen_are_those_that_were_counted(
    how: DataFormat, hold_out: float
) -> None:
    corpus = read_corpus(built_in_path(), hold_out, how)
    size = len(corpus.vocabulary)
    for tokens, counts_VV in (
        (corpus.tokens, corpus.counts_VV),
        (corpus.held_out_tokens, corpus.held_out_VV),
    ):
        if tokens is None or counts_VV is None:
            assert not hold_out
            continue
        windows, targets = tokens.windows(torch.arange(len(tokens)), 1)
        pairs = torch.bincount(windows[:, 0] * size + targets, minlength=size * size)
        assert pairs.reshape(size, size).equal(counts_VV)


@pytest.mark.parametrize("across_words", [False, True])
@pytest.mark.parametrize("first", [1, 3])
def test_columns_are_the_windows_symbol_by_symbol(
    across_words: bool, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens_module, "COLUMN", 5)
    tokens = Tokens(torch.tensor([0, 1, 2, 0, 2, 0, 3, 3, 1, 2, 2, 1, 0]), first=first)
    for context in (0, 1, 3):
        parts = list(tokens.columns(context, across_words))
        *before, there = (
            torch.from_numpy(np.concatenate(part)) for part in zip(*parts, strict=True)
        )
        windows, targets = tokens.windows(torch.arange(len(tokens)), max(1, context), across_words)
        assert there.tolist() == targets.tolist()
        for back, column in enumerate(before, start=1):
            assert column.tolist() == windows[:, -back].tolist()


@pytest.mark.parametrize("how", [LINES, TEXT])
def test_what_is_too_large_to_be_kept_is_said_when_it_is_asked_for(
    how: DataFormat, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("abc\n" * 10)
    monkeypatch.setattr(corpus_module, "KEEP_WORDS_UP_TO", 30)
    corpus = read_corpus(path, data_format=how)
    with pytest.raises(BadSetting, match=r"data\.txt has more than .* Choose counts or bigram"):
        _ = corpus.tokens
    assert corpus.held_out_tokens is None
    lab = Lab(path, device="cpu", data_format=how)
    assert "Choose counts or bigram" in dataset_opened(lab, 1).too_large
