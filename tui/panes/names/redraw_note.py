"""A note that says why the names have changed: which settings, or runs, are others than before."""

from __future__ import annotations

from engine.wire.events import Snapshot
from tui.drawing.numbers import compact
from tui.terminal.letter_widths import drawable

_DRAWN_AGAIN = "drawn again"


def redrawn(before: Snapshot, now: Snapshot, *, is_of_text: bool) -> tuple[str, ...]:
    """Tell which settings or runs have changed, if names were drawn with them before.

    Returns the same sentence in several lengths, the longest first; none where nothing has changed.
    """
    changes = _changes(before, now, is_of_text)
    if not (before.drawn and before.data == now.data and changes):
        return ()
    lengths = (", ".join(change[place] for change in changes) for place in (0, 1))
    sentences = [f"{length}: {_DRAWN_AGAIN}" for length in lengths]
    return tuple(dict.fromkeys([*sentences, _DRAWN_AGAIN]))


def source_name(snapshot: Snapshot) -> str:
    """What names are drawn from: the name of one run, or that it is both."""
    runs = {"compared": snapshot.compared_run, "selected": snapshot.selected_run}
    source = snapshot.settings.source
    return drawable(runs[source].name) if source in runs else source


def _changes(then: Snapshot, at_present: Snapshot, is_of_text: bool) -> list[tuple[str, str]]:
    """Tell each change, in words and in short."""
    before, now = then.settings, at_present.settings
    source = source_name(at_present)
    temperature, prefix = compact(now.temperature), drawable(now.prefix)
    told = {
        "source": (f"source {source}", source),
        "stream": (f"stream {now.stream}", now.stream),
        "sample_seed": (f"seed {now.sample_seed}", "seed"),
        "temperature": (f"temperature {temperature}", f"T {temperature}"),
        "top_k": (f"top-{now.top_k:,}",) * 2 if now.top_k else ("all characters", "top-k off"),
        "prefix": (f"prefix {prefix}", "prefix") if prefix else ("no prefix",) * 2,
    }
    if is_of_text:
        told["length"] = (f"length {now.length:,}",) * 2
    changes = [told[name] for name in told if getattr(before, name) != getattr(now, name)]
    if before.source == now.source and _drawn_from(then) != _drawn_from(at_present):
        runs = (at_present.compared_run, at_present.selected_run)
        both = " and ".join(drawable(run.name) for run in runs)
        changes.insert(0, (both, "runs") if source == "both" else (source, source))
    return changes


def _drawn_from(snapshot: Snapshot) -> tuple[int, ...]:
    pair = {"compared": (snapshot.compared,), "selected": (snapshot.selected,)}
    return pair.get(snapshot.settings.source, (snapshot.compared, snapshot.selected))
