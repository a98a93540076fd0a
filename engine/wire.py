"""How messages go over a stream: their length (4 bytes, big-endian), then their msgpack."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec

from engine.errors import WireError
from engine.protocol import FromClient, FromEngine

LARGEST_REQUEST: Final = 1 << 20  # bytes; the longest request is a Watch, of some 40 KB
LARGEST_ANSWER: Final = 1 << 27  # bytes; the longest answer is a long loss as CSV, of 100 MB

_encoder = msgspec.msgpack.Encoder()
_from_client: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(FromClient)
_from_engine: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(FromEngine)


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


async def read_from_client(reader: asyncio.StreamReader) -> FromClient | None:
    """The next message of a client, or None where it has closed the connection.

    Raises:
        WireError: what came is no message, or is longer than `LARGEST_REQUEST`.
    """
    message: FromClient | None = await _read(reader, _from_client, LARGEST_REQUEST)
    return message


async def read_from_engine(reader: asyncio.StreamReader) -> FromEngine | None:
    """The next message of the engine, or None where it has closed the connection.

    Raises:
        WireError: what came is no message, or is longer than `LARGEST_ANSWER`.
    """
    message: FromEngine | None = await _read(reader, _from_engine, LARGEST_ANSWER)
    return message


async def _read(
    reader: asyncio.StreamReader, decoder: msgspec.msgpack.Decoder[Any], largest: int
) -> Any:
    try:
        length = int.from_bytes(await reader.readexactly(4), "big")
        if length > largest:
            raise WireError(f"a message of {length:,} bytes came; {largest:,} are the limit.")
        return decoder.decode(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"what came is no message of this protocol: {error}.") from error
