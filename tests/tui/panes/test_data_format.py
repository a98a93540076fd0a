from __future__ import annotations

import subprocess
import sys

import pytest

from tui.terminal.capabilities import Colours, Terminal, detect


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolour"),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, "truecolour"),
        ({"TERM": "xterm-256color", "COLORTERM": "yes"}, "256"),
        ({"TERM": "xterm-256color"}, "256"),  # over SSH
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux"}, "256"),
        ({"TERM": "tmux-256color", "COLORTERM": "truecolor", "TMUX": "x"}, "truecolour"),
        ({"TERM": "xterm-kitty"}, "truecolour"),
        ({"TERM": "xterm-ghostty"}, "truecolour"),
        ({"TERM": "alacritty"}, "truecolour"),
        ({"TERM": "foot-extra"}, "truecolour"),
        ({"TERM": "xterm-direct"}, "truecolour"),
        ({"TERM": "screen", "STY": "1.pts", "COLORTERM": "truecolor"}, "16"),
        ({"TERM": "screen-256color", "STY": "1.pts", "COLORTERM": "truecolor"}, "256"),
        ({"TERM": "linux"}, "8"),
        ({"TERM": "linux-16color"}, "8"),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, "8"),
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "vt220"}, "16"),
        ({}, "16"),
        ({"TERM": "dumb"}, "none"),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, "none"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, "none"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "256"),
    ],
)
def test_colours_are_what_the_terminal_has_and_the_person_wants(
    environ: dict[str, str], colours: Colours
):
    assert detect(environ).colours == colours


@pytest.mark.parametrize(
    ("environ", "unicode"),
    [
        ({}, True),
        ({"LANG": ""}, True),
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "en_US.utf8"}, True),
        ({"LANG": "de_DE.UTF-8@euro"}, True),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "C"}, False),
        ({"LANG": "POSIX"}, False),
        ({"LANG": "de_DE"}, False),
        ({"LANG": "ja_JP.eucJP"}, False),
        ({"LANG": "en_US.UTF-8", "LC_CTYPE": "C"}, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "C", "LC_ALL": "en_US.UTF-8"}, True),
        ({"LC_CTYPE": "UTF-8"}, True),  # macOS
        # Python has coerced a locale of C (PEP 538), or one that was never named:
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
        ({"LANG": "POSIX", "LC_CTYPE": "UTF-8"}, False),
        ({"LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8", "TERM": "linux"}, False),
        ({"LANG": "en_US.UTF-8", "TERM": "dumb"}, False),
    ],
)
def test_unicode_is_what_the_locale_promises(environ: dict[str, str], unicode: bool):
    assert detect(environ).unicode is unicode


@pytest.mark.parametrize("lang", ["C", "POSIX", "en_US.UTF-8"])
def test_what_python_makes_of_the_locale_does_not_deceive(lang: str):
    told = subprocess.run(
        [sys.executable, "-c", "import os; from tui.terminal.capabilities import detect;"
         "print(detect(os.environ).unicode)"],
        env={"LANG": lang, "TERM": "xterm", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == str(lang == "en_US.UTF-8")


@pytest.mark.parametrize("colours", ["truecolour", "256", "16", "8", "none"])
def test_what_a_person_asks_for_wins_over_everything(colours: Colours):
    for environ in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"COLORTERM": "truecolor"}):
        assert detect(environ, colours).colours == colours
    assert detect({"LANG": "C"}, ascii=False).unicode
    assert not detect({"LANG": "en_US.UTF-8"}, ascii=True).unicode
    assert detect({"TERM": "xterm-256color"}, ascii=True) == Terminal("256", unicode=False)


def test_finding_out_imports_no_textual():
    code = "import sys, tui.terminal.capabilities; sys.exit('textual' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
