"""Emulators of terminals that disagree on the width of letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pyte
import pyte.screens
import pytest
from wcwidth import wcwidth


def least(letter: str) -> int:
    """A terminal that combines all that can be combined, and knows of no emoji."""
    if unicodedata.category(letter) in ("Mn", "Me", "Mc", "Cf") or "\u1160" <= letter <= "\u11ff":
        return 0
    return 1 if letter >= "\U0001f000" else max(0, wcwidth(letter))


def most(letter: str) -> int:
    """A terminal that gives a column to whatever may have one, and two to all of an emoji."""
    category = unicodedata.category(letter)
    if category in ("Mc", "Cf") or letter == "\ufe0f" or "\u1160" <= letter <= "\u11ff":
        return 1
    return 2 if "\U0001f000" <= letter <= "\U0001faff" else max(0, wcwidth(letter))


class Emulator:
    """A terminal on which letters are as wide as a function says."""

    def __init__(self, width: Callable[[str], int], columns: int, lines: int) -> None:
        self._width = width
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self._screen)

    def feed(self, text: str) -> None:
        """Take what a program sends."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pyte.screens, "wcwidth", self._width)
            patch.setattr(pyte.screens, "unicodedata", _Combining)
            self._stream.feed("\x1b[?7l" + text)  # no wrapping at the edge, as Textual has it

    def cells(self) -> list[list[str]]:
        """What each column of each line shows; empty where a wide letter goes on."""
        screen = self._screen
        return [
            [screen.buffer[y][x].data for x in range(screen.columns)] for y in range(screen.lines)
        ]


class _Combining:
    """Pyte drops letters of no width, and all behind them, unless they combine."""

    @staticmethod
    def combining(letter: str) -> int:
        return 1

    @staticmethod
    def normalize(form: str, text: str) -> str:
        return text


def bases(cells: list[list[str]]) -> list[list[str]]:
    """The cells without all that terminals may put elsewhere: what joins a letter before it."""

    def base(cell: str) -> str:
        joins = cell and (
            unicodedata.category(cell[0]) in ("Mn", "Me", "Mc", "Cf")
            or "\u1160" <= cell[0] <= "\u11ff"
            or cell[0] >= "\U0001f000"
        )
        return " " if joins or not cell else cell[0]

    return [[base(cell) for cell in line] for line in cells]
