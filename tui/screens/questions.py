"""The questions that a key asks: what stands in the prompt, and which request an answer becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from engine.settings.values import Settings
from engine.wire.client import EngineError
from engine.wire.events import DatasetOpened
from engine.wire.requests import Configure
from tui.screens.dialog import Call
from tui.screens.fields.parsing import whole
from tui.screens.prompt import Question

Asked = Literal["prefix", "seed", "top_k"]


def about_setting(what: Asked, settings: Settings, call: Call) -> Question:
    """Ask for one of the sampler's settings."""
    if what == "prefix":
        return Question(
            "Prefix", "How every name begins. Empty: any way.", settings.prefix,
            lambda text: call(Configure({"prefix": text})),
        )  # fmt: skip
    if what == "seed":
        return Question(
            "Seed of the sampler",
            "A whole number. The same seed draws the same names again.",
            str(settings.sample_seed),
            lambda text: call(Configure({"sample_seed": whole(text, "seed")})),
            digits=True,
        )
    return Question(
        "Top-k", "Draw from the k likeliest characters only. 0: from all.", str(settings.top_k),
        lambda text: call(Configure({"top_k": whole(text, "top-k")})), digits=True,
    )  # fmt: skip


def about_pair(dataset: DatasetOpened, go: Callable[[int, int], None]) -> Question:
    """Ask for two characters."""

    async def answer(text: str) -> None:
        go(*pair_in(text, dataset))

    boundary = dataset.labels[0]
    hint = f"Two characters, the second after the first. {boundary} is the beginning or the end."
    return Question("Go to a pair", hint, "", answer)


def pair_in(text: str, dataset: DatasetOpened) -> tuple[int, int]:
    """The two symbols that a text names, by their labels or as they stand in the data.

    Raises:
        EngineError: they are not two characters of the data.
    """
    names = {character: n for n, character in enumerate(dataset.characters)}
    names |= {label: n for n, label in enumerate(dataset.labels)}
    for cut in range(1, len(text)):  # a label may be longer than one code point
        if text[:cut] in names and text[cut:] in names:
            return names[text[:cut]], names[text[cut:]]
    unknown = [c for c in text if c not in names]
    if len(text) >= 2 and unknown:
        raise EngineError(f"The data has no character {unknown[0]!r}.")
    raise EngineError("Type two characters, such as an.")
