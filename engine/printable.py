"""Text that is safe to print: a control character in the data never reaches a terminal."""

from __future__ import annotations

import unicodedata

# Control, format (right-to-left overrides), surrogate, private, unassigned, line and paragraph
# separators: whatever moves the cursor, hides, or has no shape of its own.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(text: str) -> str:
    r"""The text with every unprintable character written as an escape.

    >>> printable("a\x1b[31mb\u202e")
    'a\\x1b[31mb\\u202e'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in _UNPRINTABLE
        else character
        for character in text
    )


def columns(text: str) -> int:
    """How many columns of a terminal a printable text takes.

    >>> [columns(text) for text in ("names", "名前", "é", "e\u0301")]
    [5, 4, 1, 1]
    """
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0  # it stands on the one before
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def label(character: str) -> str:
    r"""One printable character that stands for `character` at the edge of a matrix.

    Control characters get their pictures (U+2400 and on), a space the open box, a combining mark a
    dotted circle to sit on, anything else unprintable the replacement character.

    >>> [label(c) for c in ("a", " ", "\x1b", "\u202e")]
    ['a', '␣', '␛', '�']
    """
    category = unicodedata.category(character)
    if character < " ":
        return chr(0x2400 + ord(character))
    if character == "\x7f":
        return "␡"
    if category == "Zs":
        return "␣"
    if category in _UNPRINTABLE:
        return "�"
    if category.startswith("M"):
        return "◌" + character
    return character
