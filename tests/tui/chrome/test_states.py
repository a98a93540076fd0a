"""Keys in states in which they have nothing to do, and panes that are hidden when news comes."""

import pytest

from engine.wire.answers import Answers
from engine.wire.client import EngineError
from engine.wire.requests import Open, Requests, Resume
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui.actions import ACTIONS, textual_key
from tui.app import LabApp
from tui.panes.data.pane import DatasetPane
from tui.panes.pane import Pane

KEYS = [
    textual_key(key)
    for action in ACTIONS
    for key in action.keys
    if action.id not in ("quit", "lab.detach")
]


class StuckEngine(FakeEngine):
    """An engine that reads its first file for ever."""

    async def answer(self, request: Requests) -> Answers:
        if isinstance(request, Open):
            await super().answer(request) if self.starts > 1 else await self.never()
        return await super().answer(request)

    async def never(self) -> None:
        self.wait.clear()
        await self.wait.wait()


def starting() -> FakeEngine:
    return FakeEngine(slow=True)


def opening() -> FakeEngine:
    return StuckEngine()


def without_data() -> FakeEngine:
    engine = FakeEngine()
    engine.refuse[Open] = "names.txt is empty."
    return engine


def ended() -> FakeEngine:
    engine = FakeEngine()
    engine.start_error = "The engine cannot be started."
    return engine


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("state", [starting, opening, without_data, ended])
async def test_no_key_does_harm_while_there_is_no_data(state):
    app = LabApp(state(), Open())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for key in KEYS:
            await pilot.press(key, "escape")
            assert app.is_running, key
        await settled(pilot)
        assert "╭" in screen_text(app)


@pytest.mark.slow
@pytest.mark.parametrize("dialog", ["", "question_mark", "c"])
async def test_a_file_may_open_while_a_pane_is_enlarged_or_a_dialog_is_open(dialog: str):
    engine = FakeEngine()
    async with opened(engine, (80, 24)) as (app, pilot):
        for number in "1234":
            await pilot.press(number, "z")
            if dialog:
                await pilot.press(dialog)
            await settled(pilot)
            await app.session.conversation.call(Open("other.txt"))
            engine.draw(10, "both")
            await settled(pilot)
            if dialog:
                await pilot.press("escape")
            await pilot.press("z")
            await settled(pilot)
            text = screen_text(app)
            for title in ("1 Bigrams · counts", "2 Loss", "─ 3 ", "4 Names · counts", "words"):
                assert title in text, number


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_enlarged_pane_has_the_whole_width_and_gives_it_back(size: tuple[int, int]):
    engine = FakeEngine()
    async with opened(engine, size) as (app, pilot):
        engine.draw(10, "both")
        await settled(pilot)
        before = {pane.id: pane.region for pane in app.query(Pane)}
        for number in "1234":
            await pilot.press(number, "z")
            # All but the status line and the footer.
            whole = (size[0], size[1] - 2)
            await until(pilot, lambda: app.focused and app.focused.region.size == whole)  # noqa: B023
            await pilot.press("z")
            await until(pilot, lambda: {p.id: p.region for p in app.query(Pane)} == before)


async def test_a_number_and_z_typed_at_once_mean_the_same_pane():
    async with opened(FakeEngine(), (80, 24)) as (app, _):
        app.action_pane(4)
        app.action_zoom()
        assert app.screen.maximized is app.focused
        assert app.focused is not None
        assert app.focused.id == "samples"


async def test_the_enlarged_matrix_shows_numbers_and_scrolls():
    async with opened(FakeEngine(), (120, 40)) as (app, pilot):
        await pilot.press("1", "z")
        await until(pilot, lambda: "4410" in screen_text(app))
        assert ".z" not in screen_text(app)
        await pilot.press("end")
        await until(pilot, lambda: ".z" in screen_text(app))


async def test_opening_looks_before_it_leaps():
    engine = FakeEngine()
    async with opened(engine) as (_, pilot):
        await pilot.press("o", "enter")
        await settled(pilot)
        assert len(engine.asked(Open)) == 1, "what is open is not opened again"


async def test_after_a_first_file_that_fails_another_opens_without_what_may_have_been_wrong():
    engine = without_data()
    app = LabApp(engine, Open(device="cuda", hold_out=0.5, seed=42))
    async with app.run_test(size=(160, 40)) as pilot:
        await until(pilot, lambda: "is empty" in screen_text(app))
        assert "on the best device, and without a hold-out." in screen_text(app)
        engine.refuse.clear()
        await pilot.press("o", *"x.txt", "enter")
        await until(pilot, lambda: app.session.dataset is not None)
        assert engine.asked(Open)[-1] == Open("x.txt", seed=42)


async def test_after_a_checkpoint_that_fails_it_is_said_that_a_file_begins_anew():
    engine = FakeEngine()
    engine.refuse[Resume] = "its data is not there."
    app = LabApp(engine, Open(), resuming=Resume("/a.safetensors"))
    async with app.run_test(size=(160, 40)) as pilot:
        await until(pilot, lambda: "Any other file begins at step 0." in screen_text(app))


async def test_an_error_of_the_wire_is_a_sentence_too():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):

        async def fail(_: Requests) -> Answers:
            raise EngineError("a text is not UTF-8.")

        engine.answer = fail
        await pilot.press("g", "9", "enter")
        await until(pilot, lambda: "a text is not UTF-8." in screen_text(app))


@pytest.mark.slow
@pytest.mark.parametrize(("key", "what"), [("g", "seed"), ("K", "top-k")])
async def test_a_number_that_is_too_large_is_told_by_its_name_and_with_the_largest(
    key: str, what: str
):
    async with opened(FakeEngine(), (120, 40)) as (app, pilot):
        await pilot.press(key, *"18446744073709551616", "enter")
        told = f"The {what} is too large: 18,446,744,073,709,551,615 is"
        await until(pilot, lambda: told in screen_text(app))
        await pilot.press("backspace", "5", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_the_data_pane_tells_its_figures_where_it_has_no_size_yet_when_it_hears_of_them(
    monkeypatch: pytest.MonkeyPatch,
):
    engine = FakeEngine(slow=True)
    # As it happens where a key that arranges the screen came just before.
    monkeypatch.setattr(DatasetPane, "call_after_refresh", lambda _, refit: refit())
    async with LabApp(engine, Open()).run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "z")
        engine.wait.set()
        await until(pilot, lambda: "first words" in screen_text(pilot.app))
        assert pilot.app.screen.maximized is not None
