"""What is said of a data set, in lines of any width."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from engine.data.built_in import built_in_path
from engine.lab.lab import Lab
from engine.lab.snapshots import dataset_opened
from engine.settings.data_format import DataFormat
from engine.wire.events import DatasetOpened
from engine.wire.statistics import Distribution, Figure, Ranking, Statistic, Words
from tests.tui.fake_data import LENGTHS, dataset
from tui.panes.data.facts import facts


def opened(path: Path, hold_out: float = 0.0, how: DataFormat = DataFormat()) -> DatasetOpened:  # noqa: B008
    return dataset_opened(Lab(path, hold_out, "cpu", data_format=how), 1)


def with_values(data: DatasetOpened, **values: Figure | Distribution | Ranking) -> DatasetOpened:
    """A data set of which some statistics have other values."""
    return replace(
        data,
        statistics=tuple(
            replace(each, value=values.get(each.name, each.value)) for each in data.statistics
        ),
    )


def plain(data: DatasetOpened, width: int, height: int = 40) -> list[str]:
    return [line.plain.rstrip() for line in facts(data, width, height)]


@pytest.fixture(scope="module")
def split() -> DatasetOpened:
    return opened(built_in_path(), 0.1)


@pytest.fixture(scope="module")
def with_all_figures(tmp_path_factory: pytest.TempPathFactory) -> DatasetOpened:
    """A data set in which no statistic of words is nothing."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "a.txt").write_text("# c\n\naab\nab\nac\n")
    (folder / "b.txt").write_text("b\nba\n")
    how = DataFormat("lines", comments="#", alphabet=2)
    return dataset_opened(
        Lab(folder / "a.txt", device="cpu", data_format=how, hold_out_data=folder / "b.txt"), 1
    )


@pytest.mark.parametrize("width", [15, 17, 22, 30, 49, 50, 80])
@pytest.mark.parametrize("height", [8, 40])
def test_no_line_is_wider_than_its_pane_however_many_characters_there_are(
    width: int, height: int, split: DatasetOpened
) -> None:
    labels = tuple(chr(0x4E00 + n) for n in range(300))
    for data in (dataset(labels), split):
        large = with_values(
            data,
            empty_cells=Figure(12_345_678, 16_000_000),
            held_out=Figure(12_345_678),
            bigrams=Figure(12_345_678),
        )
        assert max(map(cell_len, plain(large, width, height))) <= width


def test_a_name_without_room_is_a_shorter_one_and_a_share_stands_for_numbers_without_room() -> None:
    wide, narrow = (plain(dataset(), width) for width in (17, 15))
    assert {"distinct   29,494", "empty  102 of 729"} < set(wide)
    assert "empty     14.0%" in narrow


@pytest.mark.parametrize("width", range(15, 30))
def test_no_two_names_are_cut_to_the_same(width: int, with_all_figures: DatasetOpened) -> None:
    data = with_values(
        with_all_figures, distinct=Figure(1_234_567), distinct_bigrams=Figure(7_654_321),
        empty_cells=Figure(12_345_678, 16_000_000),
        held_out=Figure(1_234), blank_lines=Figure(1_234_567),
    )  # fmt: skip
    figures = sum(isinstance(each.value, Figure) for each in data.statistics)
    assert figures == 12
    names = [line.rsplit(maxsplit=1)[0] for line in plain(data, width)[:figures]]
    names = [name.split("…")[0].split("  ")[0] or name for name in names]
    assert len({*names}) == len(names), names


@pytest.mark.parametrize(("width", "height"), [(22, 8), (22, 20), (50, 30), (90, 30)])
def test_with_a_hold_out_it_says_that_bigrams_pairs_and_bars_are_those_trained_on(
    width: int, height: int, split: DatasetOpened
) -> None:
    whole, lines = (plain(data, width, height) for data in (opened(built_in_path()), split))
    counted = {
        each.name: each.value.number for each in split.statistics if isinstance(each.value, Figure)
    }
    bigrams = next(n for n, line in enumerate(lines) if line.startswith("bigrams "))
    assert re.match(rf"  trained on +{counted['bigrams_trained_on']:,}\b", lines[bigrams + 1])
    assert any(re.match(rf"words held out +{counted['held_out']:,}\b", line) for line in lines)
    for name in ("pairs", "letters"):
        assert any(re.search(f"{name}, trained on *$", line) for line in lines), name
    assert not any(re.search("trained|held|all words", line) for line in whole)


