"""What `makemore-tui help models` tells of kinds and recipes, from the lists of both."""

from __future__ import annotations

import textwrap

from engine.cli.option_groups.value_texts import text_of
from engine.settings.model_kinds import KINDS, ModelKind
from engine.settings.recipes import RECIPES
from engine.settings.setting import Setting
from engine.settings.training_settings import minibatch_settings

WIDTH = 79


def kinds_text() -> str:
    """All kinds with their settings, how they are trained, and the recipes; as Markdown.

    What can be set of a training is explained once, and told of each kind with its defaults.
    """
    shared = {setting.name: setting for setting in minibatch_settings(0.1)}
    parts = [part for kind in KINDS.values() for part in _kind(kind, shared)]
    parts.append("## How a model is trained on batches")
    parts.append("\n".join(_explained(setting, f"`{name}`") for name, setting in shared.items()))
    parts.append("## Recipes")
    parts.append(
        _filled(
            "`makemore-tui train --recipe NAME` trains as a published run did, and `makemore-tui"
            " --recipe NAME` opens the lab with it:"
        )
    )
    parts.append("\n".join(_item(f"`{r.name}`: {r.meaning}") for r in RECIPES.values()))
    return "".join(f"\n{part}\n" for part in parts)


def _kind(kind: ModelKind, shared: dict[str, Setting]) -> list[str]:
    steps = f" Trained for {kind.goal:,} steps." if kind.goal else ""
    is_on_batches = any(setting.name == "batch" for setting in kind.settings)
    own = [each for each in kind.settings if not (is_on_batches and each.name in shared)]
    parts = [f"## {kind.kind}", _filled(kind.meaning + steps)]
    if own:
        parts.append("\n".join(_explained(each, _assigned(each)) for each in own))
    if is_on_batches:
        trained = [_assigned(each) for each in kind.settings if each.name in shared]
        parts.append(_filled(f"Trained with {', '.join(trained)}."))
    return parts


def _explained(setting: Setting, name: str) -> str:
    choices = [f"{choice}: {meaning}" for choice, meaning in setting.choices.items()]
    return _item(" ".join([f"{name}: {setting.meaning}", *choices]))


def _assigned(setting: Setting) -> str:
    """A setting with its default, as `--set` takes it."""
    return f"`{setting.name}={text_of(setting.default)}`"


def _item(text: str) -> str:
    return textwrap.fill(f"- {text}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_on_hyphens=False)
