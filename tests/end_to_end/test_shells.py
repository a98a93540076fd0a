"""Lines that a person completes with Tab, in the shells themselves."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.bench.pseudo_terminal import Pty

BEGINNING = {
    "bash": """
        PS1='ready> '
        eval "$(_MAKEMORE_TUI_COMPLETE=bash_source makemore-tui)"
    """,
    "zsh": """
        PS1='ready> '
        autoload -Uz compinit
        compinit -u
        eval "$(_MAKEMORE_TUI_COMPLETE=zsh_source makemore-tui)"
    """,
    "fish": """
        function fish_prompt
            echo 'ready> '
        end
        _MAKEMORE_TUI_COMPLETE=fish_source makemore-tui | source
    """,
}


@contextmanager
def ready(name: str, environment: dict[str, str], tmp_path: Path) -> Iterator[Pty]:
    """A shell that completes our lines, and waits for one."""
    if shutil.which(name) is None:
        pytest.skip(f"no {name} here")
    program = tmp_path / "makemore-tui"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tui "$@"\n')
    program.chmod(0o755)
    beginning = tmp_path / ".zshrc"
    beginning.write_text(f'export PATH="{tmp_path}:$PATH"\n{BEGINNING[name]}')
    command = {
        "bash": ("bash", "--rcfile", str(beginning), "-i"),
        "zsh": ("zsh", "-i"),
        "fish": ("fish", "--no-config", "--init-command", f"source {beginning}"),
    }[name]
    own = {"HOME": str(tmp_path), "ZDOTDIR": str(tmp_path)}
    with Pty(command, 120, 40, {**environment, **own}) as shell:
        shell.wait_for("ready>")
        yield shell


@pytest.mark.parametrize("name", BEGINNING)
def test_the_value_of_an_option_is_completed(
    name: str, environment: dict[str, str], tmp_path: Path
) -> None:
    with ready(name, environment, tmp_path) as shell:
        for typed, completed in (
            ("--theme da", "--theme dark"),
            ("train --device cp", "train --device cpu"),
            ("--data names.t", "--data names.txt"),
            ("--theme dark --pac", "--theme dark --pace"),
        ):
            shell.press(f"makemore-tui {typed}", "tab")
            shell.wait_for(f"ready> makemore-tui {completed}")
            shell.press("ctrl+u")


def test_what_is_told_of_a_command_is_told_to_its_end(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with ready("zsh", environment, tmp_path) as shell:
        shell.press("makemore-tui s", "tab")
        shell.wait_for("How likely words are, a character at a time.")
