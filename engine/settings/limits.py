"""How much of everything a person can have, and why no more."""

from __future__ import annotations

from typing import Final

# Data
LARGEST_VOCABULARY: Final = 4096  # characters; the matrix of 4,097 symbols takes 134 MB
LONGEST_LINE: Final = 1 << 20  # bytes; a longer line is no word
LARGEST_ARRAY: Final = 64 << 20  # bytes of JSON, which takes several times as many in memory
LARGEST_WEIGHT: Final = 10**12  # of a word; more than anything that a statistics office counts
MOST_BIGRAMS: Final = 2**53  # weights included: a float64 has every whole number up to here

# Settings
LARGEST_SEED: Final = 2**32 - 1  # of the names: mt19937 takes 32 bits
LARGEST_GOAL: Final = 10**15  # steps: five centuries at 65,000 a second
LARGEST_SMOOTHING: Final = 1e15  # beyond, no count would change its float64 sum
LONGEST_PREFIX: Final = 1000  # characters; a thousand names with it must fit into a message
LONGEST_TEXT: Final = 10_000  # characters that a lab draws of a text; `sample`, any

# Names
NAMES_AT_ONCE: Final = 10  # that a key draws, and that are there when data opens; of texts, one
LENGTH_LIMIT: Final = 1000  # characters of a drawn name; only a model that cannot end comes so far
KEPT_NAMES: Final = 1000  # by the engine: more than any screen shows
KEPT_CHARACTERS: Final = 1 << 22  # of drawn texts; a thousand of the longest names have less
LONGEST_WORD: Final = 1000  # characters to be scored, with a line each; nobody types as many
MOST_WORDS: Final = 1000  # of a pasted list that is scored; more are a file's

# What is shown and exported
MOST_CELLS: Final = 1 << 19  # that a screen can ask for: a terminal of 1,024 by 512
MOST_COLUMNS: Final = 1 << 14  # of the loss
MOST_EVALUATIONS: Final = 10_000  # of a run; the newest are kept, and no plot has room for more
MOST_MARKS: Final = 10_000  # in the loss; the newest are kept, and no plot has room for more
LARGEST_EXPORT: Final = 1 << 20  # cells of a matrix; some 30 MB of text

# Runs
MOST_PARAMETERS: Final = 1 << 26  # of a model: a laptop trains it still, and a save has 0.3 to 1 GB
MOST_RUNS: Final = 24  # of a lab; the oldest that is not pinned makes room. A dialog can show them
MOST_IN_RUNS: Final = 1 << 27  # parameters of all runs, 1 GB: seven nets of 4,097 symbols
LONGEST_RUN_NAME: Final = 24  # characters; it stands in titles, legends and columns

# Labs
LONGEST_LAB_NAME: Final = (
    40  # characters; it stands in a socket's path, which has at most 103 bytes
)
SAVE_SECONDS: Final = 30.0  # from one automatic save to the next: the training that a crash costs
MOST_AUTOMATIC_SAVES: Final = 5  # of a lab, the newest
MOST_SAVED: Final = 100  # labs; a person is asked before there are more. Each has up to five files
MOST_RECENT: Final = 10  # files, the newest, that are offered where one is opened
IDLE_SECONDS: Final = 30 * 60.0  # without a screen and without a training, until an engine ends
MOST_HEADS: Final = 64  # of attention; a head of the widest model has 16 numbers then
