"""Messages and checkpoints do not change their form without another version."""

import hashlib
import json
from typing import Any

import msgspec
import pytest

from engine.checkpoints import header
from engine.settings.values import Settings
from engine.wire import envelopes

# The form of each version that there has been, since they are watched. To change one: raise the
# version beside it, and add a line here; a form that was out in the world never changes its line.
MESSAGES = {7: "0aab0288d699a9d1", 8: "a5b1a3c29a6b07a9"}
CHECKPOINTS = {2: "f7b4eb7a20177bb5"}


def form(kind: Any) -> str:
    """A digest of a type's fields, their types and defaults, with all that they are made of."""
    schema = msgspec.json.schema(kind)
    text = json.dumps(_without_words(schema), sort_keys=True, default=repr)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _without_words(value: Any) -> Any:
    """A schema without the docstrings in it."""
    if isinstance(value, dict):
        words = isinstance(value.get("type"), str) or "$ref" in value or "anyOf" in value
        return {
            key: _without_words(part)
            for key, part in value.items()
            if not (words and key in ("description", "title"))
        }
    return [_without_words(part) for part in value] if isinstance(value, list) else value


def test_a_docstring_is_no_part_of_the_form() -> None:
    first = msgspec.defstruct("Text", [("text", str)], namespace={"__doc__": "One."})
    second = msgspec.defstruct("Text", [("text", str)], namespace={"__doc__": "Another."})
    other = msgspec.defstruct("Text", [("text", bytes)])
    assert form(first) == form(second) != form(other)


@pytest.mark.parametrize(
    ("version", "kind", "forms"),
    [
        (envelopes.VERSION, envelopes.FromClient | envelopes.FromEngine, MESSAGES),
        (header.VERSION, tuple[header.Contents, Settings], CHECKPOINTS),
    ],
    ids=["messages", "checkpoints"],
)
def test_another_form_has_another_version(version: int, kind: Any, forms: dict[int, str]) -> None:
    assert version == max(forms)
    assert form(kind) == forms[version], "raise VERSION, and add its form to this test"
