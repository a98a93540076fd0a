"""What is sent to the terminal: whatever the updates were, it shows the last of them."""

from __future__ import annotations

from dataclasses import dataclass

import pyte
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.control import Control
from rich.segment import Segment
from rich.style import Style

from tui.terminal.cell_buffer import Frame
from tui.terminal.letter_widths import laid_out

COLUMNS, LINES = 14, 4
TRUECOLOUR = ColorSystem.TRUECOLOR

styles = st.builds(
    Style,
    color=st.sampled_from(["#ff0000", "#00ff00", None]),
    bgcolor=st.sampled_from(["#0000ff", "#101010", None]),
    bold=st.booleans(),
    underline=st.booleans(),
    reverse=st.booleans(),
)
WIDE = ["山", "😀"]
MARKED = ["q̃", "◌̃"]  # two code points, a cell; pyte knows no Thai
texts = st.lists(st.sampled_from([*"a  b·é▀", *WIDE, *MARKED]), min_size=1, max_size=6).map("".join)


@dataclass(frozen=True)
class Update:
    """Some text at some place, as Textual hands it over."""

    x: int
    y: int
    text: str
    style: Style

    def segments(self) -> list[Segment]:
        return [Control.move_to(self.x, self.y).segment, Segment(self.text, self.style)]

    @property
    def fits(self) -> bool:
        return self.x + cell_len(self.text) <= COLUMNS


updates = st.builds(
    Update, st.integers(0, COLUMNS - 1), st.integers(0, LINES - 1), texts, styles
).filter(lambda update: update.fits)


def whole() -> list[Segment]:
    """A first paint: every cell blank."""
    return [
        segment
        for y in range(LINES)
        for segment in (Control.move_to(0, y).segment, Segment(" " * COLUMNS, Style.null()))
    ]


