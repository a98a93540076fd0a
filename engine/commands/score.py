"""`makemore-tui score`: how likely words are under both models, a character at a time."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from engine.cli import echo_json, json_option
from engine.commands.training import Training, smoothing_option, training_options
from engine.printable import printable
from engine.protocol import Scored
from engine.scoring import nll
from engine.snapshots import scored


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
    lab = training.lab(smoothing=smoothing)
    scores = {word: scored(lab, word) for word in words}  # an unknown character shows at once
    training.finish(lab)
    for place, word in enumerate(scores):
        score = scored(lab, word)
        if as_json:
            echo_json(_as_json(word, score))
        else:
            click.echo("\n" * (place > 0) + _as_table(word, score))


def _as_json(word: str, score: Scored) -> dict[str, Any]:
    steps = [
        {
            **msgspec.structs.asdict(step),
            "nll_counts": nll(step.p_counts),
            "nll_net": nll(step.p_net),
        }
        for step in score.characters
    ]
    return {
        "word": word,
        "in_data": score.in_data,
        "nll_counts": _mean([step["nll_counts"] for step in steps]),
        "nll_net": _mean([step["nll_net"] for step in steps]),
        "characters": steps,
    }


def _as_table(word: str, score: Scored) -> str:
    columns = [(nll(step.p_counts), nll(step.p_net), step) for step in score.characters]
    known = {True: "in the data", False: "new", None: "not known whether in the data"}
    lines = [
        f"{printable(word)} ({known[score.in_data]})",
        "pair   P counts      NLL     P net      NLL",
        *(
            f"{step.previous}{step.symbol}     {step.p_counts:8.4f} {by_counts:8.4f}"
            f"  {step.p_net:8.4f} {by_net:8.4f}"
            for by_counts, by_net, step in columns
        ),
        f"mean            {_mean([c for c, _, _ in columns]):8.4f}"
        f"           {_mean([n for _, n, _ in columns]):8.4f}",
    ]
    return "\n".join(lines)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
