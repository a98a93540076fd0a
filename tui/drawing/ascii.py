"""Text in ASCII: for each character one that is like it, and for words with room a word.

`to_ascii` keeps the number of columns and serves for whatever is drawn; `spelled` writes a sign as
the word for it, at the places where our own text is made.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from rich.cells import cell_len

# What a sentence quotes of the data; an apostrophe may be part of it.
_QUOTED: Final = re.compile(r"(?<!\w)'(.*?)'(?!\w)")
_OF_ASCII: Final = re.compile(r"[ -~]+|[^ -~]")
_BLANKS: Final = "\N{NO-BREAK SPACE}\N{BRAILLE PATTERN BLANK}"
_QUESTIONS: Final = "？﹖︖"  # of other scripts
UNKNOWN: Final = "~"  # a letter that ASCII has nothing for; the read-out names its code point


# What we draw, and what Textual does: for each ASCII character, those that it stands for. Eighths
# of a block come to four heights; heavy lines that lie stay apart from light ones.
_ALIKE: Final = {
    sign: ascii_
    for ascii_, signs in {
        "-": "─╌┄╴╶╼╾╸╺‐‑‒–—―−▔·",
        "=": "━═╍┅┉",
        "|": "│┃╏┇┋╎┆┊║▏▎▍▌▐▕▊▋▉▅▆",
        "+": "╭╮╰╯┌┐└┘├┤┬┴┼╔╗╚╝┏┓┗┛",
        "#": "█▓▇▀▛▜▙▟▗▖▝▘",
        "_": "▁␣",
        ".": "▂…┈░",
        ",": "∙",
        ":": "▃▄▒",
        "*": "•●",
        "o": "○◌◦∘",
        "%": "◑",
        "v": "✓↓▼",
        "x": "✕×",
        "<": "←◀",
        ">": "→▶►🔎",
        "^": "↑▲⇧" + "".join(chr(0x2400 + code) for code in range(0x22)),  # control characters
        "'": "‘’",
        '"': "“”",
        " ": _BLANKS,
    }.items()
    for sign in signs
}


@lru_cache(8192)
def to_ascii(text: str) -> str:
    """The text in ASCII, in exactly as many columns.

    >>> to_ascii("╭─ 2 Loss · 2.46 ─╮"), to_ascii("Renée"), to_ascii("山"), to_ascii("⣿⠀")
    ('+- 2 Loss - 2.46 -+', 'Renee', '~~', '* ')
    """
    if text.isascii():
        return text
    made = "".join(character if character < "\x80" else _one(character) for character in text)
    columns = cell_len(text)
    return made if len(made) == columns else made[:columns].ljust(columns)


def _one(character: str) -> str:
    columns = cell_len(character)
    if columns == 0:
        return ""  # a mark on the character before
    if "\u2800" < character <= "\u28ff":
        return "*"  # braille: a curve
    if character in _QUESTIONS:
        return UNKNOWN * columns  # "?" would read as what a terminal cannot show
    ascii_ = _ALIKE.get(character) or unicodedata.normalize("NFKD", character)[0]
    return (ascii_ if "!" <= ascii_ <= "~" or character in _BLANKS else UNKNOWN) * columns


def spelled(text: str, *, unicode: bool) -> str:
    """Our own text, as it is or with the words for its signs.

    >>> spelled("lr 50 · λ 0.01", unicode=False)
    'lr 50 - lambda 0.01'
    """
    if unicode or text.isascii():
        return text
    for sign, word in _WORDS.items():
        text = text.replace(sign, word)
    return text


_WORDS: Final = {
    "λ": "lambda", "√": "sqrt", "⇧tab": "shift+tab", "←↓↑→": "arrows", " · ": " - ", "−": "-",
    "–": "-", "…": "...", "×": "x",
}  # fmt: skip


def named(character: str) -> str:
    """A character of the data as ASCII can name it.

    >>> named("a"), named("山"), named("é")
    ('a', 'U+5C71', 'U+00E9')
    """
    if character.isascii() and character.isprintable() and character != " ":
        return character
    return "+".join(f"U+{ord(part):04X}" for part in character)


def named_in(sentence: str) -> str:
    """A sentence whose quotations of the data name what ASCII cannot show.

    >>> named_in("'né': 'é' (character 2) does not occur in été.")
    "'n U+00E9': 'U+00E9' (character 2) does not occur in été."
    """
    return _QUOTED.sub(lambda found: f"'{_parts_named(found[1])}'", sentence)


def _parts_named(text: str) -> str:
    return " ".join(part if part.isascii() else named(part) for part in _OF_ASCII.findall(text))
