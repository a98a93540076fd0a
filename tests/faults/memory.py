"""How far the memory of a process has risen, at its highest."""

import contextlib
import re
from pathlib import Path

import psutil


class Growth:
    """From now on. Where the system tells no highest value, it is that of the moment."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        with contextlib.suppress(OSError):
            Path(f"/proc/{process.pid}/clear_refs").write_text("5")  # forgets the highest value
        self._start = process.memory_info().rss

    @property
    def bytes(self) -> int:
        """What has come on top, at the most."""
        highest = 0
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self._process.pid}/status").read_text()
            if found := re.search(r"VmHWM:\s+(\d+) kB", status):
                highest = int(found[1]) * 1024
        return max(highest, self._process.memory_info().rss) - self._start
