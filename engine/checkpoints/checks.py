"""Checks that the parts of a checkpoint make sense, each alone and all together.

Each check returns what is wrong, as the middle of a sentence, or None.
"""

from __future__ import annotations

import math
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.checkpoints.header import Contents, Header, TensorEntry
from engine.checkpoints.losses import BLOCKS, KINDS, shapes_of, trouble_of_blocks
from engine.checkpoints.names_and_marks import LARGEST_WORDS, LONGEST_MARK, Words
from engine.sampling.names import STREAMS
from engine.sampling.sampler import MODELS, Model
from engine.settings.limits import (
    KEPT_NAMES,
    LARGEST_VOCABULARY,
    LENGTH_LIMIT,
    LONGEST_PREFIX,
    LONGEST_TEXT,
)
from engine.text.printable import is_obeyed, printable
from engine.training.history import MARKED

LONGEST_NAME: Final = 10 * (LONGEST_PREFIX + LENGTH_LIMIT)  # version 1 wrote \U00000000
LONGEST_DRAWN_TEXT: Final = LONGEST_PREFIX + LONGEST_TEXT  # characters
LEAST_LOSS: Final = -1e-6  # what rounding can make of 0, and more
LARGEST_COUNT: Final = 2**53  # of steps or names; JSON's numbers are exact up to here
FLOATS: Final = ("F64", "F32")  # F32: from Apple's GPUs
BYTES: Final = {"F64": 8, "F32": 4, "U32": 4, "U8": 1}

Arrays = dict[str, NDArray[Any]]


def of_stream(model: Model) -> str:
    """What the array is called that holds the state of a model's stream."""
    return f"stream_{model}"


def models_of(source: str) -> tuple[Model, ...]:
    """The models that a source of names stands for."""
    return tuple(model for model in MODELS if source in (model, "both"))


def _layout(contents: Contents) -> dict[str, tuple[tuple[str, ...], tuple[int, ...] | None]]:
    """The arrays that belong to these contents: their types, and their shape where it is fixed."""
    settings = contents.settings
    layout: dict[str, tuple[tuple[str, ...], tuple[int, ...] | None]] = {
        "weights": (FLOATS, (contents.symbols, contents.symbols)),
        "words": (("U8",), None),
    }
    has_hold_out = settings.hold_out or contents.hold_out_data is not None
    for kind in KINDS if has_hold_out else KINDS[:1]:
        layout |= {key: (("F64",), shape) for key, shape in shapes_of(kind, contents).items()}
    words = STREAMS[settings.stream].STATE_WORDS
    if contents.drawn and words:
        for model in models_of(settings.source):
            layout[of_stream(model)] = (("U32",), (words,))
    return layout


def trouble_of_contents(contents: Contents) -> str | None:
    """Whether the contents are of the right types, and go together."""
    try:
        contents.settings  # noqa: B018 - whether they are of the right types
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        return f"its settings are damaged ({printable(str(error))[:200]})"
    if not 2 <= contents.symbols <= LARGEST_VOCABULARY + 1:
        return f"{contents.symbols} symbols, which no data has"
    for what in ("step", "goal", "drawn"):
        if not _is_count(getattr(contents, what)):
            return f"{what} {getattr(contents, what)}, which makes no sense"
    nll = contents.loss_nll
    if nll is not None and not (contents.step and LEAST_LOSS <= nll < math.inf):
        return "a loss without λ that no training has"
    if not 0 <= contents.wanted <= KEPT_NAMES:
        return f"{contents.wanted} names still to be drawn, which makes no sense"
    if contents.state == "idle" and contents.step:
        return f"a training that has not begun, at step {contents.step:,}"
    if is_obeyed(contents.reason):
        return "control characters in its texts"
    return None


def trouble_of_shapes(header: Header) -> str | None:
    """Whether the header tells of the right arrays, and the file is as long as they are."""
    layout = _layout(header.contents)
    if header.tensors.keys() != layout.keys():
        missing = ", ".join(layout.keys() - header.tensors.keys()) or "none"
        extra = ", ".join(sorted(header.tensors.keys() - layout.keys()))
        return f"other arrays than it should have (missing: {missing}; more: {_short(extra)})"
    for key, (types, shape) in layout.items():
        found = header.tensors[key]
        if found.dtype not in types:
            return f"{key}: numbers of type {_short(found.dtype)} instead of {types[0]}"
        if found.shape != shape and (shape is not None or len(found.shape) != 1):
            expected = "one number a byte" if shape is None else f"{list(shape)}"
            return f"{key}: of shape {_short(str(list(found.shape)))} instead of {expected}"
    if not 0 <= header.tensors["words"].shape[0] <= LARGEST_WORDS:
        return "its texts are too long"
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


def trouble_of_arrays(contents: Contents, arrays: Arrays) -> str | None:
    """Whether the numbers can be those of a training."""
    if not np.isfinite(arrays["weights"]).all():
        return "weights: a number that is not finite"
    for key, losses in arrays.items():
        kind = key.removesuffix(BLOCKS)
        if kind in KINDS:
            if not np.isfinite(losses).all():
                return f"{kind}: a number that is not finite"
            if (losses < LEAST_LOSS).any():
                return f"{kind}: a loss below 0"
            if key != kind and (trouble := trouble_of_blocks(losses)):
                return f"{kind}: {trouble}"
    for model in MODELS:
        state = arrays.get(of_stream(model))
        if state is not None and not STREAMS[contents.settings.stream].is_state(state):
            return f"{of_stream(model)}: no state of its generator"
    return None


def trouble_of_words(contents: Contents, words: Words) -> str | None:
    """Whether the names and marks are such as a lab makes, and as many as the contents say."""
    first = contents.drawn - len(words.names)
    models = models_of(contents.settings.source)
    longest = LONGEST_DRAWN_TEXT if contents.data_format.format == "text" else LONGEST_NAME
    if first < 0:
        return f"{len(words.names):,} names, of {contents.drawn:,} drawn"
    for index, draw in enumerate(words.names, start=first):
        names = {model: getattr(draw, model) for model in MODELS}
        if draw.index != index or any((names[m] is not None) != (m in models) for m in MODELS):
            return f"name {index:,} is not of the draw that it should be of"
        for name in filter(None, names.values()):
            step = name.step or 0
            if len(name.text) > longest or math.isnan(name.nll) or not _is_count(step):
                return f"name {index:,} is none that a model draws"
    for mark in words.marks:
        if not 0 <= mark.step <= contents.step or len(mark.text) > LONGEST_MARK:
            return f"a mark at step {mark.step}, which makes no sense"
        what, _, value = mark.text.partition(" ")
        if what not in MARKED.values() or is_obeyed(value):
            return f"a mark at step {mark.step} that no setting makes"
    return None


def _is_count(number: int) -> bool:
    return 0 <= number < LARGEST_COUNT


def _bytes(tensor: TensorEntry) -> int:
    return BYTES[tensor.dtype] * math.prod(tensor.shape)


def _short(text: str) -> str:
    """A text of unknown origin, for a sentence."""
    return printable(text[:100])
