"""A corpus: a file's words, or its one running text, seen as the counts of its bigrams.

Shape suffixes: V symbols.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from engine.data.counting.passes import counted
from engine.data.reading.chunks import normalised
from engine.data.reading.detection import resolved
from engine.data.splits import Sides, split_words
from engine.data.tokens import Tokens, of_text, of_words
from engine.data.vocabulary import Vocabulary
from engine.devices import float_type
from engine.errors import BadSetting, DataError, EngineError
from engine.settings.data_format import DataFormat
from engine.settings.format_checks import check_format
from engine.settings.lab_settings import check
from engine.text.printable import printable

KEEP_WORDS_UP_TO: Final = 32 << 20  # bytes; a set of so many words takes some 250 MB


@dataclass(frozen=True)
class Corpus:
    """What is known of a data file; where no hold-out is named, of all its words.

    A running text counts as one word; in a weighted table each word counts as often as it says.
    """

    path: Path
    vocabulary: Vocabulary
    counts_VV: Tensor  # how often symbol j follows symbol i in the training words; int64
    held_out_VV: Tensor | None  # the same of the held-out words; None without a hold-out
    blank_lines: int
    lengths: dict[int, int]  # length → words
    first_words: tuple[str, ...]  # of a text its first lines
    kept: Sides | None  # the words themselves; None: too many to keep
    sha256: str  # of the file's bytes as they were read, in hexadecimal
    data_format: DataFormat  # as it was read: nothing is left to be found
    format_found: str = ""  # what was found of it, and what else it could be, as a sentence
    comment_lines: int = 0
    left_out: int = 0  # words with characters beyond the alphabet; of a text: such characters
    hold_out_data: Path | None = None  # the file that is held out
    hold_out_sha256: str = ""  # of its bytes

    @property
    def is_text(self) -> bool:
        """Whether it is one running text, whose boundary stands at its two ends only."""
        return self.data_format.format == "text"

    @cached_property
    def known(self) -> frozenset[str] | None:
        """The distinct words; None where they are not kept."""
        if self.kept is None or self.is_text:
            return None
        sides = (self.kept.train, self.kept.held_out, self.kept.test)
        text = b"".join(side.text for side in sides).decode()
        return frozenset(text.replace("\r", "\n").split("\n")) - {""}

    def shares(self, device: torch.device) -> tuple[Tensor, Tensor | None]:
        """The counts as `shares_of` has them: of the training words, and of those held out.

        All that train on a device have them in common: with 4,097 symbols each takes 134 MB.
        """
        if device not in self._shares:
            held_out_VV = self.held_out_VV
            self._shares[device] = (
                shares_of(self.counts_VV, device),
                None if held_out_VV is None else shares_of(held_out_VV, device),
            )
        return self._shares[device]

    @cached_property
    def _shares(self) -> dict[torch.device, tuple[Tensor, Tensor | None]]:
        return {}

    @property
    def tokens(self) -> Tokens:
        """The symbols of the training words; raises BadSetting if they are too many."""
        return self._tokens[0]

    @property
    def held_out_tokens(self) -> Tokens | None:
        """The same of the held-out words; None without a hold-out."""
        return None if self.held_out_VV is None else self._tokens[1]

    @property
    def test_tokens(self) -> Tokens:
        """The same of the words of the last test; raises BadSetting where the split has none."""
        self.check_has_test()
        tokens = self._tokens[2]
        assert tokens is not None
        return tokens

    def check_has_test(self) -> None:
        """Raise BadSetting where the split keeps no words for a last test."""
        if self.tested is None:
            split = self.data_format.split
            raise BadSetting(
                "There are no words for a test: open the data with --split lecture, makemore or"
                " ngram."
                if split == "hash"
                else f"--split {split} keeps no words for a test where there are so few."
            )

    @cached_property
    def _tokens(self) -> tuple[Tokens, Tokens | None, Tokens | None]:
        if self.too_large:
            raise BadSetting(self.too_large)
        assert self.kept is not None
        if self.is_text:
            train, behind = of_text(self.kept.train, self.kept.held_out, self.vocabulary)
            return train, None if self.held_out_VV is None else behind, None
        held_out, test = (
            of_words(side, self.vocabulary) if side.text else None
            for side in (self.kept.held_out, self.kept.test)
        )
        return of_words(self.kept.train, self.vocabulary), held_out, test

    @property
    def too_large(self) -> str:
        """Why it cannot be learned by models that see several symbols; empty: it can."""
        what = "models that see several symbols"
        return _too_large(self.path, what, self.is_text) if self.kept is None else ""

    @property
    def all_counts_VV(self) -> Tensor:
        """The counts of all words, held out or not."""
        return self.counts_VV if self.held_out_VV is None else self.counts_VV + self.held_out_VV

    @property
    def words(self) -> int:
        """Words, duplicates included: each as often as it counts."""
        return sum(self.lengths.values())

    @property
    def distinct(self) -> int | None:
        """Distinct words; None where they were not counted."""
        if self.is_text:
            return self.words
        return None if self.known is None else len(self.known)

    @property
    def held_out(self) -> int | None:
        """Words in the hold-out, of a text its characters; None without a hold-out."""
        if self.held_out_VV is None:
            return None
        return int((self.held_out_VV[:, 1:] if self.is_text else self.held_out_VV[0]).sum())

    @property
    def tested(self) -> int | None:
        """Words that are kept for a last test; None where the split has none."""
        if self.kept is None or not self.kept.test.text:
            return None
        return self.kept.test.text.count(b"\n")

    def has(self, word: str) -> bool | None:
        """Whether the data has this word; None where its words are not kept."""
        return None if self.known is None else word in self.known

    def as_read(self, text: str) -> str:
        """What a person types, as it would be read from the data: NFC, lower-cased where that is.

        >>> read = DataFormat(format="lines", lower=True)
        >>> Corpus(*[None] * 9, read).as_read("Anna")
        'anna'
        """
        return normalised(text.lower() if self.data_format.lower else text)


def shares_of(counts_VV: Tensor, device: torch.device) -> Tensor:
    """N/n, what share of all pairs each pair has; (V, V), on the device."""
    return (counts_VV.double() / counts_VV.sum()).to(device, float_type(device))


def read_corpus(
    path: Path,
    hold_out: float = 0.0,
    data_format: DataFormat = DataFormat(),  # noqa: B008  it is frozen
    hold_out_data: Path | None = None,
) -> Corpus:
    """Read a data file, by default one word a line, and find what is not said of its format.

    White space at both ends of a word is stripped, blank lines are skipped and counted. The file is
    read in chunks: memory does not grow with it. Lines of plain ASCII are counted as bytes.

    `hold_out` is the fraction of the distinct words that is kept from training: a word's hash
    decides, so that all its occurrences fall on one side; of a running text it is the last
    characters. Or `hold_out_data` is a file of them, read as the first is. Raises DataError, which
    says what is wrong with a file, and where, and BadSetting.
    """
    check("hold_out", hold_out)
    if hold_out and hold_out_data is not None:
        raise BadSetting("A hold-out is a fraction or a file: leave one of them out.")
    how, found = resolved(path, data_format)
    if how.split != "hash":
        _check_split(how, hold_out, hold_out_data)
    if hold_out_data is not None and data_format.format == "auto":
        found = f"{found} {_otherwise(hold_out_data, data_format, how)}".strip()
    files = (path,) if hold_out_data is None else (path, hold_out_data)
    # Of a table the words are but a part; of a list or a text that is too large not even some are
    # held.
    fits = how.format not in ("lines", "text") or sum(map(_size, files)) <= KEEP_WORDS_UP_TO
    by_hash = hold_out if how.split == "hash" else 0.0
    result = counted(files, how, by_hash, KEEP_WORDS_UP_TO if fits else 0)
    counts, vocabulary = result.counts, result.vocabulary
    counts_VV, held_out_VV = counts.sides.counts_of(vocabulary.characters)
    has_hold_out = bool(hold_out) or hold_out_data is not None
    kept = counts.sides.kept()
    sides = None if kept is None else Sides(*kept)
    if how.split != "hash":
        if sides is None:
            raise BadSetting(_too_large(path, f"--split {how.split}", is_text=False))
        is_plain = how == DataFormat("lines", split=how.split) and sides.train.weights_W is None
        last_has_end = not is_plain or _has_end(path)
        sides = split_words(sides.train, how.split, hold_out, last_has_end=last_has_end)
        symbols = len(vocabulary)
        has_hold_out = bool(hold_out) or bool(sides.held_out.text)
        counts_VV, held_out_VV = (
            of_words(side, vocabulary).counts(symbols) for side in (sides.train, sides.held_out)
        )
    if not counts_VV.any() or (has_hold_out and not held_out_VV.any()):
        if how.split != "hash" and not hold_out:
            raise DataError(f"{printable(str(path))}: too few words for --split {how.split}.")
        if hold_out_data is None:
            raise DataError(
                f"{printable(str(path))}: a hold-out of {hold_out:g} leaves one side of its few"
                " words empty. Give --hold-out another fraction, or leave it out."
            )
        empty = hold_out_data if counts_VV.any() else path
        raise DataError(_nothing_in(empty, has_left_out=bool(counts.left_out)))
    return Corpus(
        path=path,
        vocabulary=vocabulary,
        counts_VV=counts_VV,
        held_out_VV=held_out_VV if has_hold_out else None,
        blank_lines=counts.blank_lines,
        lengths=counts.lengths,
        first_words=tuple(counts.first_words),
        kept=sides,
        sha256=result.digests[0],
        data_format=how,
        format_found=found,
        comment_lines=counts.comment_lines,
        left_out=counts.left_out,
        hold_out_data=hold_out_data,
        hold_out_sha256=result.digests[-1] if hold_out_data is not None else "",
    )


def _check_split(how: DataFormat, hold_out: float, hold_out_data: Path | None) -> None:
    """Refuse a split by name where something else says what is held out, or there are no words."""
    check_format(how)
    if hold_out_data is not None or (hold_out and how.split != "makemore"):
        other = "--hold-out-data" if hold_out_data is not None else "--hold-out"
        raise BadSetting(f"--split {how.split} says itself what is held out: leave out {other}.")


def _too_large(path: Path, what: str, is_text: bool) -> str:
    return (
        f"{printable(path.name)} has more than {KEEP_WORDS_UP_TO >> 20} MiB of"
        f" {'text' if is_text else 'words'}, too much for {what}. Choose counts or bigram, which"
        " see one symbol, or take a part of the file."
    )


def _otherwise(path: Path, asked: DataFormat, how: DataFormat) -> str:
    """That a file would be read in another way, where it were not held out; empty: it would not."""
    try:
        alone = resolved(path, asked)[0]
    except EngineError:  # reading it as the data is says what is wrong
        return ""
    if (alone.format, alone.header) == (how.format, how.header):
        return ""
    header = {None: "", True: " with a header", False: " without a header"}[alone.header]
    return f"{printable(path.name)} is read so too, though it looks like {alone.format}{header}."


def _nothing_in(path: Path, *, has_left_out: bool) -> str:
    """That one of two files has nothing to learn from, or to hold out."""
    name = printable(str(path))
    if has_left_out:
        return f"{name}: no word without rarer characters. Give --alphabet a larger number."
    return f"{name}: no word. Training and hold-out need some each."


def _has_end(path: Path) -> bool:
    """Whether the last line of a file has a line end."""
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() in b"\r\n"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0  # reading it will say what is wrong
