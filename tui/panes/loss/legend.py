"""The legend of the loss pane: the sign, the name and the value of each line of the plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from textual.content import Content

from engine.wire.events import Snapshot
from tui.drawing.numbers import figure
from tui.drawing.run_names import short_name
from tui.panes.loss.drawing import BATCHES, HELD_OUT, TRAIN
from tui.panes.loss.facts import held_out_of
from tui.panes.loss.others import signs_of
from tui.panes.loss.references import LONGEST_NAME, references_of
from tui.terminal.letter_widths import drawable

ENOUGH: Final = 9  # lines of a pane from which references and runs have a line each
_QUIET: Final = "$foreground-muted"
_NAMES: Final = (None, LONGEST_NAME, LONGEST_NAME // 2)  # columns of a run's name, the most first

Colour = Callable[[str], str]  # of an ink


def legend(snapshot: Snapshot, width: int, height: int, colour: Colour) -> list[Content]:
    """Write the lines of the legend: of the references, and of the runs if there are several.

    In a low pane the plot's own labels tell the references.
    """
    runs = [_runs(snapshot, width, colour)] if snapshot.overlays else []
    if runs and height < ENOUGH:
        return runs
    return [_references(snapshot, width, colour), *runs]


def _references(snapshot: Snapshot, width: int, colour: Colour) -> Content:
    """Write the sign of each reference, its name and its value.

    Without room for all of them the sign of batches goes first, and ln V, then the values, which
    the plot's own labels tell too; then the last lines. So either every line that is named has its
    value, or none.
    """
    curve = snapshot.curve
    held_out = held_out_of(snapshot) if curve is not None and curve.held_out else None
    keys: list[tuple[str, str, str, float | None]] = []  # ink, sign, name, value
    for one in references_of(snapshot.lines, snapshot.compared_run.name):
        if one.ink != "held_out":
            keys.append((one.ink, one.sign, one.name, one.value))
            continue
        compared = short_name(snapshot.compared_run.name, LONGEST_NAME)
        if held_out is None:
            keys.append((one.ink, f"hold-out {one.sign}", compared, one.value))
        else:
            selected = short_name(snapshot.selected_run.name, LONGEST_NAME)
            keys.append((one.ink, f"hold-out {HELD_OUT}", selected, held_out))
            keys.append((one.ink, one.sign, compared, one.value))

    if curve is not None and curve.smoothed:
        keys.append(("batches", BATCHES, "batches", None))

    def written(*, values: bool) -> list[Content]:
        return [
            Content.assemble(
                (f"{sign} ", colour(ink)),
                (name, _QUIET),
                f" {figure(value, 3)}" if values and value is not None else "",
            )
            for ink, sign, name, value in keys
        ]

    for told in ("batches", "uniform"):
        if keys[-1][0] == told and _width(written(values=True)) > width:
            del keys[-1]
    has_values = _width(written(values=True)) <= width
    return _joined(written(values=has_values), width)


def _runs(snapshot: Snapshot, width: int, colour: Colour) -> Content:
    """Write the sign of each run's curve, the run's name and its steps, as far as there is room."""
    for longest, steps in [(None, True), *((columns, False) for columns in _NAMES)]:
        run = snapshot.selected_run
        keys = [(TRAIN, "train", run.name)]
        counts = [f" ({run.step:,})" if run.is_trained else ""]
        for sign, overlay in zip(signs_of(snapshot.overlays), snapshot.overlays, strict=True):
            keys.append((sign, "other", overlay.name))
            counts.append(f" ({overlay.steps:,})")
        parts = [
            Content.assemble(
                (f"{sign} ", colour(ink)),
                (_name(name, longest), "" if ink == "train" else _QUIET),
                (count if steps else "", _QUIET),
            )
            for (sign, ink, name), count in zip(keys, counts, strict=True)
        ]
        if _width(parts) <= width:
            break
    return _joined(parts, width)


def _name(name: str, longest: int | None) -> str:
    return drawable(name) if longest is None else short_name(name, longest)


def _width(parts: Sequence[Content]) -> int:
    return sum(part.cell_length + 2 for part in parts) - 2


def _joined(parts: Sequence[Content], width: int) -> Content:
    """Put as many side by side as there is room for."""
    shown = list(parts)
    while len(shown) > 1 and _width(shown) > width:
        shown.pop()
    return Content("  ").join(shown) if _width(shown) <= width else Content("")
