"""`makemore-tui train` with checkpoints: saved, resumed, interrupted, killed."""

import json
import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine.bench.pseudo_terminal import Pty
from engine.checkpoints.checkpoint import load, save
from engine.checkpoints.header import peek
from engine.checkpoints.saving import save_schedule
from engine.cli.interruption import Interruption
from engine.cli.train_saves import TrainSaves
from engine.data.built_in import built_in_path
from engine.lab.lab import Lab
from tests.engine.checkpoints.crafting import everything, train
from tests.preloaded.process import Popen
from tests.pseudo_terminal import hang_up
from tui.__main__ import main

pytestmark = pytest.mark.usefixtures("fork_server")

FOREVER = "1000000000"
NEEDS_PROC = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")


@pytest.fixture
def lab() -> Lab:
    return Lab(built_in_path(), device="cpu")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.safetensors"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["train", "--device", "cpu", *map(str, arguments)])


def lines(*arguments: object) -> list[Any]:
    """The JSON lines of a training that succeeds."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


@contextmanager
def training(*arguments: object) -> Iterator[Popen]:
    """A training in a process of its own, that has made its first steps."""
    command = ["-m", "tui", "train", "--device", "cpu", "--steps", FOREVER]
    process = Popen(
        [*command, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


def until(condition: Callable[[], bool]) -> None:
    for _ in range(6000):
        if condition():
            return
        select.select([], [], [], 0.005)
    pytest.fail("waited in vain")


def test_a_resumed_training_prints_the_losses_of_an_uninterrupted_one(file: Path) -> None:
    *whole, end = lines("--steps", 70, "--hold-out", 0.1)
    *first, _ = lines("--steps", 30, "--hold-out", 0.1, "--save", file)
    *second, resumed_end = lines("--resume", file, "--steps", 40, "--save", file)
    assert first + second == whole
    del end["seconds"], resumed_end["seconds"]
    assert resumed_end == end
    assert peek(file).selected_run.step == 70


def test_a_resumed_training_goes_on_to_its_goal_or_a_hundred_steps_more(
    lab: Lab, file: Path
) -> None:
    lab.selected.train(more=60)
    lab.selected.advance(20)
    save(lab, file)
    result = run("--resume", file, "--save", file, "--every", 0)
    assert "40 steps in" in result.stderr
    assert "now at step 60" in result.stderr
    assert [step["step"] for step in lines("--resume", file)[:-1]] == list(range(61, 161))
    (nothing,) = lines("--resume", file, "--steps", 0)
    assert (nothing["steps"], nothing["loss"]) == (
        60,
        load(file, device="cpu").selected.history.last,
    )


def test_options_that_are_given_change_what_is_resumed(file: Path) -> None:
    run("--steps", 5, "--lr", 20, "--save", file)
    run("--resume", file, "--steps", 5, "--save", file)
    assert peek(file).selected_run.settings["learning_rate"] == 20
    run("--resume", file, "--steps", 5, "--regularisation", 0.5, "--save", file)
    lab = load(file, device="cpu")
    settings = lab.selected.settings
    assert (settings["learning_rate"], settings["regularisation"]) == (20, 0.5)
    assert [mark.text for mark in lab.selected.history.marks] == ["lr 20", "λ 0.5"]


def test_data_that_has_moved_is_given_anew(file: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.txt"
    data.write_text("emma\nolivia\nava\n")
    run("--data", data, "--save", file)
    data = data.rename(tmp_path / "moved.txt")
    lost = run("--resume", file)
    assert lost.exit_code == 1
    assert "data.txt is not there. If the file has moved, give its new place" in lost.stderr
    assert run("--resume", file, "--data", data).exit_code == 0
    data.write_text("emma\n")
    other = run("--resume", file, "--data", data).stderr
    assert "moved.txt is not its data, or has changed since" in other
    data.rename(tmp_path / "data.txt")
    assert "its data " in (changed := run("--resume", file).stderr)
    assert "data.txt has changed since" in changed


def test_only_a_checkpoint_is_written_over_and_that_is_said_before_the_training(
    file: Path,
) -> None:
    file.write_text("a person's own")
    result = run("--save", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is no checkpoint: it is not written over" in result.stderr
    assert file.read_text() == "a person's own"
    assert "There is no folder" in run("--save", file.parent / "none" / "a").stderr


def test_the_last_line_tells_the_loss_on_the_hold_out_too() -> None:
    *_, facts = lines("--steps", 1, "--hold-out", 0.1)
    told = run("--steps", 1, "--hold-out", 0.1).stderr
    means = f"mean NLL now {facts['nll']:.6f} nats per character"
    assert told.startswith("1 step in ")
    assert told.endswith(f"; {means}, {facts['held_out_nll']:.6f} on the hold-out\n")
    assert "hold-out" not in run("--steps", 2).stderr


def test_a_test_without_words_for_it_is_told_before_the_training(file: Path) -> None:
    result = run("--steps", 3, "--test", "--save", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "There are no words for a test: open the data with --split lecture" in result.stderr


@pytest.mark.parametrize("option", [("--hold-out", 0.5), ("--seed", 3)])
def test_what_belongs_to_the_beginning_is_wrong_usage_later(
    option: tuple[str, object], file: Path
) -> None:
    result = run("--resume", file, *option)
    assert result.exit_code == 2
    assert f"{option[0]} belongs to the beginning of a training" in result.stderr


def test_a_training_that_diverges_is_saved_as_it_was_before_that(file: Path) -> None:
    result = run("--steps", 5000, "--every", 0, "--lr", 1e5, "--save", file)
    assert result.exit_code == 1
    lab = load(file, device="cpu")
    assert f"no longer finite after step {lab.selected.step + 1}: " in result.stderr
    assert f"step {lab.selected.step} are kept: saved to {file}." in result.stderr
    assert (lab.selected.state, len(lab.selected.history.train)) == ("failed", lab.selected.step)
    *steps, end = lines("--resume", file, "--lr", 0.01, "--steps", 2)
    assert [step["step"] for step in steps] == [lab.selected.step + 1, lab.selected.step + 2]
    assert end["done"]


def test_a_training_that_diverges_leaves_the_checkpoint_as_it_was(file: Path) -> None:
    run("--steps", 5, "--save", file)
    before = file.read_bytes()
    result = run("--resume", file, "--lr", 1e9, "--save", file)
    assert result.exit_code == 1
    assert "no longer finite" in result.stderr
    assert f"{file} stays as it is: " in result.stderr
    assert file.read_bytes() == before


def test_a_training_that_diverges_and_is_not_saved_does_not_say_that_it_is_kept(
    lab: Lab, file: Path
) -> None:
    result = run("--lr", 1e9)
    assert result.exit_code == 1
    assert result.stderr.endswith("is too large. Lower --learning-rate or --regularisation.\n")
    keeping = TrainSaves(file, seconds=0)
    file.write_text("somebody else's")
    assert "is no checkpoint: it is not written over" in keeping.rescue(lab)


def test_a_checkpoint_that_cannot_be_written_now_and_then_does_not_end_the_training(
    lab: Lab, file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_schedule, "SHARE", 1e9)  # or a failure would put off the next
    keeping = TrainSaves(file, seconds=1e-9)
    file.write_text("somebody else's")
    keeping.now_and_then(lab)
    assert "not written over. Give another name. The training goes on." in capsys.readouterr().err
    file.unlink()
    keeping.now_and_then(lab)
    assert peek(file).selected_run.step == 0
    TrainSaves(None, 1e-9).now_and_then(lab)
    file.unlink()
    TrainSaves(file, 0).now_and_then(lab)
    assert not file.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_and_ends_the_training(number: signal.Signals, file: Path) -> None:
    with training("--every", 1000, "--save", file) as process:
        process.send_signal(number)
        output, complaint = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "stopped: " in complaint
    assert "saved to" in complaint
    assert "Traceback" not in complaint
    lab = load(file, device="cpu")
    assert lab.selected.state == "paused"
    assert lab.selected.step >= max(int(line.split()[0]) for line in ["0 0", *output.splitlines()])
    assert os.listdir(file.parent) == [file.name]


def catches(process: Popen, number: signal.Signals) -> bool:
    """Whether a process does something of its own at a signal."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (caught,) = (line.split()[1] for line in status.splitlines() if "SigCgt" in line)
    return bool(int(caught, 16) & 1 << (number - 1))