@pytest.mark.parametrize("longest", [14, 15])
def test_ends_and_mean_of_the_lengths_are_told_apart(longest: int) -> None:
    sizes = {size: often for size, often in LENGTHS.sizes.items() if size <= longest}
    data = with_values(dataset(), lengths=Distribution(sizes))
    mean = f"{sum(size * often for size, often in sizes.items()) / sum(sizes.values()):.2f}"
    assert any(f"2–{longest}, mean {mean}" in line for line in plain(data, 22, 20))
    wide = plain(data, 90, 20)
    assert any(re.match(rf"2 {{2,}}mean {mean} {{2,}}{longest}", line) for line in wide)


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
def test_of_weighted_words_both_figures_come_first(height: int, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("ann,9000\nbob,130\ncy,1\n")
    data = opened(tmp_path / "a.csv", how=DataFormat("csv", "1", "2", False))
    first, second, *rest = plain(data, 30, height)
    assert re.fullmatch("words by weight +9,131", first)
    assert re.fullmatch("distinct words +3", second)
    assert not any("duplicates" in line for line in rest)


def test_what_was_left_out_is_counted(with_all_figures: DatasetOpened) -> None:
    data = with_values(
        with_all_figures, left_out=Figure(1_234), comment_lines=Figure(17), held_out=Figure(5)
    )
    lines = plain(data, 44)
    for name, value in (
        ("words left out, beyond the alphabet", "1,234"),
        ("comment lines", "17"),
        ("blank lines skipped", "1"),
        ("words held out", "5"),
    ):
        assert any(re.fullmatch(f"{name} +{value}", line) for line in lines), name
    assert any(re.fullmatch("words left out +1,234", line) for line in plain(data, 40))
    assert f"Held out: {data.hold_out_data}".replace(" ", "") in "".join(lines).replace(" ", "")


@pytest.mark.parametrize("width", [15, 22, 49, 50, 80])
def test_of_a_text_the_characters_are_counted_not_its_one_word(width: int, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("First Citizen:\nBefore we proceed any further.\n" * 25_000)
    data = opened(tmp_path / "a", 0.1, DataFormat("text"))
    for height in (8, 40):
        text = "\n".join(plain(data, width, height))
        assert re.search(r"^char\w+ +1,150,000\b", text, re.MULTILINE)
        assert "First Citizen:" in text
        assert "characters" in text
        assert not re.search("word|mean|first letters", text)
        assert max(map(len, text.split("\n"))) <= width


@pytest.mark.parametrize("height", [8, 20, 40])
@pytest.mark.parametrize("width", [22, 49, 50, 80])
def test_a_statistic_of_any_kind_is_shown_whatever_its_name(width: int, height: int) -> None:
    others = (
        Statistic("a", Figure(7_777), "sevens"),
        Statistic("b", Distribution({3: 1, 33: 2}), "threes"),
        Statistic("c", Ranking((((1, 2, 3), 4_444),)), "triples"),
        Statistic("d", Words(("zebra",)), "animals"),
    )
    data = dataset()
    lines = plain(replace(data, statistics=(*data.statistics, *others)), width, height)
    text = "\n".join(lines)
    assert re.search(r"^sevens +7,777\b", text, re.MULTILINE)
    assert re.search(r"^3 *(mean 23.00 *33|–33, mean 23.00)", text, re.MULTILINE)
    assert re.search(r"\babc .* 4,444$", text, re.MULTILINE)
    for name in ("threes", "triples", "animals", "zebra"):
        assert re.search(rf"\b{name}$", text, re.MULTILINE) or f"{name} " in text


@pytest.mark.parametrize("width", range(15, 30))
def test_neither_a_name_of_what_cannot_be_seen_nor_its_number_is_cut(width: int) -> None:
    written = (".", "a", "U+00A0", "U+1F1E9")
    data = with_values(
        dataset(written),
        top_bigrams=Ranking((((2, 3), 10_241), ((3, 1), 9))),
        first_letters=Ranking((((3,), 700),)),
    )
    lines = [line.plain.rstrip() for line in facts(data, width, 20)]
    assert all(cell_len(line) <= width for line in lines)
    begin = next(place for place, line in enumerate(lines) if line.startswith("U+00A0 U+1F1E9"))
    assert " ".join(lines[begin : begin + 2]).split()[:2] == ["U+00A0", "U+1F1E9"]
    assert "10,241" in " ".join(lines[begin : begin + 2]).split()
