"""`makemore-tui stats`: the statistics of a data set."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.console import narrate, write, write_json
from engine.cli.existing_lab import as_it_is_options, lab_as_it_is
from engine.cli.group import data_option, json_option
from engine.settings.data_format import DataFormat
from engine.settings.format_options import format_options
from engine.text.labels import beside, labels
from engine.text.quantity import quantity

if TYPE_CHECKING:
    from engine.data.corpus import Corpus


def _number_or_all(ctx: click.Context, parameter: click.Parameter, value: str) -> int | None:
    if value is None or value == "all":
        return None if value is None else sys.maxsize
    if not value.isascii() or not value.isdecimal() or not int(value):
        raise click.BadParameter(f"{value}: give a number from 1 up, or all.", ctx, parameter)
    return int(value)


@click.command("stats")
@data_option
@format_options
@as_it_is_options
@click.option(
    "--bigrams",
    "most",
    callback=_number_or_all,
    metavar="N|all",
    help="List the N most frequent bigrams, or all.",
)
@json_option
def command(
    data: Path,
    data_format: DataFormat,
    hold_out_data: Path | None,
    checkpoint: Path | None,
    running: str | None,
    most: int | None,
    as_json: bool,
) -> None:
    """The statistics of a data set, or of that of a lab."""
    from engine.data.corpus import read_corpus  # with torch: --help and a shell can do without
    from engine.lab.exports import TOP_BIGRAMS, statistics

    if checkpoint is None and running is None:
        corpus = read_corpus(data, data_format=data_format, hold_out_data=hold_out_data)
    else:
        corpus = lab_as_it_is(checkpoint, running, data, hold_out_data).corpus
    if corpus.format_found:
        narrate(corpus.format_found)
    facts = statistics(corpus, TOP_BIGRAMS if most is None else most)
    if as_json:
        write_json(facts)
        return
    for name, value in _facts(corpus, facts):
        write(f"{name:<17} {value}")
    if most is not None:
        written = labels(corpus.vocabulary.characters)
        for i, j, count in corpus.top_bigrams(most):
            write(f"{beside(written[i], written[j]):<17} {count:,}")


def _facts(corpus: Corpus, facts: dict[str, Any]) -> list[tuple[str, str]]:
    written = labels(corpus.vocabulary.characters)
    more = "…" if len(written) > 61 else ""

    return [
        ("file", facts["path"]),
        *(_of_a_text(corpus) if corpus.is_text else _of_words(corpus, facts)),
        *_left_out(corpus, facts),
        ("characters", f"{len(written) - 1:,}: {beside(*written[1:61])}{more}"),
        ("numbers", "  ".join(f"{label} {i}" for i, label in enumerate(written[:61])) + more),
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
        (f"first {'lines' if corpus.is_text else 'words'}", " ".join(corpus.first_words)),
    ]


def _of_words(corpus: Corpus, facts: dict[str, Any]) -> list[tuple[str, str]]:
    distinct = _counted(corpus.distinct)
    if corpus.data_format.weight:  # neither figure says enough alone
        figures = [("words", f"{corpus.words:,} by their weights; {distinct} distinct")]
    else:
        duplicates = _counted(facts["duplicates"])
        figures = [
            ("words", f"{corpus.words:,}"),
            ("distinct", distinct),
            ("duplicates", duplicates),
        ]
    return [
        *figures,
        ("blank lines", f"{corpus.blank_lines:,}"),
        ("shortest", quantity(facts["shortest"], "character")),
        ("longest", quantity(facts["longest"], "character")),
        ("mean length", f"{corpus.mean_length:.3f} characters"),
    ]


def _of_a_text(corpus: Corpus) -> list[tuple[str, str]]:
    texts = quantity(corpus.words, "running text")
    return [("text", f"{texts} of {quantity(_characters(corpus), 'character')}")]


def _left_out(corpus: Corpus, facts: dict[str, Any]) -> list[tuple[str, str]]:
    """What was not counted, where there is any, and what was held out: not trained on."""
    what = "character" if corpus.is_text else "word"
    told = []
    if corpus.comment_lines:
        told.append(("comments", quantity(corpus.comment_lines, "line")))
    if corpus.left_out:
        told.append(("left out", f"{quantity(corpus.left_out, what)} beyond the alphabet"))
    if corpus.held_out is None:
        return told
    total = _characters(corpus) if corpus.is_text else corpus.words
    trained, held_out = facts["bigrams_trained_on"], facts["bigrams_held_out"]
    return [
        *told,
        ("trained on", _both(total - corpus.held_out, what, trained)),
        ("held out", _both(corpus.held_out, what, held_out)),
    ]


def _both(number: int, what: str, bigrams: int) -> str:
    return f"{quantity(number, what)}, {quantity(bigrams, 'bigram')}"


def _characters(corpus: Corpus) -> int:
    return sum(length * texts for length, texts in corpus.lengths.items())


def _counted(value: int | None) -> str:
    return "not counted (the file is too large)" if value is None else f"{value:,}"
