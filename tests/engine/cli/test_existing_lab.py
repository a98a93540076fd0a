"""Commands that look at a checkpoint, or at a lab that runs, as it is."""

import asyncio
import contextlib
import fcntl
import json
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.checkpoints.checkpoint import load
from engine.errors import EngineUnavailable
from engine.local.engine_process import EngineProcess
from engine.wire.answers import Description
from engine.wire.client import Client
from engine.wire.events import Ended, Snapshot, Stopped
from engine.wire.requests import Configure, Describe, Open, Pause, Stop, Train, Watch
from tests.engine.cli.test_shell_completion import offered
from tests.processes import end, folder, launched  # noqa: F401  a fixture
from tui.__main__ import main

SETTINGS = Configure(
    {"pace": float("inf"), "source": "selected", "stream": "video", "sample_seed": 7,
     "temperature": 0.8, "smoothing": 3.0}
)  # fmt: skip


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), prog_name="makemore-tui")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("emma\nava\nolivia\nmia\n")
    return path


@pytest.fixture
def saved(data: Path, tmp_path: Path) -> Path:
    path = tmp_path / "words.safetensors"
    result = run(
        "train", "--data", data, "--device", "cpu", "--steps", 30, "--every", 0, "--save", path
    )
    assert result.exit_code == 0, result.stderr
    return path


@pytest.mark.parametrize("stream", ["keyed", "video", "notebook", "torch"])
def test_names_of_a_checkpoint_are_those_of_the_training_that_it_is_of(
    stream: str, saved: Path, data: Path
) -> None:
    trained = ("--data", data, "--model", "net", "--steps", 30, "--device", "cpu")
    taken_up = run("sample", "--resume", saved, "--stream", stream)
    assert taken_up.exit_code == 0, taken_up.stderr
    assert taken_up.stdout == run("sample", *trained, "--stream", stream).stdout
    counts = run("sample", "--resume", saved, "--model", "counts", "--stream", stream)
    assert counts.stdout == run("sample", "--data", data, "--stream", stream).stdout


def test_scores_matrices_and_statistics_of_a_checkpoint_too(saved: Path, data: Path) -> None:
    trained = ("--data", data, "--steps", 30, "--device", "cpu")
    for command in (("score", "emma", "--json"), ("matrix", "--view", "net"), ("matrix",)):
        assert run(*command, "--resume", saved).stdout == run(*command, *trained).stdout
    assert run("stats", "--resume", saved).stdout == run("stats", "--data", data).stdout


def test_the_hold_out_of_a_lab_is_told_beside_what_it_is_trained_on(tmp_path: Path) -> None:
    path = tmp_path / "a"
    run("train", "--hold-out", 0.2, "--steps", 1, "--save", path, "--device", "cpu")
    (facts,) = map(json.loads, run("stats", "--resume", path, "--json").stdout.splitlines())
    corpus = load(path, device="cpu").corpus
    assert corpus.held_out_VV is not None
    assert facts["bigrams_trained_on"] == int(corpus.counts_VV.sum())
    assert facts["bigrams_held_out"] == int(corpus.held_out_VV.sum())
    assert facts["bigrams_trained_on"] + facts["bigrams_held_out"] == facts["bigrams"]
    told = run("stats", "--resume", path).stdout
    assert re.search(rf"^words held out +{facts['held_out']:,}$", told, re.MULTILINE)
    assert re.search(rf"^  trained on +{facts['bigrams_trained_on']:,}$", told, re.MULTILINE)


def test_data_that_has_moved_is_found_with_an_option(saved: Path, data: Path) -> None:
    before = run("sample", "--resume", saved).stdout
    moved = data.rename(data.with_name("moved.txt"))
    lost = run("sample", "--resume", saved)
    assert lost.exit_code == 1
    assert "give its new place with --data" in lost.stderr
    assert run("sample", "--resume", saved, "--data", moved).stdout == before


@pytest.mark.parametrize("command", [("sample",), ("score", "emma"), ("matrix",)])
@pytest.mark.parametrize(
    "option",
    [
        "--steps 3",
        "--lr 1",
        "--regularisation 1",
        "--hold-out 0.1",
        "--format csv",
        "--device cpu",
        "SEED 1",
    ],
)
def test_an_option_of_a_training_is_wrong_usage_where_nothing_is_trained(
    command: tuple[str, ...], option: str
) -> None:
    seed = "--weights-seed" if command == ("sample",) else "--seed"
    words = option.replace("SEED", seed).split()
    for taken_up in (("--resume", "/nowhere"), ("--lab", "nowhere")):
        result = run(*command, *taken_up, *words)
        assert result.exit_code == 2
        assert "Leave it out." in result.stderr


@pytest.mark.parametrize("command", [("sample",), ("score", "a"), ("matrix",), ("stats",)])
def test_a_lab_is_a_file_or_runs(command: tuple[str, ...]) -> None:
    result = run(*command, "--resume", "a", "--lab", "b")
    assert result.exit_code == 2
    assert "--resume and --lab name a lab each" in result.stderr


