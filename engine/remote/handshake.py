"""What a makemore-tui that ssh runs says first: all that came before it is a shell's own."""

from __future__ import annotations

from typing import Final

# At the end of a line, not as a line: startup files print titles and banners without a newline.
WIRE_BEGINS: Final = b"makemore-tui: here begins the wire\n"
