"""Letters on whose width terminals disagree: whichever side one takes, nothing else moves."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual.events import Key

from engine.text.labels import labels
from engine.wire.statistics import Statistic, Words
from engine.wire.values import Drawn, Name
from tests.tui.emulators import Emulator, bases, least, most
from tests.tui.fake_data import dataset
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui.app import LabApp
from tui.screens.fields.field import Field
from tui.terminal.cell_buffer import Difference, Frame
from tui.terminal.letter_widths import drawable, laid_out, pieces, restored, shortened

WORDS = (
    "मीना", "কাকলি", "மீனா", "สำเนา", "មករា", "می\u200cرود", "ශ්\u200dරී",
    "\u1112\u1161\u11ab", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f44d\U0001f3fd",
    "\u2764\ufe0fab", "🇩🇪🇫🇷", "g\xadh", "\u0940na", "\u200cab", "a\u200fb", "山mi", "q\u0303",
    "\ue000x", "\U000f0000x", "\U0001fadfx",
)  # fmt: skip
LINES = len(WORDS)


def emulators(columns: int = 40, lines: int = LINES) -> tuple[Emulator, Emulator]:
    return Emulator(least, columns, lines), Emulator(most, columns, lines)


def feed(frame: Frame, terminals: tuple[Emulator, ...], segments: list[Segment]) -> None:
    sent = frame.difference(segments, 40, LINES)
    for terminal in terminals:
        terminal.feed(sent)


def at(x: int, y: int, text: str) -> list[Segment]:
    return [Control.move_to(x, y).segment, Segment(text, Style.null())]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_comes_back_as_it_was_and_is_as_wide_as_the_widest_terminal_has_it(
    word: str,
) -> None:
    drawn = laid_out(word)
    assert restored(drawn).replace("◌", "") == word
    assert len(drawn) == len(word)
    assert cell_len(drawn) >= max(sum(map(least, word)), sum(map(most, word)))


def test_what_stands_behind_a_word_is_in_its_place_on_every_terminal() -> None:
    frame, terminals = Frame("none"), emulators()
    drawn = [laid_out(word) for word in WORDS]
    for y in range(LINES):
        feed(frame, terminals, at(0, y, "x" * 40))  # what was there must not show through
    for y, word in enumerate(drawn):
        feed(frame, terminals, at(0, y, f"│{word}│end"))
    for terminal in terminals:
        for word, line in zip(drawn, terminal.cells(), strict=True):
            assert "".join(line[cell_len(word) + 1 :][:4]) == "│end"
            assert line[0] == "│"
            assert "x" not in "".join(line[1 : cell_len(word) + 1]).replace(word[-1], "")


def test_every_letter_of_a_word_is_on_every_terminal() -> None:
    frame, terminals = Frame("none"), emulators()
    for y, word in enumerate(WORDS):
        feed(frame, terminals, at(0, y, "│" + laid_out(word)))
    for terminal in terminals:
        for word, line in zip(WORDS, terminal.cells(), strict=True):
            shown = "".join(line).rstrip()
            unseen = "│◌ \u200c\u200d"
            seen = [letter for letter in word if letter not in unseen]
            assert [letter for letter in shown if letter not in unseen] == seen


def test_a_letter_that_joined_one_which_is_gone_is_gone_too() -> None:
    frame, terminals = Frame("none"), emulators()
    for text in ("म" + "ी" + "b", "mab", "मab", "मीb", "मी", "ab "):
        feed(frame, terminals, at(3, 0, laid_out(text)))
        shown = ["".join(terminal.cells()[0]).replace(" ", "") for terminal in terminals]
        assert shown[0] == shown[1]
        assert shown[0].startswith(text.strip())


def test_a_box_that_was_over_the_half_of_a_letter_leaves_it_whole() -> None:
    frame, terminals = Frame("none"), emulators()
    word = laid_out("मीना")
    feed(frame, terminals, at(0, 0, word + "x"))
    feed(frame, terminals, at(1, 0, "│box"))  # over the second column of the first letter
    for terminal in terminals:
        assert terminal.cells()[0][1:5] == ["│", "b", "o", "x"]
    feed(frame, terminals, at(1, 0, word[1:] + "x"))  # gone: the part that it had covered is drawn
    for terminal in terminals:
        assert "".join(terminal.cells()[0]).replace(" ", "") == "मीनाx"


def test_a_sign_whose_letter_is_out_of_sight_touches_no_border() -> None:
    frame, terminals = Frame("none"), emulators()
    feed(frame, terminals, at(0, 0, "│" + laid_out("मी")[1:] + "b"))
    for terminal in terminals:
        assert terminal.cells()[0][:3] == ["│", "◌", "b"]


# --- cutting


@pytest.mark.parametrize("word", [*WORDS, "a\x1bb\x9b2J", "\\x1b", "\u202eabc"])
def test_neither_escapes_nor_letters_with_their_signs_are_cut_in_the_middle(word: str) -> None:
    parts = pieces(word)
    assert "".join(parts) == drawable(word)
    for room in range(1, cell_len(drawable(word)) + 1):
        shown = shortened(word, room)
        assert cell_len(shown) <= room
        whole = [("".join(parts[:n])) for n in range(len(parts) + 1)]
        assert shown.removesuffix("…") in whole


# --- the lab


def wordy() -> FakeEngine:
    alphabet = (".", *sorted(set("".join(WORDS))))
    engine = FakeEngine()
    engine.data = dataset(
        labels(alphabet),
        characters=alphabet,
        name="मीना.txt",
        statistics=(Statistic("first_words", Words(WORDS[:10]), "first words"),),
    )
    engine.names = [
        Drawn(n, Name(word, 2.5, None), Name(word[::-1], 2.5, None)) for n, word in enumerate(WORDS)
    ]
    return engine


def paint(app: LabApp, frame: Frame, terminals: tuple[Emulator, ...]) -> None:
    """What the screen shows now, as each terminal makes of it."""
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    sent = Difference(frame, update, *app.size).render_segments(app.console)
    for terminal in terminals:
        terminal.feed(sent)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_nothing_shifts_on_any_terminal_in_panes_dialogs_and_toasts(
    size: tuple[int, int],
) -> None:
    engine, frame, terminals = wordy(), Frame("none"), emulators(*size)
    async with opened(engine, size) as (app, pilot):

        def is_alike() -> bool:
            paint(app, frame, terminals)
            few, many = (bases(terminal.cells()) for terminal in terminals)
            assert few == many
            return True

        assert is_alike()
        engine.settings = type(engine.settings)(
            **{
                **{
                    name: getattr(engine.settings, name)
                    for name in engine.settings.__struct_fields__
                },
                "prefix": "मी",
            }
        )
        engine.tell_snapshot()
        await until(pilot, lambda: "prefix मी" in screen_text(app))
        assert is_alike()
        await pilot.press("c")
        await until(pilot, lambda: app.screen.query(Field))
        field = app.screen.query_one(Field)
        for word, last in (("मीना", "◌ा → ."), ("می\u200cرود", "د → .")):
            field.value = word
            field.cursor_position = 2  # on a sign
            await until(pilot, lambda last=last: last in screen_text(app))
            await settled(pilot)
            assert is_alike()
            assert f"│  {word} " in screen_text(app)
        await pilot.press("escape", "4", "y")
        await until(pilot, lambda: "Copied the name" in screen_text(app))
        assert is_alike()
        assert app.clipboard in [*WORDS, *(word[::-1] for word in WORDS)]


async def test_pictures_of_the_screen_have_letters() -> None:
    async with opened(wordy()) as (app, _):
        picture = app.export_screenshot()
        assert ">मीना<" in picture, "a mark alone would stand on a circle"
        assert not any("\U000f0000" < letter < "\U0010ffff" for letter in picture)


async def test_a_letter_that_cannot_be_seen_can_be_typed() -> None:
    async with opened(wordy()) as (app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: app.screen.query(Field))
        field = app.screen.query_one(Field)
        for letter in "a\u200cb":
            field.post_message(Key("unknown", letter))
        await until(pilot, lambda: field.value == "a\u200cb")
        field.post_message(Key("unknown", "\x1b"))
        field.post_message(Key("c", "c"))
        await until(pilot, lambda: field.value == "a\u200cbc")
