"""`makemore-tui sample`: draw names from either model."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final, get_args

import click

from engine.cli import echo_json, json_option
from engine.commands.training import Training, smoothing_option, training_options
from engine.commands.values import sensible
from engine.printable import printable
from engine.protocol import Stream
from engine.settings import DEFAULTS

if TYPE_CHECKING:
    from torch import Tensor

    from engine.lab import Lab

LINES: Final = 1000  # written at once; a line at a time takes longer than drawing the names


@click.command("sample")
@click.option("-n", "count", default=5, type=click.IntRange(0), show_default=True, help="Names.")
@click.option("--model", type=click.Choice(["counts", "net"]), default="counts", show_default=True)
@click.option("--stream", type=click.Choice(get_args(Stream)), default="keyed", show_default=True)
@click.option(
    "--seed",
    default=DEFAULTS.sample_seed,
    callback=sensible("sample_seed"),
    show_default=True,
    help="Of the stream.",
)
@click.option(
    "--temperature",
    default=DEFAULTS.temperature,
    callback=sensible("temperature"),
    show_default=True,
    help="0 takes the most probable.",
)
@click.option(
    "--top-k",
    default=DEFAULTS.top_k,
    type=click.IntRange(0),
    show_default=True,
    help="Only the k most probable; 0 for all.",
)
@click.option("--prefix", default="", help="What each name begins with.")
@smoothing_option
@training_options(seed="--weights-seed")
@json_option
def command(
    training: Training,
    count: int,
    model: str,
    stream: str,
    seed: int,
    temperature: float,
    top_k: int,
    prefix: str,
    smoothing: float,
    as_json: bool,
) -> None:
    """Draw names, one a line. The net is first trained as by `makemore-tui train`."""
    from engine.sampling import has_ended  # with torch: --help and a shell can do without
    from engine.scoring import mean_nll, probabilities_of_word

    lab = training.lab(
        smoothing=smoothing,
        sample_seed=seed,
        temperature=temperature,
        top_k=top_k,
        prefix=prefix,
    )
    if model == "net":
        training.finish(lab)
    probs_VV = lab.count_probs_VV if model == "counts" else lab.net_probs_VV
    names = _names(lab, probs_VV, stream, count)
    if not as_json:
        while some := list(islice(names, LINES)):
            click.echo("\n".join(map(printable, some)))
        return
    for name in names:
        ended = has_ended(name, lab.settings.prefix)
        probabilities = probabilities_of_word(name, lab.corpus.vocabulary, probs_VV, ended)
        echo_json(
            {
                "name": name,
                "nll": mean_nll(probabilities),
                "in_data": lab.corpus.has(name),
                "probabilities": probabilities,
            }
        )


def _names(lab: Lab, probs_VV: Tensor, stream: str, count: int) -> Iterator[str]:
    from engine.decoding import sharpen
    from engine.sampling import NameStream, draw_keyed

    settings, vocabulary = lab.settings, lab.corpus.vocabulary
    seed, prefix = settings.sample_seed, settings.prefix
    sharpness = (settings.temperature, settings.top_k)
    if stream == "keyed":  # all at once
        return draw_keyed(sharpen(probs_VV, *sharpness), vocabulary, seed, 0, count, prefix)
    names = NameStream(stream, seed, vocabulary, *sharpness)
    return (names.next(probs_VV, prefix) for _ in range(count))
