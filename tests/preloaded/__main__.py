"""The program as it is, but for its engine, which is a fork: `python -m tests.preloaded …`."""

from tests.preloaded.process import use_forks
from tui.__main__ import main

use_forks()
main(prog_name="makemore-tui")
