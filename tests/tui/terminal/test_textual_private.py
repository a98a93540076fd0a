"""What the lab uses of Textual's private parts is as it was, and used in one file alone."""

import ast
import inspect
from importlib import import_module
from pathlib import Path

import pytest
from textual._compositor import Compositor
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.command import CommandPalette
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Input

from tui.actions import textual_key

TUI = Path(__file__).parents[3] / "tui"
HOME = TUI / "terminal" / "textual_private.py"
SIGNATURES = {
    "textual.app.App._display": ("self", "screen", "renderable"),
    "textual.screen.Screen._compositor_refresh": ("self",),
    "textual.screen.Screen._refresh_layout": ("self", "size", "scroll"),
    "textual.screen.Screen._invoke_later": ("self", "callback", "sender"),
    "textual.command.CommandPalette._watch__list_visible": ("self",),
    "textual.command.CommandPalette._start_no_matches_countdown": ("self", "search_value"),
    "textual.widgets._input.Input._position_to_cell": ("self", "position"),
    "textual.widgets._input.Input._cell_offset_to_index": ("self", "offset"),
    "textual._xterm_parser.XTermParser": ("debug",),
    "textual._xterm_parser.XTermParser.parse": ("self", "token_callback"),
    "textual._parser.Read1": ("timeout",),
    "textual._parser.Peek1": ("timeout",),
    "textual._compositor.CompositorUpdate.render_segments": ("self", "console"),
}
# A method of Textual's, and what it has to use for the lab's version of it to matter.
USES = [
    (App.__init__, "_driver"),
    (CommandPalette._start_no_matches_countdown, "_stop_no_matches_countdown"),
    (CommandPalette._watch__list_visible, "_list_visible"),
    (Compositor.__init__, "_full_map"),
    (Compositor.reflow, "_full_map"),
    (Screen.__init__, "_compositor"),
    (Screen._refresh_layout, "reflow"),
    (Screen._compositor_refresh, "_display"),
    (Screen._compositor_refresh, "_dirty_widgets"),
    (Screen._on_timer_update, "_compositor_refresh"),
    (Screen._refresh_layout, "_compositor_refresh"),
    (Input._on_mouse_down, "_cell_offset_to_index"),
    (LinuxDriver.__init__, "_file"),
    (LinuxDriver.__init__, "_writer_thread"),
    (LinuxDriver.start_application_mode, "_file"),
    (LinuxDriver.start_application_mode, "_writer_thread"),
]


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_private_part_of_textual_takes_what_it_took(name: str):
    module, _, path = name.rpartition(".")
    try:
        owner = import_module(module)
    except ModuleNotFoundError:
        module, _, cls = module.rpartition(".")
        owner = getattr(import_module(module), cls)
    part = getattr(owner, path, None)
    assert part is not None, f"Textual has no {name} any more."
    assert tuple(inspect.signature(part).parameters) == SIGNATURES[name]


@pytest.mark.parametrize(
    ("method", "part"), USES, ids=lambda value: getattr(value, "__qualname__", value)
)
def test_a_private_part_of_textual_is_used_where_it_was(method, part: str):
    names = {name for code in _codes(method.__code__) for name in code.co_names}
    assert part in names


@pytest.mark.parametrize("name", ["textual._parser.ParseEOF", "textual._parser.ParseError"])
def test_the_parser_still_ends_with_an_error(name: str):
    module, _, error = name.rpartition(".")
    assert issubclass(getattr(import_module(module), error), Exception)


def test_the_option_for_no_matches_has_an_id():
    assert isinstance(CommandPalette._NO_MATCHES, str)


@pytest.mark.parametrize("sign", [chr(code) for code in range(32, 127)] + ["é", "я", "λ", "½"])
def test_a_sign_has_the_name_that_textual_hears(sign: str):
    heard = [key.key for key in XTermParser().feed(sign) if isinstance(key, Key)]
    assert heard == [textual_key(sign)]


@pytest.mark.slow
def test_no_other_file_touches_a_private_part():
    trees = {path: ast.parse(path.read_text()) for path in TUI.rglob("*.py")}
    ours = {name for path, tree in trees.items() if path != HOME for name in _made(tree)}
    for path, tree in trees.items():
        if path == HOME:
            continue
        for node in ast.walk(tree):
            where = f"{path.relative_to(TUI)}, line {getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual"):
                names = [*(node.module or "").split("."), *(name.name for name in node.names)]
                assert not any(name.startswith("_") for name in names), where
            if isinstance(node, ast.Attribute) and _is_private(node.attr):
                assert node.attr in ours, f"{where}: {node.attr}"


def test_no_other_class_overrides_a_private_part():
    for path in TUI.rglob("*.py"):
        if path == HOME or path.name == "__main__.py":
            continue
        module = import_module(".".join(path.relative_to(TUI.parent).with_suffix("").parts))
        for cls in vars(module).values():
            if inspect.isclass(cls) and cls.__module__ == module.__name__:
                theirs = [base for base in cls.__mro__ if base.__module__.startswith("textual.")]
                for name, part in vars(cls).items():
                    if _is_private(name) and inspect.isfunction(part):
                        assert not any(name in vars(base) for base in theirs), (cls, name)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _made(tree: ast.AST) -> set[str]:
    """Names that a file gives: of functions, and of what it sets."""
    return {
        *(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)),
        *(n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and _sets(n)),
        *(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _sets(n)),
    }


def _sets(node: ast.Attribute | ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _codes(code):
    """A function's code, and those of the functions in it."""
    return [code, *(c for const in code.co_consts if inspect.iscode(const) for c in _codes(const))]
