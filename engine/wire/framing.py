"""How messages go over a stream: their length (4 bytes, big-endian), then their msgpack."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec

from engine.errors import WireError
from engine.wire.answers import Text
from engine.wire.envelopes import FromClient, FromEngine, Reply

LARGEST_REQUEST: Final = 1 << 20  # bytes; the longest request is a Watch, of some 40 KB
LARGEST_ANSWER: Final = 24 << 20  # bytes; the longest that is no text has all kept names
LARGEST_TEXT: Final = 1 << 27  # bytes; the longest text is a long loss as CSV, of 100 MB


class _LongText(msgspec.Struct, frozen=True, tag="Reply"):
    """A `Reply` that can be long: text takes little more memory than its bytes."""

    id: int
    answer: Text


_encoder = msgspec.msgpack.Encoder()
_from_client: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(FromClient)
_from_engine: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(FromEngine)
_text: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(_LongText)


def pack(message: FromClient | FromEngine) -> bytes:
    """A message as it goes over the wire, its length in front.

    Raises:
        WireError: it holds what msgpack has no form for.
    """
    try:
        body = _encoder.encode(message)
    except OverflowError as error:
        raise WireError("A number is too large: 64 bits are the limit.") from error
    except UnicodeEncodeError as error:
        raise WireError("A text or a path is not UTF-8. Rename the file.") from error
    return len(body).to_bytes(4, "big") + body


async def read_from_client(reader: asyncio.StreamReader) -> tuple[FromClient, int] | None:
    """The next message of a client with its bytes, or None where it has closed the connection.

    Raises:
        WireError: what came is no message, or is longer than `LARGEST_REQUEST`.
    """
    body = await _read(reader, LARGEST_REQUEST)
    return None if body is None else (_decoded(body, _from_client), len(body))


async def read_from_engine(reader: asyncio.StreamReader) -> FromEngine | None:
    """The next message of the engine, or None where it has closed the connection.

    Raises:
        WireError: what came is no message, or is longer than `LARGEST_ANSWER`, and a text than
            `LARGEST_TEXT`.
    """
    body = await _read(reader, LARGEST_TEXT)
    if body is None or len(body) <= LARGEST_ANSWER:
        return None if body is None else _decoded(body, _from_engine)
    try:
        text = _text.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _too_long(len(body), LARGEST_ANSWER) from None
    return Reply(text.id, text.answer)


async def _read(reader: asyncio.StreamReader, largest: int) -> bytes | None:
    try:
        length = int.from_bytes(await reader.readexactly(4), "big")
        if length > largest:
            raise _too_long(length, largest)
        return await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def _too_long(length: int, largest: int) -> WireError:
    return WireError(f"a message of {length:,} bytes came; {largest:,} are the limit.")


def _decoded(body: bytes, decoder: msgspec.msgpack.Decoder[Any]) -> Any:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"what came is no message of this protocol: {error}.") from error
