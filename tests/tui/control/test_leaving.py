"""How a lab is left: kept, stopped, and what is said of it then."""

import asyncio

import pytest
from textual.events import Key

from engine.wire.answers import Answers
from engine.wire.events import Stopped
from engine.wire.requests import Draw, Open, Requests, Train
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, training, until
from tui.app import LabApp
from tui.session import conversation


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("key", ["k", "enter"])
async def test_a_training_that_is_kept_goes_on_and_the_way_back_is_told(key: str):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await training(engine, pilot)
        await pilot.press("q")
        await until(pilot, lambda: "makemore-tui attach names" in screen_text(app))
        await pilot.press(key)
        await settled(pilot)
    assert (engine.stops, engine.leaves) == (0, 1)
    assert "makemore-tui attach names" in app.session.farewell


async def test_a_training_is_stopped_when_asked_to_and_saved_first():
    engine = FakeEngine()
    async with opened(engine) as (_, pilot):
        await training(engine, pilot)
        await pilot.press("q", "s")
        await settled(pilot)
    assert engine.stops == 1


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(("answer", "stops"), [("Keep it", 0), ("makemore-tui", 0), ("Stop:", 1)])
async def test_a_click_on_an_answer_is_as_good_as_its_key(answer: str, stops: int):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await training(engine, pilot)
        await pilot.press("q")
        await until(pilot, lambda: answer in screen_text(app))
        lines = screen_text(app).splitlines()
        (row,) = (row for row, line in enumerate(lines) if answer in line)
        await pilot.click(offset=(lines[row].index(answer) + 2, row))
        await until(pilot, lambda: not app.is_running)
    assert (engine.stops, engine.leaves) == (stops, 1)


@pytest.mark.slow
async def test_escape_stays():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await training(engine, pilot)
        await pilot.press("q", "escape")
        await settled(pilot)
        assert app.is_running
        assert len(app.screen_stack) == 1
        assert engine.stops == 0


async def test_ctrl_c_twice_keeps_a_training_without_a_question():
    engine = FakeEngine()
    async with opened(engine) as (_, pilot):
        await training(engine, pilot)
        await pilot.press("ctrl+c", "ctrl+c")
        await settled(pilot)
    assert (engine.stops, engine.leaves) == (0, 1)


async def test_no_screen_is_counted_at_an_engine_that_has_ended():
    engine = FakeEngine()
    engine.clients = 2
    async with opened(engine, (160, 40)) as (app, pilot):
        assert "screens 2" in screen_text(app)
        engine.is_stopped(Stopped("screen", "/saves/newest"))
        await until(pilot, lambda: "engine ended" in screen_text(app))
        assert "screens" not in screen_text(app).splitlines()[0]


async def test_an_idle_lab_is_left_alone_where_others_look_on():
    engine = FakeEngine()
    engine.clients = 2
    async with opened(engine, (160, 40)) as (app, pilot):
        assert "screens 2" in screen_text(app)
        await pilot.press("q")
        await settled(pilot)
    assert (engine.stops, engine.leaves) == (0, 1)


async def test_a_lab_that_cannot_be_saved_is_not_ended_unasked():
    engine = FakeEngine()
    engine.cannot_save = "names.safetensors was not written: the disk is full."
    async with opened(engine) as (app, pilot):
        await pilot.press("q")
        await until(pilot, lambda: "the disk is full" in screen_text(app))
        assert engine.stops == 0
        await pilot.press("x")
        await settled(pilot)
    assert engine.stops == 1


async def test_detaching_leaves_an_idle_engine_running():
    engine = FakeEngine()
    async with opened(engine) as (_, pilot):
        await pilot.press("D")
        await settled(pilot)
    assert (engine.stops, engine.leaves) == (0, 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Stopped("screen", None), "This lab was stopped from elsewhere. ctrl+r starts it again."),
        (Stopped("signal", "/a"), "ended by a signal, as when its machine shuts down. It is saved"),
        (Stopped("signal", None, "The disk is full."), "It could not be saved: The disk is full."),
    ],
)
async def test_the_last_word_of_an_engine_is_shown(event: Stopped, words: str):
    engine = FakeEngine()
    async with opened(engine, (160, 40)) as (app, pilot):
        engine.is_stopped(event)
        await until(pilot, lambda: app.session.has_ended)
        assert words in screen_text(app)


async def test_a_link_that_is_down_is_left_without_a_question():
    engine = FakeEngine()
    engine.host = "me@box"
    async with opened(engine) as (app, pilot):
        await training(engine, pilot)
        engine.start_error, engine.link_down = "ssh does not reach me@box: No route.", True
        engine.hang_up()
        await until(pilot, lambda: "link down" in screen_text(app))
        await pilot.press("q")
        await settled(pilot)
    assert "makemore-tui attach --host me@box names" in app.session.farewell


@pytest.mark.slow
@pytest.mark.parametrize("host", ["", "me@box"])
async def test_the_question_about_a_training_goes_with_its_engine(host: str):
    engine = FakeEngine()
    engine.host = host
    async with opened(engine, (120, 40)) as (app, pilot):
        await training(engine, pilot)
        await pilot.press("q")
        await until(pilot, lambda: "Quit while it trains?" in screen_text(app))
        engine.start_error, engine.link_down = "ssh does not reach me@box: No route.", True
        engine.hang_up()
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press("s")  # an answer a moment too late draws names, which nobody carries out
        await settled(pilot)
        assert app.is_running
    assert engine.stops == 0


