"""Messages and checkpoints do not change their form without another version."""

import hashlib
import json
from typing import Any

import msgspec
import pytest

from engine.checkpoints import contents
from engine.checkpoints.words import Words
from engine.settings.model_kinds import KINDS
from engine.settings.values import Settings
from engine.wire import envelopes

# The form of each version that there has been, since they are watched. To change one: raise the
# version beside it, and add a line here; a form that was out in the world never changes its line.
MESSAGES = {7: "0aab0288d699a9d1", 8: "7100d44b001f38b6", 9: "22dcb63e552664df"}
CHECKPOINTS = {2: "f7b4eb7a20177bb5", 3: "7ed424dc478850bf", 4: "fb3eef77f36a6ce0"}
# An older makemore-tui refuses a model or a setting that it does not know.
MODELS = {kind.kind: sorted(each.name for each in kind.settings) for kind in KINDS.values()}


def form(kind: Any, beside: Any = None) -> str:
    """A digest of a type's fields, their types and defaults, with all that they are made of.

    Args:
        kind: the type.
        beside: what else belongs to the form.
    """
    schema = _without_words(msgspec.json.schema(kind))
    text = json.dumps([schema, beside] if beside else schema, sort_keys=True, default=repr)
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
    ("version", "found", "forms"),
    [
        (envelopes.VERSION, form(envelopes.FromClient | envelopes.FromEngine), MESSAGES),
        (contents.VERSION, form(tuple[contents.Contents, Settings, Words], MODELS), CHECKPOINTS),
    ],
    ids=["messages", "checkpoints"],
)
def test_another_form_has_another_version(version: int, found: str, forms: dict[int, str]) -> None:
    assert version == max(forms)
    assert found == forms[version], "raise VERSION, and add its form to this test"
