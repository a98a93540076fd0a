"""How a data file is read: lines, a table, JSON or one running text, and how it is split."""

from __future__ import annotations

import shlex
from typing import Final, Literal

import msgspec

Format = Literal["auto", "lines", "csv", "tsv", "json", "text"]
Split = Literal["hash", "lecture", "makemore", "ngram"]
HOLDS_OUT: Final = ("lecture", "ngram")  # splits that say themselves what is held out


class DataFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a data file is read: which words, or which one text, it holds."""

    format: Format = "auto"  # auto: what the file's ending and its first lines look like
    column: str = ""  # of the words: its name, or its number from 1; empty: the first of words
    weight: str = ""  # column of how often each word counts; empty: each row counts once
    header: bool | None = None  # whether a table's first row names its columns; None: as it looks
    comments: str = ""  # lines that begin so are left out; empty: none
    encoding: str = "utf-8"  # as Python names it
    lower: bool = False  # lower-case everything
    alphabet: int = 0  # characters to keep, the commonest; 0: all, if they are not too many
    split: Split = "hash"  # what is trained on, held out and tested; see `engine.data.splits`

    @property
    def options(self) -> str:
        """The same as on the command line; what is as by default is left out.

        >>> DataFormat("csv", "first name", header=False, comments="#", lower=True).options
        "--format csv --column 'first name' --no-header --comments '#' --lower"
        """
        words: list[str] = []
        for name in ("format", "column", "weight", "comments", "encoding", "alphabet", "split"):
            value = getattr(self, name)
            if value != getattr(_DEFAULT_FORMAT, name):
                words += [f"--{name}", str(value)]
            if name == "weight" and self.header is not None:
                words.append("--header" if self.header else "--no-header")
        return shlex.join([*words, *(["--lower"] if self.lower else [])])


_DEFAULT_FORMAT: Final = DataFormat()
