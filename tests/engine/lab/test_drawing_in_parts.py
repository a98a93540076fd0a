"""A name of a large model takes long: it is drawn in parts, and requests are answered between."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from engine.checkpoints.checkpoint import load, save
from engine.lab import driver
from engine.lab.driver import LabDriver
from engine.lab.lab import Lab
from engine.settings.data_format import DataFormat
from engine.settings.values import ModelSpec, Stream
from engine.wire.answers import Scored
from engine.wire.requests import Configure, Draw, Score, SelectRun, StepOnce, Train

SMALL = ModelSpec("mlp", {"embedding": 2, "hidden": 8, "batch": 4})
STREAMS: tuple[Stream, ...] = ("keyed", "video")


def lab_of(tmp_path: Path, stream: Stream = "keyed", *, is_text: bool = False) -> Lab:
    """A lab whose net draws; it has drawn twice, so that its stream is on its way."""
    path = tmp_path / "data"
    path.write_text("to be, or not to be:\nthat is the question.\n" * 20)
    data_format = DataFormat(format="text" if is_text else "lines")
    lab = Lab(path, device="cpu", data_format=data_format, model=SMALL)
    lab.configure({"source": "selected", "stream": stream, "length": 30})
    lab.draw(2)
    lab.draw_next()
    lab.draw_next()
    return lab


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where each part takes as long as a request may wait."""
    monkeypatch.setattr(driver, "BURST_SECONDS", -1.0)


def driver_of(lab: Lab) -> LabDriver:
    def nothing(*_: object) -> None:
        pass

    return LabDriver(lab, nothing, nothing, nothing, nothing)


def names(lab: Lab) -> list[str]:
    return [each.selected.text for each in lab.sampler.newest(100) if each.selected is not None]


def draw_on(driver: LabDriver, parts: int = 5) -> None:
    """Draw a name in part."""
    driver.carry_out(Draw(1))
    for _ in range(parts):
        driver.go_on()
    assert driver.lab.sampler.is_drawing


def go_on(driver: LabDriver) -> None:
    while driver.lab.wanted:
        driver.go_on()


@pytest.mark.parametrize("is_text", [False, True])
@pytest.mark.parametrize("stream", STREAMS)
def test_a_request_is_answered_while_a_name_is_drawn_and_it_is_the_same(
    tmp_path: Path, stream: Stream, is_text: bool, slow: None
) -> None:
    lab, whole = (lab_of(tmp_path, stream, is_text=is_text) for _ in range(2))
    whole.draw_next()
    driver = driver_of(lab)
    draw_on(driver)
    assert lab.sampler.drawn == 2
    assert isinstance(driver.carry_out(Score("to be")), Scored)
    go_on(driver)
    assert lab.sampler.newest(3) == whole.sampler.newest(3)


def test_a_run_waits_for_a_name_of_its_own_and_trains_between_two(
    tmp_path: Path, slow: None
) -> None:
    lab = lab_of(tmp_path)
    driver, run, net = driver_of(lab), lab.selected, lab.runs.of(2)
    driver.carry_out(Train())
    net.configure({"pace": math.inf})
    net.train()
    before = run.step
    draw_on(driver)
    driver.carry_out(Draw(1))
    steps_of_name, steps_of_net = run.step, net.step
    while lab.sampler.drawn == 2:
        driver.go_on()
        assert run.step == steps_of_name
    assert net.step > steps_of_net
    assert lab.wanted == 1
    driver.go_on()
    assert run.step > steps_of_name > before
    (name,) = (each.selected for each in lab.sampler.newest(1))
    assert name is not None
    assert (name.step, name.current) == (steps_of_name, False)


@pytest.mark.parametrize("stream", STREAMS)
def test_a_name_that_a_step_breaks_off_is_drawn_from_the_weights_behind_it(
    tmp_path: Path, stream: Stream, slow: None
) -> None:
    lab, other = (lab_of(tmp_path, stream) for _ in range(2))
    driver = driver_of(lab)
    draw_on(driver)
    driver.carry_out(StepOnce())
    assert lab.wanted == 1
    go_on(driver)
    other.step_once()
    other.draw_next()
    assert lab.sampler.newest(3) == other.sampler.newest(3)


def test_a_first_name_that_other_settings_break_off_is_drawn_with_them(
    tmp_path: Path, slow: None
) -> None:
    lab = lab_of(tmp_path)
    expected = names(lab)
    for request in (Configure({"prefix": "to"}), SelectRun(1)):
        driver = driver_of(lab)
        lab.draw_again()
        draw_on(driver)
        driver.carry_out(request)
        go_on(driver)
        assert all(name.startswith("to") for name in names(lab))
        assert names(lab) != expected
        expected = names(lab)


@pytest.mark.parametrize("stream", STREAMS)
def test_a_lab_that_is_saved_while_a_name_is_drawn_draws_that_name_when_it_goes_on(
    tmp_path: Path, stream: Stream, slow: None
) -> None:
    lab = lab_of(tmp_path, stream)
    driver = driver_of(lab)
    draw_on(driver)
    again = load(save(lab, tmp_path / "a"), device="cpu")
    go_on(driver)
    again.draw_next()
    assert again.sampler.newest(3) == lab.sampler.newest(3)
