"""Paths to go on to, and files opened last."""

import asyncio
import os
import threading
import time
from pathlib import Path

import pytest

from engine.errors import DataError
from engine.server.file_browser import MOST_LOOKS, FileBrowser
from engine.server.path_completion import MOST, browsed
from engine.server.recent_files import Recent
from engine.wire.answers import Browsed
from engine.wire.requests import Browse
from engine.wire.values import Entry, RecentFile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "names.txt").write_text("emma\n")
    (tmp_path / "nations").mkdir()
    (tmp_path / "words.txt").write_text("a\nb\n")
    (tmp_path / ".hidden").write_text("")
    return tmp_path


def names(answer: Browsed) -> list[str]:
    return [entry.name for entry in answer.entries]


def test_a_path_goes_on_to_the_entries_that_begin_like_it(folder: Path) -> None:
    assert browsed(f"{folder}/na").entries == (
        Entry("names.txt", "file", 5),
        Entry("nations", "folder"),
    )
    assert browsed(f"{folder}/na").common == "na"
    assert browsed(f"{folder}/w").common == "words.txt"
    assert browsed(f"{folder}/x").entries == ()
    assert browsed(f"{folder}/na").head == f"{folder}/"


def test_names_with_a_dot_in_front_want_a_dot(folder: Path) -> None:
    assert ".hidden" not in names(browsed(f"{folder}/"))
    assert names(browsed(f"{folder}/.h")) == [".hidden"]


def test_a_tilde_is_the_home_and_stays_as_it_was_typed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder))
    for path in ("~", "~/"):
        assert browsed(path).head == "~/"
        assert names(browsed(path)) == ["names.txt", "nations", "words.txt"]


def test_a_relative_path_is_of_the_engines_own_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "nations")
    assert names(browsed("")) == []
    assert browsed("..").head == "../"
    assert "names.txt" in names(browsed(".."))


def test_what_is_no_file_is_told_apart_and_never_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to(folder / "nowhere")
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "shortcut").symlink_to(folder / "nations")
    kinds = {entry.name: entry.kind for entry in browsed(f"{folder}/").entries}
    assert kinds["pipe"] == "special"
    assert kinds["link"] == kinds["loop"] == "broken"
    assert kinds["shortcut"] == "folder"


def test_a_name_that_no_field_can_hold_is_counted_only(folder: Path) -> None:
    (folder / "evil\x1b[31m").write_text("")
    (folder / "over\u202eride").write_text("")
    Path(os.fsdecode(os.fsencode(folder) + b"/not-utf-8-\xff")).write_text("")
    answer = browsed(f"{folder}/")
    assert names(answer) == ["names.txt", "nations", "words.txt"]
    assert answer.unnameable == 3
    assert answer.common == ""


def test_a_large_folder_is_answered_in_part_and_says_so(folder: Path) -> None:
    for number in range(MOST + 50):
        (folder / f"part-{number:04}").touch()
    answer = browsed(f"{folder}/p")
    assert names(answer) == [f"part-{number:04}" for number in range(MOST)]
    assert (answer.more, answer.whole, answer.common) == (50, True, "part-0")
    hurried = browsed(f"{folder}/p", seconds=0)
    assert not hurried.whole
    assert len(hurried.entries) == 1


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/nowhere/at/all", "no such folder"),
        ("{folder}/names.txt/", "is no folder"),
        ("{folder}/\0/", "no path"),
        ("/" + "x" * 300 + "/", "cannot be read"),
    ],
)
def test_a_folder_that_cannot_be_listed_is_a_sentence(
    path: str, sentence: str, folder: Path
) -> None:
    with pytest.raises(DataError, match=sentence):
        browsed(path.format(folder=folder))


def test_a_folder_without_permission_is_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", forbidden)  # root may look anywhere
    with pytest.raises(DataError, match="no permission"):
        browsed(f"{folder}/")


# --- files opened last


def paths(recent: Recent) -> tuple[str, ...]:
    return tuple(file.path for file in recent.files())


def test_files_opened_last_are_kept_the_newest_first_and_each_once(tmp_path: Path) -> None:
    recent = Recent(tmp_path / "state" / "recent.json")
    assert paths(recent) == ()
    for number in (1, 2, 3, 1):
        recent.add(RecentFile(f"/data/{number}"))
    assert paths(recent) == ("/data/1", "/data/3", "/data/2")
    for number in range(20):
        recent.add(RecentFile(f"/more/{number}"))
    assert paths(recent) == tuple(f"/more/{number}" for number in range(19, 9, -1))
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["recent.json"]


def test_a_file_is_kept_with_the_options_that_it_was_read_with_last(tmp_path: Path) -> None:
    recent = Recent(tmp_path / "recent.json")
    (tmp_path / "recent.json").write_text('["/data/a", "/data/b"]')  # of an earlier version
    recent.add(RecentFile("/data/b", "--format csv --column 'first name'"))
    assert recent.files() == (
        RecentFile("/data/b", "--format csv --column 'first name'"),
        RecentFile("/data/a"),
    )
    recent.add(RecentFile("/data/b", "--lower"))
    assert recent.files() == (RecentFile("/data/b", "--lower"), RecentFile("/data/a"))


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[1]", b'"x"', b"\xff", b"[" * 100_000])
def test_a_damaged_list_is_an_empty_one(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "recent.json"
    file.write_bytes(content)
    assert paths(Recent(file)) == ()
    Recent(file).add(RecentFile("/data/a"))
    assert paths(Recent(file)) == ("/data/a",)


def test_what_a_terminal_would_obey_is_neither_kept_nor_offered(tmp_path: Path) -> None:
    file = tmp_path / "recent.json"
    file.write_text('["/a\\u001b[31m", "/b", ""]')
    assert paths(Recent(file)) == ("/b",)
    Recent(file).add(RecentFile("/c\x1b"))
    Recent(file).add(RecentFile("/d", "--column \x1b"))
    assert paths(Recent(file)) == ("/b",)


def test_a_list_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    recent = Recent(tmp_path / "file" / "recent.json")
    recent.add(RecentFile("/data/a"))
    assert paths(recent) == ()


# --- the server's side


async def test_a_folder_that_hangs_is_a_sentence_and_holds_up_nobody_else() -> None:
    hanging = threading.Event()

    def look(path: str, recent: tuple[RecentFile, ...]) -> Browsed:
        if path == "/gone":
            hanging.wait()
        return browsed("/", recent)

    shelf = FileBrowser(look=look, seconds=0.05)
    try:
        for _ in range(MOST_LOOKS - 1):
            with pytest.raises(DataError, match="/gone: the folder does not answer"):
                await shelf.answer(Browse("/gone"))
        assert (await shelf.answer(Browse("/"))).entries
        with pytest.raises(DataError, match="does not answer"):
            await shelf.answer(Browse("/gone"))
        with pytest.raises(DataError, match="Too many folders"):
            await shelf.answer(Browse("/"))
    finally:
        hanging.set()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:  # the threads that hung give their places back
        try:
            assert (await shelf.answer(Browse("/"))).entries
            break
        except DataError:
            await asyncio.sleep(0)
    else:
        raise AssertionError("never")
