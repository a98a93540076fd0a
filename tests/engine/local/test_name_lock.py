"""Who has a lab's name, and what is left of one that died."""

import asyncio
import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from engine.checkpoints.checkpoint import load, pack
from engine.checkpoints.opening import lab_of
from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.cli.labs.lab_choice import check_is_known, taken_up
from engine.errors import EngineError, EngineUnavailable, LabGone, NameTaken
from engine.lab.lab import Lab
from engine.lab.snapshots import dataset_opened
from engine.local.engine_process import EngineProcess
from engine.local.lab_list import labs, look
from engine.local.lab_summary import Listed
from engine.local.name_lock import Claim, Holder, clear, standing, standing_of
from engine.local.paths import LabPaths
from engine.local.saved_labs import newest_save
from engine.settings.values import NO_PACE_LIMIT
from engine.text.printable import printable
from engine.wire.requests import Resume
from tests.processes import launched
from tui.__main__ import main

PLACE = LabPaths("test")

pytestmark = pytest.mark.usefixtures("folder")


def crash(claim: Claim) -> Holder:
    """Let go of a name as a death does; what is left."""
    os.close(claim._file)
    state, holder = standing(PLACE)
    assert state == "crashed"
    assert holder is not None
    return holder


def test_a_name_is_held_by_one_alone_and_free_again_after_it() -> None:
    claim = Claim(PLACE)
    assert standing(PLACE)[0] == "running"
    with pytest.raises(NameTaken, match="A lab called test runs already"):
        Claim(PLACE)
    claim.release("stopped")
    assert standing(PLACE) == ("free", None)


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_is_no_file_holds_no_name_and_nobody_waits_for_it(kind: str) -> None:
    PLACE.folder.mkdir(parents=True)
    if kind == "pipe":
        os.mkfifo(PLACE.claim)
    else:
        PLACE.claim.symlink_to("/dev/zero")
    for look_at in (standing, Claim):
        with pytest.raises(EngineUnavailable, match=r"running is no regular file\. Remove it\.$"):
            look_at(PLACE)
    listed = asyncio.run(labs())
    assert [(lab.name, lab.state) for lab in listed] == [("test", "unknown")]
    assert listed[0].trouble is not None
    assert "Remove it." in listed[0].trouble


def test_what_was_written_into_a_claim_may_be_anything() -> None:
    PLACE.folder.mkdir(parents=True)
    for said in (b"", b"\xff", b"[" * 4096, b'{"x":' * 800, b'"' + b"9" * 5000, b"\0" * 100_000):
        PLACE.claim.write_bytes(said)
        assert standing(PLACE) == ("crashed", None)


@pytest.mark.slow
def test_whoever_clears_away_never_takes_a_name_from_who_has_just_taken_it() -> None:
    holder, over, lost = crash(Claim(PLACE)), threading.Event(), 0

    def clearing() -> None:
        while not over.is_set():
            clear(PLACE, holder, wholly=True)

    thread = threading.Thread(target=clearing)
    thread.start()
    for _ in range(500):
        PLACE.claim.write_bytes(msgspec.json.encode(holder))
        claim = Claim(PLACE)
        lost += standing(PLACE)[0] != "running"
        os.close(claim._file)
    over.set()
    thread.join()
    assert lost == 0


def test_an_engine_that_had_no_lab_leaves_the_crash_before_it_to_be_resumed() -> None:
    before = crash(Claim(PLACE))
    Claim(PLACE).release("unopened")
    assert standing(PLACE) == ("crashed", before)
    Claim(PLACE).release("stopped")
    assert standing(PLACE) == ("free", None)


def test_a_lab_that_ended_without_a_person_is_remembered_until_it_is_taken_up() -> None:
    Claim(PLACE).release("ended")
    state, holder = standing(PLACE)
    assert state == "ended"
    Claim(PLACE).release("unopened")
    assert standing(PLACE) == ("ended", holder)
    Claim(PLACE).release("stopped")
    assert standing(PLACE) == ("free", None)
    assert not PLACE.folder.exists(), "nothing of it is kept"


