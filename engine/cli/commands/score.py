"""`makemore-tui score`: how likely words are under both models, a character at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from engine.cli.console import write, write_json
from engine.cli.existing_lab import ExistingLab, source_options
from engine.cli.group import json_option
from engine.cli.training_options import smoothing_option
from engine.errors import EngineError
from engine.text.arguments import decoded_argument
from engine.text.labels import beside, labels

if TYPE_CHECKING:
    from engine.lab.lab import Lab

Pairs = list[tuple[int, int]]


@click.command("score")
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@smoothing_option
@source_options()
@json_option
def command(words: tuple[str, ...], source: ExistingLab, smoothing: float, as_json: bool) -> None:
    """The negative log likelihood of each WORD under the count model and the trained net.

    A word - stands for those of standard input, a line each. A word that cannot be scored gets a
    line that says why, and exit code 1 at the end.
    """
    from engine.lab.snapshots import pairs_of  # with torch: --help and a shell can do without

    lab, is_trained = source.lab(smoothing=smoothing), False
    written = labels(lab.corpus.vocabulary.characters)
    unscored: list[EngineError] = []
    number = 0
    for number, word in enumerate(_words(words), start=1):
        try:
            pairs = pairs_of(lab, word)
        except EngineError as error:
            unscored.append(error)
            if as_json:
                write_json(_without_score(word, lab, str(error)))
            else:
                write("\n" * (number > 1) + f"{word} (not scored)\n{error}")
            continue
        if not is_trained:
            source.finish(lab)
            is_trained = True
        if as_json:
            write_json(_as_json(word, lab, pairs))
        else:
            write("\n" * (number > 1) + _as_table(word, lab, pairs, written))
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


def _as_json(word: str, lab: Lab, pairs: Pairs) -> dict[str, Any]:
    from engine.sampling.scoring import mean_nll, nll, probabilities_of

    of_counts = probabilities_of(pairs, lab.count_probs_VV)
    of_net = probabilities_of(pairs, lab.net_probs_VV)
    characters = lab.corpus.vocabulary.characters
    return {
        "word": word,
        "in_data": _is_in_data(word, lab),
        "nll_counts": mean_nll(of_counts),
        "nll_net": mean_nll(of_net),
        "characters": [
            {
                "previous": characters[i],
                "symbol": characters[j],
                "p_counts": by_counts,
                "p_net": by_net,
                "nll_counts": nll(by_counts),
                "nll_net": nll(by_net),
            }
            for (i, j), by_counts, by_net in zip(pairs, of_counts, of_net, strict=True)
        ],
    }


def _without_score(word: str, lab: Lab, reason: str) -> dict[str, Any]:
    return {
        "word": word,
        "in_data": _is_in_data(word, lab),
        "nll_counts": None,
        "nll_net": None,
        "characters": [],
        "reason": reason,
    }


def _as_table(word: str, lab: Lab, pairs: Pairs, written: tuple[str, ...]) -> str:
    from engine.sampling.scoring import mean_nll, nll, probabilities_of

    of_counts = probabilities_of(pairs, lab.count_probs_VV)
    of_net = probabilities_of(pairs, lab.net_probs_VV)
    known = {True: "in the data", False: "new", None: "not known whether in the data"}
    lines = [
        f"{word} ({known[_is_in_data(word, lab)]})",
        "pair   P counts      NLL     P net      NLL",
        *(
            f"{beside(written[i], written[j]):<2}     {by_counts:8.4f} {nll(by_counts):8.4f}"
            f"  {by_net:8.4f} {nll(by_net):8.4f}"
            for (i, j), by_counts, by_net in zip(pairs, of_counts, of_net, strict=True)
        ),
        f"mean            {mean_nll(of_counts):8.4f}           {mean_nll(of_net):8.4f}",
    ]
    return "\n".join(lines)


def _is_in_data(word: str, lab: Lab) -> bool | None:
    return lab.corpus.has(lab.corpus.as_read(word))
