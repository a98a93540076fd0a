"""What a config file may say, what is told where it is wrong, and the command that prints it."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from math import inf
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from textual.keys import Keys
from textual.theme import BUILTIN_THEMES

from engine.settings.model_kinds import KINDS
from engine.settings.values import PACE
from tui.__main__ import main
from tui.actions import ACTIONS, textual_key
from tui.config.config import SETTINGS, THEMES, Config, checked, read, settled
from tui.config.errors import ConfigError
from tui.config.text import default_file
from tui.keys.key_names import KNOWN, parsed


def config(text: str | bytes, tmp_path: Path) -> Config:
    """The settings of a file."""
    path = tmp_path / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return settled(read(path), {})


def run(folder: Path, *arguments: str) -> Result:
    path = folder / "makemore-tui"
    path.mkdir(exist_ok=True)
    return CliRunner(env={"XDG_CONFIG_HOME": str(folder)}).invoke(main, ["config", *arguments])


# --- what may be said


def test_a_file_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    assert settled(read(tmp_path / "none.toml"), {}) == Config()


def test_every_setting_can_be_given(tmp_path: Path) -> None:
    text = """
    theme = "light"
    pace = "no limit"
    frames = 5
    colour = "256"
    ascii = true
    slow_link = false
    png = true
    idle_minutes = 0.5
    [keys]
    samples.draw = "F5"
    "train.toggle" = ["space", "^t", "Shift+Insert"]
    """
    keys = {"samples.draw": ("f5",), "train.toggle": ("space", "ctrl+t", "shift+insert")}
    assert config(text, tmp_path) == Config(
        "makemore-light", inf, 5.0, "256", True, False, True, 0.5, keys
    )


def test_an_option_comes_before_the_file_and_the_file_before_the_default(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('theme = "light"\npace = 5\n')
    settings = settled(read(path), {"pace": 40.0, "theme": None, "frames": None})
    assert (settings.theme, settings.pace) == ("makemore-light", 40.0)
    assert settings.frames == Config().frames


def test_a_slow_link_has_two_frames_a_second_at_the_most() -> None:
    assert settled({}, {"slow_link": True}).frames == 2
    assert settled({"slow_link": True, "frames": 0.5}, {}).frames == 0.5


def test_two_actions_can_swap_their_keys(tmp_path: Path) -> None:
    keys = config('[keys]\nsamples.draw = "n"\ntrain.more = "s"\n', tmp_path).keys
    assert keys == {"samples.draw": ("n",), "train.more": ("s",)}


def test_the_defaults_of_both_sides_agree_and_are_accepted() -> None:
    assert Config().pace == PACE == KINDS["bigram"].setting("pace").default
    for name in SETTINGS:
        value = getattr(Config(), name)
        assert checked({name: value}) == {name: value}


def test_the_themes_are_ours_and_those_of_textual() -> None:
    assert set(THEMES) == {"makemore-dark", "makemore-light", *BUILTIN_THEMES}


# --- keys as people write them


def test_textual_knows_every_key_that_can_be_given() -> None:
    names = {key.value for key in Keys}
    unknown = {key for key in KNOWN if key not in names and not key.startswith("alt+")}
    assert unknown == set()


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_the_keys_of_the_table_can_be_given_too(action) -> None:
    assert tuple(parsed(key) for key in action.keys) == action.keys
    assert tuple(parsed(textual_key(key)) for key in action.keys) == action.keys


@pytest.mark.parametrize(
    ("written", "key"),
    [("Ctrl+P", "ctrl+p"), ("^p", "ctrl+p"), ("^", "^"), ("Space", "space"), ("F5", "f5"),
     ("⇧tab", "shift+tab"), ("shift+s", "S"), ("question_mark", "?"), ("comma", ","),
     ("+", "+"), ("plus", "+"), ("ü", "ü"), ("shift+ctrl+left", "ctrl+shift+left"),
     ("pgdn", "pagedown"), ("alt+x", "alt+x")],
)  # fmt: skip
def test_a_key_can_be_written_as_it_is_seen(written: str, key: str) -> None:
    assert parsed(written) == key


@pytest.mark.parametrize("written", ["", "spcae", "ctrl+", "a,b", "f25", "ctrl+ü", "\x1b", "++"])
def test_what_is_no_key_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="There is no such key"):
        parsed(written)


# --- what is wrong

WRONG = [
    ('them = "dark"', 'there is no setting "them". The nearest is theme.'),
    ('theme = "drak"', 'theme is "drak". Give the name of a theme, such as dark or light.'
                       " The nearest is dark."),
    ("\n\ntheme = 3", "theme is 3. Give the name of a theme"),
    ('pace = "fast"', 'pace is "fast". Give a number of steps per second above 0, or "no'),
    ("pace = 0", "pace is 0."),
    ("pace = nan", "pace is NaN."),
    ("pace = true", "pace is true."),
    ("frames = 0", "frames is 0. Give a number of frames a second from 0.1 to 100."),
    ("frames = inf", "frames is Infinity."),
    ('colour = "265"', 'colour is "265". Give one of auto, truecolour, 256, 16, 8, none.'
                       " The nearest is 256."),
    ('ascii = "yes"', 'ascii is "yes". Give true, false or "auto".'),
    ('slow_link = "auto"', 'slow_link is "auto". Give true or false.'),
    ("frames = 1979-05-27", 'frames is "1979-05-27".'),
    ("keys = 3", "keys is 3. Give a table [keys]"),
    ('[keys]\ntrain.togle = "s"', 'there is no action "train.togle". The nearest is'
                                  " train.toggle."),
    ('[keys]\nxyzzy = "s"', "makemore-tui config --default lists all."),
    ('[keys]\n"samples.draw" = "spcae"', 'keys.samples.draw is "spcae". There is no such key.'
                                         " The nearest is space."),
    ('[keys.samples]\ndraw = "ctrl+m"', "keys.samples.draw is \"ctrl+m\". A terminal cannot"
                                        " tell it from enter."),
    ("[keys]\nsamples.draw = []", 'keys.samples.draw is []. Give a key such as "f5"'),
    ('[keys]\nsamples.draw = ["s", 3]', 'keys.samples.draw is ["s", 3]. Give a key'),
    ('[keys]\ntrain.step = "s"',
     "keys.train.step has the key s, which is that of samples.draw too."),
    ('[keys]\nsamples.draw = "f5"\ntrain.step = "F5"',
     "keys.samples.draw has the key f5, which is that of"),
    ('[keys]\nsamples.draw = "j"',
     "keys.samples.draw has the key j, which moves the cursor. Choose another."),
    ('[keys]\nsamples.draw = "left"',
     "keys.samples.draw has the key left, which moves the cursor."),
    ('[keys]\nloss.log = "L"\nsamples.draw = "l"',
     "keys.samples.draw has the key l, which moves the cursor."),
    ('[keys]\nsamples.draw = "escape"',
     "keys.samples.draw has the key escape, which is for dialogs."),
    ("a b", "not TOML: Expected '=' after a key in a key/value pair (at line 1, column 3)."),
    ("theme = light", '(at line 1, column 9). Texts stand in quotes, as in theme = "dark".'),
    ("\npace = no limit  # at all\r", "(at line 2, column 8). Texts stand in quotes"),
    ("[keys]\nsamples.draw = ctrl+p", "(at line 2, column 16). Texts stand in quotes"),
    ("pace = " + "1" * 5001,
     "line 1 has 5,008 characters, where no setting needs more than 1,000."),
    ("pace = -" + "1" * 900, "pace is -111"),
    ("theme = " + "[" * 100_000, "cannot be read: it has more than the 65,536 bytes that such"),
    ("theme = " + "[" * 50_000, "line 1 has 50,008 characters, where no setting needs more than"),
    ("theme = " + "[\n" * 30_000, "nested more deeply than any setting. Look for many brackets"),
    ("\n\n" + "a." * 20_000 + "a = 1", "line 3 has 40,005 characters, where no setting needs more"),
    ("[keys]\n" + "a." * 450 + "a = 1", 'there is no action "a.a.'),
    ("[keys." + "a." * 490 + "a]\n" + "b." * 490 + "b = 1", "nested more deeply than any setting."),
    ("theme = [" + "[\n" * 300 + "]" * 301, "theme is [[["),
    ('theme = """' + "dark\n" * 10_000 + '"""', 'theme is "dark'),
    ("x = 1\n" * 20_000, "cannot be read: it has more than the 65,536 bytes"),
    (b"\xff", "not UTF-8 (byte 0xff at offset 0). Save it as UTF-8."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "complaint"), WRONG, ids=lambda text: str(text)[:40])
def test_what_is_wrong_is_a_sentence_with_its_place(
    text: str | bytes, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as error:
        config(text, tmp_path)
    assert str(error.value).startswith(str(tmp_path / "config.toml"))
    assert complaint in str(error.value)
    assert str(error.value).endswith(".")
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 500


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read(tmp_path)


@pytest.mark.parametrize("target", ["/dev/zero", "a pipe"])
def test_nothing_is_read_of_what_is_no_file(target: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    if target == "a pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(target)
    with pytest.raises(ConfigError, match=r"config\.toml cannot be read: it is no regular file\."):
        read(path)


def test_where_python_reads_fewer_digits_a_number_may_be_too_long(
    tmp_path: Path,
) -> None:
    before = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(640)
        with pytest.raises(ConfigError, match="a number is too long"):
            config("pace = " + "1" * 700, tmp_path)
    finally:
        sys.set_int_max_str_digits(before)


def test_a_comment_may_be_long(tmp_path: Path) -> None:
    assert config("# " + "x" * 2000 + "\npace = 5", tmp_path).pace == 5.0


def test_the_key_that_moves_in_the_matrix_stays_with_the_loss(tmp_path: Path) -> None:
    assert config('[keys]\nloss.log = ["l", "L"]', tmp_path).keys == {"loss.log": ("l", "L")}


# --- the command


def test_the_command_prints_the_settings_in_force_as_toml_with_their_origin(tmp_path: Path) -> None:
    (tmp_path / "makemore-tui").mkdir()
    path = tmp_path / "makemore-tui" / "config.toml"
    assert f"# {path} (there is no such file)" in run(tmp_path).stdout
    path.write_text('pace = "no limit"\nslow_link = true\n[keys]\nsamples.draw = "f5"\n')
    result = run(tmp_path)
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == f"# {path}"
    assert 'pace = "no limit" # config.toml' in lines
    assert "frames = 2.0 # slow_link" in lines
    assert 'theme = "makemore-dark" # default' in lines
    assert 'samples.draw = "f5" # config.toml' in lines
    assert 'train.toggle = "space" # default' in lines
    path.write_text(result.stdout)
    again = run(tmp_path)
    assert tomllib.loads(again.stdout) == tomllib.loads(result.stdout)


def test_the_command_speaks_json(tmp_path: Path) -> None:
    facts = json.loads(run(tmp_path, "--json").stdout)
    assert facts["exists"] is False
    assert facts["settings"]["pace"] == {"value": 20.0, "from": "default"}
    assert facts["keys"]["quit"] == {"value": ["q", "ctrl+q"], "from": "default"}


def test_the_default_file_is_accepted_and_changes_nothing(tmp_path: Path) -> None:
    text = run(tmp_path, "--default").stdout
    assert config(text, tmp_path) == Config()
    assert "[keys]" in text.splitlines()


def test_every_line_of_the_default_file_can_be_taken_over_as_it_is(tmp_path: Path) -> None:
    lines = default_file().splitlines()
    real = [line.removeprefix("# ") if " = " in line else line for line in lines]
    settings = config("\n".join(real), tmp_path)
    assert settings == Config(keys={action.id: action.keys for action in ACTIONS})
    for action in ACTIONS:
        assert f"# {action.description}" in lines


def test_a_wrong_file_is_one_sentence_on_stderr_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "makemore-tui").mkdir()
    (tmp_path / "makemore-tui" / "config.toml").write_text("pace = -1")
    result = run(tmp_path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("makemore-tui: ")
    assert result.stderr.count("\n") == 1
    assert os.sep in result.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--theme", "drak"], "The nearest is dark."),
        (["--pace", "fast"], 'above 0, or "no limit"'),
        (["--pace", "nan"], 'above 0, or "no limit"'),
        (["--frames", "0"], "from 0.1 to 100"),
        (["--color", "265"], "The nearest is 256."),
    ],
)
def test_a_wrong_option_is_wrong_usage(arguments: list[str], complaint: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert complaint in " ".join(result.stderr.split())
