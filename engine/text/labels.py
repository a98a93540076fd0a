"""How the characters of an alphabet are written where each stands alone: no two alike.

A character that can be seen is its own label, a mark sits on a dotted circle, and what cannot be
seen is named: `U+00A0`. A label is never cut in the middle.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

_DOTTED_CIRCLE: Final = "\N{DOTTED CIRCLE}"
_PICTURES: Final = {
    " ": "\N{OPEN BOX}",
    "\x7f": "\N{SYMBOL FOR DELETE}",
    **{chr(code): chr(0x2400 + code) for code in range(0x20)},
}
# Controls, formats, surrogates, private and unassigned characters, and all that separates: they
# have no shape, or none that a person would know.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})
# The same of other categories: Unicode's Default_Ignorable_Code_Point, letters that are blank, and
# what changes beside others of its kind: the halves of flags, and skin tones.
_BLANK: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\U00016fe4\U0001d159"
).union(
    map(
        chr,
        (
            *range(0xFE00, 0xFE10),
            *range(0xE0100, 0xE01F0),
            *range(0x1F1E6, 0x1F200),
            *range(0x1F3FB, 0x1F400),
        ),
    )
)
# Letters that look like those of another script, and those they look like.
_LOOK_ALIKE: Final = str.maketrans(
    "АВЕЅІЈКМНОРСТХаеіјорсухѕԁԛԝһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧοµ‑",
    "ABESIJKMHOPCTXaeijopcyxsdqwhlABEZHIKMNOPTYXoμ‐",
)
_STRAY: Final = 10  # letters of a script: fewer do not make an alphabet, and seem to be an error


def labels(characters: Sequence[str]) -> tuple[str, ...]:
    r"""The label of each character of an alphabet.

    Where letters of two scripts look the same, the strays among them are named. In a text that has
    both alphabets each letter stays what it is: those of one script stand together.

    >>> labels(("a", " ", "\xa0", "\x1b", "\u0301"))
    ('a', '␣', 'U+00A0', '␛', '◌́')
    >>> labels((" ", "␣", "a", "а"))  # the last one is Cyrillic
    ('U+0020', '␣', 'a', 'U+0430')
    """
    written = [_written(character) for character in characters]
    looks = [label.translate(_LOOK_ALIKE) for label in written]
    often, letters = Counter(looks), Counter(map(_script, characters))

    def is_clear(character: str, label: str, look: str) -> bool:
        is_alone = often[look] == 1 or character == look
        return is_alone or (label == character and letters[_script(character)] >= _STRAY)

    return tuple(
        label if is_clear(character, label, look) else name(character)
        for character, label, look in zip(characters, written, looks, strict=True)
    )


def name(character: str) -> str:
    """A character as Unicode's charts name it.

    >>> name("é")
    'U+00E9'
    """
    return f"U+{ord(character):04X}"


def beside(*written: str) -> str:
    """Labels one behind another, apart from one another where they would run together.

    >>> beside("a", "n"), beside("a", "U+00A0")
    ('an', 'a U+00A0')
    """
    return (" " if any(label.startswith("U+") for label in written) else "").join(written)


def _script(character: str) -> str:
    """The first word of its name, which for a letter is its script."""
    return unicodedata.name(character, "").partition(" ")[0]


def _written(character: str) -> str:
    if character in _PICTURES:
        return _PICTURES[character]
    category = unicodedata.category(character)
    if category in _UNSEEN or character in _BLANK:
        return name(character)
    return _DOTTED_CIRCLE + character if category.startswith("M") else character
