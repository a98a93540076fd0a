"""A real OpenSSH server on the loopback, with keys and an account of its own."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psutil

from tests.box import Box

SEARCHED = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin:/usr/libexec"
SSHD, SSH, KEYGEN = (shutil.which(name, path=SEARCHED) for name in ("sshd", "ssh", "ssh-keygen"))


def hindrance() -> str:
    """Why none can be run here; empty where one can."""
    if SSHD is None or SSH is None or KEYGEN is None:
        return "OpenSSH's server is not installed"
    if os.getuid() == 0 and not Path("/run/sshd").is_dir():
        return "root's sshd wants /run/sshd"
    return ""


class OpenSSH:
    """The server, and an `ssh` in front of PATH that knows it as `box`."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._folder = folder = box.folder / "sshd"
        self._server: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o700)
        for key in ("host", "user"):
            line = (str(KEYGEN), "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key))
            subprocess.run(line, check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._write_configs()
        box.script(box.folder / "here" / "ssh", f'#!/bin/sh\nexec {SSH} -F {folder}/client "$@"\n')
        self.open()

    def open(self) -> None:
        """From now on people can log in."""
        command = (str(SSHD), "-D", "-e", "-f", str(self._folder / "server"))
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stderr=log)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self._server.poll() is None:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)  # no other sign of it can be waited for
        raise AssertionError((self._folder / "log").read_text())

    def close(self) -> None:
        """End the server and all its connections, but nothing that was started through them."""
        assert self._server is not None
        connections = self.connections()
        self._server.kill()
        self._server.wait()
        for connection in connections:
            connection.kill()
        psutil.wait_procs(connections, 20)

    def connections(self) -> list[psutil.Process]:
        """The server's own processes, one or two a connection."""
        assert self._server is not None
        children = psutil.Process(self._server.pid).children(recursive=True)
        return [process for process in children if process.name().startswith("sshd")]

    def _write_configs(self) -> None:
        folder = self._folder
        (folder / "server").write_text(f"""\
Port {self.port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
SetEnv XDG_STATE_HOME={self._box.state} XDG_RUNTIME_DIR={self._box.folder}/run
""")
        (folder / "known").write_text(
            f"[127.0.0.1]:{self.port} {(folder / 'host.pub').read_text()}"
        )
        (folder / "client").write_text(f"""\
Host box
    HostName 127.0.0.1
    Port {self.port}
    User {getpass.getuser()}
    IdentityFile {folder}/user
    IdentitiesOnly yes
    IdentityAgent none
    UserKnownHostsFile {folder}/known
    GlobalKnownHostsFile none
    StrictHostKeyChecking yes
""")
