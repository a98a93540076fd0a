"""Every setting as a field, with what it means and its range: for exact values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from msgspec.structs import replace

from engine.settings.setting import Setting
from engine.settings.values import Value
from engine.wire.answers import Answers
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.requests import Configure, Requests
from engine.wire.values import RunSummary
from tui.screens.settings_form import Group, SettingsForm

HINT: Final = "Enter sets all that you have changed, or nothing of it."


class SettingsScreen(SettingsForm):
    """The settings of the selected run, what else the compared one has, and those of the lab."""

    def __init__(
        self,
        dataset: DatasetOpened,
        snapshot: Snapshot,
        call: Callable[[Requests], Awaitable[Answers]],
    ) -> None:
        """A dialog.

        Args:
            dataset: describes the settings.
            snapshot: has their present values.
            call: carries out a request.
        """
        selected, compared = snapshot.selected_run, snapshot.compared_run

        def of_run(run: RunSummary, without: RunSummary | None = None) -> Group:
            kind = dataset.kind_of(run)
            name = run.name if run.name == kind.label else f"{run.name}, {kind.label}"
            return name, [
                (_with_warning(setting), run.settings[setting.name])
                for setting in kind.settings
                if without is None or setting.name not in without.settings
            ]

        of_lab = [(each, getattr(snapshot.settings, each.name)) for each in dataset.settings]
        groups = [of_run(selected), of_run(compared, selected), ("Names", of_lab)]
        super().__init__("Settings", HINT, [group for group in groups if group[1]], call)

    def request(self, changes: dict[str, Value]) -> Requests | None:
        """Set what was changed."""
        return Configure(changes) if changes else None


def _with_warning(setting: Setting) -> Setting:
    """A setting whose meaning says where another value is for another run."""
    if not setting.begins_run:
        return setting
    return replace(setting, meaning=f"{setting.meaning} Another value begins another run.")