def seen(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """What a person can tell of each cell: a blank's ink is none of it, unless it is a line."""
    cells = [[screen.buffer[y][x] for x in range(COLUMNS)] for y in range(LINES)]
    return [
        [
            (c.data, c.bg, c.underscore, c.reverse)
            + ((c.fg, c.bold) if c.data.strip() or c.underscore or c.reverse else ())
            for c in line
        ]
        for line in cells
    ]


def terminal() -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.Stream(screen)
    stream.feed("\x1b[?7l")  # as Textual does: no wrapping at the edge
    return screen, stream


@example([Update(2, 1, "山 a", Style()), Update(3, 1, "◌̃ b", Style(bold=True))])
@given(st.lists(updates, max_size=8))
def test_a_terminal_that_gets_differences_shows_what_one_shows_that_gets_everything(
    drawn: list[Update],
) -> None:
    (thrifty, to_thrifty), (plain, to_plain) = terminal(), terminal()
    frame = Frame("truecolour")
    for segments in (whole(), *(update.segments() for update in drawn)):
        to_thrifty.feed(frame.difference(segments, COLUMNS, LINES))
        for text, style, control in segments:  # everything, as Rich writes it
            to_plain.feed(text if control else style.render(text, color_system=TRUECOLOUR))
    assert seen(thrifty) == seen(plain)


def test_what_is_there_already_is_not_sent_again() -> None:
    frame = Frame("truecolour")
    update = Update(2, 1, "abc", Style(color="#ff0000"))
    assert "abc" in frame.difference(update.segments(), COLUMNS, LINES)
    assert frame.difference(update.segments(), COLUMNS, LINES) == ""
    frame.forget()
    assert "abc" in frame.difference(update.segments(), COLUMNS, LINES)


def test_of_a_line_only_the_cells_that_differ_are_sent() -> None:
    frame = Frame("truecolour")
    frame.difference(Update(0, 0, "loss 2.4642", Style.null()).segments(), COLUMNS, LINES)
    changed = Update(0, 0, "loss 2.4641", Style.null())
    assert frame.difference(changed.segments(), COLUMNS, LINES) == "\x1b[1;11H1"


def test_another_size_sends_everything() -> None:
    frame = Frame("truecolour")
    update = Update(0, 0, "abc", Style.null())
    frame.difference(update.segments(), COLUMNS, LINES)
    assert "abc" in frame.difference(update.segments(), COLUMNS + 1, LINES)


def test_after_a_wide_character_the_place_is_said_anew() -> None:
    sent = Frame("none").difference(Update(0, 0, "山a", Style.null()).segments(), COLUMNS, LINES)
    assert sent == "\x1b[1;1H山\x1b[1;3Ha"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("q̃山|x", "\x1b[1;1Hq̃\x1b[1;2H山\x1b[1;4H|x"),
        ("ก็|", "\x1b[1;1Hก็\x1b[1;2H|"),
        ("◌̃ → 山|", "\x1b[1;1H◌̃\x1b[1;2H → 山\x1b[1;7H|"),
        ("山|q̃", "\x1b[1;1H山\x1b[1;3H|q̃"),
        ("é▀·|", "\x1b[1;1Hé▀·|"),
    ],
)
def test_only_after_a_code_point_of_one_cell_is_the_place_certain(text: str, sent: str) -> None:
    segments = Update(0, 0, text, Style.null()).segments()
    assert Frame("none").difference(segments, COLUMNS, LINES) == sent


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("मी|", "\x1b[1;1H  \x1b[1;1Hमी\x1b[1;3H|"),  # blanks first: it may take one column, or two
        ("😀|", "\x1b[1;1H  \x1b[1;1H😀\x1b[1;3H|"),
        ("🇩🇪|", "\x1b[1;1H    \x1b[1;1H🇩🇪\x1b[1;5H|"),
        ("g\xadh", "\x1b[1;1H  \x1b[1;1Hg\xad\x1b[1;3Hh"),
        ("ी|", "\x1b[1;1H  \x1b[1;1H◌ी\x1b[1;3H|"),
    ],
)
def test_columns_that_a_letter_may_take_are_blank_before_and_the_place_behind_is_said_anew(
    text: str, sent: str
) -> None:
    segments = Update(0, 0, laid_out(text), Style.null()).segments()
    assert Frame("none").difference(segments, COLUMNS, LINES) == sent


def test_without_colour_no_colour_is_sent() -> None:
    style = Style(color="#ff0000", bgcolor="#00ff00", bold=True)
    sent = Frame("none").difference(Update(0, 0, "a", style).segments(), COLUMNS, LINES)
    assert sent == "\x1b[1;1H\x1b[1ma\x1b[0m"


def test_a_depth_gets_colours_of_its_own_palette() -> None:
    style = Style(color="#0000ff")
    sent = {
        depth: Frame(depth).difference(Update(0, 0, "a", style).segments(), COLUMNS, LINES)
        for depth in ("truecolour", "256", "16")
    }
    assert "38;2;0;0;255" in sent["truecolour"]
    assert "38;5;21" in sent["256"]
    assert "\x1b[34m" in sent["16"]


def test_of_eight_colours_bold_makes_the_bright_ones_and_nothing_else_is_bold() -> None:
    sent = Frame("8").difference(
        [
            *Update(
                0, 0, "a", Style(color="#ffff55", bgcolor="#5555ff", underline=True)
            ).segments(),
            *Update(1, 0, "b", Style(color="#aaaaaa", bgcolor="#0000aa", bold=True)).segments(),
        ],
        COLUMNS,
        LINES,
    )
    assert sent == "\x1b[1;1H\x1b[1;33;44ma\x1b[0;37;44mb\x1b[0m"


def test_what_a_terminal_would_obey_never_reaches_it() -> None:
    evil = Update(0, 0, "a\x1b[31m\x9b2J\u202eb", Style.null())
    sent = Frame("none").difference(evil.segments(), COLUMNS, LINES)
    assert sent == "\x1b[1;1Ha[31m2Jb"
