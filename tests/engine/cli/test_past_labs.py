"""Labs that a person has ended: they are listed, taken up, renamed and deleted by their names."""

import asyncio
import os
import queue
import sys
from collections.abc import Callable
from pathlib import Path

import click
import msgspec
import pytest
from click.testing import CliRunner, Result

from engine.checkpoints import checkpoint
from engine.checkpoints.checkpoint import pack
from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.cli.labs import new_lab_name
from engine.cli.labs.lab_choice import arrive, chosen, taken_up
from engine.data.built_in import built_in_path
from engine.errors import BadName, EngineError
from engine.lab.lab import Lab
from engine.local.lab_summary import Listed
from engine.local.name_lock import Claim
from engine.local.paths import LabPaths, numbered
from engine.local.saved_labs import other_labs, saved_labs
from engine.server.file_browser import FileBrowser
from engine.server.inbox import Inbox
from engine.server.socket_server import Server
from engine.wire.answers import Browsed, Done
from engine.wire.client import Client, expected
from engine.wire.requests import Browse, DeleteLab, Open, RenameLab, Resume
from tests.engine.cli.test_lab_choice import listed
from tests.processes import folder  # noqa: F401  a fixture
from tui.__main__ import main
from tui.config.config import Config

pytestmark = pytest.mark.usefixtures("folder")

Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Saves a lab of some steps under a name."""
    (tmp_path / "words.txt").write_text("ab\nba\n")

    def save(name: str, steps: int = 1) -> Path:
        lab = Lab(tmp_path / "words.txt", device="cpu")
        lab.selected.train(more=steps)
        lab.selected.advance(steps)
        return AutomaticSaves(LabPaths(name).saves).add(pack(lab).encode())

    return save


def run(*arguments: str, says: str = "") -> Result:
    return CliRunner().invoke(main, arguments, input=says)


def names() -> list[str]:
    return [lab.name for lab in saved_labs()]


def test_all_labs_are_listed_by_name_with_what_they_are(save: Save) -> None:
    save("words", 3)
    save("words-2", 7)
    assert run("ls").stdout == ""
    assert "makemore-tui opens one. ls --all lists 2 that are saved." in run("ls").stderr
    lines = [line.split() for line in run("ls", "--all").stdout.splitlines()]
    assert lines[0][:6] == ["NAME", "DATA", "MODEL", "DEVICE", "STATE", "STEP"]
    assert [(line[0], line[1], line[4]) for line in lines[1:]] == [
        ("words", "words.txt", "saved"),
        ("words-2", "words.txt", "saved"),
    ]
    assert [line[5].split("/")[0] for line in lines[1:]] == ["3", "7"]
    assert float(lines[1][6]) > 0
    listed = [
        msgspec.json.decode(line) for line in run("ls", "--all", "--json").stdout.splitlines()
    ]
    assert [(lab["name"], lab["step"]) for lab in listed] == [("words", 3), ("words-2", 7)]


def test_a_lab_that_may_run_or_not_is_listed_once_and_not_said_to_be_over(save: Save) -> None:
    save("words")
    os.mkfifo(LabPaths("words").claim)
    for arguments in (("ls",), ("ls", "--all")):
        listing = run(*arguments)
        assert listing.stdout.count("words") == 1
        assert listing.stderr.startswith("Whether the lab words runs cannot be known: ")
        assert "does not run any more" not in listing.stderr


def test_a_dialog_is_offered_all_labs_but_its_own_with_what_they_are(save: Save) -> None:
    path = save("words", 3)
    for name in ("own", "broken", "left"):
        save(name)
    running = Claim(LabPaths("left"))
    os.close(Claim(LabPaths("broken"))._file)
    began = Open("/a/words.txt", seed=3)
    begun = Claim(LabPaths("begun"))
    begun.note(began)
    os.close(begun._file)
    save("odd")
    os.mkfifo(LabPaths("odd").claim)
    found = {lab.name: lab for lab in other_labs("own")}
    running.release("stopped")
    states = {name: lab.state for name, lab in found.items()}
    assert states == {
        "words": "saved", "broken": "crashed", "left": "running", "begun": "crashed",
        "odd": "unknown",
    }  # fmt: skip
    words = found["words"]
    assert (words.path, words.step, words.again) == (str(path), 3, None)
    assert words.data.endswith("/words.txt")
    assert words.loss is not None
    assert (found["begun"].path, found["begun"].again) == ("", began)
    assert "is no regular file" in found["odd"].trouble


async def test_a_client_of_an_engine_renames_and_deletes_its_other_labs(
    save: Save, tmp_path: Path
) -> None:
    save("words", 5)
    inbox: Inbox = queue.SimpleQueue()
    server = Server(inbox, "own", FileBrowser(labs=lambda: other_labs("own")))
    ready = asyncio.Event()
    serving = asyncio.create_task(server.serve(tmp_path / "s", ready.set))
    await ready.wait()
    client = await Client.connect(tmp_path / "s")

    async def listed() -> list[str]:
        return [lab.name for lab in expected(Browsed, await client.call(Browse())).labs]

    try:
        assert await listed() == ["words"]
        assert await client.call(RenameLab("words", "thesis")) == Done()
        assert await listed() == ["thesis"]
        claim = Claim(LabPaths("own"))
        for request, why in (
            (RenameLab("thesis", "../x"), "is no name for a lab"),
            (RenameLab("nowhere", "x"), "No lab called nowhere"),
            (RenameLab("thesis", "own"), "There is a lab called own already"),
            (DeleteLab("own"), "A lab called own runs already"),
            (DeleteLab("../words"), "is no name for a lab"),
        ):
            with pytest.raises(EngineError, match=why):
                await client.call(request)
        claim.release("stopped")
        assert await client.call(DeleteLab("thesis")) == Done()
        assert await listed() == []
        assert not LabPaths("thesis").folder.exists()
    finally:
        await client.close()
        server.stop()
        await serving


def test_attach_takes_a_saved_lab_up_from_its_newest_save_without_a_question(save: Save) -> None:
    save("words", 1)
    newest = save("words", 2)
    lab = chosen(saved_labs(), "words")
    assert taken_up(lab) == Resume(str(newest))
    with pytest.raises(EngineError, match=r"No lab runs.* Saved are: words\. Name the one"):
        chosen(saved_labs(), None)


def test_a_saved_lab_is_renamed_and_none_that_runs_or_whose_new_name_is_anothers(
    save: Save,
) -> None:
    path = save("words", 2)
    save("other")
    done = run("rename", "words", "thesis")
    assert (done.exit_code, names()) == (0, ["other", "thesis"])
    assert "makemore-tui attach thesis takes it up." in done.stderr
    assert AutomaticSaves(LabPaths("thesis").saves).newest() == LabPaths("thesis").saves / path.name
    for new, said in (("other", "There is a lab called other"), ("../x", "is no name for a lab")):
        failed = run("rename", "thesis", new)
        assert failed.exit_code == 1
        assert said in failed.stderr
    claim = Claim(LabPaths("thesis"))
    for command in (("rename", "thesis", "new"), ("delete", "thesis", "--yes")):
        assert "makemore-tui stop thesis saves and ends it" in run(*command).stderr
    claim.release("stopped")
    assert names() == ["other", "thesis"]
    assert "No lab called nowhere" in run("rename", "nowhere", "new").stderr


def test_what_tells_of_a_crash_goes_with_its_lab_to_the_new_name(save: Save) -> None:
    save("words")
    os.close(Claim(LabPaths("words"))._file)
    assert run("rename", "words", "thesis").exit_code == 0
    assert "thesis did not end well. makemore-tui attach thesis takes it up." in run("ls").stderr


def test_a_lab_is_deleted_after_a_question(save: Save) -> None:
    save("words", 5)
    asked = run("delete", "words", says="n\n")
    assert "step 5 was saved at" in asked.output
    assert (asked.exit_code, names()) == (1, ["words"])
    assert run("delete", "words", says="y\n").exit_code == 0
    assert names() == []
    assert not LabPaths("words").folder.exists()
    save("words")
    assert run("delete", "words", "--yes").exit_code == 0
    assert run("delete", "words", "--yes").exit_code == 1


def test_a_new_lab_takes_no_name_that_another_has() -> None:
    labs = [listed("saved", name="words"), listed("training", name="words-2")]
    assert new_lab_name.new_name(labs, "words") == "words-3"
    assert new_lab_name.new_name(labs, "other") == "other"
    long = 40 * "n"
    assert new_lab_name.new_name([listed(name=long)], long) == numbered(long, 2) == 38 * "n" + "-2"
    with pytest.raises(BadName):
        new_lab_name.new_name([], "a/b")


@pytest.mark.parametrize(
    ("there", "meant"),
    [
        ([("saved", "words")], None),
        ([("saved", "words"), ("training", "words-2")], "words-2"),
        ([("crashed", "words"), ("paused", "words-3")], "words-3"),
        ([("ended", "words-2"), ("crashed", "words")], "words"),
        ([("training", "words-x")], None),
    ],
)
def test_whoever_opens_a_file_means_the_lab_that_runs_or_waits_on_it(
    there: list[tuple[str, str]], meant: str | None
) -> None:
    labs = [listed(state, name=name) for state, name in there]
    found = new_lab_name.wanted(labs, "/a/words.txt", None)
    assert (found and found.name) == meant
    assert new_lab_name.wanted(labs, None, "words-9") is None


def test_a_lab_on_another_file_whose_name_has_a_number_is_not_meant() -> None:
    other = listed("training", name="words-2", data="/a/words-2.txt")
    assert new_lab_name.wanted([other], "/a/words.txt", None) is None
    assert new_lab_name.wanted([other], "/a/words-2.txt", None) == other


def test_a_file_that_is_resumed_is_the_lab_whose_newest_save_it_is() -> None:
    path = str(LabPaths("words").saves / "20260101T000000.000000Z.safetensors")
    saved = listed("saved", saved=path)
    assert new_lab_name.name_to_resume([saved], path, None) == "words"
    assert new_lab_name.name_to_resume([saved], path, "words") == "words"
    assert new_lab_name.name_to_resume([saved], path, "copy") == "copy"
    older = str(LabPaths("words").saves / "20250101T000000.000000Z.safetensors")
    assert new_lab_name.name_to_resume([saved], older, None) == "words-2"
    assert new_lab_name.name_to_resume([saved], "/a/mine.safetensors", None) == "mine"
    with pytest.raises(EngineError, match="A lab called words is saved"):
        new_lab_name.name_to_resume([saved], "/a/mine.safetensors", "words")
    with pytest.raises(EngineError, match="A lab called words runs already"):
        new_lab_name.name_to_resume([listed()], "/a/mine.safetensors", "words")


def test_a_name_that_a_saved_lab_has_is_not_taken_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    saved = listed("saved", saved="/saves/new", step=7)
    monkeypatch.setattr(click, "confirm", lambda *_, **__: True)
    assert arrive(saved) == Resume("/saves/new")
    monkeypatch.setattr(click, "confirm", lambda *_, **__: False)
    with pytest.raises(EngineError, match="words stays that lab's name"):
        arrive(saved)


def test_a_lab_of_which_nothing_was_saved_yet_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(click, "confirm", lambda question, default: asked.append(question) or True)
    again = Open("/a/words.txt", seed=3)
    assert taken_up(listed("crashed", again=again)) == again
    assert asked == [
        "The lab words on /a/words.txt did not end well; nothing of it was saved yet, so it begins"
        " again. Resume it?"
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "100 labs are saved. Begin another?"),
        (("--resume", "mine"), "100 labs are saved. Begin another?"),
        (("--host", "box"), "100 labs are saved on box. Begin another?"),
        (("--host", "box", "--resume", "mine"), "100 labs are saved on box. Begin another?"),
    ],
)
def test_where_a_hundred_labs_are_saved_another_begins_only_if_a_person_agrees(
    arguments: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint.save(Lab(built_in_path(), device="cpu"), tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    labs = [listed("saved", name=f"lab-{number}") for number in range(100)]
    begun: list[str] = []
    asked: list[str] = []
    agrees = True

    def confirm(question: str, default: bool) -> bool:
        asked.append(question)
        assert not default
        return agrees

    monkeypatch.setattr(click, "confirm", confirm)
    monkeypatch.setattr("tui.__main__._ready", lambda _: Config())
    monkeypatch.setattr("tui.__main__._labs", lambda *_: labs)
    monkeypatch.setattr("tui.__main__._show", lambda engine, *_, **__: begun.append(engine.name))
    assert run(*arguments).exit_code == 0
    assert asked == [says]
    assert begun == ["mine" if "--resume" in arguments else "names"]
    agrees = False
    refused = run(*arguments)
    assert refused.exit_code == 1
    assert "No lab was begun." in refused.stderr
    assert len(begun) == 1
    labs.pop()
    assert run(*arguments).exit_code == 0
    assert len(asked) == 2


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_on_a_terminal_a_lab_has_one_line_with_its_name_data_step_loss_and_time(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.cli.commands import ls

    async def labs() -> list[Listed]:
        name = "dictionary-of-english-%d"
        return [listed("saved", name=name % n, since=1e9 + n, loss=2.5, step=7) for n in range(30)]

    monkeypatch.setattr(ls, "labs", labs)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(ls.shutil, "get_terminal_size", lambda: os.terminal_size((columns, 24)))
    ls.command.main(["--all"], standalone_mode=False)
    heading, *lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 30
    assert {"NAME", "DATA", "STATE", "STEP", "LOSS", "SINCE"} <= set(heading.split())
    assert ("DEVICE" in heading) == (columns == 120)
    if columns >= 80:
        assert max(map(len, lines)) <= columns
    assert all("2.5000" in line and "2001-09-09" in line for line in lines)


def test_nothing_that_another_machine_says_of_a_lab_reaches_the_terminal_raw(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.cli.commands import ls

    evil = "a\x1b]0;b\x07\nc"
    lab = Listed(
        evil, evil, evil, evil, evil, 1, 2, float("nan"), 3, 1e300, 4, trouble=None, host=None
    )

    async def labs() -> list[Listed]:
        return [lab, msgspec.structs.replace(lab, name="words", since=-1e300, state="crashed")]

    monkeypatch.setattr(ls, "labs", labs)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    ls.command.main([], standalone_mode=False)
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 3
    assert all(line.isprintable() for line in (told.out + told.err).splitlines())
    assert all(line.endswith("–") for line in told.out.splitlines()[1:]), "no such time"


@pytest.mark.parametrize(("goal", "told"), [(0, "–"), (100, "0/100")])
def test_a_lab_whose_model_has_no_steps_is_listed_without_them(
    goal: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.cli.commands import ls

    async def labs() -> list[Listed]:
        return [Listed("a", "/w.txt", "ngram", "cpu", "idle", 0, goal, None, 0, 0.0, 1)]

    monkeypatch.setattr(ls, "labs", labs)
    ls.command.main([], standalone_mode=False)
    assert capsys.readouterr().out.splitlines()[-1].split()[5] == told
