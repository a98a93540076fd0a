"""What can become of a pseudo terminal beside being read."""

import os

import psutil

from engine.bench.pseudo_terminal import SECONDS_TO_WAIT, Pty, Waited, set_size


def resize(terminal: Pty, columns: int, lines: int) -> None:
    """Give the terminal another size."""
    terminal.screen.resize(lines, columns)
    set_size(terminal._pty, columns, lines)


def hang_up(terminal: Pty) -> None:
    """Close the terminal, as a lost connection does; the program must end by itself."""
    os.close(terminal._pty)
    terminal._pty = os.open(os.devnull, os.O_RDONLY)  # to be closed at the end
    psutil.Process(terminal.pid).wait(SECONDS_TO_WAIT)
    terminal.exit_code = -1


def wait_for_exit_unread(terminal: Pty, seconds: float) -> int:
    """Wait for the program to end, and read nothing; its exit code."""
    try:
        terminal.exit_code = psutil.Process(terminal.pid).wait(seconds)
    except psutil.TimeoutExpired as error:
        raise Waited(f"it does not end in {seconds:g} s") from error
    return terminal.exit_code or 0
