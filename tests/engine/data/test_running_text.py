"""A file as one running text: its counts are those of the whole, wherever its pieces meet."""

import tracemalloc
import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.data import corpus as corpus_module
from engine.data.corpus import Corpus, read_corpus
from engine.data.reading import read_text as read_text_module
from engine.data.reading.read_text import read_text
from engine.errors import DataError
from engine.settings.data_format import DataFormat

Write = Callable[[bytes | str], Path]
TEXT = DataFormat(format="text")


def prepared(text: str, lower: bool = False) -> str:
    """What a text is as a whole."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text.lower() if lower else text)


def pairs_of(counts_VV: object, corpus: Corpus) -> Counter[tuple[str, str]]:
    characters = ["", *corpus.vocabulary.characters[1:]]
    cells = counts_VV.nonzero().tolist()  # type: ignore[attr-defined]
    return Counter({(characters[i], characters[j]): int(counts_VV[i, j]) for i, j in cells})  # type: ignore[index]


# Letters that combine with the ones before, line ends in two halves, a final sigma, Hangul jamo.
ANY = st.text(st.sampled_from("ab.\r\n\u0301\u0323eΣ\u1100\u1161\u11a8İ \U0001d15f"), max_size=120)


@settings(deadline=None, max_examples=200)
@given(text=ANY, block=st.integers(1, 9), lower=st.booleans())
@example(text="a\r\n\r\r\nb\r", block=2, lower=False)
@example(text="ΑΣ Σ\u0301Α", block=3, lower=True)
def test_where_pieces_meet_does_not_matter(
    text: str, block: int, lower: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "text"
    path.write_bytes(text.encode())
    usual, read_text_module.BLOCK = read_text_module.BLOCK, block
    try:
        if not text:
            with pytest.raises(DataError, match="is empty"):
                list(read_text(path, TEXT))
            return
        how = DataFormat(format="text", lower=lower)
        assert "".join(piece.text for piece in read_text(path, how)) == prepared(text, lower)
        corpus = read_corpus(path, data_format=how)
    finally:
        read_text_module.BLOCK = usual  # type: ignore[misc]
    whole = prepared(text, lower)
    assert pairs_of(corpus.counts_VV, corpus) == Counter(pairwise(["", *whole, ""]))
    assert (corpus.words, corpus.lengths) == (1, {len(whole): 1})


def test_the_boundary_stands_at_the_two_ends_only(write: Write) -> None:
    corpus = read_corpus(write("to be\nor not\n\n"), data_format=TEXT)
    counts_VV = corpus.counts_VV
    assert corpus.vocabulary.characters == (".", "\n", " ", "b", "e", "n", "o", "r", "t")
    assert counts_VV[0].tolist() == [0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert counts_VV[:, 0].tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert int(counts_VV.sum()) == len("to be\nor not\n\n") + 1
    assert corpus.has("to be") is None
    assert corpus.first_words == ("to be", "or not")


def test_no_line_of_a_text_is_too_long(write: Write) -> None:
    path = write("to be or not " * 90_000)
    with pytest.raises(DataError, match="--format text"):
        read_corpus(path)
    corpus = read_corpus(path, data_format=TEXT)
    assert corpus.lengths == {90_000 * 13: 1}
    assert int(corpus.counts_VV.sum()) == 90_000 * 13 + 1


@pytest.mark.slow
def test_memory_does_not_grow_with_a_text_that_is_too_large_to_be_kept(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus_module, "KEEP_WORDS_UP_TO", 1 << 20)
    peaks = []
    for repeats in (400_000, 2_400_000):
        path = write("to be or né " * repeats)
        tracemalloc.start()
        read_corpus(path, data_format=TEXT)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_the_last_characters_of_a_text_are_held_out(write: Write) -> None:
    text = "abcabcabcd" * 10
    whole = read_corpus(write(text), data_format=TEXT)
    corpus = read_corpus(write(text), 0.25, TEXT)
    assert corpus.held_out == 25
    assert corpus.held_out_VV is not None
    assert corpus.all_counts_VV.equal(whole.counts_VV)
    assert pairs_of(corpus.counts_VV, corpus) == Counter(pairwise(["", *text[:75]]))
    assert pairs_of(corpus.held_out_VV, corpus) == Counter(pairwise([*text[74:], ""]))


def test_a_text_may_be_held_out_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("ab ab")
    (tmp_path / "b").write_text("b\na")
    corpus = read_corpus(tmp_path / "a", data_format=TEXT, hold_out_data=tmp_path / "b")
    assert corpus.held_out_VV is not None
    assert pairs_of(corpus.counts_VV, corpus) == Counter(pairwise(["", *"ab ab", ""]))
    assert pairs_of(corpus.held_out_VV, corpus) == Counter(pairwise(["", *"b\na", ""]))


def test_rare_characters_of_a_text_are_taken_out(write: Write) -> None:
    corpus = read_corpus(write("abxab\nayb"), data_format=DataFormat(format="text", alphabet=2))
    assert corpus.left_out == 3
    assert pairs_of(corpus.counts_VV, corpus) == Counter(pairwise(["", *"ababab", ""]))
    many = "".join(map(chr, range(0x4E00, 0x4E00 + 5000)))
    with pytest.raises(DataError, match=r"81\.9 % of all: --alphabet 4096 .* out all others"):
        read_corpus(write(many), data_format=TEXT)


@pytest.mark.parametrize("block", [1, 2, 5, 1000])
def test_comments_of_a_text_are_left_out_wherever_its_pieces_meet(
    block: int, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_text_module, "BLOCK", block)
    path = write("## no\na # yes\n#yes\r\n##\n\n##")
    pieces = list(read_text(path, DataFormat(format="text", comments="##")))
    assert "".join(piece.text for piece in pieces) == "a # yes\n#yes\n\n"
    assert sum(piece.comment_lines for piece in pieces) == 3


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"ab\r\ncd\n\0e", "line 3: a NUL byte"),
        (b"ab\ncd\xff", "line 2: not UTF-8 .byte 0xff at offset 5"),
        (b"ab\ncd\xc3", "line 2: not UTF-8 .byte 0xc3 at offset 5"),
    ],
)
@pytest.mark.parametrize("block", [1, 3, 1 << 20])
def test_what_is_wrong_in_a_text_is_said_with_its_place(
    content: bytes, why: str, block: int, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_text_module, "BLOCK", block)
    with pytest.raises(DataError, match=why):
        read_corpus(write(content), data_format=TEXT)
