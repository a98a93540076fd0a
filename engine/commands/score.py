"""`makemore-tui score`: how likely words are under both models, a character at a time."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from engine.cli import echo_json, json_option
from engine.commands.training import Training, smoothing_option, training_options
from engine.labels import beside, labels
from engine.printable import printable
from engine.protocol import Scored


@click.command("score")
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@smoothing_option
@training_options()
@json_option
def command(
    words: tuple[str, ...],
    training: Training,
    smoothing: float,
    as_json: bool,
) -> None:
    """The negative log likelihood of each WORD under the count model and the trained net."""
    from engine.snapshots import pairs_of, scored  # with torch: --help and a shell can do without

    lab = training.lab(smoothing=smoothing)
    for word in words:
        pairs_of(lab, word)  # an unknown character shows before the training
    training.finish(lab)
    for place, word in enumerate(words):
        score = scored(lab, word)
        if as_json:
            echo_json(_as_json(word, score))
        else:
            characters = lab.corpus.vocabulary.characters
            table = _as_table(word, score, dict(zip(characters, labels(characters), strict=True)))
            click.echo("\n" * (place > 0) + table)


def _means(score: Scored) -> tuple[float, float]:
    """The word's mean NLL under the counts and under the net."""
    from engine.scoring import mean_nll

    steps = score.characters
    return mean_nll([step.p_counts for step in steps]), mean_nll([step.p_net for step in steps])


def _as_json(word: str, score: Scored) -> dict[str, Any]:
    from engine.scoring import nll

    by_counts, by_net = _means(score)
    return {
        "word": word,
        "in_data": score.in_data,
        "nll_counts": by_counts,
        "nll_net": by_net,
        "characters": [
            {
                **msgspec.structs.asdict(step),
                "nll_counts": nll(step.p_counts),
                "nll_net": nll(step.p_net),
            }
            for step in score.characters
        ],
    }


def _as_table(word: str, score: Scored, written: dict[str, str]) -> str:
    from engine.scoring import nll

    known = {True: "in the data", False: "new", None: "not known whether in the data"}
    lines = [
        f"{printable(word)} ({known[score.in_data]})",
        "pair   P counts      NLL     P net      NLL",
        *(
            f"{beside(written[step.previous], written[step.symbol]):<2}     "
            f"{step.p_counts:8.4f} {nll(step.p_counts):8.4f}"
            f"  {step.p_net:8.4f} {nll(step.p_net):8.4f}"
            for step in score.characters
        ),
        "mean            {:8.4f}           {:8.4f}".format(*_means(score)),
    ]
    return "\n".join(lines)
