"""Text that is safe to print: nothing that a terminal obeys is in it, and all of it comes back."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.lab.exports import matrix_csv, names_csv, names_text
from engine.lab.lab import Lab
from engine.lab.snapshots import dataset_opened, scored
from engine.text.labels import beside, labels
from engine.text.printable import is_obeyed, printable
from engine.wire.statistics import Words

_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|\\)")
letters = st.one_of(st.characters(), st.sampled_from([*"\\xuU1b\x1b\x9b\u202e\ud800"]))


def undone(text: str) -> str:
    """What a person makes of escapes who reads from the left to the right."""

    def letter(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else "\\"

    return _ESCAPE.sub(letter, text)


@given(st.text(letters))
def test_what_is_escaped_can_be_undone_and_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    assert undone(printable(text)) == text
    assert not is_obeyed(printable(text))


@pytest.mark.parametrize("text", [
    "\u0645\u06cc\u200c\u0631\u0648\u062f",  # Persian, with a zero-width non-joiner
    "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sinhala, with a zero-width joiner
    "g\xadh", "a\u200f", "\ufeffa", "\U000f0000", "C\\C=C/N", "F/C=C\\F", "ends with \\",
])  # fmt: skip
def test_letters_that_cannot_be_seen_and_lone_backslashes_go_through(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize("code", [
    *range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A),
    0x2028, 0x2029, 0xD800, 0xDFFF,
])  # fmt: skip
def test_what_a_terminal_obeys_is_escaped(code: int) -> None:
    assert printable(f"a{chr(code)}b") == (
        f"a\\x{code:02x}b" if code < 0x100 else f"a\\u{code:04x}b"
    )


@given(st.sets(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_two_characters_of_an_alphabet_have_the_same_label(characters: set[str]) -> None:
    alphabet = sorted(characters)
    written = labels(alphabet)
    assert len(set(written)) == len(alphabet)
    assert not any(is_obeyed(label) or label.isspace() for label in written)


def test_what_cannot_be_seen_is_named_and_a_blank_is_an_open_box() -> None:
    alphabet = [" ", "\xa0", "\xad", "\u200b", "\u200c", "\u200f", "\u3164", "\ufe0f", "\u2800"]
    assert labels(alphabet) == (
        "␣", "U+00A0", "U+00AD", "U+200B", "U+200C", "U+200F", "U+3164", "U+FE0F", "U+2800",
    )  # fmt: skip


def test_a_stray_letter_of_another_script_is_named_and_two_whole_alphabets_are_not() -> None:
    latin, cyrillic = "abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрстуфхцчшщъыьэюя"
    assert labels([*latin, "е"])[-1] == "U+0435"
    assert "".join(labels([*latin, *cyrillic])) == latin + cyrillic


def test_labels_run_together_where_one_can_tell_them_apart() -> None:
    assert beside("a", "b") == "ab"
    assert beside("U+00A0", "U+200F") == "U+00A0 U+200F"


def test_names_words_and_tables_keep_every_letter(tmp_path: Path) -> None:
    words = (
        "\u0645\u06cc\u200c\u0631\u0648\u062f",
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
        "g\xadh\x1b\\x",
    )
    (tmp_path / "words.txt").write_text("\n".join(words))
    lab = Lab(tmp_path / "words.txt", device="cpu")
    lab.configure({"smoothing": 0.0, "source": "compared"})
    lab.draw(60)
    while lab.wanted:
        lab.draw_next()
    drawn = lab.sampler.newest(60)
    assert {name.text for draw in drawn if (name := draw.compared)} >= set(words)
    assert set(names_text(drawn).splitlines()) >= set(words)
    assert {
        row[2] for row in csv.reader(names_csv(drawn, {"compared": "counts"}).splitlines())
    } >= set(words)
    header = next(csv.reader(matrix_csv(lab.matrix("counts"), lab.corpus.vocabulary).splitlines()))
    assert set(header) >= set("".join(words))
    assert dataset_opened(lab, 1).statistics[-1].value == Words(words)
    assert {step.symbol for step in scored(lab, words[0]).characters} >= set(words[0])
