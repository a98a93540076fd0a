"""How a file is read: encodings, comments, lower case, an alphabet, another file to hold out."""

import hashlib
from pathlib import Path

import pytest

from engine.data.corpus import read_corpus
from engine.errors import BadSetting, DataError
from engine.settings.data_format import DataFormat
from tests.engine.data.files import NAMES, Put, complaint, read


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_says_what_a_file_is_in(encoding: str, put: Put) -> None:
    corpus = read(put("names.csv", NAMES.replace("Ana", "Añá").encode(encoding)), weight="count")
    assert corpus.known == {"Añá", "Bo"}
    assert corpus.vocabulary.characters == (".", "A", "B", "o", "á", "ñ")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16-le", "mac-roman", "gb18030"])
def test_a_file_is_read_in_the_encoding_it_is_in(encoding: str, put: Put) -> None:
    words = ["Zoé", "Ré", "ana"] * 40_000
    data = "\n".join(words).encode(encoding)
    corpus = read(put("a.txt", data), encoding=encoding)
    assert (corpus.words, corpus.known) == (120_000, set(words))
    assert corpus.sha256 == hashlib.sha256(data).hexdigest(), "of the bytes as they are"


def test_what_is_not_in_its_encoding_is_named_with_its_place(put: Put) -> None:
    text = complaint(put("a.txt", b"ab\r\ncd\ne\x81\n"), encoding="cp1252")
    assert ", line 3: not cp1252 (byte 0x81 at offset 8). Give the encoding" in text
    assert "not idna" in complaint(put("a.txt", b"ab\n\xff\n"), encoding="idna")
    assert "not utf-16-le" in complaint(put("a.txt", b"a\0b"), encoding="utf-16-le")
    text = complaint(put("a.txt", "ana\n".encode("utf-16-le")))
    assert ", line 1: a NUL byte" in text
    assert "--encoding" in text


def test_comments_are_left_out_and_counted(put: Put) -> None:
    corpus = read(put("a.txt", "# two\nann\n  # more\n\nb#o\n"), comments="#")
    assert (corpus.known, corpus.comment_lines, corpus.blank_lines) == ({"ann", "b#o"}, 2, 1)
    corpus = read(put("a.csv", "# a, b\nname,n\n#Ana,3\nBo,4\n"), comments="#", weight="n")
    assert (corpus.known, corpus.words, corpus.comment_lines) == ({"Bo"}, 4, 2)
    assert "2 comments and no word" in complaint(put("a.txt", "#a\n#b"), comments="#")


def test_lower_cases_what_is_read_and_what_is_typed(put: Put) -> None:
    corpus = read(put("a.txt", "ANNA\nAnna\nİ\n"), lower=True)
    assert (corpus.words, corpus.known) == (3, {"anna", "i̇"})
    assert corpus.has(corpus.as_read("aNNa"))
    assert read(put("a.csv", "Name\nBO\n"), lower=True).known == {"bo"}


def test_an_alphabet_leaves_out_words_with_rarer_characters(put: Put) -> None:
    corpus = read(put("a.txt", "aab\nab\nac\nba\n"), alphabet=2)
    assert (corpus.words, corpus.left_out, corpus.known) == (3, 1, {"aab", "ab", "ba"})
    assert corpus.counts_VV.tolist() == read(put("b.txt", "aab\nab\nba\n")).counts_VV.tolist()
    assert read(put("a.txt", "dcba\na\nb\nc\nd\n"), alphabet=2).known == {"a", "b"}, (
        "of equally common ones those with the lower code points"
    )
    corpus = read(put("a.csv", "w,n\nab,1\nc,9\n"), weight="n", alphabet=1)
    assert (corpus.known, corpus.left_out) == ({"c"}, 1)
    assert "Give --alphabet a larger number" in complaint(put("a.txt", "ab\n"), alphabet=1)


@pytest.mark.slow
def test_an_alphabet_beyond_the_limit_can_be_cut_to_it(put: Put) -> None:
    common = "".join(map(chr, range(0x4E00, 0x4E00 + 4096)))
    rare = "".join(map(chr, range(0x6000, 0x6000 + 404)))
    path = put("words.txt", f"{common}\n{common}\n{common}\n{rare}\na{rare}\n")
    text = complaint(path)
    assert "4,501 distinct characters, where a matrix has at most 4,096" in text
    assert f"make {int(1000 * 3 * 4096 / (3 * 4096 + 2 * 404 + 1)) / 10} % of all" in text
    assert "--alphabet 4096 keeps them, and leaves out the words with others" in text
    corpus = read(path, alphabet=4096)
    assert (corpus.words, corpus.left_out, len(corpus.vocabulary)) == (3, 2, 4097)


def test_another_file_is_held_out_instead_of_a_fraction(put: Put) -> None:
    data, test = put("data.txt", "ann\nbob\n"), put("test.txt", "zoe\nann\nbo\n")
    corpus = read_corpus(data, hold_out_data=test)
    alone = read_corpus(test)
    assert (corpus.words, corpus.held_out) == (5, 3)
    assert corpus.vocabulary.characters == (".", "a", "b", "e", "n", "o", "z"), "those of both"
    assert corpus.held_out_VV is not None
    assert int(corpus.counts_VV.sum()) == 8
    kept = [corpus.vocabulary.characters.index(c) for c in alone.vocabulary.characters]
    assert corpus.held_out_VV[kept][:, kept].equal(alone.counts_VV)
    assert corpus.hold_out_sha256 == alone.sha256
    with pytest.raises(BadSetting, match="fraction or a file"):
        read_corpus(data, 0.1, hold_out_data=test)
    with pytest.raises(DataError, match="nowhere: no such file"):
        read_corpus(data, hold_out_data=Path("nowhere"))


def test_what_is_held_out_is_read_as_the_data_is(put: Put) -> None:
    data, test = put("data.csv", NAMES), put("test.csv", "sex,count,name\nF,5,Zoe\n")
    corpus = read_corpus(data, data_format=DataFormat(weight="count"), hold_out_data=test)
    assert (corpus.words, corpus.held_out) == (9, 5)
    rows = put("test.csv", "F,5,Zoe\n")
    words = read_corpus(put("data.txt", "ann\nbob\n"), hold_out_data=rows)
    assert words.format_found == (
        "test.csv is read so too, though it looks like csv without a header."
    )
    plain = put("test.txt", "zoe\nann\n")
    with pytest.raises(DataError, match=r"test.txt, line 1: there is no column name"):
        read_corpus(data, hold_out_data=plain)