@NEEDS_PROC
def test_a_second_signal_ends_it_at_once_even_where_nobody_reads(file: Path) -> None:
    with training("--save", file) as process:  # whose output fills the pipe
        process.send_signal(signal.SIGINT)
        until(lambda: not catches(process, signal.SIGINT))
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == -signal.SIGINT
    assert not file.exists()


@NEEDS_PROC
@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGHUP])
def test_a_hangup_that_comes_with_another_signal_is_not_the_second(
    first: signal.Signals, file: Path
) -> None:
    with training("--save", file) as process:  # which waits for a reader
        process.send_signal(first)
        if first == signal.SIGTERM:
            until(lambda: not catches(process, signal.SIGTERM))
        process.send_signal(signal.SIGTERM if first == signal.SIGHUP else signal.SIGHUP)
        _, complaint = process.communicate(timeout=60)
    assert process.returncode in (128 + signal.SIGTERM, 128 + signal.SIGHUP)
    assert "saved to" in complaint
    assert load(file, device="cpu").selected.step > 0


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with Interruption() as stop:
            signal.raise_signal(signal.SIGHUP)
        assert stop.signal is None
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.slow
def test_a_terminal_that_goes_away_costs_no_step(file: Path) -> None:
    command = (sys.executable, "-m", "tui", "train", "--device", "cpu", "--steps", FOREVER)
    with Pty((*command, "--save", str(file)), 80, 24, {}) as terminal:
        terminal.wait_for("2.4")
        hang_up(terminal)
    assert load(file, device="cpu").selected.step > 10


