"""The lab's sampler: draws on from where it stopped, from one of two models or from both.

Both get the same random numbers: each has a stream of its own, of the same seed.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.data.corpus import Corpus
from engine.models.base.model import Model
from engine.sampling.in_parts import InParts
from engine.sampling.names import NameStream, has_ended
from engine.sampling.scoring import (
    mean_nll,
    nll_of_drawn_text,
    probabilities_in_parts,
    symbols_of,
)
from engine.settings.limits import KEPT_CHARACTERS, KEPT_NAMES
from engine.settings.values import Settings
from engine.wire.values import Drawn, Name

Side = str  # of a comparison: "compared" or "selected"
SIDES: Final[tuple[Side, Side]] = ("compared", "selected")


class Sampler:
    """Draws names, or texts, with the settings it is given, and keeps the newest."""

    kept: Final = KEPT_NAMES

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self.restart()

    def restart(self) -> None:
        """Go back to the stream's start; the names drawn so far are gone."""
        self._drawing: InParts[None] | None = None  # the name that is not yet whole
        self.drawn = 0
        self.newest_from = 0  # index of the first of the names that were asked for last
        self._names: deque[Drawn] = deque()
        self._characters = 0  # of all of them
        self._streams: dict[Side, NameStream] = {}

    @property
    def is_drawing(self) -> bool:
        """Whether a name is drawn in part: its models must not change until it is whole."""
        return self._drawing is not None

    def draw_on(self, settings: Settings, models: Mapping[Side, tuple[Model, int | None]]) -> bool:
        """Go on to draw one more name, for some milliseconds; returns whether it is whole.

        Settings and models other than the last call's want a `restart`, or it is `outdate`d.

        Args:
            settings: how.
            models: from which, on each side, and at which step of its training; None: it has none.

        Raises:
            OutsideVocabulary, BadSetting: the settings do not fit the data.
        """
        drawing, self._drawing = self._drawing or self._draw(settings, models), None
        for _ in drawing:
            self._drawing = drawing
            return False
        return True

    def _draw(
        self, settings: Settings, models: Mapping[Side, tuple[Model, int | None]]
    ) -> InParts[None]:
        names: dict[Side, Name] = {}
        streams: dict[Side, NameStream] = {}  # those of a name that is not made whole stay behind
        for side, (model, step) in models.items():
            streams[side] = self._stream(settings)
            if side in self._streams:
                streams[side].resume(self.drawn, self._streams[side].state())
            draw = self._text if self._corpus.is_text else self._name
            names[side] = replace((yield from draw(streams[side], settings, model)), step=step)
        self._streams = streams
        self._keep(Drawn(self.drawn, names.get("compared"), names.get("selected")))
        self.drawn += 1

    def _keep(self, drawn: Drawn) -> None:
        self._names.append(drawn)
        self._characters += _characters(drawn)
        while self._characters > KEPT_CHARACTERS or len(self._names) > self.kept:
            self._characters -= _characters(self._names.popleft())

    def outdate(self, side: Side) -> None:
        """A model has changed: the names that it has drawn are not of what it is now."""
        self._drawing = None
        for place in range(len(self._names) - 1, -1, -1):
            name = getattr(self._names[place], side)
            if name is None or not name.current:
                return  # nor has any before it
            changed = {side: replace(name, current=False)}
            self._names[place] = replace(self._names[place], **changed)

    def newest(self, count: int) -> tuple[Drawn, ...]:
        """The newest names, the oldest of them first."""
        return tuple(itertools.islice(self._names, max(0, len(self._names) - count), None))

    def states(self) -> dict[Side, NDArray[np.uint32]]:
        """Where the stream of each side is that names were drawn from."""
        return {side: stream.state() for side, stream in self._streams.items()}

    def resume(
        self,
        settings: Settings,
        drawn: int,
        names: Iterable[Drawn],
        states: dict[Side, NDArray[np.uint32]],
    ) -> None:
        """Go on where another sampler with these settings was.

        Args:
            settings: those that the names were drawn with.
            drawn: how many names were.
            names: the newest of them.
            states: see `states`.
        """
        self.restart()
        self.drawn = self.newest_from = drawn
        for name in names:
            self._keep(name)
        for side, state in states.items():
            self._streams[side] = self._stream(settings)
            self._streams[side].resume(drawn, state)

    def _stream(self, settings: Settings) -> NameStream:
        return NameStream(
            settings.stream,
            settings.sample_seed,
            self._corpus.vocabulary,
            settings.temperature,
            settings.top_k,
        )

    def _text(self, stream: NameStream, settings: Settings, model: Model) -> InParts[Name]:
        pieces = []
        for piece in stream.next_text(model, settings.length, settings.prefix):
            pieces.append(piece)
            yield
        text, vocabulary = "".join(pieces), self._corpus.vocabulary
        nll = yield from nll_of_drawn_text(text, settings.length, vocabulary, model)
        return Name(text, nll, in_data=None, current=True)

    def _name(self, stream: NameStream, settings: Settings, model: Model) -> InParts[Name]:
        text = yield from stream.next_in_parts(model, settings.prefix)
        ended = has_ended(text, settings.prefix)
        symbols = symbols_of(text, self._corpus.vocabulary)
        symbols = symbols if ended else symbols[:-1]
        return Name(
            text=text,
            nll=mean_nll((yield from probabilities_in_parts(symbols, model))),
            in_data=self._corpus.has(text),
            ended=ended,
            current=True,
        )


def _characters(drawn: Drawn) -> int:
    return sum(len(name.text) for name in (drawn.compared, drawn.selected) if name is not None)
