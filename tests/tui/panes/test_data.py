"""What is said of a data set, in lines of any width."""

import re

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from engine.settings.data_format import DataFormat
from tests.tui.fake_engine import dataset
from tui.panes.data.facts import facts


@pytest.mark.parametrize("width", [15, 17, 22, 30, 49, 50, 80])
def test_no_line_is_wider_than_its_pane_however_many_characters_there_are(width: int) -> None:
    labels = tuple(chr(0x4E00 + n) for n in range(300))
    for held_out in (None, 12_345_678):
        data = dataset(
            labels, empty_cells=12_345_678, held_out=held_out, bigrams_trained_on=held_out
        )
        for height in (8, 40):
            lines = facts(data, width, height)
            assert max(line.cell_length for line in lines) <= width


def test_a_name_without_room_is_a_shorter_one_and_a_share_stands_for_numbers_without_room() -> None:
    wide, narrow = ([line.plain for line in facts(dataset(), width, 40)] for width in (17, 15))
    assert {"distinct   29,494", "empty  102 of 729"} < set(wide)
    assert "empty     14.0%" in narrow


@pytest.mark.parametrize("width", range(15, 30))
def test_no_two_names_are_cut_to_the_same(width: int) -> None:
    letters = (".", *(chr(0x4E00 + n) for n in range(4_000)))
    data = replace(
        dataset(), characters=letters, labels=letters,
        distinct=1_234_567, distinct_bigrams=7_654_321,
        empty_cells=12_345_678, held_out=1_234, blank_lines=1_234_567,
    )  # fmt: skip
    names = [line.plain.rsplit(maxsplit=1)[0] for line in facts(data, width, 40)[:9]]
    names = [name.split("…")[0].split("  ")[0] for name in names]
    assert len({*names}) == len(names), names


@pytest.mark.parametrize(("width", "height"), [(22, 8), (22, 20), (50, 30), (90, 30)])
def test_with_a_hold_out_it_says_what_the_matrix_counts_and_what_the_bars_do(
    width: int, height: int
) -> None:
    split = dataset(held_out=2949, bigrams_trained_on=205_331)
    whole, lines = (
        [line.plain for line in facts(data, width, height)] for data in (dataset(), split)
    )
    bigrams = next(n for n, line in enumerate(lines) if line.startswith("bigrams "))
    assert re.match(r"  trained on +205,331\b", lines[bigrams + 1])
    assert any(re.match(r"words held out +2,949\b", line) for line in lines)
    assert any("pairs, all words" in line for line in lines)
    assert not any(re.search("trained|held|all words", line) for line in whole)


@pytest.mark.parametrize("longest", [14, 15])
def test_ends_and_mean_of_the_lengths_are_told_apart(longest: int) -> None:
    data = dataset(longest=longest)
    assert any(f"2–{longest}, mean 6.12" in line.plain for line in facts(data, 22, 20))
    wide = facts(data, 90, 20)
    assert any(re.match(rf"2 {{2,}}mean 6.12 {{2,}}{longest}", line.plain) for line in wide)


def plain(data: object, width: int, height: int = 40) -> list[str]:
    return [line.plain.rstrip() for line in facts(data, width, height)]


@pytest.mark.parametrize("width", [15, 22, 49, 50, 120])
@pytest.mark.parametrize("height", [8, 40])
def test_what_was_found_of_the_format_is_told_whole(width: int, height: int) -> None:
    found = (
        "names.csv is read as csv: the words are in column 1, name, their weights in column 3,"
        " count; --weight '' leaves them out."
    )
    data = dataset(format_found=found, data_format=DataFormat("csv", "name", "count", True))
    left = min(44, (width - 3) // 2) if width >= 50 else width
    told = " ".join(line[:left] for line in plain(data, width, height))
    assert found.replace(" ", "") in told.replace(" ", "")


def test_options_that_were_asked_for_are_told_and_plain_lines_are_not() -> None:
    asked = dataset(data_format=DataFormat("lines", encoding="latin-1", lower=True))
    assert "Read with --format lines --encoding latin-1" in "\n".join(plain(asked, 49))
    assert "Read" not in "".join(plain(dataset(data_format=DataFormat("lines")), 120))


@pytest.mark.parametrize("height", [8, 40])
def test_of_weighted_words_both_figures_come_first(height: int) -> None:
    data = dataset(words=9131, distinct=3, data_format=DataFormat("csv", "1", "3", False))
    first, second, *rest = plain(data, 30, height)
    assert re.fullmatch("words by weight +9,131", first)
    assert re.fullmatch("distinct words +3", second)
    assert not any("duplicates" in line for line in rest)


def test_what_was_left_out_is_counted() -> None:
    data = dataset(left_out=1_234, comment_lines=17, hold_out_data="/srv/held.txt", held_out=5)
    lines = plain(data, 40)
    for name, value in (
        ("words left out", "1,234"),
        ("comment lines", "17"),
        ("words held out", "5"),
    ):
        assert any(re.fullmatch(f"{name} +{value}", line) for line in lines)
    assert "Held out: /srv/held.txt" in lines


@pytest.mark.parametrize("width", [15, 22, 49, 50, 80])
def test_of_a_text_the_characters_are_counted_not_its_one_word(width: int) -> None:
    data = dataset(
        words=1, distinct=1, lengths=((1_115_394, 1),), shortest=1_115_394, longest=1_115_394,
        data_format=DataFormat("text"), left_out=12, held_out=111_539, bigrams_trained_on=1_003_856,
        first_words=("First Citizen:", "Before we proceed any further, hear me speak."),
    )  # fmt: skip
    for height in (8, 40):
        text = "\n".join(plain(data, width, height))
        assert re.search(r"^char\w+ +1,115,394\b", text, re.MULTILINE)
        assert "First Citizen:" in text
        assert not re.search("word|mean|first letters", text)
        assert max(map(len, text.split("\n"))) <= width


@pytest.mark.parametrize("width", range(15, 30))
def test_neither_a_name_of_what_cannot_be_seen_nor_its_number_is_cut(width: int) -> None:
    written = (".", "a", "U+00A0", "U+1F1E9")
    data = dataset(written, top_bigrams=((2, 3, 10_241), (3, 1, 9)), first_letters=((3, 700),))
    lines = [line.plain.rstrip() for line in facts(data, width, 20)]
    assert all(cell_len(line) <= width for line in lines)
    begin = next(place for place, line in enumerate(lines) if line.startswith("U+00A0 U+1F1E9"))
    assert " ".join(lines[begin : begin + 2]).split()[:2] == ["U+00A0", "U+1F1E9"]
    assert "10,241" in " ".join(lines[begin : begin + 2]).split()
