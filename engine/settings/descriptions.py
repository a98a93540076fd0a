"""What a person is told of each setting: its name, what it means, its unit, its range."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from engine.settings.checks import wanted

SettingKind = Literal["number", "whole", "choice", "text"]
CHOICES: Final[dict[str, dict[str, str]]] = {
    "source": {
        "counts": "Names of the count model.",
        "net": "Names of the net.",
        "both": "Names of both models, with the same random numbers.",
    },
    "stream": {
        "keyed": "Random numbers by which a name is the same alone and among a million.",
        "video": "Random numbers of the lecture's video.",
        "notebook": "Random numbers of the lecture's notebook.",
        "torch": "Random numbers of today's torch.",
    },
    "keep_sampling": {"no": "Names where they are asked for.", "yes": "Names without an end."},
}


class SettingDescription(msgspec.Struct, frozen=True):
    """What a person has to know of a setting to give it a value."""

    name: str  # of the field of `Configure`
    label: str  # "learning rate"
    meaning: str  # a sentence
    allows: str  # which values, with their unit: "a number above 0"
    kind: SettingKind
    choices: dict[str, str] = {}  # values, and what each of them means


def setting_table(symbols: int, *, is_text: bool) -> tuple[SettingDescription, ...]:
    """All settings that can be given a value while a lab is open, in the order they are shown.

    Args:
        symbols: V, that top-k is at the most.
        is_text: whether the data is one running text, of which a length is drawn.
    """
    table: tuple[tuple[str, str, str, SettingKind], ...] = (
        ("learning_rate", "learning rate", "How far a step goes against the gradient.", "number"),
        ("regularisation", "regularisation λ", "Of λ · mean(W²): pulls weights to 0.", "number"),
        ("smoothing", "smoothing k", "Is added to every count of the count model.", "number"),
        ("pace", "pace", "How fast it trains; without a limit, as fast as can be.", "number"),
        ("seed", "seed of weights",
         "Of the first weights. Another one starts the training again at step 0.", "whole"),
        ("source", "source", "Which model the names are drawn from.", "choice"),
        ("stream", "stream", "Which random numbers draw the names.", "choice"),
        ("sample_seed", "seed of names", "The same seed draws the same names again.", "whole"),
        ("temperature", "temperature",
         "Above 1 wilder, below 1 likelier; at 0 always the likeliest character.", "number"),
        ("top_k", "top-k", "Draw from the k likeliest characters only; 0: from all.", "whole"),
        ("prefix", "prefix", "How every name begins; empty: any way.", "text"),
        ("keep_sampling", "keep sampling", "Whether names are drawn without an end.", "choice"),
        ("length", "length", "Characters that are drawn of a text.", "whole"),
    )  # fmt: skip
    ranges = {name: f"one of {', '.join(values)}" for name, values in CHOICES.items()}
    ranges["pace"] = f"{wanted('pace')}, or no limit"
    ranges["top_k"] = f"a whole number from 0 to {symbols:,}"
    return tuple(
        SettingDescription(
            name, label, meaning, ranges.get(name) or wanted(name), kind, CHOICES.get(name, {})
        )
        for name, label, meaning, kind in table
        if name != "length" or is_text
    )