def test_a_lab_that_ends_well_as_one_looks_is_not_said_to_have_crashed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim, lock = Claim(PLACE), fcntl.flock

    def late(file: int, kind: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        claim.release("ended")
        lock(file, kind)

    monkeypatch.setattr(fcntl, "flock", late)
    assert standing(PLACE)[0] == "ended"


def test_on_a_full_disk_the_crash_is_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    before = crash(Claim(PLACE))
    with monkeypatch.context() as full:

        def refuse(*_: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        full.setattr(os, "pwrite", refuse)
        with pytest.raises(OSError, match="No space left"):
            Claim(PLACE)
    assert standing(PLACE) == ("crashed", before)


def test_of_a_lab_of_an_older_version_its_own_saves_are_told_apart_by_their_names() -> None:
    saves = AutomaticSaves(PLACE.saves)
    before = saves.add(b"of a lab that had its name before")
    holder = msgspec.structs.replace(crash(Claim(PLACE)), saves_since=before.name)
    assert newest_save(PLACE, holder) is None
    newest = saves.add(b"of this one")
    os.utime(newest, (0, 0))
    assert newest_save(PLACE, holder) == newest


def test_an_engine_is_the_same_whatever_lab_it_has_opened_since() -> None:
    claim = Claim(PLACE)
    _, early = standing(PLACE)
    assert early is not None
    claim.note(Resume("/a/file"))
    assert standing_of(early, PLACE) == "running"
    late = crash(claim)
    assert standing_of(early, PLACE) == "crashed"
    assert newest_save(PLACE, late) == Path("/a/file"), "until there is a save of its own"
    Claim(PLACE)
    assert standing_of(early, PLACE) == "free"


async def test_a_lab_without_a_limit_of_pace_begins_again_so_after_a_crash(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("ab\nba\n")
    lab = Lab(tmp_path / "words.txt", device="cpu", pace=NO_PACE_LIMIT)
    opening = dataset_opened(lab, 1).opening
    assert opening is not None
    claim = Claim(PLACE)
    claim.note(opening)
    crash(claim)
    listed = await look(PLACE)
    assert listed is not None
    assert listed.again == opening
    assert msgspec.json.decode(msgspec.json.encode(listed), type=Listed) == listed
    again = lab_of(opening, None)
    assert again.selected.settings["pace"] == NO_PACE_LIMIT


async def test_a_lab_that_began_with_a_file_goes_back_to_it_until_its_first_save(
    tmp_path: Path,
) -> None:
    (tmp_path / "words.txt").write_text("ab\nba\n")
    lab = Lab(tmp_path / "words.txt", device="cpu")
    lab.selected.train(more=3)
    lab.advance(lab.selected, 3)
    file = tmp_path / "mine"
    file.write_bytes(pack(lab).encode())
    claim = Claim(PLACE)
    claim.note(Resume(str(file), device="cpu"))
    crash(claim)
    listed = await look(PLACE)
    assert listed is not None
    assert (listed.state, listed.step, listed.saved) == ("crashed", 3, str(file))
    assert listed.again == Resume(str(file), device="cpu")
    newest = AutomaticSaves(PLACE.saves).add(file.read_bytes())
    listed = await look(PLACE)
    assert listed is not None
    assert (listed.saved, listed.again) == (str(newest), None)


def test_of_the_saves_of_a_crashed_lab_the_newest_with_a_good_header_is_offered(
    tmp_path: Path,
) -> None:
    words = tmp_path / "words.txt"
    words.write_text("ab\nba\n")
    good = pack(Lab(words, device="cpu")).encode()
    before = crash(Claim(PLACE))
    saves = AutomaticSaves(PLACE.saves)
    whole = saves.add(good)
    saves.add(good[:100])
    assert newest_save(PLACE, before) == whole
    whole.unlink()
    damaged = saves.newest()
    assert damaged is not None
    assert newest_save(PLACE, before) == damaged, "whoever takes it up is told what is wrong"


async def test_saves_that_cannot_be_looked_at_are_not_taken_for_none(
    engine: EngineProcess, folder: Path
) -> None:
    holder = crash(Claim(PLACE))
    saved = AutomaticSaves(PLACE.saves).add(b"of it")
    PLACE.saves.rename(folder / "away")
    PLACE.saves.touch()
    (lab,) = await labs()
    assert (lab.state, lab.saved, lab.pid) == ("crashed", None, None)
    assert lab.trouble is not None
    listed = await asyncio.to_thread(CliRunner().invoke, main, ["ls"])
    assert lab.trouble in listed.output
    for attach in (True, False):
        with pytest.raises(EngineUnavailable) as told:
            await engine.start(attach=attach)
        assert lab.trouble.rstrip(".") in str(told.value)
        assert not isinstance(told.value, LabGone)
    with pytest.raises(EngineError, match="the folder of automatic checkpoints: Not a directory"):
        taken_up(lab)
    with pytest.raises(EngineError, match="another --name"):
        check_is_known(lab)
    assert standing(PLACE) == ("crashed", holder)
    PLACE.saves.unlink()
    (folder / "away").rename(PLACE.saves)
    assert [lab.saved for lab in await labs()] == [str(saved)]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no other names than UTF-8")
async def test_data_is_told_by_the_name_it_has_whatever_the_bytes_of_that(tmp_path: Path) -> None:
    words = tmp_path / os.fsdecode(b"a?b#c%20\xff.txt")
    words.write_text("ab\nba\n")
    saved = pack(Lab(words, device="cpu")).encode()
    crash(Claim(PLACE))
    path = AutomaticSaves(PLACE.saves).add(saved)
    lab = await look(PLACE)
    assert lab is not None
    assert lab.data == printable(str(words))
    assert load(path).corpus.path == words


def test_a_file_system_without_locks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(EngineUnavailable, match=r"cannot be locked: No locks available\..*STATE"):
        Claim(PLACE)


def test_an_engine_whose_starter_has_gone_ends_and_leaves_nothing(folder: Path) -> None:
    process = subprocess.Popen(
        (sys.executable, "-m", "engine", "--name", "test", "--idle", "600"), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(60) == 0
    assert standing(PLACE) == ("free", None)
    assert list(folder.rglob("*.sock")) == []


@pytest.mark.usefixtures("preloaded")
@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGHUP])
def test_a_hang_up_beside_another_signal_is_no_second_one(first: signal.Signals) -> None:
    process = launched()
    other = signal.SIGHUP if first == signal.SIGTERM else signal.SIGTERM
    for number in (first, other):
        process.send_signal(number)
    assert process.wait(60) == 0
