"""What a person has chosen once and for all: `config.toml`."""

from __future__ import annotations

import msgspec

FRAMES = 20.0  # a second: smoother than one can follow, and a tenth of what a screen could take


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every setting, with its default."""

    frames: float = FRAMES  # a second, at the most
