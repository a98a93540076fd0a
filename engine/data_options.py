"""How a data file is read, as options on a command line."""

from __future__ import annotations

import shlex
from typing import Final

from engine.protocol import DataFormat

DEFAULT: Final = DataFormat()


def as_options(how: DataFormat, hold_out_data: str | None = None) -> str:
    """The options that say so; those of the defaults are left out.

    >>> as_options(DataFormat("csv", column="first name", weight="3", header=False, comments="#"))
    "--format csv --column 'first name' --weight 3 --no-header --comments '#'"
    >>> as_options(DataFormat())
    ''
    """
    words: list[str] = []
    for option in ("format", "column", "weight", "comments", "encoding", "alphabet"):
        value = getattr(how, option)
        if value != getattr(DEFAULT, option):
            words += [f"--{option}", str(value)]
        if option == "weight" and how.header is not None:
            words.append("--header" if how.header else "--no-header")
    words += ["--lower"] if how.lower else []
    words += ["--hold-out-data", hold_out_data] if hold_out_data is not None else []
    return shlex.join(words)
