"""`makemore-tui score`: how likely words are under both models, a character at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from engine.cli.console import write, write_json
from engine.cli.labs.existing_lab import ExistingLab, source_options
from engine.cli.option_groups.common import json_option
from engine.cli.option_groups.training_options import smoothing_option
from engine.errors import EngineError
from engine.text.arguments import decoded_argument
from engine.text.labels import beside, labels

if TYPE_CHECKING:
    from engine.lab.lab import Lab


@click.command("score")
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@smoothing_option
@source_options()
@json_option
def command(words: tuple[str, ...], source: ExistingLab, as_json: bool) -> None:
    """The negative log likelihood of each WORD under the count model and a trained one: the net.

    A word - stands for those of standard input, a line each. A word that cannot be scored gets a
    line that says why, and exit code 1 at the end.
    """
    from engine.lab.snapshots import scored_symbols  # with torch: --help and a shell can do without

    lab, is_trained = source.lab(), False
    written = labels(lab.corpus.vocabulary.characters)
    unscored: list[EngineError] = []
    number = 0
    for number, word in enumerate(_words(words), start=1):
        try:
            symbols = scored_symbols(lab, word)
        except EngineError as error:
            unscored.append(error)
            if as_json:
                unknown = {f"nll_{run.name}": None for run in (lab.compared, lab.selected)}
                facts = {"word": word, "in_data": _is_in_data(word, lab), **unknown}
                write_json({**facts, "characters": [], "reason": str(error)})
            else:
                write("\n" * (number > 1) + f"{word} (not scored)\n{error}")
            continue
        if not is_trained:
            source.finish(lab.compared, lab.selected)
            is_trained = True
        if as_json:
            write_json(_as_json(word, lab, symbols))
        else:
            write("\n" * (number > 1) + _as_table(word, lab, symbols, written))
    if len(unscored) == 1:
        raise unscored[0]
    if unscored:
        raise EngineError(f"{len(unscored):,} of {number:,} words have no score. {unscored[0]}")


def _words(given: tuple[str, ...]) -> Iterator[str]:
    for word in given:
        if word != "-":
            yield decoded_argument(word)
            continue
        try:
            yield from filter(None, (decoded_argument(line).strip() for line in sys.stdin))
        except OSError as error:
            raise EngineError(f"Standard input cannot be read: {error.strerror}.") from error


def _as_json(word: str, lab: Lab, symbols: list[int]) -> dict[str, Any]:
    from engine.sampling.scoring import mean_nll, nll

    probs = _probabilities(lab, symbols)
    characters = lab.corpus.vocabulary.characters
    return {
        "word": word,
        "in_data": _is_in_data(word, lab),
        **{f"nll_{name}": mean_nll(each) for name, each in probs.items()},
        "characters": [
            {
                "previous": characters[i],
                "symbol": characters[j],
                **{f"p_{name}": p for name, p in zip(probs, by_each, strict=True)},
                **{f"nll_{name}": nll(p) for name, p in zip(probs, by_each, strict=True)},
            }
            for (i, j), *by_each in zip(pairwise(symbols), *probs.values(), strict=True)
        ],
    }


def _as_table(word: str, lab: Lab, symbols: list[int], written: tuple[str, ...]) -> str:
    from engine.sampling.scoring import mean_nll, nll

    probs = _probabilities(lab, symbols)
    known = {True: "in the data", False: "new", None: "not known whether in the data"}
    widths = [max(8, len(f"P {name}")) for name in probs]

    def line(first: str, cells: Iterable[tuple[str, str]]) -> str:
        columns = (f"{p:>{w}} {nll:>8}" for (p, nll), w in zip(cells, widths, strict=True))
        return f"{first:<7}{'  '.join(columns)}"

    lines = [
        f"{word} ({known[_is_in_data(word, lab)]})",
        line("pair", ((f"P {name}", "NLL") for name in probs)),
        *(
            line(
                f"{beside(written[i], written[j]):<2}     ",
                ((f"{p:.4f}", f"{nll(p):.4f}") for p in by_each),
            )
            for (i, j), *by_each in zip(pairwise(symbols), *probs.values(), strict=True)
        ),
        line("mean", (("", f"{mean_nll(each):.4f}") for each in probs.values())),
    ]
    return "\n".join(lines)


def _probabilities(lab: Lab, symbols: list[int]) -> dict[str, list[float]]:
    """What the two runs that are shown make of each symbol but the first, by their names."""
    from engine.sampling.scoring import probabilities_of

    return {run.name: probabilities_of(symbols, run.model) for run in (lab.compared, lab.selected)}


def _is_in_data(word: str, lab: Lab) -> bool | None:
    return lab.corpus.has(lab.corpus.as_read(word))
