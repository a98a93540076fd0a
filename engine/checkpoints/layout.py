"""Which arrays belong to a checkpoint, and that a file has these and nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from engine.checkpoints.contents import Contents, SavedRun, of_run, of_state, of_stream
from engine.checkpoints.header import Header, TensorEntry
from engine.checkpoints.losses import BLOCKS, KINDS, SMOOTHED, shapes_of
from engine.checkpoints.words import LARGEST_MARKS, LARGEST_NAMES
from engine.sampling.names import STREAMS
from engine.sampling.sampler import SIDES, Side
from engine.settings.limits import MOST_EVALUATIONS, MOST_PARAMETERS
from engine.text.printable import printable
from engine.training.series import block_count

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
    """The arrays that belong to contents which have been checked.

    Evaluations and losses of the hold-out, and the parts of a trainer's state, belong to a run if
    they are among those that are found: the trainer knows more.
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
    if (smoothed := of_run(run.number, SMOOTHED) + BLOCKS) in found:
        layout[smoothed] = (("F64",), (4, block_count(run.step)))
    if (evaluations := of_run(run.number, EVALUATIONS)) in found:
        layout[evaluations] = (("F64",), (3, None))
    state = (name for name in found if name.startswith(of_state(run.number)))
    return layout | dict.fromkeys(state, (OF_STATE, None))


def check_layout(header: Header) -> None:
    """Raise ValueError for arrays that do not belong there, or are not the whole file."""
    layout = layout_of(header.contents, header.tensors)
    if header.tensors.keys() != layout.keys():
        missing = ", ".join(sorted(layout.keys() - header.tensors.keys())) or "none"
        extra = _short(", ".join(sorted(header.tensors.keys() - layout.keys())))
        raise ValueError(f"other arrays than it should have (missing: {missing}; more: {extra})")
    for key, (types, shape) in layout.items():
        found = header.tensors[key]
        if found.dtype not in types:
            raise ValueError(
                f"{_short(key)}: numbers of type {_short(found.dtype)} instead of {types[0]}"
            )
        if not _fits(found.shape, shape):
            expected = "" if shape is None else f" instead of {_told(shape)}"
            raise ValueError(f"{_short(key)}: of shape {_short(str(list(found.shape)))}{expected}")
    _check_sizes(header)
    _check_places(header)


def _check_sizes(header: Header) -> None:
    """Refuse arrays that are larger than any lab's."""
    tensors, runs = header.tensors, header.contents.runs
    if tensors["words"].shape[0] > LARGEST_NAMES + len(runs) * LARGEST_MARKS:
        raise ValueError("its texts are too long")
    for run in runs:
        evaluations = tensors.get(of_run(run.number, EVALUATIONS))
        if evaluations is not None and evaluations.shape[1] > MOST_EVALUATIONS:
            raise ValueError(
                f"{evaluations.shape[1]:,} evaluations, of which {MOST_EVALUATIONS:,} are kept"
            )
        state = of_state(run.number)
        numbers = sum(math.prod(t.shape) for key, t in tensors.items() if key.startswith(state))
        if numbers > NUMBERS_A_PARAMETER * MOST_PARAMETERS:
            raise ValueError(f"{state}: larger than that of any training")


def _check_places(header: Header) -> None:
    """Refuse arrays that do not lie one behind another, to the end of the file."""
    whole = header.length + sum(map(_bytes, header.tensors.values()))
    if header.size < whole:
        raise ValueError(f"cut off after {header.size:,} of {whole:,} bytes")
    if header.size > whole:
        raise ValueError(f"{header.size:,} bytes, where {whole:,} would be whole")
    end = 0
    for tensor in sorted(header.tensors.values(), key=lambda tensor: tensor.data_offsets):
        if tensor.data_offsets != (end, end + _bytes(tensor)):
            raise ValueError("its arrays do not lie one behind another")
        end = tensor.data_offsets[1]


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
