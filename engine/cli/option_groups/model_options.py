"""`--model KIND`, `--set NAME=VALUE` and `--run NAME`: which model a command is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from engine.cli.option_groups.common import nearest
from engine.cli.option_groups.value_texts import value_of
from engine.errors import BadSetting, EngineError
from engine.settings.model_kinds import FIRST_RUNS, KINDS
from engine.settings.recipes import RECIPES, Recipe
from engine.settings.setting import Setting, setting_in
from engine.settings.values import ModelSpec, Value
from engine.text.arguments import decoded_argument

if TYPE_CHECKING:
    from engine.lab.lab import Lab

Command = TypeVar("Command", bound=Callable[..., Any])

NET: Final = "net"  # another name of the kind `bigram`, as every lab has a run of that name


def model_options(command: Command) -> Command:
    """`--model KIND`, handed over as `kind` or None; the texts of `--set` as `assignments`."""
    model = click.option(
        "--model", "kind", type=click.Choice([*KINDS, NET]),
        callback=lambda _, __, kind: dict(FIRST_RUNS).get(kind, kind),
        help="The kind of model, beside the counts; net is the bigram. help models explains them.",
    )  # fmt: skip
    setting = click.option(
        "--set", "assignments", multiple=True, metavar="NAME=VALUE", shell_complete=_complete,
        help="A setting of the model; may be given again for others.",
    )  # fmt: skip
    return model(setting(command))


def _take_recipe(ctx: click.Context, _: click.Parameter, name: str | None) -> Recipe | None:
    """What a recipe says goes for options that a person does not give."""
    if name is None:
        return None
    recipe = RECIPES[name]
    said = {"kind": recipe.kind, "split": recipe.split, "steps": recipe.steps or None}
    ctx.default_map = {parameter: value for parameter, value in said.items() if value is not None}
    return recipe


def check_recipe(recipe: Recipe | None, kind: str | None) -> None:
    """Raise UsageError where a recipe is of another kind of model than the one that is named."""
    if recipe is not None and recipe.kind != kind:
        raise click.UsageError(
            f"--recipe {recipe.name} is of the model {recipe.kind}: leave out --model."
        )


recipe_option = click.option(
    "--recipe", type=click.Choice([*RECIPES]), is_eager=True, callback=_take_recipe,
    help="A published run: its model, settings, split and steps.",
)  # fmt: skip
run_option = click.option(
    "--run", "run_name", metavar="NAME",
    callback=lambda _, __, name: None if name is None else decoded_argument(name),
    help="One of the runs of the lab that is taken as it is; by default the selected one.",
)  # fmt: skip


def given_parameters() -> set[str]:
    """The parameters that a person has given, by their names."""
    context = click.get_current_context()
    source = context.get_parameter_source
    return {name for name in context.params if source(name) is not ParameterSource.DEFAULT}


def option_of(parameter: str) -> str:
    """How the option is written that is handed over as a parameter of the present command."""
    options = click.get_current_context().command.params
    return next(option.opts[0] for option in options if option.name == parameter)


def assigned(
    kind: str | None, assignments: Iterable[str], options: dict[str, str]
) -> dict[str, Value]:
    """The settings that `--set` gives to a kind of model, or to the two that every lab begins with.

    `options` are those given beside it, each for a setting. Raises UsageError, which says what is
    wrong.
    """
    settings, given = _settings_of(kind), dict[str, Value]()
    for assignment in map(decoded_argument, assignments):
        name, sign, text = assignment.partition("=")
        setting = setting_in(settings, name)
        if not sign:
            raise click.UsageError(f"--set {assignment}: give NAME=VALUE, such as smoothing=2.")
        if setting is None:
            names = [each.name for each in settings]
            hint = nearest(name, names, f"There are {', '.join(names)}.")
            if others := [each.kind for each in KINDS.values() if setting_in(each.settings, name)]:
                hint = f"It is one of --model {', '.join(others)}."
            of = " or ".join(_kinds(kind))
            raise click.UsageError(f"--set {assignment}: no setting of {of} is {name}. {hint}")
        value = value_of(text, setting)
        try:
            setting.check(value)
        except BadSetting as error:
            raise click.UsageError(f"--set {assignment}: {error}") from error
        if name in options:
            raise click.UsageError(
                f"--set {name} and {options[name]} give the same setting: leave one of them out."
            )
        given[name] = value
    return given


def values_given(kind: str, assignments: Iterable[str]) -> dict[str, list[Value]]:
    """The values that `--set` gives to the settings of a kind, each once, by their names.

    Raises UsageError, which says what is wrong.
    """
    given: dict[str, list[Value]] = {}
    for assignment in assignments:
        name, sign, texts = assignment.partition("=")
        for text in texts.split(","):
            for known, value in assigned(kind, [f"{name}{sign}{text}"], {}).items():
                given.setdefault(known, []).append(value)
    return {name: list(dict.fromkeys(values)) for name, values in given.items()}


def model_to_begin_with(
    kind: str | None,
    assignments: Iterable[str],
    typed: dict[str, Value],
    recipe: Recipe | None = None,
) -> ModelSpec | None:
    """The model that a lab is to begin with, beside the first two; None: with these alone.

    Without a kind it is the lecture's net, where anything is set of it. Of the settings that are
    `typed` as options of their own, those that the model does not have are of the net alone. Raises
    UsageError where something of it is wrong.
    """
    check_recipe(recipe, kind)
    if kind is None and not assignments:
        return None
    kind = kind or dict(FIRST_RUNS)[NET]
    own = {each.name for each in KINDS[kind].settings}
    given = {name: value for name, value in typed.items() if name in own}
    options = {name: f"--{name}" for name in given}
    said = {} if recipe is None else recipe.settings
    return ModelSpec(kind, said | given | assigned(kind, assignments, options))


def check_has(kind: str, name: str, option: str) -> None:
    """Raise UsageError for a setting that neither a model has, nor the one it is compared with."""
    compared = next(each for _, each in FIRST_RUNS if each != kind)
    if setting_in(KINDS[compared].settings, name) is None:
        try:
            KINDS[kind].setting(name)
        except BadSetting as error:
            raise click.UsageError(f"{option}: {error}") from error


def select_run(lab: Lab, name: str | None, kind: str | None = None) -> None:
    """Select a run by its name, or the one shown, or newest, of a kind; raises EngineError."""
    if name is None and kind is None:
        return
    runs = [*lab.runs, lab.compared, lab.selected]
    found = [run for run in runs if name in (None, run.name) and kind in (None, run.kind.kind)]
    if not found:
        what = f"model of the kind {kind}" if name is None else f"run called {name}"
        names = ", ".join(run.name for run in lab.runs)
        raise EngineError(f"The lab has no {what}. Its runs are {names}.")
    lab.runs.select(found[-1].number)


def _settings_of(kind: str | None) -> list[Setting]:
    return [setting for each in _kinds(kind) for setting in KINDS[each].settings]


def _kinds(kind: str | None) -> list[str]:
    return [each for _, each in FIRST_RUNS] if kind is None else [kind]


def _complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of the settings, each with a `=`, for a shell."""
    return [
        CompletionItem(f"{setting.name}=", help=setting.meaning)
        for setting in _settings_of(ctx.params.get("kind"))
        if setting.name.startswith(incomplete)
    ]