@pytest.fixture
def lab(
    folder: Path,  # noqa: F811
    data: Path,
    preloaded: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The name of a lab that runs, trained for 30 steps."""
    (folder / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "temporary"))
    process = launched()
    asyncio.run(ask(Open(str(data), device="cpu"), SETTINGS, Train(30), until=Ended))
    yield "test"
    end("test")
    process.wait()
    assert os.listdir(folder / "temporary") == []


async def ask(*requests: object, until: type | None = None) -> object:
    """Carry out requests as a screen does; the last event of a kind, or the last answer."""
    engine = EngineProcess("test")
    client: Client = await engine.start(attach=True)
    answer: object = None
    for request in requests:
        answer = await client.call(request)  # type: ignore[arg-type]
    if until is not None:
        async for event in client.events():
            if isinstance(event, until):
                answer = event
                break
    await engine.leave()
    return answer


async def names_of_the_lab() -> list[str]:
    """The names that the lab draws itself, from the beginning of its stream."""
    engine = EngineProcess("test")
    client = await engine.start(attach=True)
    await client.call(Watch(names=1000))
    await client.call(Configure({"sample_seed": 8}))  # another stream: names are drawn anew
    async for event in client.events():
        names = event.names if isinstance(event, Snapshot) else ()
        if len(names) >= 5 and event.settings.sample_seed == 8:
            await engine.leave()
            return [drawn.selected.text for drawn in names if drawn.selected is not None]
    raise AssertionError("the engine has ended")


def test_a_lab_that_runs_is_asked_for_its_names_scores_and_matrices(lab: str, data: Path) -> None:
    own = asyncio.run(names_of_the_lab())
    result = run("sample", "--lab", lab)
    assert result.stdout.splitlines() == own[:5], result.stderr
    trained = ("--data", data, "--steps", 30, "--device", "cpu", "--smoothing", 3)
    for command in (("score", "emma", "--json"), ("matrix", "--view", "difference")):
        assert run(*command, "--lab", lab).stdout == run(*command, *trained).stdout
    assert run("stats", "--lab", lab).stdout == run("stats", "--data", data).stdout
    other = run("matrix", "--view", "probabilities", "--lab", lab, "--smoothing", 1).stdout
    assert other == run("matrix", "--view", "probabilities", "--data", data).stdout


def test_a_lab_that_is_copied_trains_on_and_does_not_take_the_copy_for_a_save(lab: str) -> None:
    asyncio.run(ask(Train(10**9)))
    before = asyncio.run(ask(Describe()))
    assert run("sample", "--lab", lab, "-n", 50, "--json").exit_code == 0
    after = asyncio.run(ask(Describe()))
    assert isinstance(before, Description)
    assert isinstance(after, Description)
    assert after.state == "training"
    assert after.step > before.step
    assert after.clients == before.clients == 0
    stopped = asyncio.run(ask(Pause(), Stop(), until=Stopped))
    assert isinstance(stopped, Stopped)
    assert stopped.saved is not None
    assert Path(stopped.saved).exists()


def test_of_a_lab_whose_data_has_changed_it_is_said(lab: str, data: Path) -> None:
    data.write_text("somebody else\n")
    result = run("sample", "--lab", lab)
    assert result.exit_code == 1
    assert "The lab test: its data" in result.stderr
    assert "has changed since" in result.stderr


def test_where_no_lab_of_a_name_runs_it_is_told_which_do(lab: str) -> None:
    for command in (("sample",), ("score", "a"), ("matrix",), ("stats",)):
        result = run(*command, "--lab", "other")
        assert result.exit_code == 1
        assert "No lab called other runs. These run: test." in result.stderr
    asyncio.run(ask(Stop()))
    result = run("sample", "--lab", lab)
    assert "No lab called test runs. None runs. --resume " in result.stderr
    saved = result.stderr.split("--resume ")[1].split()[0]
    assert run("sample", "--resume", saved).exit_code == 0


def test_a_lab_that_ends_while_it_is_looked_at_is_told_as_one_that_does_not_run(
    lab: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = EngineProcess.start

    async def ending(self: EngineProcess, *, attach: bool = False) -> Client:
        client = await start(self, attach=attach)
        with contextlib.suppress(EngineUnavailable):  # it is quicker than its answer
            await client.call(Stop())
        await client.wait_closed()
        return client

    monkeypatch.setattr(EngineProcess, "start", ending)
    result = run("sample", "--lab", lab)
    assert result.exit_code == 1
    assert "No lab called test runs. None runs. --resume " in result.stderr


def test_the_labs_that_run_are_offered_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for name in ("names", "words"):
        (tmp_path / "makemore-tui" / "labs" / name).mkdir(parents=True)
        (tmp_path / "makemore-tui" / "labs" / name / "running").write_text("{}")
    with (tmp_path / "makemore-tui" / "labs" / "words" / "running").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert offered("makemore-tui sample --lab ") == [["words"]]
        with contextlib.suppress(OSError):
            fcntl.flock(held, fcntl.LOCK_UN)
    assert offered("makemore-tui stats --lab w") == [[""]]
