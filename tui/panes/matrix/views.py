"""The views of the matrix: which there are, what each is called, and what there is to say of it."""

from __future__ import annotations

from typing import Final

from engine.settings.limits import LONGEST_RUN_NAME
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.values import RunSummary, View
from tui.drawing.run_names import short_name
from tui.drawing.run_settings import signed_settings
from tui.panes.matrix.cells import SHARES

COUNTS: Final[View] = "counts"
NAMES: Final = (2 * LONGEST_RUN_NAME, 12, 6)  # columns of a run's name, the most first


def views_of(dataset: DatasetOpened | None, snapshot: Snapshot | None) -> tuple[View, ...]:
    """List the views, in the order in which a key goes through them."""
    own: tuple[View, ...] = ()
    if dataset is not None and snapshot is not None:
        own = dataset.kind_of(snapshot.selected_run).views
    return (COUNTS, *SHARES, *own, "difference")


def run_names(snapshot: Snapshot | None) -> tuple[str, str]:
    """The names of the compared run and of the selected one."""
    return (
        ("", "") if snapshot is None else (snapshot.compared_run.name, snapshot.selected_run.name)
    )


def view_name(
    view: View, snapshot: Snapshot | None, longest: int = NAMES[0], *, in_cells: bool = False
) -> str:
    """Write what a view shows, with the names of the runs in at most `longest` columns.

    The numbers of cells are hundredths where it is a difference.
    """
    if snapshot is None:
        return view
    compared, selected = (short_name(name, longest) for name in run_names(snapshot))
    if view == "difference":
        difference = f"{selected} − {compared}"
        return f"100 × ({difference})" if in_cells else difference
    return {"compared": f"P({compared})", "selected": f"P({selected})"}.get(view, view)


def view_names(view: View, snapshot: Snapshot | None, *, in_cells: bool) -> list[str]:
    """Write what a view shows in several lengths, the longest first."""
    return [view_name(view, snapshot, columns, in_cells=in_cells) for columns in NAMES]


def view_facts(view: View, snapshot: Snapshot | None, *, brief: bool = False) -> list[str]:
    """Tell of which step a view is, and whether it is a mean; the most telling first."""
    facts: list[str] = []
    if snapshot is None or view == COUNTS:
        return facts
    run = snapshot.compared_run if view == "compared" else snapshot.selected_run
    facts += [f"step {run.step:,}"] if run.is_trained else []
    cells = snapshot.cells
    if cells is not None and cells.view == view and cells.places is not None:
        facts.append("averaged" if brief else "averaged over the data")
    return facts


def fitted_with(dataset: DatasetOpened | None, snapshot: Snapshot | None, view: View) -> str:
    """Tell the settings that the run is fitted with which is shown, or is compared; or nothing."""
    if dataset is None or snapshot is None:
        return ""
    both = (snapshot.selected_run, snapshot.compared_run)
    runs: tuple[RunSummary, ...] = both[::-1] if view == "compared" else both
    run = next((run for run in runs if not run.is_trained), None)
    settings = {} if run is None else signed_settings(dataset.kind_of(run), run)
    return " · ".join(f"{sign} {value}" for sign, value in settings.items())
