"""Every setting as a field, with what it means and its range: for exact values."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from engine.settings.setting import Setting
from engine.settings.values import Value
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.requests import Configure
from engine.wire.values import RunSummary
from tui.screens.dialog import Call
from tui.screens.settings_form import Group, SettingsForm

HINT: Final = "Enter sets all that you have changed, or nothing of it."


def settings_form(dataset: DatasetOpened, snapshot: Snapshot, call: Call) -> SettingsForm:
    """The settings of the selected run, what else the compared one has, and those of the lab."""
    selected, compared = snapshot.selected_run, snapshot.compared_run

    def of_run(run: RunSummary, without: RunSummary | None = None) -> Group:
        kind = dataset.kind_of(run)
        name = run.name if run.name == kind.label else f"{run.name}, {kind.label}"
        return name, [
            (_with_warning(setting), run.settings[setting.name])
            for setting in kind.settings
            if without is None or setting.name not in without.settings
        ]

    def request(changes: dict[str, Value]) -> Configure | None:
        return Configure(changes) if changes else None

    of_lab = [(each, getattr(snapshot.settings, each.name)) for each in dataset.settings]
    groups = [of_run(selected), of_run(compared, selected), ("Names", of_lab)]
    return SettingsForm("Settings", HINT, [each for each in groups if each[1]], request, call)


def _with_warning(setting: Setting) -> Setting:
    """A setting whose meaning says where another value is for another run."""
    if not setting.begins_run:
        return setting
    return replace(setting, meaning=f"{setting.meaning} Another value begins another run.")
