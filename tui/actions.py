"""The one table of everything a person can do: footer, help, palette and key bindings read it.

An action's `does` is a Textual action: the name of an `action_…` method of the app, with its
arguments. Ids stay as they are once published: a key map refers to them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from engine.settings.limits import NAMES_AT_ONCE
from engine.settings.model_kinds import GOAL

if TYPE_CHECKING:
    from textual.binding import Binding

Group = Literal["train", "matrix", "loss", "samples", "dataset", "app"]

MORE: Final = GOAL  # steps that `n` adds
FAR: Final = 1_000_000  # that `N` adds: at no pace limit some 15 seconds

GROUP_TITLES: Final[dict[Group, str]] = {
    "train": "Training",
    "matrix": "Matrix",
    "loss": "Loss",
    "samples": "Names",
    "dataset": "Data",
    "app": "Lab",
}


@dataclass(frozen=True)
class Action:
    """One thing a person can do."""

    id: str
    keys: tuple[str, ...]  # as they are seen (`?`, `ctrl+p`); the first is shown
    does: str
    label: str  # in the footer, a word
    tooltip: str  # a few words
    description: str  # a sentence, in the help and the palette
    group: Group
    important: bool = False  # the footer shows it whatever has the focus
    twin: str = ""  # id of the action in the other direction: the footer shows both as one
    anywhere: bool = False  # in dialogs too, unless the key is text to a field
    at_once: bool = False  # before keys that were typed earlier and wait


def _pair(
    stem: str,
    keys: tuple[str, tuple[str, ...]],
    label: str,
    what: str,
    lower: str,
    higher: str,
    group: Group,
) -> tuple[Action, Action]:
    """A setting's two actions: a rung down, which the engine knows, and a rung up."""
    down, ups = keys
    return (
        Action(f"{stem}.down", (down,), f"adjust('{stem}', -1)", label, f"Lower the {what}",
               lower, group, twin=f"{stem}.up"),
        Action(f"{stem}.up", ups, f"adjust('{stem}', 1)", "", f"Raise the {what}",
               higher, group, twin=f"{stem}.down"),
    )  # fmt: skip


