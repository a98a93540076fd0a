"""What the README says of keys and commands is true; what it links to is there."""

import re
from pathlib import Path
from urllib.parse import unquote

from click.testing import CliRunner

from engine.cli.commands.help import topics
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
        "sweep",
        "tune",
        "rate",
        "sample",
        "score",
        "matrix",
        "ls",
        "stop",
        "rename",
        "delete",
        "bench",
        "config",
        "doctor",
        "help",
    }
    for name, rest in commands:
        options = set(re.findall(r"--?[a-z][a-z-]*", rest))
        shown = CliRunner().invoke(main, [name, "--help"]).output
        assert all(option in shown for option in options), name


def test_the_options_in_the_readmes_commands_exist() -> None:
    shown = CliRunner().invoke(main, ["lab", "--help"]).output
    for line in re.findall(r"^makemore-tui (--.*)$", README, re.MULTILINE):
        assert all(option in shown for option in re.findall(r"--[a-z-]+", line))


def test_the_pictures_of_the_readme_are_those_that_are_tested() -> None:
    pictures = [unquote(path) for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)]
    assert len(pictures) == 2
    assert all((Path(__file__).parents[1] / picture).is_file() for picture in pictures)


def test_the_readme_links_to_every_topic_of_help() -> None:
    rows = [
        f"| [`{name}`](engine/cli/topics/{name}.md) | {text.splitlines()[0].removeprefix('# ')} |"
        for name, text in topics().items()
    ]
    assert "\n".join(rows) in README


def test_the_readme_stays_short() -> None:
    assert len(README.splitlines()) <= 300
