"""Text that is safe to print: what a terminal obeys never reaches it from the data.

Text is kept, sent, copied and exported as it is. Whoever draws it or prints it on a terminal makes
it `printable`. Letters that cannot be seen are letters all the same: they go through.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Final

# Controls, embeddings, overrides and isolates of the direction, line and paragraph separators,
# and halves of surrogate pairs, which no encoding has.
_OBEYED: Final = r"\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff"
_IS_OBEYED: Final = re.compile(f"[{_OBEYED}]")
# A regular expression for texts of which a terminal obeys nothing.
UNOBEYED: Final = f"[^{_OBEYED}]*"
# A backslash is doubled only where it would be read as the beginning of an escape.
_ESCAPED: Final = re.compile(rf"[{_OBEYED}]|\\(?=[\\xuU{_OBEYED}])")


def printable(text: str) -> str:
    r"""The text with all that a terminal obeys written as escapes, which can be undone.

    An escape is `\xHH`, `\uHHHH` or `\\`, a backslash that one of these letters, another backslash
    or an escape follows. Any other backslash is itself.

    >>> printable("a\x1b[31mb\u202e"), printable(r"C\C=C/x")
    ('a\\x1b[31mb\\u202e', 'C\\C=C/x')
    >>> printable(r"\x1b")
    '\\\\x1b'
    """
    return _ESCAPED.sub(lambda found: _escape(found[0]), text)


def is_obeyed(text: str) -> bool:
    """Whether a terminal would obey something in the text, rather than show it."""
    return _IS_OBEYED.search(text) is not None


def safe_sentence(sentence: str) -> str:
    """A sentence that another process or machine has made: escapes in it stay what they are."""
    return _IS_OBEYED.sub(lambda found: _escape(found[0]), sentence)


def path_text(path: Path | str) -> str:
    """A path as messages and files can hold it: as it is; with escapes where it is not UTF-8."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return printable(text)
    return text


def _escape(character: str) -> str:
    code = ord(character)
    if character == "\\":
        return r"\\"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


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