@pytest.mark.slow
def test_in_a_terminal_lines_and_bar_do_not_write_into_each_other() -> None:
    command = (sys.executable, "-m", "tui", "train", "--device", "cpu", "--steps", FOREVER)
    with Pty((*command, "--every", "1"), 80, 24, {}) as terminal:
        terminal.wait_for("2.4")
        terminal.press("ctrl+c")
        terminal.wait_for("stopped:")
        assert b"training" not in terminal.raw
    with Pty((*command, "--every", "0"), 80, 24, {}) as terminal:
        terminal.wait_until(lambda _: b"training  [----" in terminal.raw, "the bar")
        terminal.press("ctrl+c")
        terminal.wait_for("stopped:")
        assert b"100%" not in terminal.raw, "it is not done"


def test_a_reader_that_has_seen_enough_ends_the_training_and_it_is_saved(file: Path) -> None:
    with training("--save", file) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 1
    assert load(file, device="cpu").selected.step > 0


def test_an_interruption_before_the_first_step_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("import time; print('loading'); time.sleep(1000)")
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "train", "--save", str(tmp_path / "a")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "loading\n"
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGINT
    assert complaint.strip() == "makemore-tui: interrupted."


def is_newer(file: Path, than: int) -> bool:
    return file.exists() and file.stat().st_mtime_ns > than


@pytest.mark.slow
def test_a_training_that_is_killed_leaves_a_whole_checkpoint(file: Path, lab: Lab) -> None:
    for resumed in ([], ["--resume", file]):
        before = file.stat().st_mtime_ns if file.exists() else 0
        with training("--every", 100, "--save", file, "--save-every", 0.001, *resumed) as process:
            until(lambda last=before: is_newer(file, last) and peek(file).selected_run.step > 0)  # type: ignore[misc]
            select.select([], [], [], random.random() / 10)  # any moment will do
            process.kill()
    killed = load(file, device="cpu")
    train(lab, killed.selected.step)
    for one in (killed, lab):
        train(one, 50)
    assert everything(killed) == everything(lab)
    left = [name for name in os.listdir(file.parent) if name != file.name]
    assert all(name.endswith(".part") for name in left)
    assert len(left) <= 1
