"""A data file, and perhaps another that is held out, to counts: a pass over them, or two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.data.counting.bigrams import TooManyCharacters
from engine.data.counting.characters import CharacterCounts
from engine.data.counting.text import TextCounts
from engine.data.counting.words import Unplaced, WordCounts
from engine.data.reading.batch import Batch
from engine.data.reading.chunks import Chunk
from engine.data.reading.read_csv import read_csv
from engine.data.reading.read_json import read_json
from engine.data.reading.read_lines import read_lines
from engine.data.reading.read_text import Piece, read_text
from engine.data.vocabulary import Vocabulary
from engine.devices import one_thread
from engine.errors import DataError
from engine.files.digest import Digest
from engine.settings.data_format import DataFormat
from engine.text.printable import printable
from engine.text.quantity import quantity

READERS: Final[dict[str, Callable[[Path, DataFormat, Digest | None], Iterator[Any]]]] = {
    "lines": read_lines,
    "csv": read_csv,
    "tsv": read_csv,
    "json": read_json,
    "text": read_text,
}


@dataclass(frozen=True)
class Counted:
    """What has been counted."""

    counts: WordCounts | TextCounts
    vocabulary: Vocabulary
    digests: tuple[str, ...]  # SHA-256 of each file's bytes


def counted(files: tuple[Path, ...], how: DataFormat, hold_out: float, most_kept: int) -> Counted:
    """Count the data, and perhaps a file that is held out; `how` has nothing left open.

    Of more than `most_kept` bytes of words none are kept. Raises DataError, which says where.
    """
    is_text = how.format == "text"
    alphabet = hold_out_from = None
    if how.alphabet or (is_text and hold_out):
        characters = _characters(files, how)
        alphabet = characters.commonest(how.alphabet) if how.alphabet else None
        total = characters.total(alphabet)
        hold_out_from = total - int(total * hold_out) if hold_out else None
    counts: WordCounts | TextCounts = (
        TextCounts(hold_out_from, most_kept, alphabet)
        if is_text
        else WordCounts(hold_out, most_kept, alphabet)
    )
    try:
        digests = _count(files, how, counts)
        characters_found = counts.sides.characters()
    except TooManyCharacters:
        raise _error_in(files[0], _characters(files, how).too_many(is_text)) from None
    if not counts.lengths:
        raise _error_in(files[0], _nothing_but(counts, how))
    return Counted(counts, Vocabulary(characters_found), digests)


def _count(
    files: tuple[Path, ...], how: DataFormat, counts: WordCounts | TextCounts
) -> tuple[str, ...]:
    digests = []
    with ThreadPoolExecutor(2) as helper, one_thread():
        for file in files:
            digest = Digest(helper)
            try:
                for part in READERS[how.format](file, how, digest):
                    counts.add(part, helper)
            except Unplaced as error:
                raise _error_in(file, error) from None
            counts.end_file()
            digests.append(digest.hexadecimal())
    return tuple(digests)


def _characters(files: tuple[Path, ...], how: DataFormat) -> CharacterCounts:
    """How often each character comes, in a pass of its own."""
    counts = CharacterCounts()
    for file in files:
        for part in READERS[how.format](file, how, None):
            match part:
                case Piece():
                    counts.add([part.text])
                case Chunk():
                    counts.add(Batch.of(part).words)
                case Batch():
                    counts.add(part.words, part.weights_W)
    return counts


def _nothing_but(counts: WordCounts | TextCounts, how: DataFormat) -> str:
    """What there is in a file without a word to learn from."""
    way_out = "It needs one word a line." if how.format == "lines" else "It needs a word at least."
    if how.column:
        way_out = f"Its column {printable(how.column)} needs words, and weights above 0."
    if counts.left_out:
        way_out = "Give --alphabet a larger number."
    found = ((counts.blank_lines, "blank line"), (counts.comment_lines, "comment"))
    there_is = [quantity(number, unit) for number, unit in found if number]
    if counts.left_out:
        there_is.append(f"{counts.left_out:,} with rarer characters")
    what = f"{', '.join(there_is)} and no word" if there_is else "no word"
    return f"{what}. {way_out}"


def _error_in(file: Path, trouble: object) -> DataError:
    return DataError(f"{printable(str(file))}: {trouble}")
