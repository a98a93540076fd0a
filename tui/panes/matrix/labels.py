"""How the characters of an alphabet are written at the edges of the matrix, in few columns.

The read-out has room for names such as `U+00A0`; a column of the matrix has room for one or two
letters. There a name is told by its last digits, as many as no two names have in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from engine.wire.events import DatasetOpened
from tui.drawing.ascii import named
from tui.terminal.letter_widths import laid_out

_NAME: Final = "U+"
_FEWEST: Final = 2  # digits: one could be a letter of the alphabet


def axis_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Cut the names of an alphabet's characters down to what tells them apart.

    A blank keeps what is left of a name apart from the label before it.

    >>> axis_labels((".", "a", "U+00A0", "U+200C", "U+FE0C"))
    ('.', 'a', ' A0', ' 00C', ' E0C')
    """
    digits = [label.removeprefix(_NAME) for label in labels if _is_name(label)]
    endings = Counter(code[-n:] for code in digits for n in range(_FEWEST, len(code) + 1))
    return tuple(_tag(label, endings) if _is_name(label) else laid_out(label) for label in labels)


def in_ascii(dataset: DatasetOpened) -> tuple[str, ...]:
    """Write the labels in ASCII; a character that ASCII does not have is named.

    A blank, which is an open box elsewhere, is an underscore where the data has none.
    """
    return tuple(
        label
        if label.isascii()
        else "_"
        if character == " " and "_" not in dataset.characters
        else named(character)
        for character, label in zip(dataset.characters, dataset.labels, strict=True)
    )


def _is_name(label: str) -> bool:
    return len(label) > len(_NAME) and label.startswith(_NAME)


def _tag(label: str, endings: Counter[str]) -> str:
    code = label.removeprefix(_NAME)
    lengths = range(_FEWEST, len(code))
    return " " + next((code[-n:] for n in lengths if endings[code[-n:]] == 1), code)
