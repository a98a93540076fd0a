"""What a person has chosen once and for all: `config.toml`, and the options of the command line.

Whatever is wrong in the file is told before the screen begins. Imports neither Textual nor torch.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
import platformdirs

from engine.files.small import read_small_file
from engine.settings.values import NO_PACE_LIMIT, PACE
from tui.config.errors import ConfigError, nearest, shown
from tui.terminal.capabilities import Colours, Terminal, detect

FRAMES: Final = 20.0  # a second: smoother than one can follow, and a tenth of what a screen could
SLOW_FRAMES: Final = 2.0  # a second, over a slow link
IDLE_MINUTES: Final = 30.0
NO_LIMIT: Final = "no limit"
LARGEST_FILE: Final = 1 << 16  # bytes: eight times what `config --default` prints
LONGEST_LINE: Final = 1000  # characters; a comment may be longer
DARK: Final = "makemore-dark"
LIGHT: Final = "makemore-light"
SHORT_THEMES: Final = {"dark": DARK, "light": LIGHT}
THEMES: Final = (  # ours, and Textual's own
    *SHORT_THEMES.values(), "ansi-dark", "ansi-light", "atom-one-dark", "atom-one-light",
    "catppuccin-frappe", "catppuccin-latte", "catppuccin-macchiato", "catppuccin-mocha", "dracula",
    "flexoki", "gruvbox", "monokai", "nord", "rose-pine", "rose-pine-dawn", "rose-pine-moon",
    "solarized-dark", "solarized-light", "textual-dark", "textual-light", "tokyo-night",
)  # fmt: skip
_ANY_COLOURS: Final = ("auto", "truecolour", "256", "16", "8", "none")


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every setting, with its default."""

    theme: str = DARK
    pace: float = PACE  # training steps a second when a data set is opened; infinite: no limit
    frames: float = FRAMES  # a second, at the most
    colour: Literal["auto"] | Colours = "auto"
    ascii: Literal["auto"] | bool = "auto"
    slow_link: bool = False
    png: bool = False
    idle_minutes: float = IDLE_MINUTES  # until an engine without a screen ends
    keys: dict[str, tuple[str, ...]] = {}  # of the actions that have others than in the table

    def terminal(self, environ: Mapping[str, str]) -> Terminal:
        """What to show the lab with, on the terminal that the variables of a process tell of."""
        ascii_only = None if self.ascii == "auto" else self.ascii
        terminal = detect(environ, self.colour, ascii_only)
        return terminal.thrifty() if self.slow_link and self.colour == "auto" else terminal


@dataclass(frozen=True)
class Setting:
    """What a setting may be."""

    kind: Any  # for msgspec
    wanted: str  # "Give …"
    does: str  # a sentence
    choices: tuple[str, ...] = ()  # some values, to be completed in a shell


Positive = Annotated[float, msgspec.Meta(gt=0)]
SETTINGS: Final[dict[str, Setting]] = {
    "theme": Setting(
        Literal[(*THEMES, *SHORT_THEMES)],
        "the name of a theme, such as dark or light",
        "The colours of the screen: dark, light, or the name of a theme of Textual.",
        (*SHORT_THEMES, *THEMES),
    ),
    "pace": Setting(
        Positive | Literal["no limit"],
        f'a number of steps per second above 0, or "{NO_LIMIT}"',
        f'Training steps a second when the lab opens, or "{NO_LIMIT}".',
        (NO_LIMIT,),
    ),
    "frames": Setting(
        Annotated[float, msgspec.Meta(ge=0.1, le=100)],
        "a number of frames a second from 0.1 to 100",
        "How often a second the screen shows the training, at the most.",
    ),
    "colour": Setting(
        Literal[_ANY_COLOURS],
        f"one of {', '.join(_ANY_COLOURS)}",
        "How many colours to use; auto asks the terminal's environment.",
        _ANY_COLOURS,
    ),
    "ascii": Setting(
        Literal["auto"] | bool,
        'true, false or "auto"',
        "Draw with ASCII characters only; auto asks the locale.",
    ),
    "slow_link": Setting(
        bool,
        "true or false",
        f"Send less: {SLOW_FRAMES:g} frames a second, no animation, no blinking.",
    ),
    "png": Setting(
        bool,
        "true or false",
        "Propose PNG for pictures of the screen, not SVG; it needs the extra pictures.",
    ),
    "idle_minutes": Setting(
        Annotated[float, msgspec.Meta(gt=0, le=1e6)],
        "a number of minutes above 0",
        "How long an engine waits without a screen and without a training before it saves and "
        "ends.",
    ),
}


