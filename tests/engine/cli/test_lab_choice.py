"""Before the screen begins: a lab whose name is wanted runs, or did not end well."""

import contextlib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from engine.checkpoints.saving.automatic_saves import AutomaticSaves
from engine.cli.commands import ls
from engine.cli.labs.lab_choice import arrive, chosen, taken_up
from engine.errors import EngineError
from engine.local.lab_summary import Listed
from engine.local.paths import LabPaths
from engine.text.printable import columns
from engine.wire.requests import Resume
from tests.processes import folder  # noqa: F401  a fixture
from tui.__main__ import main


def listed(state: str = "paused", data: str | None = "/a/words.txt", **facts: object) -> Listed:
    lab: dict[str, object] = dict.fromkeys(Listed.__struct_fields__)
    lab |= {"name": "words", "state": state, "data": data, "step": 0, "goal": 100, "since": 0.0}
    return Listed(**(lab | facts))  # type: ignore[arg-type]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """The questions, with what enter alone says; each is answered so."""
    asked: list[tuple[str, bool]] = []

    def confirm(question: str, default: bool) -> bool:
        asked.append((question, default))
        return default

    monkeypatch.setattr(click, "confirm", confirm)
    return asked


@pytest.mark.parametrize("data", [None, "/a/words.txt", "/a/../a/words.txt"])
def test_a_lab_on_the_same_data_is_offered(data: str | None, asked: list[tuple[str, bool]]) -> None:
    assert arrive(listed(), data) == "attach"
    question = "A lab called words runs on /a/words.txt (paused, step 0). Attach?"
    assert asked == [(question, True)]


def test_into_a_lab_without_data_what_is_wanted_is_opened(asked: list[tuple[str, bool]]) -> None:
    assert arrive(listed(data=None), "/a/words.txt") is None
    assert asked == [("A lab called words runs (paused, step 0). Attach?", True)]


def test_of_a_lab_on_other_data_that_is_said_and_enter_is_no(asked: list[tuple[str, bool]]) -> None:
    with pytest.raises(EngineError, match="another --name"):
        arrive(listed(), "/b/wo\x1brds.txt")
    question = "A lab called words runs on /a/words.txt, not on /b/wo\\x1brds.txt"
    assert asked == [(f"{question} (paused, step 0). Attach?", False)]


@pytest.mark.parametrize("state", ["paused", "crashed"])
def test_options_that_would_be_left_aside_are_named(
    state: str, asked: list[tuple[str, bool]]
) -> None:
    with contextlib.suppress(EngineError):
        arrive(listed(state, saved="/saves/new"), options=["--seed", "--hold-out"])
    ((question, default),) = asked
    assert question.endswith(", without --seed and --hold-out?")
    assert default is (state == "crashed"), "what crashed is what the same line was typed for"


@pytest.mark.parametrize(
    ("data", "same"), [("~/words.txt", True), ("words.txt", True), ("ords.txt", False)]
)
def test_on_another_machine_the_end_of_a_path_decides(
    data: str, same: bool, asked: list[tuple[str, bool]]
) -> None:
    try:
        arrive(listed(), data, host="me@box")
    except EngineError:
        assert not same
    assert [default for _, default in asked] == [same]


def test_a_lab_that_did_not_end_well_is_offered_to_be_resumed(
    asked: list[tuple[str, bool]],
) -> None:
    crashed = listed("crashed", step=1234, saved="/saves/new")
    assert arrive(crashed, "/a/words.txt") == Resume("/saves/new")
    assert arrive(crashed, "/b/words.txt") is None
    (same, yes), (other, no) = asked
    assert same.startswith(
        "The lab words on /a/words.txt did not end well; step 1,234 was saved at "
    )
    assert same.endswith(". Resume it?")
    assert other.endswith(". Resume it instead of opening /b/words.txt?")
    assert (yes, no) == (True, False)


def test_whoever_does_not_resume_a_lab_is_told_where_it_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(click, "confirm", lambda *_, **__: False)
    assert arrive(listed("ended", step=7, saved="/saves/new")) is None
    assert capsys.readouterr().err == "It stays: makemore-tui attach words takes it up.\n"


def test_attaching_to_a_lab_that_has_ended_resumes_it(asked: list[tuple[str, bool]]) -> None:
    ended = listed("ended", step=7, saved="/saves/new")
    running = listed("paused", name="other")
    assert chosen([ended, running], None) is running
    assert chosen([ended], None) is ended
    assert chosen([ended, running], "words") is ended
    assert taken_up(running) is None
    assert taken_up(ended) == Resume("/saves/new")
    ((question, _),) = asked
    assert question.startswith("The lab words on /a/words.txt has ended; step 7 was saved at ")
    with pytest.raises(EngineError, match="2 labs have ended: words, more"):
        chosen([ended, listed("crashed", name="more")], None)


@pytest.mark.usefixtures("folder")
def test_of_a_lab_that_was_stopped_it_is_said_what_goes_on_from_its_save() -> None:
    AutomaticSaves(LabPaths("words").saves).add(b"")
    command = "makemore-tui attach words takes it up where it was saved."
    there = [listed(name="more")]
    for labs, host, told in (
        ([], None, command),
        (there, None, command),
        (there, "box", "There are: more."),
    ):
        with pytest.raises(EngineError) as error:
            chosen(labs, "words", host)
        assert str(error.value) == f"No lab called words runs. {told}"
    told = CliRunner().invoke(main, ["stop", "words"])
    assert told.exit_code == 1
    assert told.stderr == f"makemore-tui: No lab called words runs. {command}\n"


def test_wide_characters_leave_the_columns_of_ls_where_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def labs() -> list[Listed]:
        return [listed(data="/a/名前.txt"), listed(data="/a/plain-name.txt")]

    monkeypatch.setattr(ls, "labs", labs)
    ls.command.main([], standalone_mode=False)
    lines = capsys.readouterr().out.splitlines()
    assert len({columns(line[: line.index(what)]) for line, what in zip(
        lines, ("STATE", "paused", "paused"), strict=True)}) == 1  # fmt: skip


def test_how_long_an_engine_waits_is_what_was_chosen(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,  # noqa: F811
) -> None:
    from engine.local.engine_process import EngineProcess
    from engine.remote.connection import RemoteEngine
    from tui.__main__ import _engine
    from tui.config.config import Config

    config = Config(idle_minutes=2.5)
    here = _engine("words", None, "makemore-tui", config)
    there = _engine("words", "me@box", "makemore-tui", config)
    assert isinstance(here, EngineProcess)
    assert isinstance(there, RemoteEngine)
    assert (here._idle_seconds, there._idle_seconds) == (150.0, 150.0)
