"""What can go wrong, as sentences for a person: what was found, where, and what to do."""

from __future__ import annotations


class EngineError(Exception):
    """Any failure that a person can act on. Its text is shown as it is."""

    setting: str = ""  # the field of `Settings` that it is about, where it is about one


class DataError(EngineError):
    """A data file cannot be read as words."""


class OutsideVocabulary(EngineError):
    """A word or a prefix has a character that the data does not have."""


class BadSetting(EngineError):
    """A setting has a value that makes no sense."""

    def __init__(self, sentence: str, setting: str = "") -> None:
        super().__init__(sentence)
        self.setting = setting


class Diverged(EngineError):
    """The loss of a training ceased to be finite."""


class OutOfMemory(EngineError):
    """A step of a training takes more memory than there is."""


class NoSuchDevice(EngineError):
    """The device asked for is not on this machine."""


class CheckpointError(EngineError):
    """A lab cannot be saved, or a checkpoint is not one that a lab can go on from."""


class NotWritten(EngineError):
    """A file cannot be written where a person wants it."""


class AlreadyThere(NotWritten):
    """There is a file of that name, and it is not to be replaced unasked."""


class NoData(EngineError):
    """Something was asked of a lab before any data was open."""


class WireError(EngineError):
    """A message is not of the protocol, or cannot be put into it."""


class EngineUnavailable(EngineError):
    """The engine does not start, does not answer, refuses, or has died."""


class BadName(EngineError):
    """A lab cannot be called so."""


class NameTaken(EngineError):
    """A lab of that name runs already."""


class NotListening(EngineUnavailable):
    """Nobody answers at a lab's socket."""


class UntrustedSocket(EngineUnavailable):
    """Another user listens at a lab's socket, or could."""


class OtherVersion(EngineUnavailable):
    """An engine runs that speaks another version of the protocol."""


class LabGone(EngineUnavailable):
    """A lab that a screen comes back to does not run any more.

    Args:
        name: of the lab.
        has_crashed: otherwise it ended well.
        saved: its newest automatic save; perhaps that of a lab of this name before.
        saved_at: seconds since 1970, by the clock of the lab's machine.
    """

    def __init__(self, name: str, has_crashed: bool, saved: str | None, saved_at: float) -> None:
        why = "did not end well" if has_crashed else "has ended meanwhile"
        super().__init__(f"The lab {name} does not run any more: it {why}.")
        self.has_crashed, self.saved, self.saved_at = has_crashed, saved, saved_at


class LinkDown(EngineUnavailable):
    """The connection to another machine is lost, or cannot be made. It may come back."""


class LoginRefused(LinkDown):
    """The login on another machine was refused. Never retried unasked: that may lock one out."""


def unreadable(error: OSError | ValueError) -> str:
    """Why a file cannot be read, and what to do: the end of a sentence about it."""
    match error:
        case FileNotFoundError():
            return "no such file. Check the path."
        case PermissionError():
            return "no permission to read it. Change its mode, or ask its owner."
        case OSError():
            return f"cannot be read ({error.strerror})."
    return f"cannot be read ({error})."