def config_path() -> Path:
    """Where the file is, or would be."""
    return platformdirs.user_config_path("makemore-tui") / "config.toml"


def checked(name: str, value: object) -> Any:
    """A setting's value, as `Config` has it.

    Raises:
        ConfigError: it makes no sense; says what would.
    """
    setting = SETTINGS[name]
    try:
        right: Any = msgspec.convert(value, setting.kind, strict=True)
    except msgspec.ValidationError as error:
        near = nearest(value, setting.choices) if isinstance(value, str) else ""
        raise ConfigError(f"{name} is {shown(value)}. Give {setting.wanted}.{near}") from error
    if name == "theme":
        return SHORT_THEMES.get(right, right)
    return NO_PACE_LIMIT if right == NO_LIMIT else right


def read(path: Path) -> dict[str, Any]:
    """What a config file says: the settings in it, with their values. Nothing, if there is none.

    Raises:
        ConfigError: says what is wrong, and where.
    """
    try:
        text = read_small_file(path, LARGEST_FILE).decode("utf-8-sig")
        _check_lines(path, text)
        given = tomllib.loads(text)
        return _checked_settings(path, given, text)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise ConfigError(
            f"{path}: not UTF-8 (byte {byte:#04x} at offset {error.start:,}). Save it as UTF-8."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}.{_unquoted(error, text)}") from error
    except RecursionError as error:
        raise ConfigError(
            f"{path}: nested more deeply than any setting. Look for many brackets, or for a name"
            " with many dots."
        ) from error
    except ValueError as error:  # a number of more digits than Python reads
        raise ConfigError(f"{path}: a number is too long. Give a shorter one.") from error


def _check_lines(path: Path, text: str) -> None:
    """Refuse lines that are no settings, before they take the reader of TOML very long.

    Raises:
        ConfigError: says which.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE and not line.lstrip().startswith("#"):
            raise ConfigError(
                f"{path}, line {number}: {len(line):,} characters, where no setting needs more than"
                f" {LONGEST_LINE:,}. Shorten it."
            )


def _checked_settings(path: Path, given: dict[str, Any], text: str) -> dict[str, Any]:
    """The settings of a file, each as `Config` has it.

    Raises:
        ConfigError: says which makes no sense, and where it is.
    """
    from tui.config.own_keys import checked_keys

    values: dict[str, Any] = {}
    for name, value in given.items():
        try:
            if name == "keys":
                values[name] = checked_keys(value)
            elif name in SETTINGS:
                values[name] = checked(name, value)
            else:
                near = nearest(name, (*SETTINGS, "keys"))
                raise ConfigError(f"there is no setting {shown(name)}.{near}")
        except ConfigError as error:
            line = _line_of(error.place or name, text)
            raise ConfigError(f"{path}{line}: {error}") from error
    return values


def settled(given: Mapping[str, Any], options: Mapping[str, Any]) -> Config:
    """The settings in force.

    Args:
        given: those of the file.
        options: those of the command line, which come before; None: not given.
    """
    chosen = {name: value for name, value in options.items() if value is not None}
    config = Config(**{**given, **chosen})
    if config.slow_link:
        config = msgspec.structs.replace(config, frames=min(config.frames, SLOW_FRAMES))
    return config


def _unquoted(error: tomllib.TOMLDecodeError, text: str) -> str:
    """A sentence for who has left out the quotes of a text; empty where it is something else."""
    place = re.search(r"at line (\d+)", str(error))
    line = text.split("\n")[int(place[1]) - 1] if place else ""
    written = re.fullmatch(r"\s*([\w.\"-]+)\s*=\s*([A-Za-z][\w +-]*?)\s*(?:#.*)?", line)
    return f" A text stands in quotes: {written[1]} = {shown(written[2])}." if written else ""


def _line_of(name: str, text: str) -> str:
    """The place of a setting, for a person; empty where it is not plain to see."""
    parts = r"[\"'\s]*\.[\"'\s]*".join(map(re.escape, name.split(".")))
    begins = re.compile(rf"\[?\s*(?:keys\s*\.\s*)?[\"']?{parts}[\"']?\s*[=\]]")
    for number, line in enumerate(text.splitlines(), start=1):
        if begins.match(line.lstrip()):
            return f", line {number}"
    table = name.rpartition(".")[0]
    return _line_of(table, text) if table else ""