ACTIONS: Final[tuple[Action, ...]] = (
    # --- training: with the focus on the loss, the footer shows these too
    Action("train.toggle", ("space",), "train", "train", "Train, or pause",
           "Train the selected run to its goal, or pause. At the goal: as far again.", "train",
           important=True),
    Action("train.step", (".",), "step", "step", "One step",
           "Make one step of gradient descent, then rest.", "train"),
    Action("train.more", ("n",), f"more({MORE})", f"+{MORE}", f"{MORE} steps more",
           f"Train {MORE} steps from here; while it trains, {MORE} beyond the goal.", "train"),
    Action("train.far", ("N",), f"more({FAR})", "+1M", f"{FAR:,} steps more",
           f"Train {FAR:,} steps from here: without an end, as long as one looks.", "train"),
    Action("train.reset", ("r",), "reset", "reset", "Begin again",
           "Begin again at step 0, from the same random weights; what was trained stays, as a run "
           "beside it.", "train"),
    Action("train.reseed", ("R",), "reseed", "seed", "Begin again from the next seed",
           "Begin again at step 0, from the weights of the next seed; what was trained stays too.",
           "train"),
    Action("runs.begin", ("b",), "begin_run", "runs", "Begin another run",
           "Choose a model and its settings, and begin a run with it beside the others.", "train",
           twin="runs.list"),
    Action("runs.list", ("B",), "runs", "", "All runs",
           "List all runs: select one, compare with one, rename, pin or delete it.", "train",
           twin="runs.begin"),
    Action("runs.next", ("u",), "turn_run(1)", "", "Select the next run",
           "Select the next run: it is trained and shown from then on.", "train"),
    Action("runs.previous", ("U",), "turn_run(-1)", "", "Select the previous run",
           "Select the run before this one.", "train"),
    *_pair("pace", ("<", (">",)), "pace", "pace of training", "Halve the steps per second.",
           "Double the steps per second; at the top there is no limit.", "train"),
    *_pair("learning_rate", ("-", ("+", "=")), "rate", "learning rate",
           "Lower the learning rate, in steps as from 50 to 20 and 10.",
           "Raise the learning rate, in steps as from 50 to 100 and 200.", "train"),
    *_pair("regularisation", ("{", ("}",)), "λ", "regularisation λ",
           "Lower the regularisation λ: weights may grow larger.",
           "Raise the regularisation λ: it pulls all weights towards 0.", "train"),
    Action("settings", ("i",), "settings", "set", "Set exact values",
           "Give any setting an exact value, in one dialog of them all.", "train"),
    Action("loss.log", ("l",), "log_scale", "log", "Logarithmic loss",
           "Change between a linear and a logarithmic loss; where a cursor is, it moves.", "loss"),
    # --- matrix
    Action("matrix.next_view", ("m",), "view(1)", "view", "Next view",
           "Show the next view: the counts, P of the run compared with, P of the selected one, "
           "its weights, the difference of the two P; inside a model, the next picture.", "matrix"),
    Action("matrix.previous_view", ("M",), "view(-1)", "", "Previous view",
           "Show the previous view of the matrix.", "matrix", twin="matrix.next_view"),
    *_pair("smoothing", ("[", ("]",)), "smooth", "smoothing k",
           "Lower the smoothing k, which is added to every count.",
           "Raise the smoothing k, which is added to every count.", "matrix"),
    Action("matrix.go_to", ("/",), "go_to", "pair", "Go to a pair",
           "Move the cursor to a pair of characters.", "matrix"),
    Action("matrix.order", ("f",), "order", "order", "Alphabetical, or most frequent first",
           "Order the characters by the alphabet, or the most frequent first.", "matrix"),
    # --- names
    Action("samples.draw", ("s",), "draw", "names", f"Draw {NAMES_AT_ONCE} names",
           f"Draw {NAMES_AT_ONCE} more names; of a running text, one more text.", "samples",
           twin="samples.keep"),
    Action("samples.keep", ("S",), "next_value('keep_sampling')", "", "Keep sampling, or stop",
           "Keep drawing names, or stop.", "samples", twin="samples.draw"),
    Action("samples.source", ("w",), "next_value('source')", "source",
           "From one run, the other, or both",
           "Draw from the run compared with, the selected one, or both with the same random "
           "numbers.", "samples"),
    *_pair("temperature", ("t", ("T",)), "temp", "temperature",
           "Lower the temperature: likelier names; at 0 always the likeliest character.",
           "Raise the temperature: wilder names.", "samples"),
    Action("samples.prefix", ("p",), "ask('prefix')", "prefix", "How names begin",
           "Choose how the names begin.", "samples"),
    Action("samples.seed", ("g",), "ask('seed')", "seed", "Seed of the sampler",
           "Choose the sampler's seed: the same seed draws the same names.", "samples"),
    Action("samples.stream", ("x",), "next_value('stream')", "stream", "Stream of random numbers",
           "Choose the stream of random numbers: keyed, or those of the lecture's video, its "
           "notebook, today's torch and microgpt.", "samples"),
    Action("samples.top_k", ("K",), "ask('top_k')", "top-k", "Only the k likeliest characters",
           "Draw each character from the k likeliest only.", "samples"),
    Action("samples.copy", ("Y",), "copy_names", "", "Copy all names",
           "Copy all names to the clipboard, a draw a line; of two runs with a tab between.",
           "samples"),
    # --- everywhere
    Action("dataset.open", ("o",), "open", "open", "Open a file of words",
           "Open a file of words, a table or a running text; or a lab that was saved.", "dataset"),
    Action("score", ("c",), "score", "score", "Score a word",
           "Score a word under both runs that are shown, a character at a time.", "dataset"),
    Action("pane.zoom", ("z",), "zoom", "zoom", "Enlarge the pane",
           "Enlarge the focused pane, the matrix with numbers; or shrink it again.", "app"),
    Action("pane.copy", ("y",), "copy", "copy", "Copy the pane",
           "Copy the focused pane's content to the clipboard; of the names, one.", "app"),
    Action("pane.export", ("e",), "export", "export", "Export the pane",
           "Write the focused pane's content to a file.", "app"),
    Action("screen.export", ("E", "ctrl+g"), "export_screen", "", "Export the screen",
           "Write a picture of the whole screen to a file, as SVG or PNG.", "app", anywhere=True),
    Action("pane.next", ("tab",), "turn(1)", "", "Next pane", "Go to the next pane.", "app"),
    Action("pane.previous", ("shift+tab",), "turn(-1)", "", "Previous pane",
           "Go to the previous pane.", "app"),
    Action("pane.1", ("1",), "pane(1)", "", "Bigrams", "Go to the bigrams.", "app"),
    Action("pane.2", ("2",), "pane(2)", "", "Loss", "Go to the loss.", "app"),
    Action("pane.3", ("3",), "pane(3)", "", "Data", "Go to the data set.", "app"),
    Action("pane.4", ("4",), "pane(4)", "", "Names", "Go to the names.", "app"),
    Action("pane.5", ("5",), "pane(5)", "", "Inside",
           "Look inside the selected run's model, in place of the data; or no longer.", "app"),
    Action("redraw", ("ctrl+l",), "redraw", "", "Draw the screen again",
           "Draw the whole screen again, where something else has written on it.", "app",
           anywhere=True, at_once=True),
    Action("engine.restart", ("ctrl+r",), "restart", "", "Start the engine again",
           "Start an engine that has died again, from its newest save; or reach for one whose "
           "machine cannot be reached.", "app"),
    Action("lab.save", ("ctrl+s",), "save", "", "Save the lab",
           "Save the whole lab to a file: data, runs with their history, names and all settings.",
           "app"),
    Action("lab.detach", ("D",), "detach", "", "Leave the lab running",
           "Close the screen and leave the lab as it is, to attach to it again at any time.",
           "app"),
    Action("help", ("?",), "help", "help", "All keys", "Show all keys.", "app", important=True),
    Action("palette", ("ctrl+p",), "command_palette", "", "Command palette",
           "Search for a command by its name.", "app"),
    Action("suspend", ("ctrl+z",), "suspend_process", "", "Suspend",
           "Go back to the shell for a while; its command fg comes back here.", "app",
           anywhere=True, at_once=True),
    Action("interrupt", ("ctrl+c",), "interrupt", "", "Quit, the second time",
           "Quit, when pressed twice.", "app", anywhere=True, at_once=True),
    Action("quit", ("q", "ctrl+q"), "quit", "quit", "Quit", "Quit, and end the engine; while it "
           "trains, ask whether it is to go on in the background.", "app",
           important=True, anywhere=True, at_once=True),
)  # fmt: skip

