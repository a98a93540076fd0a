"""What all messages between a screen and an engine have in common."""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, tag=True):
    """Anything that crosses the wire. Its tag is the name of its class."""
