"""Bad files: a sentence that says what was found, where, and what to do."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.data.corpus import read_corpus
from engine.errors import BadSetting, DataError
from engine.settings.data_format import DataFormat
from engine.settings.limits import LONGEST_LINE

Write = Callable[[bytes | str], Path]


def complaint(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_corpus(path)
    text = str(caught.value)
    assert text.startswith(str(path))
    assert text.isprintable()
    return text


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    assert "no such file" in complaint(tmp_path / "nowhere.txt")


def test_a_folder_is_no_data(tmp_path: Path) -> None:
    assert "is a folder" in complaint(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_one_may_not_read_is_said_to_be_so(write: Write) -> None:
    path = write("a\n")
    path.chmod(0)
    assert "no permission" in complaint(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert "not a regular file" in complaint(path)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_is_said_to_be_empty(content: bytes, write: Write) -> None:
    assert "is empty. It needs a word at least." in complaint(write(content))


def test_only_a_list_of_words_is_asked_for_lines(tmp_path: Path) -> None:
    (data := tmp_path / "words.json").write_text("[]")
    assert "no word. It needs a word at least." in complaint(data)


def test_of_two_files_the_one_without_a_word_is_named(tmp_path: Path) -> None:
    (data := tmp_path / "data").write_text("aa\nab\n")
    (held_out := tmp_path / "held out").write_text("zoe\n")
    (blank := tmp_path / "blank").write_text("\n")
    with pytest.raises(DataError, match=r"held out: no word without rarer .* --alphabet"):
        read_corpus(data, 0.0, DataFormat(alphabet=2), held_out)
    with pytest.raises(DataError, match="blank: no word"):
        read_corpus(data, hold_out_data=blank)
    with pytest.raises(DataError, match="blank: no word"):
        read_corpus(blank, hold_out_data=held_out)


def test_blank_lines_alone_are_no_data(write: Write) -> None:
    assert ": 3 blank lines and no word" in complaint(write("\n  \n\t\n"))


def test_a_nul_byte_is_named_with_its_place(write: Write) -> None:
    text = complaint(write(b"anna\r\nb\x00b\n"))
    assert "line 2" in text
    assert "at offset 7" in text


@pytest.mark.parametrize(
    ("content", "line", "offset"),
    [
        (b"\xffa\n", 1, 0),
        (b"anna\n\nb\xff\n", 3, 7),
        (b"\xef\xbb\xbfab\r\ncd\re\xe9\n", 3, 11),
        (b"ann\n" * 900_000 + b"\xc3\n", 900_001, 3_600_000),
    ],
)
def test_a_byte_that_is_not_utf8_is_named_with_its_place(
    content: bytes, line: int, offset: int, write: Write
) -> None:
    text = complaint(write(content))
    assert f"line {line:,}:" in text
    assert f"offset {offset:,})" in text


@pytest.mark.parametrize("letter", ["a", "é"])
def test_a_line_without_end_is_refused(letter: str, write: Write) -> None:
    text = complaint(write("ok\n" + letter * (4 * LONGEST_LINE)))
    assert "line 2: longer than 1,048,576 bytes" in text


def test_a_long_line_within_a_chunk_is_refused_too(write: Write) -> None:
    assert "characters" in complaint(write("ok\n" + "a" * (LONGEST_LINE + 1) + "\nok\n"))


def test_too_many_characters_are_refused(write: Write) -> None:
    assert "5,032 distinct characters, where a matrix has at most 4,096" in complaint(
        write("\n".join(map(chr, range(0x4E00, 25000))))
    )


@pytest.mark.slow
def test_as_many_characters_as_allowed_are_read(write: Write) -> None:
    corpus = read_corpus(write("\n".join(map(chr, range(0x4E00, 0x4E00 + 4096)))))
    assert len(corpus.vocabulary) == 4097


def test_escapes_in_a_file_name_are_not_passed_on(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m"
    with pytest.raises(DataError) as caught:
        read_corpus(path)
    assert "\x1b" not in str(caught.value)
    assert "\\x1b[31m" in str(caught.value)


@pytest.mark.parametrize("fraction", [-0.1, 1.0, float("nan")])
def test_a_hold_out_is_a_fraction(fraction: float, write: Write) -> None:
    with pytest.raises(BadSetting, match="fraction"):
        read_corpus(write("a\n"), fraction)


def test_a_hold_out_that_takes_every_word_is_refused(write: Write) -> None:
    with pytest.raises(DataError, match="hold-out"):
        read_corpus(write("a\n"), 0.999)


def test_the_limit_on_characters_holds_with_a_hold_out_too(write: Write) -> None:
    with pytest.raises(DataError, match="5,000 distinct characters"):
        read_corpus(write("\n".join(map(chr, range(0x4E00, 0x4E00 + 5000)))), 0.5)
