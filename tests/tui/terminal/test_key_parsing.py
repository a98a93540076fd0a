"""How bytes become keys: whatever comes at once with an escape, the escape is not lost."""

import pytest
from textual.events import AppFocus, Key, MouseDown, Paste
from textual.message import Message

from tui.terminal.key_parsing import KeyParser


def read(*reads: str) -> list[Message]:
    """What a parser makes of what it reads at once, and of nothing for a while after each."""
    parser, told = KeyParser(), list[Message]()
    for text in reads:
        told += parser.feed(text)
    return [*told, *parser.feed("")]  # the end: nothing more may come


def keys(*reads: str) -> list[str]:
    return [message.key for message in read(*reads) if isinstance(message, Key)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b", ["escape"]),
        ("\x1b\r", ["alt+enter"]),
        ("\x1b\t", ["alt+tab"]),
        ("\x1b ", ["alt+space"]),
        ("\x1b\x10", ["alt+ctrl+p"]),
        ("\x1b7", ["alt+7"]),
        ("\x1b?", ["alt+question_mark"]),
        ("\x1bm", ["alt+m"]),
        ("\x1bm\x1b", ["alt+m", "escape"]),
        ("\x1bé", ["alt+é"]),
        ("\x1b\x1b\r", ["escape", "alt+enter"]),
        ("\x1b\x1b[A", ["escape", "up"]),
        ("\x1b[A\x1b\rb", ["up", "alt+enter", "b"]),
        ("\x1b[", ["alt+left_square_bracket"]),
        ("\x1b]\x1b", ["alt+right_square_bracket", "escape"]),
        ("\x1bOP\x1b[3~\x1b[1;5C", ["f1", "delete", "ctrl+right"]),
        ("\x1b[27u\x1b[109;3u", ["escape", "alt+m"]),
    ],
)
def test_what_comes_at_once_with_escape_is_the_same_with_alt(text: str, expected: list[str]):
    assert keys(text) == expected


@pytest.mark.parametrize("text", ["\x1b[A", "\x1bOP", "\x1b[1;5C", "é\x1b[B", "\x1bm", "\x1b[\x1b"])
def test_it_does_not_matter_how_the_bytes_are_read(text: str):
    assert keys(*text) == keys(text)


def test_an_escape_that_nothing_follows_is_one_when_its_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
):
    now = 100.0
    monkeypatch.setattr("textual._parser.get_time", lambda: now)
    parser = KeyParser()
    assert not [*parser.feed("\x1b"), *parser.tick()]
    now += 1
    assert [message.key for message in parser.tick() if isinstance(message, Key)] == ["escape"]
    assert [message.key for message in parser.feed("m") if isinstance(message, Key)] == ["m"]
    assert not [*parser.feed("\x1b["), *parser.tick()]
    now += 1
    told = [message.key for message in parser.tick() if isinstance(message, Key)]
    assert told == ["alt+left_square_bracket"]


def test_what_is_no_key_stays_what_it_is():
    focus, press, paste, last = read("\x1b[I\x1b[<0;3;4M\x1b[200~ab\ncd\x1b[201~\x1b[A")
    assert isinstance(focus, AppFocus)
    assert isinstance(press, MouseDown)
    assert (press.x, press.y) == (2, 3)
    assert isinstance(paste, Paste)
    assert paste.text == "ab\ncd"
    assert isinstance(last, Key)


def test_the_character_of_the_key_is_kept():
    (key,) = read("\x1b\r")
    assert isinstance(key, Key)
    assert key.character == "\r"
