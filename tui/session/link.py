"""Where the link to an engine is; the status line shows these words."""

from __future__ import annotations

from enum import Enum


class Link(Enum):
    """The states of a link.

    STARTING → OPENING → OPEN is the way of a lab. From OPENING it goes to NO_DATA where nothing
    could be opened, and from there to OPENING again with the next file. A link that is up may be
    SILENT for a while. From any state it goes to LOST, and then to OPENING when the engine's
    machine is reached again; or to ENDED, from where a key goes to STARTING.
    """

    STARTING = "starting"
    OPENING = "opening"
    NO_DATA = "no data"
    OPEN = "open"
    SILENT = "not answering"
    LOST = "link down"
    ENDED = "engine ended"
