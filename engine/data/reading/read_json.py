"""JSON, or a value of JSON a line: words, or the words of a column of objects or arrays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from engine.data.reading.batch import Batch
from engine.data.reading.chunks import empty, not_utf8, read_chunks
from engine.data.reading.columns import BadCell, Batches, column_at, weight_of, word_of
from engine.data.reading.encoding import opened
from engine.data.reading.file_beginning import Head, read_head
from engine.data.reading.json_errors import (
    KINDS,
    WANTED,
    described,
    keys_of,
    no_json,
    trouble,
    without_words,
)
from engine.errors import DataError
from engine.files.digest import Digest
from engine.settings.data_format import DataFormat
from engine.settings.limits import LARGEST_ARRAY
from engine.text.printable import printable
from engine.text.quantity import quantity

SAMPLE: Final = 100  # items that the columns are known by
VALUE_A_LINE: Final = (".jsonl", ".ndjson")  # endings
WRONG: Final = (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError)


def read_json(path: Path, how: DataFormat, digest: Digest | None = None) -> Iterator[Batch]:
    """The words, in batches; `how` is resolved. Raises DataError, which says where."""
    if has_a_value_a_line(path, read_head(path, how)):
        items = _of_lines(path, how, digest)
    else:
        items = _of_array(path, how, digest)
    batches = Batches(bool(how.weight))
    reader: _Items | None = None
    where = ""
    try:
        for place, item in items:
            where = place
            if item is None:
                batches.blank_lines += 1
                continue
            reader = reader or _Items(item, how)
            batches.add(*reader.word_and_weight(item))
            if batches.is_full:
                yield batches.take()
    except BadCell as error:
        raise DataError(f"{printable(str(path))}, {where}: {error}") from None
    yield batches.take()


class _Items:
    """The items of a file, all of the kind of the first; raises BadCell if that has no words."""

    def __init__(self, first: Any, how: DataFormat) -> None:
        self._kind = type(first)
        self._lower = how.lower
        if self._kind not in (str, dict, list) or first in ({}, []):
            raise BadCell(f"{described(first)}, where a word is wanted. {WANTED}")
        if self._kind is str and (how.column or how.weight):
            raise BadCell("a word, which has no columns. Leave out --column and --weight.")
        if self._kind is str:
            return
        names = names_of(first)
        keys = names if self._kind is dict else range(len(names))
        self._column: Any = keys[column_at(how.column or "1", names)]
        self._weight: Any = keys[column_at(how.weight, names)] if how.weight else None

    def word_and_weight(self, item: Any) -> tuple[str, int]:
        """What an item counts for; raises BadCell if it, or its cells, are of another kind."""
        if type(item) is not self._kind:
            raise BadCell(f"{described(item)}, where the first is {KINDS[self._kind]}. {WANTED}")
        if self._kind is str:
            return word_of(item, self._lower), 1
        cell = _cell(item, self._column)
        if cell is not None and not isinstance(cell, str):
            if not any(isinstance(other, str) for other in cells_of(item)):
                raise BadCell(without_words(item))
            raise BadCell(f"the word is {described(cell)}. Give another column with --column.")
        word = word_of(cell or "", self._lower)
        if self._weight is None or not word:
            return word, 1
        weight = _cell(item, self._weight)
        return word, weight_of("" if weight is None else str(weight))


def has_a_value_a_line(path: Path, head: Head) -> bool:
    """Whether each line is a value of its own, and not all of them together one array."""
    if path.suffix.lower() in VALUE_A_LINE:
        return True
    lines = head.lines
    try:
        first = msgspec.json.decode(lines[0]) if lines else []
    except WRONG:
        return False
    return len(lines) > 1 or not isinstance(first, list)


def sample_items(path: Path, head: Head) -> list[Any]:
    """The first items, as far as they can be told."""
    items: list[Any] = []
    try:
        if has_a_value_a_line(path, head):
            items += map(msgspec.json.decode, head.lines[:SAMPLE])
            return items
        text, at = head.text, head.text.index("[") + 1
        while len(items) < SAMPLE and (begin := re.compile(r"[\s,]*(?=[^\s,\]])").match(text, at)):
            item, at = json.JSONDecoder().raw_decode(text, begin.end())
            items.append(item)
    except WRONG:  # cut off; or reading the whole will say what is wrong
        pass
    return items


def names_of(item: Any) -> Sequence[str]:
    """What the columns of an item are called: the keys of an object; empty in an array."""
    return list(item) if isinstance(item, dict) else [""] * len(item)


def cells_of(item: Any) -> list[Any]:
    """What is in the columns of an item."""
    return list(item.values()) if isinstance(item, dict) else item


def _cell(item: Any, key: Any) -> Any:
    try:
        return item[key]
    except LookupError:
        if isinstance(item, list):
            raise BadCell(
                f"{quantity(len(item), 'value')}, where number {key + 1} is wanted."
            ) from None
        raise BadCell(f"no {printable(key)}, but {keys_of(item)}.") from None


def _of_lines(path: Path, how: DataFormat, digest: Digest | None) -> Iterator[tuple[str, Any]]:
    line = 0
    for chunk in read_chunks(path, digest, how.encoding):
        chunk.check_for_nul()
        for text in chunk.lines():
            line += 1
            if not text.strip() or (how.comments and text.lstrip().startswith(how.comments)):
                continue
            try:
                yield f"line {line:,}", msgspec.json.decode(text)
            except WRONG as error:
                why = trouble(error, text.encode(), line)
                raise DataError(f"{printable(str(path))}{why}") from error


def _of_array(path: Path, how: DataFormat, digest: Digest | None) -> Iterator[tuple[str, Any]]:
    name = printable(str(path))
    with opened(path, how.encoding, digest) as source:
        if source.size > LARGEST_ARRAY:
            raise DataError(
                f"{name} has {source.size:,} bytes, and an array of JSON is read as a whole, up to"
                f" {LARGEST_ARRAY:,}. Save it with a value a line (.jsonl), or as CSV or text."
            )
        data = bytearray()
        buffer = memoryview(bytearray(1 << 20))
        while read := source.readinto(buffer):
            data += buffer[:read]
            source.wait()
    if not data:
        raise empty(path)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise not_utf8(path, error, source.start) from error
    try:
        items = msgspec.json.decode(data, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        raise DataError(f"{name} is {without_words(msgspec.json.decode(data))}") from None
    except WRONG as error:
        raise DataError(f"{name}{trouble(error, data)}") from error
    for number, raw in enumerate(items, start=1):
        try:
            yield f"item {number:,}", msgspec.json.decode(raw)
        except WRONG as error:
            raise DataError(f"{name}, item {number:,}: {no_json(error)}") from error
