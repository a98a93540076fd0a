"""Which arrays belong to a checkpoint, and that a file has these and nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from engine.checkpoints.contents import Contents, SavedRun, of_run, of_state, of_stream
from engine.checkpoints.header import Header, TensorEntry
from engine.checkpoints.losses import KINDS, shapes_of
from engine.checkpoints.names_and_marks import LARGEST_MARKS, LARGEST_NAMES
from engine.sampling.names import STREAMS
from engine.sampling.sampler import SIDES, Side
from engine.settings.limits import MOST_EVALUATIONS, MOST_PARAMETERS
from engine.text.printable import printable

EVALUATIONS: Final = "evaluations"  # of a run: step, training words, hold-out; (3, N)
BYTES: Final = {"F64": 8, "F32": 4, "I64": 8, "U32": 4, "U8": 1}
OF_STATE: Final = ("F64", "F32", "I64", "U8")  # types that a part of a trainer's state may have
NUMBERS_A_PARAMETER: Final = 4  # of a trainer's state: the weight, its moments, and more than that
MOST_DIMENSIONS: Final = 8  # of an array

Shape = tuple[int | None, ...]  # None: of any size
Layout = dict[str, tuple[tuple[str, ...], Shape | None]]  # types; the shape, where it is known


def sides_of(source: str) -> tuple[Side, ...]:
    """The sides of the comparison that a source of names stands for."""
    return tuple(side for side in SIDES if source in (side, "both"))


def layout_of(contents: Contents, found: Iterable[str]) -> Layout:
    """The arrays that belong to these contents.

    Args:
        contents: which have been checked.
        found: the arrays that there are. Evaluations and losses of the hold-out, and the parts of a
            trainer's state, belong to a run if they are among them: the trainer knows more.
    """
    found = frozenset(found)
    layout: Layout = {"words": (("U8",), (None,))}
    for run in contents.runs:
        if run.is_trained:
            layout |= _layout_of_run(run, contents, found)
    words = STREAMS[contents.settings.stream].STATE_WORDS
    if contents.drawn and words:
        for side in sides_of(contents.settings.source):
            layout[of_stream(side)] = (("U32",), (words,))
    return layout


def _layout_of_run(run: SavedRun, contents: Contents, found: frozenset[str]) -> Layout:
    layout: Layout = {}
    train, held_out = (of_run(run.number, kind) for kind in KINDS)
    keys = (train, held_out) if contents.has_hold_out and held_out in found else (train,)
    for key in keys:
        shapes = shapes_of(key, run.step, contents.version)
        layout |= {name: (("F64",), shape) for name, shape in shapes.items()}
    if (evaluations := of_run(run.number, EVALUATIONS)) in found:
        layout[evaluations] = (("F64",), (3, None))
    state = (name for name in found if name.startswith(of_state(run.number)))
    return layout | dict.fromkeys(state, (OF_STATE, None))


def trouble_of_shapes(header: Header) -> str | None:
    """Whether the header tells of the right arrays, and the file is as long as they are."""
    layout = layout_of(header.contents, header.tensors)
    if header.tensors.keys() != layout.keys():
        missing = ", ".join(sorted(layout.keys() - header.tensors.keys())) or "none"
        extra = ", ".join(sorted(header.tensors.keys() - layout.keys()))
        return f"other arrays than it should have (missing: {missing}; more: {_short(extra)})"
    for key, (types, shape) in layout.items():
        found = header.tensors[key]
        if found.dtype not in types:
            return f"{_short(key)}: numbers of type {_short(found.dtype)} instead of {types[0]}"
        if not _fits(found.shape, shape):
            expected = "" if shape is None else f" instead of {_told(shape)}"
            return f"{_short(key)}: of shape {_short(str(list(found.shape)))}{expected}"
    return _trouble_of_sizes(header) or _trouble_of_places(header)


def _trouble_of_sizes(header: Header) -> str | None:
    """Whether no array is larger than any lab's."""
    tensors, runs = header.tensors, header.contents.runs
    if tensors["words"].shape[0] > LARGEST_NAMES + len(runs) * LARGEST_MARKS:
        return "its texts are too long"
    for run in runs:
        evaluations = tensors.get(of_run(run.number, EVALUATIONS))
        if evaluations is not None and evaluations.shape[1] > MOST_EVALUATIONS:
            return f"{evaluations.shape[1]:,} evaluations, of which {MOST_EVALUATIONS:,} are kept"
        parts = (
            math.prod(t.shape) for k, t in tensors.items() if k.startswith(of_state(run.number))
        )
        if sum(parts) > NUMBERS_A_PARAMETER * MOST_PARAMETERS:
            return f"{of_state(run.number)}: larger than that of any training"
    return None


def _trouble_of_places(header: Header) -> str | None:
    """Whether the arrays lie one behind another, to the end of the file."""
    whole = header.length + sum(map(_bytes, header.tensors.values()))
    if header.size < whole:
        return f"cut off after {header.size:,} of {whole:,} bytes"
    if header.size > whole:
        return f"{header.size:,} bytes, where {whole:,} would be whole"
    end = 0
    for tensor in sorted(header.tensors.values(), key=lambda tensor: tensor.data_offsets):
        if tensor.data_offsets != (end, end + _bytes(tensor)):
            return "its arrays do not lie one behind another"
        end = tensor.data_offsets[1]
    return None


def _fits(found: tuple[int, ...], shape: Shape | None) -> bool:
    if len(found) > MOST_DIMENSIONS or min(found, default=0) < 0:
        return False
    if shape is None:
        return True
    return len(found) == len(shape) and all(
        size in (None, number) for number, size in zip(found, shape, strict=True)
    )


def _told(shape: Shape) -> str:
    return f"[{', '.join('any' if size is None else str(size) for size in shape)}]"


def _bytes(tensor: TensorEntry) -> int:
    return BYTES[tensor.dtype] * math.prod(tensor.shape)


def _short(text: str) -> str:
    """A text of unknown origin, for a sentence."""
    return printable(text[:100])
