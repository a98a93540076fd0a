"""`makemore-tui stats`: the statistics of a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli import data_option, echo_json, json_option, narrate
from engine.commands.format_options import format_options
from engine.labels import beside, labels
from engine.printable import printable
from engine.protocol import DataFormat

if TYPE_CHECKING:
    from engine.corpus import Corpus


@click.command("stats")
@data_option
@format_options
@json_option
def command(data: Path, data_format: DataFormat, hold_out_data: Path | None, as_json: bool) -> None:
    """The statistics of a data set."""
    from engine.corpus import read_corpus  # with torch: --help and a shell can do without
    from engine.tables import statistics

    corpus = read_corpus(data, data_format=data_format, hold_out_data=hold_out_data)
    if corpus.format_found:
        narrate(corpus.format_found)
    facts = statistics(corpus)
    if as_json:
        echo_json(facts)
        return
    for name, value in _facts(corpus, facts):
        click.echo(f"{name:<17} {value}")


def _facts(corpus: Corpus, facts: dict[str, Any]) -> list[tuple[str, str]]:
    written = labels(corpus.vocabulary.characters)
    more = "…" if len(written) > 61 else ""

    return [
        ("file", printable(facts["path"])),
        *(_of_a_text(corpus) if corpus.is_text else _of_words(corpus, facts)),
        *_left_out(corpus),
        ("characters", f"{len(written) - 1:,}: {beside(*written[1:61])}{more}"),
        ("bigrams", _counted(facts["bigrams"])),
        ("distinct bigrams", _counted(facts["distinct_bigrams"])),
        ("empty cells", _counted(facts["empty_cells"])),
        (
            "most frequent",
            "  ".join(
                f"{beside(written[i], written[j])} {n:,}" for i, j, n in corpus.top_bigrams(10)
            ),
        ),
        (
            "first letters",
            "  ".join(f"{written[i]} {n:,}" for i, n in corpus.first_letters()[:10]),
        ),
        (
            f"first {'lines' if corpus.is_text else 'words'}",
            " ".join(map(printable, corpus.first_words)),
        ),
    ]


def _of_words(corpus: Corpus, facts: dict[str, Any]) -> list[tuple[str, str]]:
    distinct = _counted(corpus.distinct)
    both = f"{corpus.words:,} words, {distinct} distinct, by their weights"
    return [
        ("words", both if corpus.data_format.weight else f"{corpus.words:,}"),
        ("distinct", distinct),
        ("duplicates", _counted(facts["duplicates"])),
        ("blank lines", f"{corpus.blank_lines:,}"),
        ("shortest", f"{facts['shortest']:,} characters"),
        ("longest", f"{facts['longest']:,} characters"),
        ("mean length", f"{corpus.mean_length:.3f} characters"),
    ]


def _of_a_text(corpus: Corpus) -> list[tuple[str, str]]:
    length = sum(length * texts for length, texts in corpus.lengths.items())
    texts = "1 running text" if corpus.words == 1 else f"{corpus.words:,} running texts"
    return [("text", f"{texts} of {length:,} characters")]


def _left_out(corpus: Corpus) -> list[tuple[str, str]]:
    """What was not counted, where there is any, and what was held out."""
    what = "characters" if corpus.is_text else "words"
    rows = [
        ("held out", corpus.held_out or 0, what),
        ("comments", corpus.comment_lines, "lines"),
        ("left out", corpus.left_out, f"{what} beyond the alphabet"),
    ]
    return [(name, f"{count:,} {unit}") for name, count, unit in rows if count]


def _counted(value: int | None) -> str:
    return "not counted (the file is too large)" if value is None else f"{value:,}"
