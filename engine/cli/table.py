"""A table of figures, as commands print it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from engine.cli.console import write
from engine.cli.option_groups.value_texts import text_of
from engine.settings.values import Value

NOTHING: Final = "–"  # where there is no value


def write_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write columns that end where their headers do, and behind them whatever has no header."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        cells = [f"{cell:>{width}}" for cell, width in zip(line, widths, strict=False)]
        write("  ".join([*cells, *line[len(header) :]]).rstrip())


def figure(nll: float | None) -> str:
    """An NLL as a cell of a table."""
    if nll is None:
        return NOTHING
    return f"{nll:.4f}" if nll < 1e6 else f"{nll:.4g}"


def cells(settings: Mapping[str, Value], names: Iterable[str]) -> list[str]:
    """The settings of these names as cells; a model may not have all of them."""
    return [text_of(settings[name]) if name in settings else NOTHING for name in names]
