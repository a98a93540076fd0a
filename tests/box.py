"""Another machine that is none: a stand-in for `ssh`, and a `makemore-tui` at home elsewhere.

The stand-in takes ssh's place in PATH, leaves ssh's options aside and runs its last argument in
another environment. Like ssh it carries bytes between its own pipes and those of what it runs: when
it is killed that meets an end of its input, and when it is stopped the link is half open.
"""

import contextlib
import os
import shlex
import signal
import sys
import textwrap
from pathlib import Path

import psutil

import engine
from tests.preloaded import ADDRESS

HOME = Path(engine.__file__).parent.parent

STAND_IN = """\
#!{python} -IS
import os, subprocess, sys, threading
box = {box!r}
with open(box + "/calls", "a") as file:
    print(repr(sys.argv[1:]), file=file)
with open(box + "/mode") as file:
    mode = file.read()
exec(compile(mode, "mode", "exec"))
own = dict(os.environ, PATH=box + "/programs:" + os.environ["PATH"], HOME=box + "/home",
           XDG_STATE_HOME=box + "/state", XDG_RUNTIME_DIR=box + "/run")
run = subprocess.Popen(["/bin/sh", "-c", sys.argv[-1]], stdin=subprocess.PIPE,
                       stdout=subprocess.PIPE, env=own, cwd=own["HOME"], start_new_session=True)
with open(box + "/links/" + str(os.getpid()), "w"):
    pass
def carry(source, target):
    try:
        while data := os.read(source, 65536):
            while data:
                data = data[os.write(target, data):]
    except OSError:
        pass
def there():
    carry(0, run.stdin.fileno())
    run.stdin.close()
threading.Thread(target=there, daemon=True).start()
carry(run.stdout.fileno(), 1)
os._exit(run.wait())
"""
COMPLAINT = "sys.stderr.write({said!r}); sys.exit({code})"
NETWORK = "ssh: connect to host box port 22: Network is unreachable\r\n"


class Box:
    """The other machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        for name in ("here", "programs", "home", "run", "state", "links"):
            (folder / name).mkdir()
        self.program(folder / "programs" / "makemore-tui")
        self.script(
            folder / "here" / "ssh", STAND_IN.format(python=sys.executable, box=str(folder))
        )
        self.calls_back()

    @property
    def path(self) -> str:
        """PATH, with the stand-in in front."""
        return f"{self.folder / 'here'}{os.pathsep}{os.environ['PATH']}"

    @staticmethod
    def script(path: Path, text: str) -> None:
        """Write a program."""
        path.write_text(textwrap.dedent(text))
        path.chmod(0o755)

    @classmethod
    def program(cls, path: Path, before: str = "") -> None:
        """Write a makemore-tui: this one, but for what some lines of Python change in it.

        Where there is a process that forks, its engines are forks of that.
        """
        own = {"PYTHONPATH": str(HOME)}
        if ADDRESS in os.environ:
            own[ADDRESS] = os.environ[ADDRESS]
            before += "\nfrom tests.preloaded.process import use_forks\nuse_forks()"
        words = (sys.executable, "-P", "-c", f"{before}\nfrom tui.__main__ import main\nmain()")
        variables = shlex.join(f"{name}={value}" for name, value in own.items())
        cls.script(path, f'#!/bin/sh\nexec env {variables} {shlex.join(words)} "$@"\n')

    def calls_back(self) -> None:
        """From now on it can be reached."""
        self.does("")

    def is_impatient(self) -> None:
        """From now on a link ends whose screen says nothing for 3 seconds."""
        self.program(
            self.folder / "programs" / "makemore-tui",
            "from engine.remote import stdio_bridge\nstdio_bridge.SECONDS_OF_SILENCE = 0.5",
        )

    def fails(self, said: str = NETWORK, code: int = 255) -> None:
        """From now on it cannot: ssh says this, and ends."""
        self.does(COMPLAINT.format(said=said, code=code))

    def does(self, python: str) -> None:
        """From now on the stand-in begins with this."""
        there = self.folder / "mode"
        there.with_suffix(".new").write_text(python)
        there.with_suffix(".new").replace(there)

    def calls(self) -> list[str]:
        """The command lines that ssh was given."""
        there = self.folder / "calls"
        return there.read_text().splitlines() if there.exists() else []

    def links(self) -> list[int]:
        """The process numbers of the links that are up."""
        found = []
        for path in (self.folder / "links").iterdir():
            with contextlib.suppress(psutil.NoSuchProcess):
                if psutil.Process(int(path.name)).status() != psutil.STATUS_ZOMBIE:
                    found.append(int(path.name))
        return found

    def signal_links(self, number: signal.Signals) -> None:
        """Do something to all links."""
        for link in self.links():
            with contextlib.suppress(ProcessLookupError):
                os.kill(link, number)
