"""`makemore-tui stats`: the statistics of a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli import data_option, echo_json, json_option
from engine.printable import label, printable

if TYPE_CHECKING:
    from engine.corpus import Corpus


@click.command("stats")
@data_option
@json_option
def command(data: Path, as_json: bool) -> None:
    """The statistics of a data set."""
    from engine.corpus import read_corpus  # with torch: --help and a shell can do without
    from engine.tables import statistics

    corpus = read_corpus(data)
    facts = statistics(corpus)
    if as_json:
        echo_json(facts)
        return
    for name, value in _facts(corpus, facts):
        click.echo(f"{name:<17} {value}")


def _facts(corpus: Corpus, facts: dict[str, Any]) -> list[tuple[str, str]]:
    labels = [label(character) for character in corpus.vocabulary.characters]

    def counted(value: int | None) -> str:
        return "not counted (the file is too large)" if value is None else f"{value:,}"

    return [
        ("file", facts["path"]),
        ("words", counted(facts["words"])),
        ("distinct", counted(facts["distinct"])),
        ("duplicates", counted(facts["duplicates"])),
        ("blank lines", counted(facts["blank_lines"])),
        ("shortest", f"{facts['shortest']:,} characters"),
        ("longest", f"{facts['longest']:,} characters"),
        ("mean length", f"{facts['mean_length']:.3f} characters"),
        ("characters", f"{len(labels) - 1:,}: {''.join(labels[1:61])}{'…' * (len(labels) > 61)}"),
        ("bigrams", counted(facts["bigrams"])),
        ("distinct bigrams", counted(facts["distinct_bigrams"])),
        ("empty cells", counted(facts["empty_cells"])),
        (
            "most frequent",
            "  ".join(f"{labels[i]}{labels[j]} {n:,}" for i, j, n in corpus.top_bigrams(10)),
        ),
        (
            "first letters",
            "  ".join(f"{labels[i]} {n:,}" for i, n in corpus.first_letters()[:10]),
        ),
        ("first words", " ".join(map(printable, corpus.first_words))),
    ]
