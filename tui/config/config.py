"""What a person has chosen once and for all: `config.toml`, and the options of the command line.

Whatever is wrong in the file is told before the screen begins. Imports neither Textual nor torch.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
import platformdirs
from msgspec import UNSET, UnsetType

from engine.files.small_files import read_small_file
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
        return terminal.for_slow_link() if self.slow_link and self.colour == "auto" else terminal


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


_ConfigFile = msgspec.defstruct(
    "_ConfigFile",
    [
        *((name, setting.kind | UnsetType, UNSET) for name, setting in SETTINGS.items()),
        ("keys", Any, UNSET),  # see own_keys
    ],
    forbid_unknown_fields=True,
)


def config_path() -> Path:
    """Where the file is, or would be."""
    return platformdirs.user_config_path("makemore-tui") / "config.toml"


def checked(given: Mapping[str, object]) -> dict[str, Any]:
    """The settings that a file or a command line gives, by their names, each as `Config` has it.

    Raises:
        ConfigError: one is unknown or makes no sense; says which, and what would.
    """
    from tui.config.own_keys import checked_keys

    try:
        file = msgspec.convert(given, _ConfigFile)
    except msgspec.ValidationError as error:
        raise ConfigError(_what_is_wrong(given, error)) from error
    right = {name: getattr(file, name) for name in given}
    if "theme" in right:
        right["theme"] = SHORT_THEMES.get(right["theme"], right["theme"])
    if right.get("pace") == NO_LIMIT:
        right["pace"] = NO_PACE_LIMIT
    if "keys" in right:
        right["keys"] = checked_keys(right["keys"])
    return right


def _what_is_wrong(given: Mapping[str, object], error: msgspec.ValidationError) -> str:
    for name in given:
        if name not in _ConfigFile.__struct_fields__:
            near = nearest(name, _ConfigFile.__struct_fields__)
            return f"there is no setting {shown(name)}.{near}"
    name = str(error).rpartition(" - at `$.")[2].rstrip("`")  # as msgspec ends its sentences
    setting, value = SETTINGS[name], given[name]
    near = nearest(value, setting.choices) if isinstance(value, str) else ""
    return f"{name} is {shown(value)}. Give {setting.wanted}.{near}"


def read(path: Path) -> dict[str, Any]:
    """What a config file says: the settings in it, with their values. Nothing, if there is none.

    Raises:
        ConfigError: says what is wrong, and where.
    """
    try:
        text = read_small_file(path, LARGEST_FILE).decode("utf-8-sig")
        _check_lines(text)
        return checked(tomllib.loads(text))
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
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
        quotes = 'Texts stand in quotes, as in theme = "dark".'
        raise ConfigError(f"{path}: not TOML: {error}. {quotes}") from error
    except RecursionError as error:
        raise ConfigError(
            f"{path}: nested more deeply than any setting. Look for many brackets, or for a name"
            " with many dots."
        ) from error
    except ValueError as error:  # a number of more digits than Python reads
        raise ConfigError(f"{path}: a number is too long. Give a shorter one.") from error


def _check_lines(text: str) -> None:
    """Refuse lines that are no settings, before they take the reader of TOML very long."""
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE and not line.lstrip().startswith("#"):
            raise ConfigError(
                f"line {number} has {len(line):,} characters, where no setting needs more than"
                f" {LONGEST_LINE:,}. Shorten it."
            )


def settled(given: Mapping[str, Any], options: Mapping[str, Any]) -> Config:
    """The settings in force: the options that are not None, then those that the file gives."""
    chosen = {name: value for name, value in options.items() if value is not None}
    config = Config(**{**given, **chosen})
    if config.slow_link:
        config = msgspec.structs.replace(config, frames=min(config.frames, SLOW_FRAMES))
    return config
