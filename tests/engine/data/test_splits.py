"""Splits by name: as published, and what they have to hold whatever the words are."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.corpus import Corpus, read_corpus
from engine.data.counting.sides import Side
from engine.data.splits import split_words
from engine.errors import BadSetting, DataError
from engine.settings.data_format import DataFormat, Split
from tests.golden import WORDS, needs_words

NAMES: tuple[Split, ...] = ("lecture", "makemore", "ngram")


def corpus(path: Path, split: Split, hold_out: float = 0.0) -> Corpus:
    return read_corpus(path, hold_out, DataFormat(split=split))


@needs_words
@pytest.mark.parametrize(
    ("split", "places"),
    [
        ("lecture", (182_625, 22_655, 22_866)),  # the rows of lecture 3's data sets
        ("makemore", (220_980, None, 7_166)),
        ("ngram", (213_796, 7_179, 7_170)),  # zzyzx, the last line, runs into another name
    ],
)
def test_the_lectures_words_are_split_as_published(
    split: Split, places: tuple[int | None, ...]
) -> None:
    found = corpus(WORDS, split)
    sides = (found.tokens, found.held_out_tokens, found.test_tokens)
    assert tuple(None if side is None else len(side) for side in sides) == places
    assert found.words == 32_033
    assert int(found.counts_VV.sum()) == places[0]


@settings(max_examples=30, deadline=None)
@given(
    words=st.lists(st.sampled_from(["a", "bo", "c", "dé"]), max_size=60),
    split=st.sampled_from(NAMES),
    hold_out=st.sampled_from([0.0, 0.4]),
)
def test_each_word_is_on_one_side(words: list[str], split: str, hold_out: float) -> None:
    text = "\r\n\n".join(words).encode()
    sides = split_words(Side(text), split, hold_out)
    found = [side.text.decode().split() for side in (sides.train, sides.held_out, sides.test)]
    assert sorted(word for side in found for word in side) == sorted(words)


def test_a_hold_out_is_cut_from_the_training_words_by_distinct_word(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("".join(f"{chr(97 + number % 26)}{number % 40}\n" for number in range(2000)))
    found = corpus(path, "makemore", 0.3)
    assert found.kept is not None
    train, held_out = ({*side.text.split()} for side in (found.kept.train, found.kept.held_out))
    assert train
    assert held_out
    assert not train & held_out
    assert found.tested == 200


def test_only_a_plain_list_has_a_last_line_that_runs_on(tmp_path: Path) -> None:
    names = [f"{first}{second}" for first in "abcdef" for second in "ghijk"]
    table, lines = tmp_path / "words.csv", tmp_path / "words.txt"
    table.write_text("name,n\n" + "\n".join(f"{name},2" for name in names))
    lines.write_text("\n".join(names))
    weighted = read_corpus(table, 0, DataFormat(weight="n", split="ngram"))
    assert len(weighted.known or ()) == 30
    longest = max(map(len, corpus(lines, "ngram").known or ()))
    assert longest == 4, "fk, the last line, runs into another word"


def test_few_words_are_said_to_be_too_few(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("anna\n")
    with pytest.raises(DataError, match="too few words for --split lecture"):
        corpus(path, "lecture")
    path.write_text("anna\nbo\n")
    with pytest.raises(BadSetting, match="--split makemore keeps no words for a test"):
        corpus(path, "makemore").check_has_test()


def test_what_the_hold_out_is_is_said_once(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("anna\nbo\n" * 20)
    with pytest.raises(BadSetting, match="says itself what is held out: leave out --hold-out"):
        corpus(path, "lecture", 0.1)
    with pytest.raises(BadSetting, match="is of words, and a running text is one"):
        read_corpus(path, 0, DataFormat(format="text", split="lecture"))
