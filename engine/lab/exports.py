"""Functions that turn a lab's statistics, matrices and names into JSON, CSV and text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from torch import Tensor

from engine.data.corpus import Corpus
from engine.data.statistics import statistics
from engine.data.vocabulary import Vocabulary
from engine.text.printable import path_text
from engine.training.history import History
from engine.training.series import CHUNK, block_size, in_blocks
from engine.wire.statistics import SHOWN_ROWS, Distribution, Figure, Ranking, Statistic, Words
from engine.wire.values import Drawn

BETWEEN_TEXTS: Final = "---------------\n"  # as nanoGPT prints them
OF_BLOCKS: Final = ("", "_smallest", "_largest", "_last")  # behind a column's name
TRUTH: Final = {True: "true", False: "false", None: ""}  # as in JSON; empty where it is not known


def statistics_json(corpus: Corpus, most: int = SHOWN_ROWS) -> dict[str, Any]:
    """Collect all statistics of a corpus, whose characters are told as they are in the data.

    Args:
        corpus: the data.
        most: how many bigrams to list, the most frequent first.
    """
    characters = corpus.vocabulary.characters
    return {
        "path": path_text(corpus.path),
        "format": corpus.data_format.format,
        "characters": "".join(characters[1:]),
        "boundary": characters[0],
        "symbols": {character: symbol for symbol, character in enumerate(characters)},
        **{each.name: _as_json(each, characters) for each in statistics(corpus, most)},
    }


def _as_json(statistic: Statistic, characters: tuple[str, ...]) -> Any:
    match statistic.value:
        case Figure(number):
            return number
        case Distribution(sizes):
            return {str(size): often for size, often in sizes.items()}
        case Ranking(rows):
            return [[*(characters[symbol] for symbol in symbols), count] for symbols, count in rows]
        case Words(words):
            return list(words)


def matrix_rows(matrix_VV: Tensor, vocabulary: Vocabulary) -> Iterator[list[Any]]:
    """Yield a header of the characters, then each row of a matrix behind its character."""
    yield ["", *vocabulary.characters]
    for character, row_V in zip(vocabulary.characters, matrix_VV, strict=True):
        yield [character, *row_V.tolist()]


def matrix_csv(matrix_VV: Tensor, vocabulary: Vocabulary) -> str:
    """Write a matrix as CSV, with its characters as header and as first column."""
    return csv_text(matrix_rows(matrix_VV, vocabulary))


def weights_csv(weights_RC: Tensor) -> str:
    """Write a matrix of weights as CSV, a line a row."""
    return csv_text(weights_RC.tolist())


def loss_csv(history: History) -> str:
    """Step and losses, a line each.

    Where the oldest are kept in blocks alone, each of these has a line: its first step, how
    many steps it has, and of each kind of loss the first, smallest, largest and last.
    """
    return "\n".join([*_loss_lines(history), ""])


def _loss_lines(history: History) -> Iterator[str]:
    """Some lines at a time: a million lines are large, and larger as so many objects."""
    kinds = {"loss": history.train, "held_out_nll": history.held_out}
    kinds = {name: series for name, series in kinds.items() if len(series)}
    before, size = in_blocks(len(history.train)), block_size(len(history.train))
    if not before:
        yield ",".join(["step", *(kinds or ("loss",))])
    else:
        yield ",".join(["step", "steps", *(name + of for name in kinds for of in OF_BLOCKS)])
        blocks = np.vstack([series.blocks_4N for series in kinds.values()]).T.tolist()
        yield "\n".join(
            f"{start + 1},{min(size, before - start)},{','.join(map(repr, row))}"
            for start, row in zip(range(0, before, size), blocks, strict=True)
        )
    behind_step, between, end = (",1,", ",,,,", ",,,") if before else (",", ",", "")
    newest = np.array([series.newest() for series in kinds.values()]).T
    for start in range(0, len(newest), CHUNK):
        rows = enumerate(newest[start : start + CHUNK].tolist(), before + start + 1)
        yield "\n".join(
            f"{step}{behind_step}{between.join(map(repr, row))}{end}" for step, row in rows
        )


def names_csv(names: Iterable[Drawn], runs: Mapping[str, str]) -> str:
    """Write drawn names as CSV, with all that is known of each; the step is that of its run.

    Args:
        names: the draws.
        runs: the name of the run on each side, "compared" and "selected".
    """
    rows = (
        [draw.index, runs[side], name.text, name.nll, TRUTH[name.in_data], name.step]
        for draw in names
        for side, name in (("compared", draw.compared), ("selected", draw.selected))
        if name is not None
    )
    return csv_text([["index", "model", "name", "nll", "in_data", "step"], *rows])


def texts_text(texts: Iterable[Drawn]) -> str:
    """Write drawn texts as they are: each ends with a line end, and a line stands between two."""
    return BETWEEN_TEXTS.join(
        text.text + "\n"
        for draw in texts
        for text in (draw.compared, draw.selected)
        if text is not None
    )


def names_text(names: Iterable[Drawn]) -> str:
    """Write each draw of names as a line; the names of two runs have a tab between them."""
    return "".join(
        "\t".join(name.text for name in (draw.compared, draw.selected) if name is not None) + "\n"
        for draw in names
    )


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Write rows as CSV; a value that is true, false or unknown is taken from `TRUTH`."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
