"""What is said of a data set, in lines of any width."""

import pytest

from tests.screen.fake_engine import dataset
from tui.panes.dataset_facts import facts


@pytest.mark.parametrize("width", [15, 17, 22, 30, 49, 50, 80])
def test_no_line_is_wider_than_its_pane_however_many_characters_there_are(width: int) -> None:
    data = dataset(tuple(chr(0x4E00 + n) for n in range(300)), empty_cells=12_345_678)
    lines = facts(data, width, 40)
    assert max(line.cell_length for line in lines) <= width


def test_a_name_without_room_is_a_shorter_one_and_a_share_stands_for_numbers_without_room() -> None:
    wide, narrow = ([line.plain for line in facts(dataset(), width, 40)] for width in (17, 15))
    assert {"distinct   29,494", "empty  102 of 729"} < set(wide)
    assert "empty     14.0%" in narrow


@pytest.mark.parametrize("width", range(15, 30))
def test_no_two_names_are_cut_to_the_same(width: int) -> None:
    data = dataset(
        tuple(chr(0x4E00 + n) for n in range(4_000)), distinct=1_234_567,
        distinct_bigrams=7_654_321,
        empty_cells=12_345_678, held_out=1_234, blank_lines=1_234_567,
    )  # fmt: skip
    names = [line.plain.rsplit(maxsplit=1)[0] for line in facts(data, width, 40)[:9]]
    names = [name.split("…")[0].split("  ")[0] for name in names]
    assert len({*names}) == len(names), names
