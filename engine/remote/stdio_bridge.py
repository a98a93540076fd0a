"""`makemore-tui engine --stdio`: what a screen on another machine starts here, through ssh.

It finds or starts the lab's engine, and carries bytes between its own pipes and the socket. It
understands none of them; the two ends greet each other.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import BinaryIO, Final, TextIO

from engine.errors import EngineError, LabGone
from engine.local.engine_process import EngineProcess
from engine.wire.envelopes import VERSION, Gone, Refused
from engine.wire.framing import pack
from engine.wire.peers import connect

# Said first: all that came before is a shell's own. It is at the end of a line, not a line by
# itself: startup files print titles and banners without a newline.
WIRE_BEGINS: Final = b"makemore-tui: here begins the wire\n"
CHUNK: Final = 1 << 16  # bytes
# A screen says something every 10 s, if only to ask for a sign of life: see
# `engine.remote.connection`. One that does not is stopped, or asleep with its machine; it comes
# back by itself.
SECONDS_OF_SILENCE: Final = 10.0
MOST_SILENCES: Final = 6  # in a row: of those after this machine has slept itself there is but one

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def bridge(name: str, idle_seconds: float, *, attach: bool) -> None:
    """Carry bytes until either side hangs up, or the screen says nothing any more.

    With `attach` no engine is started. Raises EngineError if standard input or output is no pipe.
    """
    here_in, here_out = await _pipes()
    here_out.write(WIRE_BEGINS)
    try:
        engine = EngineProcess(name, idle_seconds)
        there_in, there_out = await engine.reach(connect, attach=attach)
    except LabGone as error:
        here_out.write(pack(Gone(name, error.has_crashed, error.saved, error.saved_at)))
        await here_out.drain()
        return
    except EngineError as error:
        here_out.write(pack(Refused(str(error), VERSION)))
        await here_out.drain()
        return
    ways = [
        asyncio.create_task(_carry(partial(_said, here_in), there_out)),
        asyncio.create_task(_carry(partial(there_in.read, CHUNK), here_out)),
    ]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in ways:
        way.cancel()


async def _said(by: asyncio.StreamReader) -> bytes:
    """What the screen says next: nothing, where it has hung up or is silent for long."""
    for _ in range(MOST_SILENCES):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_OF_SILENCE):
                return await by.read(CHUNK)
    return b""


async def _carry(read: Callable[[], Awaitable[bytes]], target: asyncio.StreamWriter) -> None:
    try:
        while data := await read():
            target.write(data)
            await target.drain()  # a side that does not read is not read ahead for
    except ConnectionError:
        pass  # the other side is gone


async def _pipes() -> Streams:
    """Standard input and output, as streams."""
    source, target = _pipe(sys.stdin), _pipe(sys.stdout)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), source)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, target)
    transport.set_write_buffer_limits(high=0)  # drained: all of it has been handed on
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)


def _pipe(stream: TextIO | None) -> BinaryIO:
    """A standard stream, as bytes; EngineError if it is no pipe, or the shell has closed it."""
    if stream is not None:
        mode = os.fstat(stream.fileno()).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            return stream.buffer
    raise EngineError(
        "engine --stdio speaks through two pipes, as ssh gives them: standard input or output is"
        " none. Run makemore-tui --host USER@BOX on the other machine: it starts this one."
    )
