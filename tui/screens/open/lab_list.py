"""The labs that `o` offers beside the files: how they are listed, renamed and deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os.path import basename
from time import localtime, strftime
from typing import Final

from msgspec.structs import replace

from engine.settings.limits import MOST_SAVED
from engine.text.printable import printable, safe_sentence
from engine.wire.answers import Browsed, Done, OtherLab
from engine.wire.client import EngineError, expected
from engine.wire.requests import Browse, DeleteLab, Open, RenameLab, Resume
from tui.drawing.numbers import figure
from tui.screens.dialog import Call
from tui.screens.fields.choices import Choice
from tui.screens.prompt import Question

LAB: Final = "lab "  # in front of the name of one
_NOTES: Final = {"saved": "", "unknown": "?"}  # of states; another is told as it is
_ENDS: Final = {"crashed": "it did not end well; ", "ended": "it ended by itself; "}


class LabList:
    """All labs of the engine's machine but the one that is open."""

    def __init__(self, call: Call, attach_command: Callable[[str, str], str]) -> None:
        """An empty list; a person types `attach_command`, of a save and a name, to go on."""
        self._call = call
        self._attach_command = attach_command
        self._labs: dict[str, OtherLab] = {}  # by how they are listed

    def hold(self, labs: Sequence[OtherLab]) -> None:
        """Take the labs that the engine has told of for those that there are."""
        self._labs = {LAB + lab.name: lab for lab in labs}

    def get(self, listed: str) -> OtherLab | None:
        """The lab that is listed so."""
        return self._labs.get(listed)

    def choices(self, typed: str = "") -> list[Choice]:
        """The labs that a text may go on to, as lines of the list."""
        return [_choice(lab) for listed, lab in self._labs.items() if listed.startswith(typed)]

    @property
    def are_many(self) -> bool:
        """Whether so many are saved that a person is asked before there is another."""
        return sum(lab.state == "saved" for lab in self._labs.values()) >= MOST_SAVED

    def about(self, lab: OtherLab) -> str:
        """What is known of a lab, as a sentence."""
        if lab.trouble:
            return safe_sentence(lab.trouble)
        name = printable(lab.name)
        on = f"{name}, on {printable(lab.data)}: " if lab.data else f"{name}: "
        if lab.state == "running":
            command = self._attach_command(lab.path, lab.name)
            return f"{on}it runs in an engine of its own. In another terminal, {command} shows it."
        if lab.again is not None:
            return f"{on}{_ENDS.get(lab.state, '')}nothing was saved, so it begins again."
        loss = "" if lab.loss is None else f", loss {figure(lab.loss)}"
        step = "" if lab.step is None else f"step {lab.step:,}{loss}, "
        return f"{on}{_ENDS.get(lab.state, '')}{step}saved {_when(lab.saved_at)}."

    def request(self, lab: OtherLab) -> Open | Resume:
        """What takes up a lab.

        Raises:
            EngineError: it runs elsewhere, or not enough is known of it.
        """
        if lab.again is not None and not lab.trouble:
            return replace(lab.again, lab=lab.name)
        if lab.state == "running" or not lab.path:
            raise EngineError(self.about(lab))
        return Resume(lab.path)

    async def fetch(self) -> None:
        """Ask the engine which labs there are.

        Raises:
            EngineError: it cannot be told.
        """
        self.hold(expected(Browsed, await self._call(Browse())).labs)

    def renaming(self, lab: OtherLab, renamed: Callable[[str], object]) -> Question:
        """Ask for another name of a lab; `renamed` takes how it is listed then."""

        async def rename(new: str) -> None:
            if new.strip() != lab.name:
                expected(Done, await self._call(RenameLab(lab.name, new.strip())))
                await self.fetch()
                renamed(LAB + new.strip())

        hint = "Letters of a to z, digits, dots, hyphens and underscores; at most 40."
        return Question(f"Rename the lab {printable(lab.name)}", hint, lab.name, rename)

    async def delete(self, lab: OtherLab) -> None:
        """Delete a lab, and ask which there are then.

        Raises:
            EngineError: it was not deleted; or which there are cannot be told.
        """
        expected(Done, await self._call(DeleteLab(lab.name)))
        await self.fetch()


def _choice(lab: OtherLab) -> Choice:
    step = "" if lab.step is None else f"step {lab.step:,}"
    notes = (basename(lab.data), step, _NOTES.get(lab.state, lab.state))
    return Choice(LAB + lab.name, ", ".join(filter(None, notes)), LAB + lab.name)


def _when(seconds: float | None) -> str:
    """A moment, as a person reads it; another machine may have sent any number."""
    try:
        return strftime("%Y-%m-%d %H:%M", localtime(seconds)) if seconds is not None else "once"
    except (OverflowError, ValueError, OSError):
        return "once"
