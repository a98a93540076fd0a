"""What is said of a data set, in lines of any width."""

import re

import pytest
from msgspec.structs import replace

from tests.screen.fake_engine import dataset
from tui.panes.dataset_facts import facts


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
