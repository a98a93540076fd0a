"""Sentences where there may be too little room for them: an error may name an endless path."""

from __future__ import annotations

from bisect import bisect
from typing import Final

from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from tui.drawing.ascii import named_in
from tui.terminal.capabilities import terminal_of
from tui.terminal.letter_widths import laid_out

SHORTEST: Final = 20  # characters that a path keeps, before words are left out around it


class FittedText(Static):
    """A sentence that is told as wholly as its place allows."""

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)
        self._text = text

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Show another sentence; one of what is `wrong` has a class of its own."""
        self._text = text
        self.set_class(wrong, "-wrong")
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines that the whole of it takes; where there is a limit, the styles have it."""
        return len(_lines(self._laid_out, width))

    def render(self) -> Content:
        """As much of it as there is room for."""
        return Content(fitted(self._laid_out, self.size.width, self.size.height))

    @property
    def _laid_out(self) -> str:
        return laid_out(self._text) if terminal_of(self.app).unicode else named_in(self._text)


def fitted(text: str, width: int, lines: int) -> str:
    r"""A text in so many lines: paths lose their middle first, then the text itself does.

    What was found stands at the beginning, what to do about it at the end.

    >>> fitted("/home/somebody/data/2024/names.txt is empty. Open another.", 24, 2)
    '/home…ata/2024/names.txt is empty. Open another.'
    >>> fitted("It was ended by a signal (perhaps there is no memory). Press r.", 24, 2)
    'It was ended by a … is no memory). Press r.'
    """

    def overflows(text: str) -> bool:
        return len(_lines(text, width)) > lines

    def narrowed(most: int) -> str:
        return " ".join(_without_middle(word, most) for word in words)

    def abridged(most: int) -> str:
        begin = most // 2
        return " ".join([*words[:begin], "…", *words[len(words) - most + begin :]])

    if width <= 0 or lines <= 0 or not overflows(text):
        return text
    words = text.split(" ")
    widths = range(SHORTEST, max(SHORTEST, *map(len, words)) + 1)
    if not overflows(narrowed(SHORTEST)):
        return narrowed(widths[bisect(widths, False, key=lambda n: overflows(narrowed(n))) - 1])
    words = narrowed(SHORTEST).split(" ")
    counts = range(len(words))
    return abridged(counts[bisect(counts, False, key=lambda n: overflows(abridged(n))) - 1])


def _lines(text: str, width: int) -> list[Content]:
    return Content(text).wrap(width) if text and width > 0 else []


def _without_middle(word: str, most: int) -> str:
    begin = (most - 1) // 4  # the end tells a path from others
    return word if len(word) <= most else f"{word[:begin]}…{word[len(word) - most + 1 + begin :]}"
