"""Who may import whom. The import-linter contracts hold it in the code, these tests at run time."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from engine.cli.group import COMMANDS

SHOW_MODULES = """
import json, sys
{code}
print(json.dumps(sorted({{name.split(".")[0] for name in sys.modules}})))
"""


def modules_after(code: str) -> set[str]:
    """The top-level modules that a fresh Python has loaded after running some code."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW_MODULES.format(code=code)],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_screen_loads_no_torch() -> None:
    loaded = modules_after(
        "import pkgutil, importlib, tui\n"
        "for module in pkgutil.walk_packages(tui.__path__, 'tui.'):\n"
        "    importlib.import_module(module.name)"
    )
    assert "textual" in loaded
    assert not loaded & {"torch", "numpy"}


@pytest.mark.slow
def test_the_engine_loads_no_screen() -> None:
    loaded = modules_after(
        "import pkgutil, importlib, engine\n"
        "for module in pkgutil.walk_packages(engine.__path__, 'engine.'):\n"
        "    importlib.import_module(module.name) if '__main__' not in module.name else None"
    )
    assert "torch" in loaded
    assert not loaded & {"tui", "textual", "rich", "plotext"}


def test_help_loads_neither_torch_nor_textual() -> None:
    commands = [
        ["--help"],
        ["--version"],
        ["config"],
        ["config", "--default"],
        ["help", "data"],
        *([name, "--help"] for name in ("lab", "config", "doctor", *COMMANDS)),
    ]
    loaded = modules_after(
        "import sys\n"
        "from tui.__main__ import main\n"
        f"for arguments in {commands!r}:\n"
        "    try:\n"
        "        main(arguments, prog_name='makemore-tui')\n"
        "    except SystemExit as end:\n"
        "        assert end.code == 0, arguments\n"
        "    slow = sys.modules.keys() & {'torch', 'numpy', 'textual', 'rich', 'plotext'}\n"
        "    assert not slow, (arguments, slow)"
    )
    assert "click" in loaded


def test_what_is_imported_is_a_dependency() -> None:
    root = Path(__file__).parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["bench"], *extras["pictures"]]
    declared = {re.match(r"[\w-]+", requirement)[0] for requirement in wanted}
    imported = set()
    for path in (*root.glob("engine/**/*.py"), *root.glob("tui/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.split(".")[0])
    assert imported - sys.stdlib_module_names - {"engine", "tui"} == declared


def test_an_engine_listens_before_it_has_loaded_torch() -> None:
    assert not modules_after("import engine.server.daemon, engine.wire.client") & {"torch", "numpy"}
