"""How much of everything there may be, and why no more."""

from __future__ import annotations

from typing import Final

LARGEST_VOCABULARY: Final = 4096  # characters; the matrix of 4,097 symbols takes 134 MB
KEPT_NAMES: Final = 1000  # by the engine: more than any screen shows
KEPT_CHARACTERS: Final = 1 << 22  # of drawn texts; a thousand of the longest names have less
NAMES_AT_ONCE: Final = 10  # that a key draws, and that are there when data opens; of texts, one
MOST_SAVED: Final = 100  # labs; a person is asked before there are more. Each has up to five files
SAVE_SECONDS: Final = 30.0  # from one automatic save to the next: the training that a crash costs
