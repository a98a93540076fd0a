"""What the README says of keys and commands is true."""

import re
from pathlib import Path

from click.testing import CliRunner

from tui.__main__ import main
from tui.actions import ACTIONS, GROUP_TITLES, key_label

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_readme_lists_every_key_as_the_table_of_actions_has_it() -> None:
    rows = [
        f"| {' '.join(f'`{key_label(key)}`' for key in action.keys)} | {action.description} |"
        for group in GROUP_TITLES
        for action in ACTIONS
        if action.group == group
    ]
    assert "\n".join(rows) in README


def test_the_commands_of_the_readme_exist_with_their_options() -> None:
    commands = re.findall(r"^\| `makemore-tui ([a-z]+)([^`]*)`", README, re.MULTILINE)
    assert {name for name, _ in commands} == {
        "stats",
        "train",
        "sample",
        "score",
        "matrix",
        "bench",
        "doctor",
    }
    for name, rest in commands:
        options = set(re.findall(r"--?[a-z][a-z-]*", rest))
        shown = CliRunner().invoke(main, [name, "--help"]).output
        assert all(option in shown for option in options), name
