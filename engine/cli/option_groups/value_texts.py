"""The value of a setting as the text that `--set NAME=VALUE` takes."""

from __future__ import annotations

from typing import Final

from engine.settings.setting import NO, YES, Setting, choice_value
from engine.settings.values import NO_PACE_LIMIT, Value

NO_LIMIT: Final = "no limit"


def value_of(text: str, setting: Setting) -> Value:
    """What a text means as the value of a setting; the text itself, where it means none.

    >>> from engine.settings.model_kinds import KINDS
    >>> learning_rate, _, pace, seed = KINDS["bigram"].settings
    >>> value_of("1e-3", learning_rate), value_of("no limit", pace), value_of("7.5", seed)
    (0.001, inf, '7.5')
    """
    try:
        match setting.kind:
            case "number":
                return NO_PACE_LIMIT if text == NO_LIMIT else float(text)
            case "whole":
                return int(text)
            case "choice":
                return choice_value(text)
    except ValueError:
        pass
    return text


def text_of(value: Value) -> str:
    """The text that means a value, see `value_of`.

    >>> text_of(0.1), text_of(50.0), text_of(True), text_of(NO_PACE_LIMIT)
    ('0.1', '50', 'yes', 'no limit')
    """
    if isinstance(value, bool):
        return YES if value else NO
    if value == NO_PACE_LIMIT:
        return NO_LIMIT
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
