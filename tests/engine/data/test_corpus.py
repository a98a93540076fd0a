"""Reading text: what counts as a word, whatever the bytes look like."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.data import corpus as corpus_module
from engine.data.built_in import built_in_path
from engine.data.corpus import Corpus, read_corpus
from engine.data.reading import chunks
from engine.errors import DataError
from engine.settings.data_format import DataFormat

Write = Callable[[bytes | str], Path]
LINES = DataFormat("lines")  # however much a text looks like a table


def reference(text: str) -> tuple[list[str], Counter[tuple[str, str]]]:
    """The words of a text and their pairs, as plainly as the lecture does it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    words = [line.strip() for line in lines]
    words = [word for word in words if word]
    pairs: Counter[tuple[str, str]] = Counter()
    for word in words:
        marked = ["", *word, ""]
        pairs.update(pairwise(marked))
    return words, pairs


def pairs_of(corpus: Corpus) -> Counter[tuple[str, str]]:
    characters = ["", *corpus.vocabulary.characters[1:]]
    counts = corpus.all_counts_VV
    return Counter(
        {(characters[i], characters[j]): int(counts[i, j]) for i, j in counts.nonzero().tolist()}
    )


def check_against_the_reference(path: Path, text: str, hold_out: float = 0.0) -> None:
    words, pairs = reference(text)
    if not words:
        with pytest.raises(DataError):
            read_corpus(path, data_format=LINES)
        return
    corpus = read_corpus(path, hold_out, LINES)
    assert pairs_of(corpus) == pairs
    assert corpus.words == len(words)
    assert corpus.lengths == Counter(map(len, words))
    assert corpus.known == frozenset(words)
    assert list(corpus.first_words) == words[:10]
    assert int(corpus.all_counts_VV.sum()) == sum(len(word) + 1 for word in words)


ASCII = st.text(st.sampled_from("ab. \t\r\n\x1b"), max_size=60)
# Normalised text only: NFC is tested by itself.
ANY = st.text(st.sampled_from("aé.漢 \u2028\u00a0\r\n\x85\x0b"), max_size=60)


@settings(max_examples=100, deadline=None)
@given(text=st.one_of(ASCII, ANY))
@example(text="a\r\n\r\nb\r")
@example(text="\n\r\na \n b\n\n")
@example(text="x")
def test_any_text_is_counted_as_by_the_lectures_loop(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(text.encode())
    check_against_the_reference(path, text)


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_where_chunks_meet_does_not_matter(
    chunk: int, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "anna\r\nbo\n\n  cé \rd\r\n\r\nlast"
    monkeypatch.setattr(chunks, "CHUNK", chunk)
    check_against_the_reference(write(text), text)


def test_blank_lines_are_skipped_and_counted(write: Write) -> None:
    assert read_corpus(write("a\n\n  \nb\r\n\r\nc\n")).blank_lines == 3
    assert read_corpus(write("a\n\n\nb\r\n\r\nc\n")).blank_lines == 3
    assert read_corpus(write("é\n\n\nb\r\n\r\nc\n")).blank_lines == 3


def test_a_byte_order_mark_is_no_character(write: Write) -> None:
    assert read_corpus(write(b"\xef\xbb\xbfab\n")).vocabulary.characters == (".", "a", "b")


def test_accents_are_one_character_however_they_are_written(write: Write) -> None:
    assert read_corpus(write("e\u0301\n")).vocabulary.characters == (".", "é")


def test_a_dot_in_the_data_is_not_the_boundary(write: Write) -> None:
    corpus = read_corpus(write("a.b\n"))
    assert corpus.vocabulary.characters == ("·", ".", "a", "b")
    assert corpus.counts_VV.tolist() == [[0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0], [1, 0, 0, 0]]


def test_words_come_back_from_their_symbols() -> None:
    corpus = read_corpus(built_in_path())
    vocabulary = corpus.vocabulary
    assert corpus.known is not None
    assert {vocabulary.decode(vocabulary.encode(word)) for word in corpus.known} == corpus.known


@pytest.mark.parametrize("text", ["a\na\nb\na\n", "é\né\nb\né\n"])
def test_duplicates_are_counted(text: str, write: Write) -> None:
    corpus = read_corpus(write(text))
    assert (corpus.words, corpus.distinct) == (4, 2)


def test_duplicates_of_a_huge_file_are_not_counted(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus_module, "KEEP_WORDS_UP_TO", 3)
    corpus = read_corpus(write("ab\nab\n"))
    assert corpus.distinct is None
    assert corpus.has("ab") is None
    assert corpus.words == 2


def test_a_hold_out_splits_the_words_without_overlap(write: Write) -> None:
    words = [f"{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676)}" for i in range(2000)]
    text = "\n".join(words + words)
    check_against_the_reference(write(text), text, hold_out=0.2)
    corpus = read_corpus(write(text), hold_out=0.2)
    assert corpus.held_out_VV is not None
    held_out = int(corpus.held_out_VV[0].sum())
    assert held_out % 2 == 0, "both copies of a word are on the same side"
    assert 0.15 < held_out / 4000 < 0.25


def test_the_hold_out_is_the_same_each_time(write: Write) -> None:
    path = built_in_path()
    first, second = (read_corpus(path, 0.1).held_out_VV for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.equal(second)
