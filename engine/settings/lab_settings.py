"""The settings of a lab, whatever its models are, and what they are at first, with the reasons."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from engine.settings.limits import (
    LARGEST_SEED,
    LARGEST_VOCABULARY,
    LONGEST_PREFIX,
    LONGEST_TEXT,
)
from engine.settings.setting import Setting, setting_in
from engine.settings.values import LENGTH, Settings, Value

SEED: Final = 2147483647  # the lecture's, for weights and for names

# In the order in which they are shown.
SAMPLING: Final = (
    Setting(
        "source", "source", "Which run the names are drawn from.", "choice",
        "both",  # the lecture ends with both of its models, from one seed
        choices={
            "compared": "Names of the run that the selected one is compared with.",
            "selected": "Names of the selected run.",
            "both": "Names of both runs, with the same random numbers.",
        },
    ),
    Setting(
        "stream", "stream", "Which random numbers draw the names.", "choice", "keyed",
        choices={
            "keyed": "Random numbers by which a name is the same alone and among a million.",
            "video": "Random numbers of the lecture's video.",
            "notebook": "Random numbers of the lecture's notebook.",
            "torch": "Random numbers of today's torch.",
            "python": "Random numbers of Python's random.choices, as microgpt draws.",
        },
    ),
    Setting(
        "sample_seed", "seed of names", "The same seed draws the same names again.", "whole", SEED,
        f"a whole number from 0 to {LARGEST_SEED:,}", 0, LARGEST_SEED,
    ),
    Setting(
        "temperature", "temperature",
        "Above 1 wilder, below 1 likelier; at 0 always the likeliest character.", "number", 1.0,
        "a number from 0 up", 0, below_high=True, rungs=tuple(tenth / 10 for tenth in range(51)),
    ),
    Setting(
        "top_k", "top-k", "Draw from the k likeliest characters only; 0: from all.", "whole", 0,
        f"a whole number from 0 to {LARGEST_VOCABULARY + 1:,}", 0, LARGEST_VOCABULARY + 1,
    ),
    Setting(
        "prefix", "prefix", "How every name begins; empty: any way.", "text", "",
        f"at most {LONGEST_PREFIX:,} characters", high=LONGEST_PREFIX,
    ),
    Setting(
        "keep_sampling", "keep sampling", "Whether names are drawn without an end.", "choice",
        False,
        choices={"no": "Names where they are asked for.", "yes": "Names without an end."},
    ),
    Setting(
        "length", "length", "Characters that are drawn of a text.", "whole", LENGTH,
        f"a whole number of characters from 1 to {LONGEST_TEXT:,}", 1, LONGEST_TEXT,
    ),
)  # fmt: skip

HOLD_OUT: Final = Setting(
    "hold_out", "hold-out", "The fraction of the distinct words that is kept from training.",
    "number", 0.0, "a fraction from 0 up to, not including, 1", 0, 1, below_high=True,
)  # fmt: skip

DEFAULTS: Final = msgspec.convert(
    {each.name: each.default for each in (HOLD_OUT, *SAMPLING)}, Settings
)


def sampling_settings(symbols: int, *, is_text: bool) -> tuple[Setting, ...]:
    """The settings by which names are drawn from data.

    Args:
        symbols: V, that top-k is at the most.
        is_text: whether the data is one running text, of which a length is drawn.
    """
    limits: dict[str, Any] = {
        "top_k": {"allows": f"a whole number from 0 to {symbols:,}", "high": symbols}
    }
    return tuple(
        msgspec.structs.replace(each, **limits.get(each.name, {}))
        for each in SAMPLING
        if each.name != "length" or is_text
    )


def check(name: str, value: Value) -> None:
    """Refuse a value of a setting of the lab that makes no sense; of others, nothing is known.

    Raises:
        BadSetting: says which values do.
    """
    setting = setting_in((HOLD_OUT, *SAMPLING), name)
    if setting is not None:
        setting.check(value)
