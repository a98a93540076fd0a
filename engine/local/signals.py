"""What a signal is called. Imports no torch."""

from __future__ import annotations

import signal


def signal_name(number: int) -> str:
    """The name of a signal; real-time signals have numbers only.

    >>> signal_name(9), signal_name(35)
    ('SIGKILL', 'signal 35')
    """
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
