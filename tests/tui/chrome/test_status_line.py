"""The status line: facts that keep their places, how fast it goes, and what is worth a word."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from rich.cells import cell_len

from engine.wire.events import Snapshot
from tests.tui.fake_data import dataset
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, until
from tui.app import LabApp
from tui.chrome.speed import LOOKS, Speed
from tui.chrome.status_line import STEADY, StatusLine, fitted, opening_facts, training_facts
from tui.drawing.numbers import duration
from tui.terminal.capabilities import Terminal


def snapshot(**changes: Any) -> Snapshot:
    """A snapshot of a training, of which some facts are others: of its run, or of the lab."""
    engine = FakeEngine()
    engine.step_to(1)
    for name in ("step", "goal", "state"):
        if name in changes:
            setattr(engine.selected, name, changes.pop(name))
    return msgspec.structs.replace(engine.snapshot(), **changes)


def line(
    width: int,
    speed: Speed | None = None,
    *,
    name: str = "names.txt",
    lab: str = "names",
    **changes: object,
) -> str:
    """The status line of a lab in training."""
    now = snapshot(**changes)
    speed = speed or Speed()
    speed.look(now)
    opened = dataset(name=name)
    facts = opening_facts(now.state, opened, now, lab, width)
    facts += training_facts(opened, now, speed, width, unicode=True)
    return fitted(facts, width, opened.name).plain


def places(text: str) -> dict[str, int]:
    """Where each fact begins."""
    words = ("names.txt", "●", "/1,000,000", "loss", "nll", "steps/s", "to go", "lr ",
             "pace", "λ", "smoothing", "seed")  # fmt: skip
    found = {word: text.find(word) for word in words if word in text}
    if time := re.search(r"\S+ \S+( \S+ \S+)? to go", text):
        found["to go"] = time.start()
    return found


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 160, 200])
def test_no_fact_moves_as_figures_grow(width: int) -> None:
    usual: dict[str, int] = {}
    for step, loss, rate, diverges in (
        (1, 3.7686, 20.0, False), (57, 2.4798, 19.7, False), (12_345, 123.4567, 987.0, True),
        (999_999, 1234.5, 65_432.0, True), (999_999, 1e300, 1_234_567.0, True),
        (1_000_000, 3.1e-5, 0.6, False),
    ):  # fmt: skip
        now = places(
            line(width, step=step, goal=1_000_000, loss=loss, loss_nll=loss, steps_per_second=rate,
                 is_diverging=diverges)
        )  # fmt: skip
        usual = usual or now
        assert now == usual


@pytest.mark.parametrize("width", range(80, 220, 5))
def test_no_fact_moves_as_the_goal_grows(width: int) -> None:
    goals = (100, 900, 1_100, 1_000_100, 9_999_999) if width >= STEADY else (100, 900)
    usual, *others = [places(line(width, goal=goal)) for goal in goals]
    assert all(now == usual for now in others)


def test_at_80_columns_the_time_to_go_has_room_beside_a_million_steps() -> None:
    text = line(80, step=57, goal=1_000_100, steps_per_second=65_432.0)
    assert "steps/s 65k" in text
    assert text.endswith(f"{duration(1_000_043 / 65_432)} to go")


@pytest.mark.parametrize("width", range(40, 220, 5))
def test_no_fact_moves_as_a_training_begins_and_rests_or_is_not_heard_of(width: int) -> None:
    speed = Speed()
    words = ("loss", "nll", "steps/s", "lr ", "pace", "smoothing", "seed", "/100")
    states = ["training", "idle", "paused", "done", "failed"]
    states += ["not answering", "engine ended", "link down"] if width >= STEADY else []
    lines = [line(width, speed, state=state) for state in states]
    usual, *others = [[text.find(word) for word in words] for text in lines]
    assert all(now == usual for now in others)


@pytest.mark.parametrize("width", range(80, 220, 5))
def test_the_name_of_the_data_stands_where_the_time_to_go_will_if_it_has_no_other_place(
    width: int,
) -> None:
    training, idle = line(width), line(width, state="idle")
    assert idle.count("names.txt") == 1
    if "names.txt" not in training:
        assert idle.find("names.txt") == training.find("5 s to go")


@pytest.mark.parametrize("width", [80, 90, 100, 120, 160, 200])
def test_a_long_name_and_a_lab_of_another_name_do_not_hide_the_data(width: int) -> None:
    name = "given-names-of-the-nineteenth-century-by-county.txt"
    idle = line(width, state="idle", name=name, lab="b")
    assert "given-names-of-" in idle
    assert len(idle) < width


@pytest.mark.parametrize("width", range(20, 220, 7))
def test_facts_keep_their_order_and_fit(width: int) -> None:
    text = line(width, goal=10**15)
    assert len(text) < width or width < 36
    assert list(places(text).values()) == sorted(places(text).values())


def test_at_80_columns_it_tells_how_fast_it_goes_and_how_long_it_takes() -> None:
    speed = Speed(clock := iter(range(100)).__next__)
    assert clock
    for rate in (20.0, 10.0, 20.0, 40.0):
        text = line(80, speed, steps_per_second=rate)
    assert "steps/s 40" in text
    assert "▄▂▄█" in text
    assert text.endswith("3 s to go")


def test_the_speed_is_looked_at_once_a_second_and_remembers_eight_looks() -> None:
    now = 0.0
    speed = Speed(lambda: now)
    for tenth in range(150):
        now = tenth / 10
        speed.look(snapshot(step=tenth, goal=1000, steps_per_second=10.0 + tenth))
    assert speed.rate == 10.0 + 140
    assert speed.left == duration((1000 - 140) / 150)
    assert len(speed.history.strip()) == LOOKS
    speed.look(snapshot(state="paused"))
    assert (speed.rate, speed.left) == (0.0, "")
    speed.look(snapshot(steps_per_second=5.0))
    assert speed.rate == 5.0, "at once, where it goes on"


@pytest.mark.parametrize("power", [x / 4 for x in range(-8, 100)])
def test_a_time_to_the_goal_has_room(power: float) -> None:
    assert len(f"{duration(10**power)} to go") <= 16


async def test_a_training_that_diverges_says_so_in_the_status_line_and_once_which_key_helps():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.is_diverging = True
        engine.step_to(20)
        await until(pilot, lambda: "● diverging" in screen_text(app).splitlines()[0])
        await until(pilot, lambda: "- lowers the learning rate" in said(app))
        engine.step_to(21)
        engine.is_diverging = False
        engine.step_to(22)
        await until(pilot, lambda: "● training" in screen_text(app).splitlines()[0])
        engine.is_diverging = True
        engine.step_to(23)
        await until(pilot, lambda: "● diverging" in screen_text(app).splitlines()[0])
        assert said(app).count("lowers the learning rate") == 1


def said(app: LabApp) -> str:
    return "\n".join(notification.message for notification in app._notifications)


async def test_an_engine_that_has_ended_has_no_speed_and_no_time_to_its_goal():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.step_to(20)
        await until(pilot, lambda: "to go" in screen_text(app))
        engine.die()
        await until(pilot, lambda: "engine ended" in screen_text(app))
        first = screen_text(app).splitlines()[0]
        assert "to go" not in first
        assert "steps/s –" in first


async def test_in_ascii_the_history_of_the_speed_is_ascii_too():
    engine = FakeEngine()
    async with opened(engine, terminal=Terminal(unicode=False)) as (app, pilot):
        engine.step_to(20)
        await until(pilot, lambda: "to go" in screen_text(app))
        assert screen_text(app).splitlines()[0].isascii()
        assert "█" in app.query_one(StatusLine).text


# --- the selected run


async def test_a_run_that_is_no_more_the_first_is_named_with_its_own_settings() -> None:
    engine = FakeEngine()
    async with opened(engine, (240, 60)) as (app, pilot):
        first = screen_text(app).splitlines()[0]
        assert "run " not in first
        assert re.search(r"lr 50 +pace 20/s +λ 0.01 +smoothing 1 +seed 2147483647", first)
        engine.selected = engine.begin("mlp", settings={"batch": 64})
        engine.step_to(20)
        await until(pilot, lambda: "run mlp" in screen_text(app).splitlines()[0])
        first = screen_text(app).splitlines()[0]
        assert re.search(r"20/200,000  +loss \S+ +nll 3.7686", first)
        assert re.search(r"lr 0.1 +pace no limit +seed 2147483647 +batch 64", first)
        assert "λ" not in first
        assert "smoothing" not in first  # that is the compared run's


async def test_the_settings_of_a_compared_n_gram_are_not_told_as_the_selected_run_s() -> None:
    engine = FakeEngine()
    engine.selected, engine.compared = engine.compared, engine.begin("ngram")
    async with opened(engine, (240, 60)) as (app, _):
        first = screen_text(app).splitlines()[0]
        assert "run counts" in first
        assert "smoothing 1 " in first
        assert " n 4" not in first


async def test_a_run_without_steps_tells_its_nll_and_no_rate() -> None:
    engine = FakeEngine()
    engine.compared, engine.selected = engine.selected, engine.compared
    async with opened(engine, (240, 60)) as (app, _):
        first = screen_text(app).splitlines()[0]
        assert re.search(r"run counts +fitted at once +nll 2.4546 +smoothing 1 ", first)
        for word in ("lr", "pace", "λ", "loss", "steps", "0/0"):
            assert word not in first


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", ["a name of 24 characters.", "日本語の長い名前です" * 2])
async def test_a_long_name_of_a_run_leaves_room_for_its_loss(width: int, name: str) -> None:
    engine = FakeEngine()
    engine.selected.name = name
    async with opened(engine, (width, 24)) as (app, pilot):
        engine.step_to(20)
        await until(pilot, lambda: "loss 2.8" in screen_text(app).splitlines()[0])
        first = screen_text(app).splitlines()[0]
        assert f"run {name[:4]}" in first
        assert cell_len(first.rstrip()) <= width


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_while_another_run_trains_the_status_does_not_say_idle(size: tuple[int, int]) -> None:
    engine = FakeEngine()
    async with opened(engine, size=size) as (app, pilot):
        assert "idle" in screen_text(app).splitlines()[0]
        engine.compared.state = "training"
        engine.tell_snapshot()
        await until(pilot, lambda: "● 1 other" in screen_text(app).splitlines()[0])
        assert "idle" not in screen_text(app).splitlines()[0]
