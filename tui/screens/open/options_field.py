"""How a file is to be read, as options on a command line: a field with what was found in it."""

from __future__ import annotations

from typing import Final

from tui.screens.fields.field import Field

WRITING: Final = (
    "As on the command line: --format, --column, --weight, --header, --comments, --encoding,"
    " --lower, --alphabet, --hold-out-data. Tab goes back to the path."
)


class OptionsField(Field):
    """Shows what was found, dim, for as long as nobody writes something else."""

    DEFAULT_CSS = "OptionsField.-found { color: $foreground-muted; }"

    def __init__(self) -> None:
        super().__init__(placeholder="options: as found")
        self._found = ""

    @property
    def is_written(self) -> bool:
        """Whether a person has written what stands there."""
        return self.value.strip() != self._found

    def offer(self, options: str) -> None:
        """Show other options, unless a person has written some."""
        if not self.is_written:
            self._found = options
            self.value = options and f"{options} "  # more can be written behind it at once
            self.cursor_position = len(self.value)

    def watch_value(self, value: str) -> None:
        """Tell what was found from what was written."""
        self.set_class(bool(value) and not self.is_written, "-found")
