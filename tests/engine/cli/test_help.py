"""The topics of `makemore-tui help`: they are listed, and what they say of commands is true."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from engine.bench.pseudo_terminal import Pty
from engine.cli.commands.help import topics
from tui.__main__ import main
from tui.config.config import SETTINGS, Config, read, settled

TOPICS = topics()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["help", *arguments], prog_name="makemore-tui")


def options_of(name: str) -> set[str]:
    """The options that a command has, as click knows them."""
    command = main.get_command(click.Context(main), name)
    assert command is not None, name
    own = command.get_params(click.Context(command))
    return {option for parameter in own for option in (*parameter.opts, *parameter.secondary_opts)}


def test_every_topic_is_listed_in_a_line_that_fits_a_terminal() -> None:
    lines = run().stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(TOPICS)
    assert all(20 < len(line) <= 80 for line in lines)


@pytest.mark.parametrize("name", TOPICS)
def test_a_topic_is_printed_as_it_stands_and_fits_a_terminal(name: str) -> None:
    assert run(name).stdout == TOPICS[name]
    assert TOPICS[name].startswith("# ")
    assert all(len(line) <= 80 for line in TOPICS[name].splitlines())


@pytest.mark.parametrize("name", TOPICS)
def test_the_commands_and_options_that_a_topic_names_exist(name: str) -> None:
    commands = set(main.list_commands(click.Context(main)))
    known = {option for command in commands for option in options_of(command)}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", TOPICS[name])) <= known | {"--help"}
    text = " ".join(TOPICS[name].replace("\\\n", "").splitlines())
    for line in re.findall(r"(?:\$ |`)makemore-tui ([^`$]*)", text):
        first = line.split()[0]
        if first.islower() and not first.startswith("-"):
            assert first in commands
            given = re.findall(r"(?<!\S)--?[a-z][a-z-]*", line)
            assert {*given} <= options_of(first), line


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("savign", "The nearest is saving."),
        ("Color", "The nearest is colour."),
        ("train", "makemore-tui train --help lists that command's options."),
        ("attach", "makemore-tui attach --help lists that command's options."),
        ("xyzzy", "makemore-tui help lists them all."),
    ],
)
def test_an_unknown_topic_is_an_error_with_what_comes_nearest(asked: str, hint: str) -> None:
    result = run(asked)
    assert result.exit_code == 2
    assert f"There is no topic '{asked}'. {hint}" in result.stderr


def test_a_terminal_gets_a_topic_through_its_pager() -> None:
    command = (sys.executable, "-m", "tui", "help", "data")
    with Pty(command, 80, 24, {"LANG": "C.UTF-8", "PAGER": "head -n 1"}) as terminal:
        assert terminal.wait_for_exit() == 0
        shown = terminal.raw.decode()
    assert shown.split("\n")[0].rstrip() == TOPICS["data"].split("\n")[0]
    assert "--format" not in shown


def test_the_settings_that_help_explains_are_those_of_the_configuration() -> None:
    rows = re.findall(
        r"^- `(\w+)`, by default `([^`]+)`; (`--[^:]*):\n((?:  .*\n)+)", TOPICS["config"], re.M
    )
    found = [(name, default, " ".join(does.split())) for name, default, _, does in rows]
    assert found == [
        (name, json.dumps(getattr(Config(), name)), setting.does)
        for name, setting in SETTINGS.items()
    ]
    for _, _, options, _ in rows:
        assert {*re.findall(r"--[a-z-]+", options)} <= options_of("lab")


def test_the_configuration_that_help_shows_is_accepted(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", TOPICS["config"], re.DOTALL)
    (tmp_path / "config.toml").write_text(example)
    settings = settled(read(tmp_path / "config.toml"), {})
    assert settings.theme == "makemore-light"
    assert settings.keys["samples.draw"] == ("f5",)