@pytest.mark.slow_after(2)
@pytest.mark.parametrize(
    ("event", "said"),
    [
        (None, "does not run any more. makemore-tui attach names resumes it, if it was saved."),
        (Stopped("signal", "/a", lab="names"), "has ended. makemore-tui attach names goes on"),
        (Stopped("screen", "/a/mine"), "has ended. makemore-tui --resume /a/mine goes on where"),
    ],
)
async def test_whoever_leaves_a_lab_that_has_ended_is_told_what_goes_on(
    event: Stopped | None, said: str
):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        if event is None:
            engine.die()
        else:
            engine.is_stopped(event)
        await until(pilot, lambda: app.session.has_ended)
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
    assert said in app.session.farewell


async def test_where_others_look_on_a_lab_does_not_go_on_without_a_screen():
    engine = FakeEngine()
    engine.clients = 2
    async with opened(engine) as (app, pilot):
        await training(engine, pilot)
        await pilot.press("D")
        await until(pilot, lambda: not app.is_running)
    assert app.session.farewell.startswith("The lab names goes on, on other screens.")


async def test_whoever_quits_is_told_what_goes_on_from_there():
    for steps, said in ((0, ""), (3, "names is saved. makemore-tui attach names goes on with it.")):
        engine = FakeEngine()
        async with opened(engine) as (app, pilot):
            engine.step_to(steps, "done" if steps else "idle")
            await settled(pilot)
            await pilot.press("q")
            await until(pilot, lambda: not app.is_running)
        assert app.session.farewell.endswith(said)
        assert bool(app.session.farewell) == bool(said)


async def test_with_other_screens_a_training_is_left_to_them_without_a_question():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.clients = 2
        await training(engine, pilot)
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
    assert (engine.stops, engine.leaves) == (0, 1)
    assert "goes on, on other screens" in app.session.farewell


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("trains", [False, True])
async def test_of_two_screens_that_leave_at_once_the_second_is_the_last(trains: bool):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.clients, engine.others = 2, 0  # the other has left since it was counted
        if trains:
            await training(engine, pilot)
        await pilot.press("q")
        if trains:
            await until(pilot, lambda: "Quit while it trains?" in screen_text(app))
            await pilot.press("s")
        await until(pilot, lambda: not app.is_running)
    assert engine.stops == 1


class Silent(FakeEngine):
    """Has told what is open, and not yet how it is."""

    def tell_snapshot(self) -> None:
        pass


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("keys", [["q"], ["ctrl+q"], ["ctrl+c", "ctrl+c"]])
async def test_whoever_leaves_before_seeing_what_was_attached_to_ends_nothing(keys: list[str]):
    engine = Silent()
    engine.is_open, engine.state = True, "training"
    app = LabApp(engine, Open(), attaches=True)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.session.dataset)
        await pilot.press(*keys)
        await until(pilot, lambda: not app.is_running)
    assert (engine.stops, engine.leaves) == (0, 1)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("last", ["D", "q"])
async def test_what_was_asked_for_is_done_before_the_lab_is_left(last: str):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        for key in ("s", " ", last):  # all at once, as they come when typed ahead
            app.post_message(Key({" ": "space"}.get(key, key), key))
        if last == "q":
            await until(pilot, lambda: "Quit while it trains?" in screen_text(app))
            await pilot.press("k")
        await until(pilot, lambda: not app.is_running)
    assert engine.asked(Draw)
    assert engine.asked(Train)
    assert (engine.stops, engine.leaves) == (0, 1)


class Busy(FakeEngine):
    """Answers nothing while it is busy."""

    is_busy = False

    async def answer(self, request: Requests) -> Answers:
        if self.is_busy:
            await asyncio.Event().wait()
        return await super().answer(request)


async def test_an_engine_that_is_busy_for_long_does_not_keep_the_screen(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(conversation, "SECONDS_TO_LOOK", 0.01)
    engine = Busy()
    async with opened(engine) as (app, pilot):
        await training(engine, pilot)
        engine.is_busy = True
        await pilot.press("q")
        await until(pilot, lambda: "Quit while it trains?" in screen_text(app))
        await pilot.press("k")
        await until(pilot, lambda: not app.is_running)
    assert (engine.stops, engine.leaves) == (0, 1)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("keys", ["qq", "qD", "DD", "Dq"])
async def test_whoever_does_not_wait_for_a_busy_engine_is_told_the_way_back(
    monkeypatch: pytest.MonkeyPatch, keys: str
):
    monkeypatch.setattr(conversation, "SECONDS_TO_LOOK", 60.0)
    engine = Busy()
    async with opened(engine) as (app, pilot):
        await training(engine, pilot)
        engine.is_busy = True
        await pilot.press(keys[0])
        await until(pilot, lambda: app.leaving._is_leaving)
        await pilot.press(keys[1])
        await until(pilot, lambda: not app.is_running)
    assert (engine.stops, engine.leaves) == (0, 1)
    assert "did not answer yet. makemore-tui attach names takes the lab up" in app.session.farewell


async def test_an_answer_that_is_typed_together_with_q_is_for_the_question():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await training(engine, pilot)
        for key in ("q", "s"):
            app.post_message(Key(key, key))
        await until(pilot, lambda: not app.is_running)
    assert (engine.stops, engine.asked(Draw)) == (1, [])
