"""Functions that make the messages in which a screen sees a lab: frozen, and without tensors.

Shape suffixes: V symbols, R rows and C columns of weights.
"""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from engine.data.built_in import built_in_path
from engine.data.statistics import statistics
from engine.errors import BadSetting
from engine.lab.exports import (
    loss_csv,
    matrix_csv,
    names_csv,
    names_text,
    statistics_json,
    texts_text,
    weights_csv,
)
from engine.lab.inside import inside
from engine.lab.lab import Lab
from engine.lab.overlays import overlays
from engine.lab.run import Run
from engine.sampling.scoring import probabilities_of, symbols_of, symbols_within
from engine.settings.lab_settings import SEED, sampling_settings
from engine.settings.limits import LARGEST_EXPORT, LONGEST_WORD, MOST_CELLS, MOST_COLUMNS
from engine.settings.model_kinds import KINDS
from engine.settings.recipes import RECIPES
from engine.settings.values import PACE, ModelSpec, limited
from engine.text.labels import labels
from engine.text.printable import path_text
from engine.wire.answers import Scored
from engine.wire.events import DatasetOpened, Snapshot
from engine.wire.requests import Exportable, Open, Watch
from engine.wire.values import Cells, Character, Reading, RunSummary, View


def dataset_opened(lab: Lab, number: int, save_to: Path | None = None) -> DatasetOpened:
    """Tell all that does not change of a lab's data, and the file that the lab is saved to."""
    corpus = lab.corpus
    hold_out_data = corpus.hold_out_data
    return DatasetOpened(
        number=number,
        opening=_opening(lab),
        folder=_folder(),
        path=path_text(corpus.path),
        name=path_text(corpus.path.name),
        device=str(lab.device),
        characters=corpus.vocabulary.characters,
        labels=labels(corpus.vocabulary.characters),
        frequencies=tuple(corpus.counts_VV.sum(1).tolist()),
        statistics=tuple(each for each in statistics(corpus) if each.label),
        save_to=None if save_to is None else str(save_to),
        data_format=corpus.data_format,
        format_found=corpus.format_found,
        hold_out_data=None if hold_out_data is None else path_text(hold_out_data),
        settings=sampling_settings(len(corpus.vocabulary), is_text=corpus.is_text),
        kinds=tuple(KINDS.values()),
        recipes=tuple(RECIPES.values()),
        too_large=corpus.too_large,
    )


def _folder() -> str:
    try:
        return path_text(os.getcwd())
    except OSError:  # it is gone
        return ""


def _opening(lab: Lab) -> Open | None:
    """Make the request that opens a lab's data again, with the choices made at its beginning."""
    nets = [run.settings for run in lab.runs if run.kind.kind == "bigram"]
    net, hold_out_data = nets[-1] if nets else {}, lab.corpus.hold_out_data
    try:
        path = lab.corpus.path.absolute()
        held_out = None if hold_out_data is None else str(hold_out_data.absolute())
        f"{path}{held_out}".encode()
    except (OSError, UnicodeEncodeError):  # the folder is gone; nor could the wire carry it
        return None
    return Open(
        None if path == built_in_path() else str(path),
        lab.settings.hold_out,
        str(lab.device),
        int(net.get("seed", SEED)),
        limited(float(net.get("pace", PACE))),
        data_format=lab.asked_format,
        hold_out_data=held_out,
        model=_asked_for(lab.selected),
        steps=_asked_steps(lab.selected),
    )


def _asked_for(run: Run) -> ModelSpec | None:
    """What begins a run like this; None where every lab begins with one."""
    defaults, is_net = run.kind.spec({}).settings, run.kind.kind == "bigram"
    told = ("seed", "pace") if is_net else ()  # `Open` has a field for each
    given = {
        name: value
        for name, value in run.settings.items()
        if value != defaults[name] and name not in told
    }
    return None if is_net and not given else ModelSpec(run.kind.kind, given)


def _asked_steps(run: Run) -> int:
    """The goal that a run began with; 0 where that is its kind's, or the run has been trained."""
    return 0 if run.step or run.goal == run.kind.goal else run.goal


def snapshot(
    lab: Lab, number: int, watch: Watch, steps_per_second: float, clients: int, trouble: str
) -> Snapshot:
    """Tell all that changes in a lab, at its present step, as far as a screen watches it."""
    selected, compared = lab.selected, lab.compared
    return Snapshot(
        data=number,
        runs=tuple(map(summary, lab.runs if watch.all_runs else (compared, selected))),
        selected=selected.number,
        compared=compared.number,
        reason=selected.reason,
        loss=selected.history.last,
        steps_per_second=steps_per_second,
        settings=lab.settings,
        lines=lab.reference_losses,
        cells=_cells(lab, watch) if watch.rows and watch.columns else None,
        reading=None if watch.cursor is None else _reading(lab, *watch.cursor),
        curve=selected.history.curve(watch.loss_columns),
        names=lab.sampler.newest(watch.names),
        drawn=lab.sampler.drawn,
        clients=clients,
        trouble=trouble,
        newest_from=lab.sampler.newest_from,
        loss_nll=selected.loss_nll,
        is_diverging=selected.is_diverging,
        overlays=overlays(lab, watch.loss_columns),
        rate=selected.scheduled_rate,
        trained=lab.trained,
        inside=None if watch.inside is None else inside(lab, watch.inside),
    )


def summary(run: Run) -> RunSummary:
    """Tell of a run in a line."""
    return RunSummary(
        number=run.number,
        name=run.name,
        kind=run.kind.kind,
        parameters=run.model.parameters,
        state=run.state,
        step=run.step,
        goal=run.goal,
        nll=run.nll,
        held_out_nll=run.held_out_nll,
        is_pinned=run.is_pinned,
        is_trained=run.trainer is not None,
        settings=run.settings,
    )


