"""A pseudo terminal, with what can become of one beside being read."""

import os

import psutil

from engine.bench import pseudo_terminal
from engine.bench.pseudo_terminal import SECONDS_TO_WAIT, Waited, set_size


class Pty(pseudo_terminal.Pty):
    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        self.screen.resize(lines, columns)
        set_size(self._pty, columns, lines)

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does; the program must end by itself."""
        os.close(self._pty)
        self._pty = os.open(os.devnull, os.O_RDONLY)  # to be closed at the end
        psutil.Process(self.pid).wait(SECONDS_TO_WAIT)
        self.exit_code = -1

    def wait_for_exit_unread(self, seconds: float) -> int:
        """Wait for the program to end, and read nothing; its exit code."""
        try:
            self.exit_code = psutil.Process(self.pid).wait(seconds)
        except psutil.TimeoutExpired as error:
            raise Waited(f"it does not end in {seconds:g} s") from error
        return self.exit_code or 0