# What the footer shows while a pane has the focus: its own groups, the most useful first.
PANE_GROUPS: Final[dict[str, tuple[Group, ...]]] = {
    "matrix": ("matrix", "app"),
    "loss": ("loss", "train", "app"),
    "dataset": ("dataset", "app"),
    "samples": ("samples", "app"),
    "inside": ("app",),
}


def unlisted(keys: dict[str, str]) -> Iterator[Binding]:
    """Textual's bindings for keys that stand in no list of keys, by keys with commas between."""
    from textual.binding import Binding

    return (Binding(key, action, show=False) for key, action in keys.items())


def bindings_of(groups: tuple[Group, ...], *, app: bool = False) -> Iterator[Binding]:
    """Textual's bindings for the actions of some groups.

    Those of the app itself work everywhere, and the important ones alone are shown; of a pane's
    the labelled ones are.
    """
    from textual.binding import Binding

    for group in groups:
        for action in ACTIONS:
            if action.group == group and (app or not action.important):
                yield Binding(
                    key=",".join(map(textual_key, action.keys)),
                    action=f"app.{action.does}",
                    description=action.label or action.tooltip,
                    show=action.important if app else bool(action.label),
                    tooltip=action.tooltip,
                    id=action.id,
                )


def textual_key(key: str) -> str:
    """A key as Textual names it: signs have names, letters stay as they are."""
    from textual.keys import KEY_NAME_REPLACEMENTS

    if len(key) > 1 or key.isalnum():
        return key
    name = unicodedata.name(key).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


def action_of(action_id: str) -> Action:
    """The action with an id."""
    return next(action for action in ACTIONS if action.id == action_id)


def key_label(key: str) -> str:
    """A key as people write it: `ctrl+p` is ^p."""
    return {"shift+tab": "⇧tab"}.get(key, key.replace("ctrl+", "^"))
