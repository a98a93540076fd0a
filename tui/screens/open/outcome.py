"""What a line of `o` comes to: what is asked before, and the request that opens it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from engine.settings.data_format import DataFormat
from engine.settings.limits import MOST_SAVED
from engine.wire.answers import Examined
from engine.wire.client import expected
from engine.wire.requests import Examine, Open, Resume
from tui.screens.dialog import Call
from tui.screens.open.lab_list import LabList

BUILT_IN: Final = "the built-in names"  # as people call them here


class Opening:
    """Opens a file or a lab in place of what is open."""

    def __init__(
        self,
        before: Open,
        labs: LabList,
        call: Call,
        present: str | None,
        is_training: Callable[[], bool],
    ) -> None:
        """Nothing is opened yet.

        Args:
            before: what was opened last; the other choices made then stay, but for the file that
                it is saved to, which is of that lab.
            labs: those that can be taken up.
            call: carries out a request.
            present: the whole path of what is open, if anything is.
            is_training: whether a training would end.
        """
        self.last = before.path or BUILT_IN
        self._before = before
        self._labs = labs
        self._call = call
        self._present = set() if present is None else {self.last, present}
        self._is_training = is_training

    def doubt(self, path: str) -> str:
        """What is asked before a path is opened; empty: nothing."""
        if path in self._present:
            return "It is open. Enter again reads it anew, from step 0."
        is_lab = self._labs.get(path) is not None
        ends = "The training is saved, and ends. " if self._is_training() else ""
        many = ""
        if self._labs.are_many and not is_lab:
            many = f"{MOST_SAVED} labs or more are saved; ^d deletes one that is chosen here. "
        again = f"Enter again {'takes up the lab' if is_lab else 'opens the file'}."
        return f"{ends}{many}{again}" if ends or many else ""

    async def request(self, path: str, options: str) -> Open | Resume:
        """What takes up a lab, or opens a file; the engine reads the options.

        Raises:
            EngineError: the lab cannot be taken up, or the options are no good.
        """
        if (lab := self._labs.get(path)) is not None:
            return self._labs.request(lab)
        opening = replace(
            self._before, path=real(path), save_to=None, data_format=DataFormat(),
            hold_out_data=None,
        )  # fmt: skip
        if not options:
            return opening
        asked = expected(Examined, await self._call(Examine(real(path), options)))
        if asked.hold_out_data is not None:
            opening = replace(opening, hold_out=0.0, hold_out_data=asked.hold_out_data)
        return replace(opening, data_format=asked.data_format)


def real(path: str) -> str | None:
    """A path as requests have it."""
    return None if path == BUILT_IN else path
