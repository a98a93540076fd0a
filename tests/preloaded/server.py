"""The process that has everything loaded, and forks: `python -m tests.preloaded.server SOCKET`."""

import contextlib
import gc
import json
import os
import runpy
import select
import socket
import sys

# What an engine loads, and the commands that need torch.
import engine.__main__
import engine.checkpoints.checkpoint
import engine.lab.exports
import engine.lab.snapshots
import engine.server.worker  # noqa: F401


def main() -> None:
    """Serve until standard input ends; in each fork, be the program that was asked for."""
    del sys.modules["engine.__main__"]  # runs as a main module in each fork
    gc.freeze()  # what is loaded is not looked through again as each fork ends
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen()
        print("ready", flush=True)  # noqa: T201
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            if os.fork() == 0:
                if (module := fork_program(connection)) is not None:
                    break
                os._exit(0)
            connection.close()
            bury()
        else:
            bury()
            return
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def bury() -> None:
    """Wait for those who have waited for a program that has ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def fork_program(connection: socket.socket) -> str | None:
    """Fork again; the module to run in the program, None in the process that waits for it.

    Args:
        connection: gives the three standard streams and the request, and is told the number of the
            process at once, and the status of its exit.
    """
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rb") as file:
        request = json.load(file)
    if (pid := os.fork()) == 0:
        connection.close()
        return become(request, streams)
    for stream in streams:
        os.close(stream)
    with contextlib.suppress(OSError):  # whoever asked has gone
        connection.sendall(b"%d\n" % pid)
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(OSError):
        connection.sendall(b"%d\n" % status)
    return None


def become(request: dict, streams: list[int]) -> str:
    """Make this process what a program is that has just been started; the module to run."""
    if request["start_new_session"]:
        os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    os.umask(request["umask"])
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    module, *sys.argv[1:] = request["command"]
    return module


if __name__ == "__main__":
    main()
