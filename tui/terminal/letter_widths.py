"""Letters on whose width terminals disagree, laid out in as many columns as any of them takes.

Spacing marks, joiners, jamo, flags, skin tones and the like take no column in one terminal, and one
or two in another. Rich, which Textual measures with, counts most of them as nothing. Where one is
laid out, a stand-in takes its place: a private character that Rich measures as what the letter
may need. `tui.terminal.cell_buffer` puts the letter back when it writes, and addresses the cursor
anew behind it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len, get_character_cell_size

from engine.text.printable import printable

_NARROW: Final = range(0xF0000, 0x10FFFE)  # private: one column in each of Rich's tables
_WIDE: Final = range(0x3F000, 0x3FFFE)  # unassigned, in a plane of ideographs: two columns
_CIRCLE: Final = "\N{DOTTED CIRCLE}"
_NO_LETTERS: Final = " \0" + "".join(map(chr, range(0x2500, 0x25A0)))  # borders, bars and shades
_PIECES: Final = re.compile(r"\\(?:\\|x[0-9a-f]{2}|u[0-9a-f]{4})|.", re.DOTALL)
_JOINER: Final = "\N{ZERO WIDTH JOINER}"
_EMOJI_STYLE: Final = "\N{VARIATION SELECTOR-16}"  # where it is obeyed, two columns instead of one


def drawable(text: str) -> str:
    """A text as it is in the data, or a path: safe to draw, and laid out."""
    return laid_out(printable(text))


@lru_cache(1024)
def laid_out(text: str) -> str:
    """A text with stand-ins, as long as before; a mark that stands on nothing gets a circle."""
    if text.isascii():
        return text
    letters, before = [], " "
    for letter in text:
        shown = on_circle(letter) if before == " " else letter
        letters.append(_laid_out(shown))
        before = letter
    return "".join(letters)


def as_sent(letters: list[str]) -> list[str]:
    """What is sent to a terminal of a letter and of those that join it, as many as before.

    A sign whose letter is out of sight is told by a circle. A joiner that joins no emoji shows
    nothing, and tmux takes whatever is written behind it, even at a place of its own, for joined.
    """
    first, *rest = letters
    if must_join(first):
        first = " " if unicodedata.category(first[0]) == "Cf" else _CIRCLE
    both = zip_longest(rest, rest[1:], fillvalue="")
    return [first, *("" if a == _JOINER and not _is_emoji(b) else a for a, b in both)]


@lru_cache(256)  # a text that was drawn may have many
def pieces(text: str) -> tuple[str, ...]:
    r"""A drawable text in parts that are never cut: escapes, and letters with all that joins them.

    >>> [restored(piece) for piece in pieces("a\x1bब\u093ec")]
    ['a', '\\x1b', 'बा', 'c']
    """
    safe = printable(text)
    drawn = laid_out(safe)
    parts: list[str] = []
    for part in _PIECES.finditer(safe):
        begin, end = part.span()
        if end - begin == 1 and begin and joins(part[0], safe[begin - 1]):
            parts[-1] += drawn[begin]
        else:
            parts.append(drawn[begin:end])
    return tuple(parts)


def shortened(text: str, room: int) -> str:
    """A text as it can be drawn in so many columns; where it goes on, … stands at its end."""
    if cell_len(drawn := drawable(text)) <= room:
        return drawn
    shown = ""
    for piece in pieces(text):
        if cell_len(shown) + cell_len(piece) > room - 1:
            break
        shown += piece
    return shown + "…"


def on_circle(letter: str) -> str:
    """A letter that has a letter to stand on, or none to be seen without."""
    is_seen = unicodedata.category(letter) != "Cf"
    return _CIRCLE + letter if must_join(letter) and is_seen else letter


def restored(text: str) -> str:
    """The letters of a text that was laid out."""
    return text if text.isascii() else text.translate(_LETTERS)


@lru_cache(4096)
def columns(letter: str) -> int:
    r"""How many columns a character takes in the terminal that gives it the most.

    >>> [columns(letter) for letter in ("a", "\u0301", "\u093e", "\u200d", "山", "\U0001f1e9")]
    [1, 0, 1, 1, 2, 2]
    """
    category, measured = unicodedata.category(letter), get_character_cell_size(letter)
    if category in ("Mc", "Cf") or letter == _EMOJI_STYLE or _is_jamo(letter):
        return 1
    if _is_half_a_flag(letter) or _is_skin_tone(letter):
        return 2
    if category == "Cn":  # to this Python; it may be an emoji of tomorrow
        return 2 if "\U0001f000" <= letter <= "\U0001faff" else max(1, measured)
    return measured


@lru_cache(8192)
def joins(letter: str, before: str = "") -> bool:
    """Whether a terminal may draw a letter in the column of the one before it.

    >>> joins("\u093e", "म"), joins("न", "म"), joins("\u093e", "│"), joins("\u093e", " ")
    (True, False, False, False)
    """
    if not before.strip(_NO_LETTERS):
        return False
    return (
        must_join(letter)
        or _is_skin_tone(letter[0])
        or (before.endswith(_JOINER) and _is_emoji(letter))
        or (_is_half_a_flag(letter[0]) and _is_half_a_flag(before[-1]))
    )


@lru_cache(4096)
def must_join(letter: str) -> bool:
    """Whether it is nothing alone: a mark, a joiner, the vowel of a Korean syllable."""
    category = unicodedata.category(letter[0])
    if category == "Cf":  # but for the signs of Arabic numbers, which have a shape of their own
        return get_character_cell_size(letter[0]) == 0 or letter[0] == "\N{SOFT HYPHEN}"
    return category.startswith("M") or _is_jamo(letter[0])


@lru_cache(4096)
def is_certain(letter: str) -> bool:
    """Whether all terminals give it the width that Rich measures."""
    if letter.isascii():
        return True
    category = unicodedata.category(letter[0])
    if len(letter) > 1 or must_join(letter) or category in ("Cf", "Cn", "Co"):
        return False
    if get_character_cell_size(letter) == 1:
        return not _is_half_a_flag(letter)
    return category == "Lo" and letter < "\uffff"  # no emoji, and nothing new


_LETTERS: Final[dict[int, str]] = {}  # by the code point of their stand-ins
_free: Final[dict[int, Iterator[int]]] = {1: iter(_NARROW), 2: iter(_WIDE)}  # by columns


@lru_cache(None)
def _laid_out(letters: str) -> str:
    """A character, or a mark on a circle: itself where Rich measures it so, else its stand-in."""
    wanted = sum(map(columns, letters))
    is_itself = len(letters) == 1 and wanted == get_character_cell_size(letters)
    taken = any(ord(letter) in taken for taken in (_NARROW, _WIDE) for letter in letters)
    # Rich has rules of its own for what follows these two.
    if is_itself and not taken and letters not in (_JOINER, _EMOJI_STYLE):
        return letters
    stand_in = next(_free[wanted], None)
    if stand_in is None:  # more letters than any person has
        return "\N{REPLACEMENT CHARACTER}" * wanted
    _LETTERS[stand_in] = letters
    return chr(stand_in)


def _is_emoji(letter: str) -> bool:
    return unicodedata.category(letter[:1] or " ") == "So"


def _is_jamo(letter: str) -> bool:
    """Whether it is a Korean vowel or final, which is drawn below an initial."""
    return "\u1160" <= letter <= "\u11ff" or "\ud7b0" <= letter <= "\ud7fb"


def _is_half_a_flag(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _is_skin_tone(letter: str) -> bool:
    return "\U0001f3fb" <= letter <= "\U0001f3ff"
