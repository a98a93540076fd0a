"""What a fuzzer says to an engine: nonsense of every degree."""

import struct
import types
import typing

import msgspec
from hypothesis import strategies as st

from engine.settings.lab_settings import SAMPLING
from engine.settings.model_kinds import KINDS as KINDS_OF_MODELS
from engine.wire.envelopes import VERSION, Call, Hello
from engine.wire.framing import pack
from engine.wire.requests import Copy, Request, Requests, Save, Stop

Struct = typing.TypeVar("Struct", bound=msgspec.Struct)

HELLO = pack(Hello(VERSION, "fuzzer"))
# What a request names lies in the folder that the engine was started in, or nowhere.
PATHS = st.sampled_from(["", ".", "a", "b.safetensors", "no/where", "a\0b", "~", "é" * 300])
WHOLE = st.one_of(st.integers(-3, 300), st.integers(-(2**63), 2**64 - 1))
NUMBERS = st.one_of(st.floats(), st.floats(0, 2), st.integers(-1, 3).map(float))
SOME = st.one_of(WHOLE, NUMBERS, st.booleans(), st.text(max_size=30))  # values of any setting


SETTINGS = sorted({
    each.name
    for settings in (SAMPLING, *(kind.settings for kind in KINDS_OF_MODELS.values()))
    for each in settings
})  # fmt: skip
TEXTS = {  # what a text of this name may say, to go further than nonsense goes
    "view": ["counts", "compared", "selected", "difference", "weights", "hidden weights"],
    "kind": list(KINDS_OF_MODELS),
    "setting": SETTINGS,
}


def values(kind: object, name: str = "") -> st.SearchStrategy[object]:
    """Values of a type that a request's field may have."""
    if name in TEXTS:
        return st.sampled_from(TEXTS[name]) | st.text(max_size=30)
    if typing.get_origin(kind) is dict:
        return st.dictionaries(st.sampled_from(SETTINGS) | st.text(max_size=9), SOME, max_size=4)
    if name in ("path", "data", "hold_out_data"):
        return st.none() | PATHS if isinstance(kind, types.UnionType) else PATHS
    if typing.get_origin(kind) is typing.Literal:
        return st.sampled_from(typing.get_args(kind))
    if typing.get_origin(kind) is tuple:
        first, *rest = typing.get_args(kind)
        if rest == [Ellipsis]:
            return st.lists(values(first), max_size=40).map(tuple)
        return st.tuples(*map(values, (first, *rest)))
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        return st.one_of(*map(values, typing.get_args(kind)))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return built(kind)
    plain: dict[object, st.SearchStrategy[object]] = {
        int: WHOLE, float: NUMBERS, bool: st.booleans(), str: st.text(max_size=30),
        types.NoneType: st.none(), msgspec.UnsetType: st.just(msgspec.UNSET),
    }  # fmt: skip
    return plain[kind]


def built(kind: type[Struct]) -> st.SearchStrategy[Struct]:
    """Requests of a kind, or what they hold, with any values."""
    hints = typing.get_type_hints(kind)
    fields = {name: values(hint, name) for name, hint in hints.items() if name[0] != "_"}
    return st.builds(kind, **fields)


def _mutated(message: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    body = message[4:]
    for at, length, instead in cuts:
        at %= len(body) + 1
        body = body[:at] + instead + body[at + length :]
    return struct.pack(">I", len(body)) + body


def _framed(value: object) -> bytes:
    body = msgspec.msgpack.encode(value)
    return struct.pack(">I", len(body)) + body


# All but the one that ends the engine, which is none of its faults.
KINDS: tuple[type[Request], ...] = tuple(k for k in typing.get_args(Requests) if k is not Stop)
# A file that is saved under a name that a mutation has made up could lie anywhere.
HARMLESS = tuple(kind for kind in KINDS if kind not in (Save, Copy))
LEAVES = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text(max_size=20), st.binary(max_size=20),
    st.integers(-(2**63), 2**64 - 1), st.sampled_from([k.__name__ for k in KINDS]),
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(st.sampled_from(["type", "id", "request", "path"]) | LEAVES, inner,
                        max_size=5),
    ),
    max_leaves=20,
)  # fmt: skip


def calls(kinds: tuple[type[Request], ...]) -> st.SearchStrategy[bytes]:
    """Calls that are well formed, as they go over the wire."""
    call = st.builds(Call, st.integers(-(2**63), 2**63 - 1), st.one_of(*map(built, kinds)))
    return call.map(pack)


CUTS = st.lists(
    st.tuples(st.integers(0, 500), st.integers(0, 3), st.binary(max_size=3)), min_size=1, max_size=4
)
TALK = st.one_of(
    st.binary(max_size=300),
    ANYTHING.map(_framed),
    st.builds(_mutated, calls(HARMLESS), CUTS),
    calls(KINDS),
)
CONVERSATIONS = st.tuples(
    st.sampled_from([b"", HELLO, HELLO, HELLO]), st.lists(TALK, max_size=8)
).map(lambda parts: parts[0] + b"".join(parts[1]))
