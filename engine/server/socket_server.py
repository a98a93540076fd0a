"""The engine's side of the wire: an asyncio server that touches no tensor."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypeVar

from engine.errors import EngineError, EngineUnavailable, WireError
from engine.local import paths
from engine.local.log import Refusals
from engine.local.paths import PROGRAM
from engine.server.file_browser import FileBrowser, Look
from engine.server.inbox import Audience, Inbox, Job, Joined, Left
from engine.server.outbox import Outbox, Room
from engine.text.printable import printable
from engine.wire.answers import Answers, Done, Saved
from engine.wire.envelopes import VERSION, Call, Failure, Hello, Refused, Reply, Welcome
from engine.wire.framing import pack, read_from_client
from engine.wire.peers import listener, peer_of
from engine.wire.requests import Open, Ping

SECONDS_TO_GREET: Final = 10.0  # then a connection without a hello is closed
SECONDS_TO_PART: Final = 1.0  # for the last words to clients that read
SECONDS_TO_LOOK: Final = 2.0  # after a socket or a claim that has vanished
LONGEST_CLIENT: Final = 40  # characters of what it calls itself
WRITE_AHEAD: Final = 1 << 16  # bytes handed to the system before a client has read them

T = TypeVar("T")

log = logging.getLogger(__name__)


class Server:
    """Listens, and passes messages between clients and the worker."""

    def __init__(self, inbox: Inbox, name: str, file_browser: FileBrowser | None = None) -> None:
        self._inbox = inbox
        self._name = name
        self._file_browser = file_browser or FileBrowser()
        self._looks: set[asyncio.Task[None]] = set()
        self._clients: dict[asyncio.Task[None], Outbox | None] = {}  # None: not greeted yet
        self._over = asyncio.Event()
        self._refusals = Refusals(log)
        self._path = Path()
        self._bound: os.stat_result | None = None  # the socket, as the file that it is

    async def serve(
        self, path: Path, ready: Callable[[], None], look: Callable[[], None] = lambda: None
    ) -> None:
        """Answer clients at a Unix socket, until `stop`.

        `ready` is called when clients may come, and `look` in a thread, as often as the socket is
        looked after: where it is removed, with its folder perhaps, as at the end of a login, or
        where something else lies in its place that nobody answers at, another takes it as soon as
        there is a place for it. Raises EngineUnavailable if there can be none.
        """
        self._path = path
        server = await self._listen_at(path)
        try:
            ready()
            while not self._over.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SECONDS_TO_LOOK):
                        await self._over.wait()
                await asyncio.to_thread(look)
                if not self._over.is_set() and not self._is_at(self._path):
                    with contextlib.suppress(EngineUnavailable):
                        old, server = server, await self._listen_at(self._path)
                        old.close()
                        log.warning("the socket had vanished; now there is another")
        finally:
            with contextlib.suppress(OSError):
                if self._is_at(self._path):
                    self._path.unlink()
            server.close()
            await self._part()
            self._refusals.tell_more()

    async def move(self, path: Path) -> None:
        """Be found at another path, and go on with who is connected; raises EngineUnavailable."""
        check_free(path)
        try:
            if self._is_at(self._path):
                self._path.rename(path)
        except OSError as error:
            raise _no_socket(path, error) from error
        self._path, self._name = path, path.stem

    async def _part(self) -> None:
        """Send what waits to be sent, as far as clients read it, and hang up."""
        for client, outbox in self._clients.items():
            if outbox is None:
                client.cancel()
            else:
                outbox.close()
        if self._clients:
            _, slow = await asyncio.wait(self._clients, timeout=SECONDS_TO_PART)
            for client in slow:
                client.cancel()
            if slow:
                await asyncio.wait(slow)

    async def _listen_at(self, path: Path) -> asyncio.Server:
        if path.parent == paths.runtime_folder():
            paths.make_runtime_folder()
        check_free(path)
        try:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()  # of a dead engine: the name is ours
            server = await asyncio.start_unix_server(self._meet, path)
            path.chmod(0o600)
            self._bound = path.lstat()
        except OSError as error:
            raise _no_socket(path, error) from error
        return server

    def _is_at(self, path: Path) -> bool:
        """Whether the socket still lies where clients look for it."""
        with contextlib.suppress(OSError):
            return self._bound is not None and os.path.samestat(self._bound, path.lstat())
        return False

    def stop(self) -> None:
        """End `serve`."""
        self._over.set()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, from its hello until it hangs up."""
        task = asyncio.current_task()
        assert task is not None
        self._clients[task] = None
        try:
            with contextlib.suppress(ConnectionError):  # it went without a word
                await self._attend(task, reader, writer)
            if self._over.is_set():
                await read_out(reader, writer)
            writer.close()
            if self._over.is_set():  # the process must not end before the last words have gone
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
        except asyncio.CancelledError:
            writer.transport.abort()  # what it has not read by now it will not read
        finally:
            del self._clients[task]

    async def _attend(
        self, task: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            check_peer(writer)
            if await self._greeted(reader, writer):
                self._clients[task] = outbox = Outbox()
                await self._converse(reader, writer, outbox)
        except WireError as error:
            self._refusals.add(str(error))
            writer.write(pack(Refused(str(error), VERSION)))

    async def _greeted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Exchange greetings; False where the client went without one."""
        try:
            async with asyncio.timeout(SECONDS_TO_GREET):
                received = await read_from_client(reader)
        except TimeoutError:
            raise WireError(f"No hello within {SECONDS_TO_GREET:.0f} seconds.") from None
        if received is None:
            return False
        hello, _ = received
        if not isinstance(hello, Hello):
            raise WireError("The first message must be a hello.")
        if hello.version != VERSION:
            who = printable(hello.client[:LONGEST_CLIENT])
            raise WireError(
                f"This engine speaks version {VERSION} of the protocol, {who}"
                f" speaks version {hello.version}. Install the same makemore-tui on both sides."
            )
        writer.transport.set_write_buffer_limits(high=WRITE_AHEAD)
        program = f"{PROGRAM} {version(PROGRAM)}"
        writer.write(pack(Welcome(VERSION, program, os.getpid(), self._name)))
        return True

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, outbox: Outbox
    ) -> None:
        loop = asyncio.get_running_loop()
        audience = Audience(lambda event: call_soon(loop, outbox.put, event))
        self._inbox.put(Joined(audience))
        room = Room()
        both = (
            asyncio.create_task(self._send(writer, outbox, room)),
            asyncio.create_task(self._listen(reader, audience, outbox, room)),
        )
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._inbox.put(Left(audience))
            for task in both:
                task.cancel()
            await asyncio.wait(both)
        for task in both:
            if not task.cancelled():
                task.result()  # or why it is refused

    async def _listen(
        self, reader: asyncio.StreamReader, audience: Audience, outbox: Outbox, room: Room
    ) -> None:
        loop = asyncio.get_running_loop()
        while (received := await read_from_client(reader)) is not None:
            message, size = received
            if not isinstance(message, Call):
                raise WireError("After its hello a client sends calls only.")
            await room.enter(message, size)

            def answer(
                answer: Answers | EngineError, call: Call = message, size: int = size
            ) -> None:
                call_soon(loop, partial(room.answered, call, size), answer)
                if isinstance(answer, EngineError):
                    call_soon(loop, outbox.put, Failure(call.id, str(answer), answer.setting))
                    return
                call_soon(loop, outbox.put, Reply(call.id, answer))
                match call.request, answer:
                    case Open(path=str() as path) as opening, Done() | Saved():
                        self._file_browser.remember(path, opening.options)

            if isinstance(message.request, Look):
                look = asyncio.create_task(self._look(message.request, answer))
                self._looks.add(look)
                look.add_done_callback(self._looks.discard)
            elif isinstance(message.request, Ping):
                answer(Done())
            else:
                self._inbox.put(Job(audience, message.request, answer))

    async def _look(self, request: Look, answer: Callable[[Answers | EngineError], None]) -> None:
        try:
            answer(await self._file_browser.answer(request))
        except EngineError as error:
            answer(error)

    async def _send(self, writer: asyncio.StreamWriter, outbox: Outbox, room: Room) -> None:
        with contextlib.suppress(ConnectionError):
            while (message := await outbox.get()) is not None:
                writer.write(pack(message))
                await writer.drain()
                room.sent(message)


def call_soon(loop: asyncio.AbstractEventLoop, put: Callable[[T], None], message: T) -> None:
    """Put a message into an outbox from another thread; into none, if the server has ended."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(put, message)


async def read_out(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say that no more will come, and read on until the client has hung up, too.

    Whoever writes to a socket that is closed may lose what it has not read yet: the last word.
    """
    with contextlib.suppress(OSError):
        writer.write_eof()
        while await reader.read(WRITE_AHEAD):
            pass


def check_free(path: Path) -> None:
    """Raise EngineUnavailable for a path at which another engine listens."""
    if (other := listener(path)) is not None:
        raise EngineUnavailable(
            f"{path}, the engine's socket, is that of {other}, the engine of another lab of"
            " this name: one in another XDG_STATE_HOME, or whose folder was removed. Give this"
            " one another --name, or set XDG_RUNTIME_DIR to another folder of your own."
        )


def check_peer(writer: asyncio.StreamWriter) -> None:
    """Raise WireError for another user's process, where the system tells whose it is."""
    if (peer := peer_of(writer.get_extra_info("socket"))) is None:
        return  # the folder's mode has kept others out
    if peer.uid != os.getuid():
        raise WireError(f"This engine belongs to user {os.getuid()}, not to {peer.uid}.")


def _no_socket(path: Path, error: OSError) -> EngineUnavailable:
    return EngineUnavailable(
        f"{path}, the engine's socket, cannot be made: {error.strerror}. Remove what is there, or"
        " set XDG_RUNTIME_DIR to another folder of your own."
    )
