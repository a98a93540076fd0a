"""Data made of figures: counts like those of names, and what is told of them."""

from __future__ import annotations

from typing import Any

from engine.settings.lab_settings import sampling_settings
from engine.settings.model_kinds import KINDS
from engine.settings.recipes import RECIPES
from engine.wire.events import DatasetOpened
from engine.wire.requests import Open
from engine.wire.statistics import Distribution, Figure, Ranking, Statistic, Words

LETTERS = ".abcdefghijklmnopqrstuvwxyz"
STARTS = (0, 4410, 1306, 1542, 1690, 1531, 417, 669, 874, 591, 2422, 2963, 1572, 2538, 1146, 394,
          515, 92, 1639, 2055, 1308, 78, 376, 307, 134, 535, 929)  # fmt: skip

LENGTHS = Distribution(
    dict(zip(range(2, 16), (37, 620, 2458, 6241, 8194, 7062, 4331, 1959, 702, 267, 109, 38, 11, 4),
             strict=True))
)  # fmt: skip
FIRST_WORDS = ("emma", "olivia", "ava", "isabella", "sophia", "charlotte", "mia", "amelia",
               "harper", "evelyn")  # fmt: skip


def made_up_count(row: int, column: int) -> int:
    """Skewed like the counts of names, and the same in every run."""
    if row == 0:
        return STARTS[column % 27]
    if (row * 7 + column * 13) % 5 == 0:
        return 0
    vowel = column % 27 in (0, 1, 5, 9, 15)
    return (row * 37 + column * 101) % 211 * (1 + 24 * vowel * (1 + row % 2))


def dataset(
    labels: tuple[str, ...] = tuple(LETTERS), name: str = "names.txt", **changes: Any
) -> DatasetOpened:
    symbols = len(labels)
    counts = [[made_up_count(r, c) for c in range(symbols)] for r in range(symbols)]
    facts: dict[str, Any] = dict(  # noqa: C408
        number=1, opening=Open(f"/data/{name}", device="cpu"), folder="/home/me",
        path=f"/data/{name}",
        name=name, device="cpu", characters=labels, labels=labels,
        frequencies=tuple(map(sum, counts)), statistics=made_up_statistics(counts),
        settings=sampling_settings(symbols, is_text=False), kinds=tuple(KINDS.values()),
        recipes=tuple(RECIPES.values()),
    )  # fmt: skip
    return DatasetOpened(**{**facts, **changes})


def made_up_statistics(counts: list[list[int]]) -> tuple[Statistic, ...]:
    symbols = len(counts)
    pairs = sorted(
        (((r, c), counts[r][c]) for r in range(symbols) for c in range(symbols)),
        key=lambda pair: -pair[1],
    )
    return (
        Statistic("words", Figure(32033), "words", comes_first=True),
        Statistic("bigrams", Figure(228146), "bigrams", comes_first=True),
        Statistic("distinct", Figure(29494), "distinct words", "distinct"),
        Statistic("duplicates", Figure(2539), "duplicates"),
        Statistic("distinct_characters", Figure(symbols - 1), "characters", "chars"),
        Statistic("distinct_bigrams", Figure(627), "distinct pairs", "pairs"),
        Statistic("empty_cells", Figure(102, symbols**2), "empty cells", "empty"),
        Statistic("lengths", LENGTHS, "word lengths"),
        Statistic("top_bigrams", Ranking(tuple(pairs[:10])), "most frequent pairs", "pairs"),
        Statistic(
            "first_letters",
            Ranking(tuple(((c % symbols,), STARTS[c]) for c in (1, 11, 13, 10, 19, 4, 3, 12, 5))),
            "first letters",
        ),
        Statistic("first_words", Words(FIRST_WORDS), "first words"),
    )
