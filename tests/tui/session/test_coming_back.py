"""How a lab is taken up: attached to, resumed, reached again."""

import re

import pytest
from msgspec.structs import replace

from engine.wire.client import EngineError, LabGone
from engine.wire.events import Stopped
from engine.wire.requests import Open, Resume, Watch
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, training, until
from tui.app import LabApp
from tui.session.messages import EngineStarted


async def test_a_lab_that_runs_is_shown_as_it_is():
    engine = FakeEngine()
    async with opened(engine) as (_, pilot):
        await training(engine, pilot)
        await pilot.press("D")
        await settled(pilot)
    async with opened(engine) as (app, _):
        assert "42/100" in screen_text(app)
    assert engine.opened == 1, "nothing was opened anew"


async def test_after_a_crash_of_what_was_attached_to_it_is_opened_with_all_that_was_chosen():
    engine = FakeEngine()
    engine.is_open = True
    chosen = Open("/data/a\x1bb.txt", hold_out=0.25, device="cuda:1", seed=3, pace=5.0)
    engine.data = replace(engine.data, opening=chosen)
    app = LabApp(engine, Open(pace=1.0), attaches=True)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.session.snapshot)
        engine.die()
        await until(pilot, lambda: app.session.has_ended)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: engine.asked(Open))
    assert engine.asked(Open)[0] == replace(chosen, unless_open=True)


async def test_what_another_screen_has_opened_is_what_a_new_engine_opens():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        other = Open("/data/other.txt", device="cpu")
        engine.tell(replace(engine.data, number=2, name="other.txt", opening=other))
        await until(pilot, lambda: "other.txt" in screen_text(app))
        assert app.session.conversation.opening == other


async def test_attaching_opens_nothing_and_shows_what_others_open():
    engine = FakeEngine()
    app = LabApp(engine, Open(), attaches=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "No data. Press o" in screen_text(app))
        assert "\u25cb no data" in screen_text(app)
        assert not engine.asked(Open)
        engine.is_open = True
        engine.tell(engine.data)
        await until(pilot, lambda: app.session.snapshot and "32,033" in screen_text(app))
        assert not engine.asked(Open)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("is_asked", [True, False])
async def test_of_two_screens_at_once_the_second_sees_what_the_first_has_opened(is_asked: bool):
    engine = FakeEngine()
    engine.is_open, engine.is_asked = True, is_asked
    async with opened(engine, (160, 40)) as (app, pilot):
        await until(pilot, lambda: app.session.snapshot)
        said = "A lab called names is open already, on /data/names.txt: this is what you see."
        if not is_asked:
            await until(pilot, lambda: said in " ".join(toasts(app)))
        await settled(pilot)
        assert bool(toasts(app)) != is_asked
    assert engine.opened == 0
    assert engine.asked(Open) == [Open(unless_open=True)]


def toasts(app: LabApp) -> list[str]:
    return [notification.message for notification in app._notifications]


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    ("gone", "resumed", "said"),
    [
        ((False, "/saves/new", 1e3), ["/saves/new"], "has ended meanwhile. ctrl+r takes it up"),
        ((False, "/saves/old", 999.0), [], "has ended meanwhile. ctrl+r starts it again."),
        ((False, None, 0.0), [], "has ended meanwhile. ctrl+r starts it again."),
        ((True, "/saves/new", 1000.0), [None], "did not end well. ctrl+r takes it up from its new"),
        ((True, None, 0.0), [None], "did not end well. ctrl+r starts it again."),
    ],
)  # fmt: skip
async def test_a_lab_that_is_gone_when_the_link_comes_back_is_taken_up_where_it_was_saved(
    gone: tuple[bool, str | None, float], resumed: list[str | None], said: str
):
    engine = FakeEngine()
    engine.host = "me@box"
    engine.left_at = "/saves/newest"
    async with opened(engine, (160, 40)) as (app, pilot):
        await training(engine, pilot)
        engine.gone = LabGone("names", *gone)
        engine.die()
        await until(pilot, lambda: app.session.has_ended)
        text = screen_text(app)
        assert f"The lab names does not run any more: it {said}" in text
        assert "refuses" not in text
        await pilot.press("ctrl+r")
        await until(
            pilot,
            lambda: not app.session.has_ended and app.session.conversation.is_up and engine.is_open,
        )
    assert [request.path for request in engine.asked(Resume)] == resumed
    assert len(engine.asked(Open)) == (1 if resumed else 2)


async def test_after_a_crash_the_lab_goes_on_where_it_was_saved():
    engine = FakeEngine()
    engine.left_at = "/saves/newest"
    async with opened(engine) as (app, pilot):
        engine.die()
        await until(pilot, lambda: app.session.has_ended)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "newest automatic" in screen_text(app))
    assert engine.asked(Resume) == [Resume(unless_open=True)]
    assert len(engine.asked(Open)) == 1


async def test_an_engine_that_has_nothing_open_yet_is_not_asked_what_to_show():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await settled(pilot)
        asked = len(engine.asked(Watch))
        app.lab.post_message(EngineStarted())  # another engine, which reads the data
        await pilot.press("z", "z")
        await settled(pilot)
        assert len(engine.asked(Watch)) == asked


