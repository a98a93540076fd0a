"""What the README says of keys and commands is true."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

from click.testing import CliRunner

from tui.__main__ import main
from tui.actions import ACTIONS, GROUP_TITLES, key_label
from tui.config.config import SETTINGS, Config, read, settled

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
        "ls",
        "stop",
        "rename",
        "delete",
        "bench",
        "config",
        "doctor",
    }
    for name, rest in commands:
        options = set(re.findall(r"--?[a-z][a-z-]*", rest))
        shown = CliRunner().invoke(main, [name, "--help"]).output
        assert all(option in shown for option in options), name


def test_the_settings_of_the_readme_are_those_of_the_configuration_with_their_options() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| (`--.*?) \| (.*) \|$", README, re.MULTILINE)
    shown = CliRunner().invoke(main, ["lab", "--help"]).output
    expected = [(name, json.dumps(getattr(Config(), name)), s.does) for name, s in SETTINGS.items()]
    assert [(name, default, does) for name, default, _, does in rows] == expected
    for _, _, options, _ in rows:
        for option in re.findall(r"--[a-z-]+", options):
            assert option in shown


def test_the_configuration_of_the_readme_is_accepted(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "config.toml").write_text(example)
    settings = settled(read(tmp_path / "config.toml"), {})
    assert settings.theme == "makemore-light"
    assert settings.keys["samples.draw"] == ("f5",)


def test_the_options_in_the_readmes_commands_exist() -> None:
    shown = CliRunner().invoke(main, ["lab", "--help"]).output
    for line in re.findall(r"^makemore-tui (--.*)$", README, re.MULTILINE):
        assert all(option in shown for option in re.findall(r"--[a-z-]+", line))


def test_the_pictures_of_the_readme_are_those_that_are_tested() -> None:
    pictures = [unquote(path) for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)]
    assert len(pictures) == 2
    assert all((Path(__file__).parents[1] / picture).is_file() for picture in pictures)
