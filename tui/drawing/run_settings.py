"""The settings of a run, as they are written where there is little room: `lr 50`."""

from __future__ import annotations

from math import isinf

from engine.settings.model_kinds import ModelKind
from engine.settings.setting import NO, YES, Setting
from engine.settings.values import Value
from engine.wire.values import RunSummary
from tui.drawing.numbers import compact


def value_text(setting: Setting, value: Value) -> str:
    """Write a setting's value; a whole number, which may be typed again, has no commas."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, float) and isinf(value):
        return "no limit"
    return compact(float(value)) if setting.kind == "number" else str(value)


def signed_settings(
    kind: ModelKind, run: RunSummary, *, that_change: bool = False
) -> dict[str, str]:
    """List the values of a run's settings that have a sign, by their signs.

    With `that_change`, those that belong to a run from its beginning are left out.
    """
    return {
        setting.sign: value_text(setting, run.settings[setting.name])
        for setting in kind.settings
        if setting.sign and not (that_change and setting.begins_run)
    }
