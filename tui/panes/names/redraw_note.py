"""A note that says why the names have changed: which settings are others than before."""

from __future__ import annotations

from engine.settings.values import Settings
from engine.wire.events import Snapshot
from tui.drawing.numbers import compact
from tui.terminal.letter_widths import drawable

_DRAWN_AGAIN = "drawn again"


def redrawn(before: Snapshot, now: Snapshot, *, is_of_text: bool) -> tuple[str, ...]:
    """Tell which settings of the sampler have changed, if names were drawn with them before.

    Args:
        before: the snapshot that was shown.
        now: the one behind it.
        is_of_text: whether texts are drawn, which have a length.

    Returns:
        The same sentence in several lengths, the longest first; empty where no setting has changed.
    """
    changes = _changes(before.settings, now.settings, is_of_text)
    if not (before.drawn and before.data == now.data and changes):
        return ()
    lengths = (", ".join(change[place] for change in changes) for place in (0, 1))
    sentences = [f"{length}: {_DRAWN_AGAIN}" for length in lengths]
    return tuple(dict.fromkeys([*sentences, _DRAWN_AGAIN]))


def _changes(before: Settings, now: Settings, is_of_text: bool) -> list[tuple[str, str]]:
    """Tell each change, in words and in short."""
    temperature, prefix = compact(now.temperature), drawable(now.prefix)
    told = {
        "source": (f"source {now.source}", now.source),
        "stream": (f"stream {now.stream}", now.stream),
        "sample_seed": (f"seed {now.sample_seed}", "seed"),
        "temperature": (f"temperature {temperature}", f"T {temperature}"),
        "top_k": (f"top-{now.top_k:,}",) * 2 if now.top_k else ("all characters", "top-k off"),
        "prefix": (f"prefix {prefix}", "prefix") if prefix else ("no prefix",) * 2,
    }
    if is_of_text:
        told["length"] = (f"length {now.length:,}",) * 2
    return [told[name] for name in told if getattr(before, name) != getattr(now, name)]
