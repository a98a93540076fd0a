"""Which ways of reading a file make sense, whatever the file."""

from __future__ import annotations

from engine.errors import BadSetting
from engine.settings.data_format import DataFormat
from engine.settings.limits import LARGEST_VOCABULARY


def check_format(asked: DataFormat) -> None:
    """Refuse what makes no sense, whatever the file.

    Raises:
        BadSetting: says what does.
    """
    if not _is_encoding(asked.encoding):
        raise BadSetting(
            f"Encoding {asked.encoding[:24]}: give the name of an encoding, such as utf-8, latin-1"
            " or cp1252.",
            "encoding",
        )
    if not 0 <= asked.alphabet <= LARGEST_VOCABULARY:
        raise BadSetting(
            f"Alphabet {asked.alphabet}: give a whole number of characters from 1 to"
            f" {LARGEST_VOCABULARY:,}, or 0 for all.",
            "alphabet",
        )
    if asked.format == "text" and asked.split != "hash":
        raise BadSetting(
            f"--split {asked.split} is of words, and a running text is one: leave it out, or take"
            " --hold-out."
        )
    has_columns = asked.column or asked.weight or asked.header is not None
    if asked.format in ("lines", "text") and has_columns:
        raise BadSetting(
            f"--format {asked.format} knows no columns: leave out --column, --weight and --header,"
            " or read a table with --format csv, tsv or json."
        )
    if asked.format == "json" and asked.header is not None:
        raise BadSetting("JSON has no header: leave out --header and --no-header.")


def _is_encoding(name: str) -> bool:
    """Whether Python knows how to read text in an encoding of this name."""
    try:
        "a".encode(name)
    except (LookupError, ValueError):
        return False
    return True