def check_watch(lab: Lab, watch: Watch) -> None:
    """Refuse a window that reaches beyond the matrix, or is larger than any screen.

    Raises:
        BadSetting: a row, a column or the cursor is outside, or there are too many of them.
    """
    symbols = len(lab.corpus.vocabulary)
    wanted = (*watch.rows, *watch.columns, *(watch.cursor or ()))
    if not all(0 <= symbol < symbols for symbol in wanted):
        raise BadSetting(f"The window reaches beyond the matrix of {symbols} symbols.")
    if not (watch.frames > 0 and watch.loss_columns >= 0 and watch.names >= 0):
        raise BadSetting("A watch needs frames a second above 0, and no negative sizes.")
    if (look := watch.inside) is not None and not (
        look.rows > 0 and look.columns > 0 and look.rows * look.columns <= MOST_CELLS
    ):
        raise BadSetting(f"A picture takes from 1 to {MOST_CELLS:,} cells.")
    if len(watch.rows) * len(watch.columns) > MOST_CELLS or watch.loss_columns > MOST_COLUMNS:
        raise BadSetting(
            f"A watch takes at most {MOST_CELLS:,} cells and {MOST_COLUMNS:,} columns of the loss."
        )


def scored(lab: Lab, word: str) -> Scored:
    """Score a word under the two runs that are shown, a character at a time.

    Raises:
        OutsideVocabulary: the word has an unknown character.
        BadSetting: it is longer than anybody types.
    """
    symbols = scored_symbols(lab, word)
    characters = lab.corpus.vocabulary.characters
    compared = probabilities_of(symbols, lab.compared.model)
    selected = probabilities_of(symbols, lab.selected.model)
    return Scored(
        characters=tuple(
            Character(characters[i], characters[j], p_compared, p_selected)
            for (i, j), p_compared, p_selected in zip(
                pairwise(symbols), compared, selected, strict=True
            )
        ),
        in_data=lab.corpus.has(lab.corpus.as_read(word)),
        compared=lab.compared.name,
        selected=lab.selected.name,
    )


def scored_symbols(lab: Lab, word: str) -> list[int]:
    """The symbols of a word, or of a passage of a text; each but the first is scored.

    Raises:
        OutsideVocabulary: the word has an unknown character.
        BadSetting: it is longer than anybody types, or too short a passage.
    """
    word = lab.corpus.as_read(word)
    if len(word) > LONGEST_WORD:
        raise BadSetting(f"A word of {len(word):,} characters: {LONGEST_WORD:,} are the limit.")
    split = symbols_within if lab.corpus.is_text else symbols_of
    return split(word, lab.corpus.vocabulary)


def exported(lab: Lab, what: Exportable, view: View) -> str:
    """Write the content of a pane as text.

    Raises:
        BadSetting: it is too large for one message.
    """
    values = len(lab.corpus.vocabulary) ** 2
    if what == "matrix" and values > LARGEST_EXPORT:
        raise BadSetting(
            f"The matrix has {values:,} values; {LARGEST_EXPORT:,} are the most that are copied or"
            " exported. makemore-tui matrix prints them all: send its output to a file."
        )
    match what:
        case "dataset":
            return json.dumps(statistics_json(lab.corpus), indent=2) + "\n"
        case "matrix":
            return matrix_csv(lab.matrix(view), lab.corpus.vocabulary)
        case "inside":
            return weights_csv(_weights(lab, view))
        case "loss":
            return loss_csv(lab.selected.history)
        case "samples":
            names = {side: run.name for side, run in lab.drawn_from.items()}
            return names_csv(lab.sampler.newest(lab.sampler.kept), names)
        case "names":
            as_text = texts_text if lab.corpus.is_text else names_text
            return as_text(lab.sampler.newest(lab.sampler.kept))


def _weights(lab: Lab, name: str) -> Tensor:
    """Weights of the selected run, or its first where it has none of that name."""
    matrices = lab.selected.model.inside()
    if not matrices:
        raise BadSetting(f"{lab.selected.name} has no weights: it is fitted to its data at once.")
    weights_RC = matrices.get(name, next(iter(matrices.values())))
    if weights_RC.numel() > LARGEST_EXPORT:
        raise BadSetting(
            f"These are {weights_RC.numel():,} weights; {LARGEST_EXPORT:,} are the most that are"
            " copied or exported."
        )
    return weights_RC


def _cells(lab: Lab, watch: Watch) -> Cells:
    # A view of its own goes with the run that had it, before the screen knows.
    view = watch.view if watch.view in lab.views else "selected"
    matrix_VV = lab.matrix(view)
    low, high = lab.extremes(view)
    window = matrix_VV[torch.tensor(watch.rows)[:, None], torch.tensor(watch.columns)]
    return Cells(
        view=view,
        rows=watch.rows,
        columns=watch.columns,
        values=window.double().numpy().tobytes(),
        low=low,
        high=high,
        places=lab.places(view),
    )


def _reading(lab: Lab, row: int, column: int) -> Reading:
    counts_V = lab.corpus.counts_VV[row]
    count = counts_V[column]
    weights_VV = lab.selected.model.inside().get("weights")
    return Reading(
        row=row,
        column=column,
        count=int(count),
        row_total=int(counts_V.sum()),
        rank=int((counts_V > count).sum()) + 1,
        p_compared=lab.probability(lab.compared, row, column),
        p_selected=lab.probability(lab.selected, row, column),
        weight=None if weights_VV is None else float(weights_VV[row, column]),
    )
