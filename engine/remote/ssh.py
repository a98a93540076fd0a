"""How the user's own ssh is called, and what its failures mean. Imports no torch."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from typing import Final

import msgspec

from engine.errors import EngineError, EngineUnavailable, LinkDown, LoginRefused
from engine.local.lab_summary import Listed
from engine.local.signals import signal_name
from engine.remote.stdio_bridge import WIRE_BEGINS
from engine.text.printable import is_obeyed, printable, safe_sentence

# Ask nothing: while the screen is up, both would read the same keyboard.
QUIET: Final = ("-o", "BatchMode=yes")
# Compressed: most of a snapshot is as it was in the one before, 155 KiB/s of the counts become 7.
# Silence is noticed within 20 s; where ssh shares a connection, `engine.remote.connection` sees to
# that.
ALWAYS: Final = (
    "-T", "-C", "-o", "ConnectTimeout=10",
    "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3",
)  # fmt: skip
LONGEST_LIST: Final = 1 << 20  # bytes, of labs and of what a shell says first
LONGEST_COMPLAINT: Final = 4096  # bytes of standard error, its end
LONGEST_QUOTE: Final = 200  # characters of it in a sentence
OF_SSH: Final = 255  # exit code: ssh itself failed
NOT_FOUND: Final = 127  # exit code of a shell
WRONG_USAGE: Final = 2  # exit code of a makemore-tui that does not know what it is asked


def command_line(host: str, remote: Sequence[str], options: Sequence[str] = ()) -> list[str]:
    """The command line of ssh to a host, with the program and arguments that it is to run there.

    `~/` before the program is the home folder there. Raises EngineError if the host is none.
    """
    if not host or host.startswith("-") or is_obeyed(host):
        raise EngineError(f"--host '{printable(host)}': give it as ssh takes it, user@box.")
    program, *arguments = remote
    home = "~/" if program.startswith("~/") else ""
    command = home + shlex.join((program.removeprefix(home), *arguments))
    return ["ssh", *ALWAYS, *options, "--", host, command]


def labs_of(host: str, program: str) -> list[Listed]:
    """The labs of another machine. ssh may ask for a password: the screen has not begun."""
    command = command_line(host, (program, "ls", "--all", "--json", "--marked"))
    with tempfile.TemporaryFile() as complaints:
        try:
            ssh = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
            )
        except OSError as error:
            raise no_ssh(error) from error
        try:
            with ssh:  # after Ctrl+C this gives ssh the time to make the terminal echo again
                assert ssh.stdout is not None
                said = ssh.stdout.read(LONGEST_LIST)
                if len(said) == LONGEST_LIST:
                    ssh.kill()
                    raise noise(host, said)
        finally:
            if ssh.poll() is None:
                ssh.kill()
        complaints.seek(max(0, complaints.seek(0, 2) - LONGEST_COMPLAINT))
        if ssh.returncode != 0:
            raise failure(host, program, ssh.returncode, complaints.read())
    _, mark, listed = said.partition(WIRE_BEGINS)
    if not mark:
        raise another_version(host, program, "it does not list its labs")
    # As it ends, a shell may say something more.
    lines = [line for line in listed.splitlines() if line.startswith(b"{")]
    try:
        return [msgspec.json.decode(line, type=Listed) for line in lines]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise another_version(host, program, safe_sentence(str(error))) from error


def failure(host: str, program: str, code: int, said: bytes) -> EngineUnavailable:
    """Why a command over there did not work, as a sentence that says what to do.

    `code` is the exit code of ssh, negative for a signal; `said` ends its standard error.
    """
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    last = _quoted(lines[-1]).removeprefix("ssh: ").rstrip(".") if lines else "it says nothing"
    if code < 0:
        return LinkDown(f"ssh to {host} was ended by {signal_name(-code)}.")
    if code == OF_SSH and "host key" in last.lower():
        return LoginRefused(
            f"ssh does not trust the key of {host} ({last}). Run ssh {host} in a shell to see why."
        )
    if code == OF_SSH and ("denied" in last.lower() or "authentication" in last.lower()):
        return LoginRefused(
            f"ssh cannot log in to {host} ({last}). Load a key into ssh-agent, or share a"
            " connection with ControlMaster: while the screen is up, ssh cannot ask."
        )
    if code == OF_SSH:
        return LinkDown(f"ssh does not reach {host}: {last}.")
    if code == NOT_FOUND:
        return EngineUnavailable(
            f"{host} has no {printable(program)}. Install makemore-tui there, or tell where it is"
            " with --remote-program PATH."
        )
    if code == WRONG_USAGE:
        return another_version(host, program, last)
    return EngineUnavailable(
        f"{printable(program)} on {host} ended with exit code {code}: {last}. Run it there to see"
        " more."
    )


def another_version(host: str, program: str, why: str) -> EngineUnavailable:
    """The error where makemore-tui over there is of another version."""
    return EngineUnavailable(
        f"{printable(program)} on {host} is of another version ({why}). Install the same"
        " makemore-tui on both sides."
    )


def noise(host: str, said: bytes) -> EngineUnavailable:
    """The error where something else than makemore-tui writes without end over there."""
    quote = _quoted(said[:LONGEST_QUOTE].decode(errors="replace"), 40)
    return EngineUnavailable(
        f"{host} sends something else than makemore-tui, without an end: {quote} Let its shell's"
        " startup files print nothing where no terminal is."
    )


def no_ssh(error: OSError) -> EngineUnavailable:
    """The error where there is no ssh on this machine."""
    return EngineUnavailable(f"ssh cannot be run ({error.strerror}). Install OpenSSH's client.")


def _quoted(text: str, longest: int = LONGEST_QUOTE) -> str:
    text = safe_sentence(text.strip())
    return text if len(text) <= longest else f"{text[:longest]}…"
