"""What is wrong with a file of JSON, in words: what is there, and which forms are read."""

from __future__ import annotations

import re
from typing import Any, Final

from engine.data.reading.encoding import LineCount
from engine.text.printable import printable

WANTED: Final = (
    'Give an array of words, as ["emma", "ava"], of objects, as [{"name": "emma", "count": 3}], or'
    ' of arrays, as [["emma", 3]]; or such items a line each.'
)
KINDS: Final[dict[type, str]] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}
MANY: Final = {  # the same of several; whole numbers and others are numbers
    "an object": "objects",
    "an array": "arrays",
    "a string": "strings",
    "a number": "numbers",
}
MOST_KEYS: Final = 12  # in a sentence
ESCAPE: Final = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)


def described(value: Any) -> str:
    """What a value is, and what is in it.

    >>> described({"emma": 3, "ava": 2}), described([["emma"], ["ava"]]), described([])
    ('an object with emma, ava', 'an array of arrays', 'an empty array')
    """
    if not isinstance(value, dict | list):
        return KINDS[type(value)]
    if not value:
        return "an empty object" if isinstance(value, dict) else "an empty array"
    if isinstance(value, dict):
        return f"an object with {keys_of(value)}"
    kinds = {KINDS[type(item)] for item in value}
    kind = kinds.pop() if len(kinds) == 1 else ""
    return f"an array of {MANY[kind]}" if kind in MANY else "an array"


def without_words(value: Any) -> str:
    """That a value is none of the forms that are read, and what to do: the end of a sentence."""
    values = list(value.values()) if isinstance(value, dict) else []
    what, way_out = described(value), ""
    if values and all(KINDS[type(item)] == "a number" for item in values):
        what += ", which are numbers" if len(values) > 1 else ", which is a number"
        way_out = "Its keys are taken for columns, not for words. "
    elif any(isinstance(item, list | dict) for item in values):
        way_out = "What is within it is not looked through: take the words out. "
    return f"{what}. {way_out}{WANTED}"


def keys_of(item: dict[str, Any]) -> str:
    """The keys of an object, for a sentence."""
    keys = [printable(key[:40]) for key in list(item)[:MOST_KEYS]]
    return ", ".join(keys) + (", …" if len(item) > len(keys) else "")


def no_json(error: Exception) -> str:
    """Why something cannot be read as JSON: the end of a sentence."""
    why = "it ends in the midst of a value" if "truncated" in str(error) else str(error)
    return (
        f"no JSON ({printable(why)[:100].rstrip('.')}). Correct it; or is it another format?"
        " --format names it."
    )


def trouble(error: Exception, data: bytes | bytearray, line: int = 1) -> str:
    """Why data, begun on a line, is no JSON, and on which line: the end of a sentence."""
    if isinstance(error, RecursionError):
        return f"{_line(data, 0, line)}: nested too deeply for a list of words. {WANTED}"
    if (at := _half_of_a_pair(data)) is not None:
        begin = 1 + max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at))
        character = len(data[begin:at].decode(errors="replace")) + 1
        return (
            f"{_line(data, at, line)}, character {character:,}:"
            f" {data[at : at + 6].decode()}, half of a surrogate pair, which is no character."
            " Correct it, or take it out."
        )
    found = re.search(r"\(byte (\d+)\)", str(error))
    return f"{_line(data, int(found[1]) if found else len(data), line)}: {no_json(error)}"


def _line(data: bytes | bytearray, at: int, line: int) -> str:
    lines = LineCount()
    lines.add(bytes(data[:at]))
    return f", line {line - 1 + lines.line:,}"


def _half_of_a_pair(data: bytes | bytearray) -> int | None:
    r"""Where half of a surrogate pair stands alone, as an escape; None: nowhere.

    >>> _half_of_a_pair(rb'"\ud83d\ude00"'), _half_of_a_pair(rb'"\\ud83d"')
    (None, None)
    >>> _half_of_a_pair(rb'"a\ud83d"'), _half_of_a_pair(rb'"\ude00"')
    (2, 1)
    """
    high: int | None = None  # where the first half of a pair ends
    for escape in ESCAPE.finditer(data):
        code = int(escape[1] or b"0", 16)
        if 0xDC00 <= code <= 0xDFFF and high == escape.start():
            high = None
            continue
        if high is not None:
            return high - 6
        if 0xDC00 <= code <= 0xDFFF:
            return escape.start()
        high = escape.end() if 0xD800 <= code <= 0xDBFF else None
    return None if high is None else high - 6
