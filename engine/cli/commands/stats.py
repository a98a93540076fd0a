"""`makemore-tui stats`: the statistics of a data set."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.cli.console import narrate, write, write_json
from engine.cli.labs.existing_lab import as_it_is_options, lab_as_it_is
from engine.cli.option_groups.common import data_option, json_option
from engine.settings.data_format import DataFormat
from engine.settings.format_options import format_options
from engine.text.labels import beside, labels
from engine.text.printable import path_text
from engine.wire.statistics import SHOWN_ROWS, Distribution, Figure, Ranking, Statistic, Words


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
    "--bigrams", "most", callback=_number_or_all, metavar="N|all",
    help="List the N most frequent bigrams, or all.",
)  # fmt: skip
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
    from engine.data.statistics import statistics, top_bigrams
    from engine.lab.exports import statistics_json

    if checkpoint is None and running is None:
        corpus = read_corpus(data, data_format=data_format, hold_out_data=hold_out_data)
    else:
        corpus = lab_as_it_is(checkpoint, running, data, hold_out_data).corpus
    if corpus.format_found:
        narrate(corpus.format_found)
    if as_json:
        write_json(statistics_json(corpus, SHOWN_ROWS if most is None else most))
        return
    written = labels(corpus.vocabulary.characters)
    shown, more = written[:61], "…" if len(written) > 61 else ""
    told = [
        ("file", path_text(corpus.path)),
        *((each.names[0], _value(each, written)) for each in statistics(corpus) if each.label),
        ("alphabet", beside(*shown[1:]) + more),
        ("numbers", "  ".join(f"{label} {i}" for i, label in enumerate(shown)) + more),
    ]
    width = max(len(name) for name, _ in told)
    for name, value in told:
        write(f"{name:<{width}} {value}")
    if most is not None:
        for (i, j), count in top_bigrams(corpus.counts_VV, most):
            write(f"{beside(written[i], written[j]):<{width}} {count:,}")


def _value(statistic: Statistic, written: tuple[str, ...]) -> str:
    match statistic.value:
        case Figure(None):
            return "not counted (the file is too large)"
        case Figure(number, None):
            return f"{number:,}"
        case Figure(number, out_of):
            return f"{number:,} of {out_of:,}"
        case Distribution(sizes) as distribution:
            return f"{min(sizes):,} to {max(sizes):,}, mean {distribution.mean:.3f}"
        case Ranking(rows):
            return "  ".join(
                f"{beside(*(written[symbol] for symbol in symbols))} {count:,}"
                for symbols, count in rows[:SHOWN_ROWS]
            )
        case Words(words):
            return " ".join(words)
