"""Running texts that `makemore-tui sample` draws: as long as asked for, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from engine.lab.lab import Lab
    from engine.lab.run import Run


class ScoredText(msgspec.Struct, frozen=True):
    """A text, and what its model makes of it."""

    text: str
    nll: float  # mean over the characters that were drawn, in nats


def drawn_texts(
    lab: Lab, run: Run, form: Literal["plain", "csv", "json"], count: int, length: int
) -> Iterator[tuple[int, str]]:
    """The output in parts, each behind how many drawn characters it has; plain is text alone."""
    from engine.lab.exports import BETWEEN_TEXTS, TRUTH, csv_text
    from engine.sampling.in_parts import finished
    from engine.sampling.names import NameStream
    from engine.sampling.scoring import nll_of_drawn_text

    settings, vocabulary = lab.settings, lab.corpus.vocabulary
    stream = NameStream(
        settings.stream, settings.sample_seed, vocabulary, settings.temperature, settings.top_k
    )
    for index in range(count):
        pieces = stream.next_text(run.model, length, settings.prefix)
        if form == "plain":
            yield 0, BETWEEN_TEXTS if index else ""
            yield from ((len(piece), piece) for piece in pieces)
            yield 0, "\n"
            continue
        text = "".join(pieces)
        nll = finished(nll_of_drawn_text(text, length, vocabulary, run.model))
        if form == "json":
            yield length, msgspec.json.encode(ScoredText(text, nll)).decode() + "\n"
        else:
            yield length, csv_text([(index, run.name, text, nll, TRUTH[None])])
