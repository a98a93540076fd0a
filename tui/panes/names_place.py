"""Which part of the names is shown, and which name is picked, while new ones come."""

from __future__ import annotations

from dataclasses import dataclass

from engine.protocol import KEPT_NAMES


@dataclass
class NamesPlace:
    """A window on a log that grows at its end, and a cursor in it.

    Both stay with the names they are on: what one reads does not run away.
    """

    back: int = 0  # lines between the window's end and the newest name
    cursor: int | None = None  # the picked draw, counted from the stream's start; None: none
    right: bool = False  # of two names beside each other, the second
    drawn: int = 0  # names so far
    rows: int = 1  # of the window

    @property
    def oldest(self) -> int:
        """The oldest name that is kept."""
        return max(0, self.drawn - KEPT_NAMES)

    @property
    def behind(self) -> int:
        """How many names are newer than the picked one."""
        return 0 if self.cursor is None else self.drawn - 1 - self.cursor

    @property
    def wanted(self) -> int:
        """How many of the newest names the window and the cursor need.

        In steps, so that a window that stays where it is does not want one more with every name.
        """
        needed = self.rows + self.back
        if self.cursor is not None:
            needed = max(needed, self.drawn - self.cursor)
        return max(10, needed) if needed <= self.rows else -(-needed // 32) * 32

    def grow(self, drawn: int, rows: int) -> None:
        """Names have come, or another number of lines is shown; or the stream begins anew."""
        if drawn < self.drawn:
            self.back, self.cursor = 0, None
        seen = self.cursor is not None and 0 <= self.behind - self.back < self.rows
        if self.back:
            self.back += drawn - self.drawn
        self.drawn, self.rows = drawn, max(1, rows)
        if self.cursor is not None:
            self.cursor = max(self.cursor, self.oldest)
            if seen:  # the newest are followed for as long as the cursor is among them
                self.back = max(self.back, self.behind - self.rows + 1)
        self.back = max(0, min(self.back, self.drawn - self.oldest - self.rows))

    def scroll(self, by: int) -> None:
        """Show older names, or newer; the cursor stays."""
        self.back = max(0, min(self.back + by, self.drawn - self.oldest - self.rows))

    def move(self, by: int) -> None:
        """Move the cursor to an older name (-1) or a newer one; below the newest there is none."""
        if not self.drawn:
            return
        at = (self.drawn if self.cursor is None else self.cursor) + by
        self.pick(None if at >= self.drawn else at)

    def pick(self, index: int | None) -> None:
        """Put the cursor on a name, and scroll as little as shows it; or on none, at the end."""
        if index is None:
            self.cursor, self.back = None, 0
            return
        self.cursor = max(self.oldest, index)
        self.back = min(self.behind, max(self.back, self.behind - self.rows + 1))