@pytest.mark.slow
@pytest.mark.parametrize("host", ["", "me@box"])
async def test_a_lab_that_another_screen_has_stopped_is_taken_up_from_its_save(host: str):
    engine = FakeEngine()
    engine.host = host
    async with opened(engine) as (app, pilot):
        await training(engine, pilot)
        engine.is_stopped(Stopped("screen", "/saves/newest.safetensors"))
        await until(pilot, lambda: app.session.has_ended)
        text = screen_text(app)
        assert "This lab was stopped from elsewhere. It is saved; ctrl+r takes it up" in text
        assert "42/100" in text, "what was known is still shown"
        assert engine.starts == 1, "no machine is reached for in vain"
        await pilot.press("ctrl+r")
        await until(pilot, lambda: not app.session.has_ended and app.session.snapshot)
        assert "stopped from elsewhere" not in screen_text(app)
    assert engine.asked(Resume) == [Resume("/saves/newest.safetensors", unless_open=True)]


async def test_a_file_that_was_saved_is_taken_up():
    engine = FakeEngine()
    app = LabApp(engine, Open(), resuming=Resume("/data/mine.safetensors"))
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.session.snapshot)
    assert engine.asked(Resume) == [Resume("/data/mine.safetensors", unless_open=True)]
    assert engine.asked(Open) == []


@pytest.mark.slow
async def test_a_link_that_is_down_is_told_and_tried_again():
    engine = FakeEngine()
    engine.host = "me@box"
    async with opened(engine, (160, 40)) as (app, pilot):
        await training(engine, pilot)
        engine.start_error, engine.link_down = "ssh does not reach me@box: No route.", True
        engine.hang_up()
        told = re.compile(r"The training goes on there. Next attempt in \d+ s; ctrl\+r tries now.")
        await until(pilot, lambda: told.search(" ".join(screen_text(app).split())))
        assert "link down" in screen_text(app)
        assert "42/100" in screen_text(app), "what was known is still shown"
        await pilot.press("space")
        await until(pilot, lambda: "The link is down: ctrl+r" in screen_text(app))
        engine.start_error = None
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "link down" not in screen_text(app))
        engine.step_to(50)
        await until(pilot, lambda: "50/100" in screen_text(app))
    assert engine.opened == 1


async def test_a_link_that_comes_back_leaves_the_cursor_where_it_is():
    engine = FakeEngine()
    engine.host = "me@box"
    async with opened(engine) as (app, pilot):
        await pilot.press("down", "right", "m")
        await until(pilot, lambda: "a." not in screen_text(app) and "\u2502aa" in screen_text(app))
        engine.watch = None
        engine.hang_up()
        await until(pilot, lambda: engine.starts == 2 and engine.watch)
        assert engine.watch is not None
        assert (engine.watch.cursor, engine.watch.view) == ((1, 1), "compared")


@pytest.mark.slow
async def test_a_message_that_cannot_be_read_is_told_and_no_death_is_waited_for():
    engine = FakeEngine()
    async with opened(engine, (160, 40)) as (app, pilot):
        assert engine.connection is not None
        engine.connection.news.put_nowait(EngineError("a message of 70,000,000 bytes came."))
        await until(pilot, lambda: app.session.has_ended)
        assert "70,000,000 bytes" in screen_text(app)


async def test_a_link_comes_back_by_itself():
    engine = FakeEngine()
    engine.host = "me@box"
    async with opened(engine) as (app, pilot):
        engine.hang_up()
        await until(pilot, lambda: engine.starts == 2)
        await settled(pilot)
        assert "link down" not in screen_text(app)


@pytest.mark.slow
async def test_a_newest_save_that_cannot_be_taken_up_is_told_and_nothing_is_opened_instead():
    engine = FakeEngine()
    async with opened(engine, (160, 40)) as (app, pilot):
        await training(engine, pilot)
        engine.left_at = "/saves/newest"
        engine.refuse[Resume] = "newest: its data has changed since."
        engine.die()
        await until(pilot, lambda: app.session.has_ended)
        await pilot.press("ctrl+r")
        said = "newest: its data has changed since. All its saves stay in /saves."
        await until(pilot, lambda: said in " ".join(screen_text(app).split()))
        await settled(pilot)
    assert engine.opened == 1, "before it died"


async def test_attaching_starts_no_engine_but_when_a_key_asks_for_it():
    engine = FakeEngine()
    engine.gone = LabGone("names", True, "/saves/newest", 2000.0)
    engine.left_at = "/saves/newest"
    app = LabApp(engine, Open(), attaches=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.session.has_ended)
        assert (engine.starts, engine.attached) == (1, True)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.session.snapshot)
        assert (engine.starts, engine.attached) == (2, False)
    assert engine.asked(Resume) == [Resume(unless_open=True)]


async def test_attaching_to_what_cannot_be_reached_is_tried_again_as_attaching():
    engine = FakeEngine()
    engine.host, engine.is_open = "me@box", True
    engine.start_error, engine.link_down = "ssh does not reach me@box: No route.", True
    app = LabApp(engine, Open(), attaches=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.session.has_ended)
        engine.start_error = None
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.session.snapshot)
        assert (engine.starts, engine.attached) == (2, True)
    assert engine.opened == 0


async def test_the_file_that_a_lab_is_saved_to_outlives_its_engine():
    engine = FakeEngine()
    engine.left_at = "/saves/newest"
    engine.data = replace(engine.data, save_to="/data/mine.safetensors")
    async with opened(engine) as (app, pilot):
        engine.die()
        await until(pilot, lambda: app.session.has_ended)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: engine.asked(Resume))
    assert engine.asked(Resume) == [Resume(save_to="/data/mine.safetensors", unless_open=True)]
