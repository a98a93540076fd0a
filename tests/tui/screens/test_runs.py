"""The dialogs of the runs: another one begins with its settings; all are listed as they are now."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.settings.data_format import DataFormat
from engine.settings.model_kinds import KINDS
from engine.settings.recipes import RECIPES
from engine.wire.answers import Answers
from engine.wire.client import EngineError
from engine.wire.events import Ended
from engine.wire.requests import (
    BeginRun,
    ChangeRun,
    CompareRun,
    DeleteRun,
    Open,
    Pause,
    Requests,
    SelectRun,
    Train,
)
from tests.tui.fake_engine import FakeEngine, dataset
from tests.tui.keys.test_keyboard import typed_at_once
from tests.tui.lab import hold_enter, opened, screen_text, settled, until
from tests.tui.real_engine import RealEngine
from tui.app import LabApp
from tui.screens import confirmation
from tui.screens.fields.choices import Choices
from tui.screens.fields.setting_field import SettingField
from tui.screens.runs.begin import BeginScreen, KindScreen, beginnings
from tui.screens.runs.screen import RunsScreen
from tui.terminal.capabilities import Terminal

SIZES = [(80, 24), (60, 20)]


async def begin(app: LabApp, pilot: Pilot[None], kind: str) -> None:
    """Go to the settings of a kind, by the keyboard."""
    await pilot.press("b")
    await until(pilot, lambda: isinstance(app.screen, KindScreen))
    places = list(KINDS)
    by = places.index(kind) - places.index("bigram")  # that of the selected run comes first
    await pilot.press(*["down" if by > 0 else "up"] * abs(by), "enter")
    await until(pilot, lambda: isinstance(app.screen, BeginScreen) and app.focused)


async def listed(app: LabApp, pilot: Pilot[None]) -> None:
    await pilot.press("B")
    await until(pilot, lambda: isinstance(app.screen, RunsScreen) and "Enter selects" in text(app))


def row(app: LabApp, name: str) -> SettingField:
    return app.screen.query_one(f"#{name}", SettingField)


def text(app: LabApp) -> str:
    """What the dialog in front says, or else the screen, as one line."""
    return " ".join(" ".join(lines(app)).split())


def lines(app: LabApp) -> list[str]:
    found = screen_text(app).split("\n")
    for box in app.screen.query(".dialog"):
        left, top, width, height = box.region
        found = [each[left : left + width] for each in found[top : top + height]]
    return [each.strip("│|") for each in found]


def line(app: LabApp, name: str) -> str:
    """The line of the list that a run has."""
    found = next(each for each in lines(app) if re.match(rf"[ >]*{name} ", each))
    return " ".join(found.split())


def answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a second press for an answer at once."""
    monkeypatch.setattr(confirmation, "SECONDS_TO_ANSWER", 0)


# --- beginning


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "size"), [("bigram", (80, 24)), *((kind, (60, 20)) for kind in KINDS)]
)
async def test_b_offers_each_kind_with_what_it_is_and_a_field_for_each_of_its_settings(
    kind: str, size: tuple[int, int]
):
    async with opened(FakeEngine(), size) as (app, pilot):
        await pilot.press("b")
        await until(pilot, lambda: KINDS["bigram"].meaning in text(app))
        await pilot.press("home", *["down"] * [*KINDS].index(kind))
        await until(pilot, lambda: f"> {KINDS[kind].label}" in text(app))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await begin(app, pilot, kind)
        fields = [*app.screen.query(SettingField)]
        names = [setting.name for setting in KINDS[kind].settings]
        assert [each.setting.name for each in fields] == ["name", *names]
        for each in fields:
            await until(pilot, lambda each=each: each.field.has_focus)
            await settled(pilot)
            seen = text(app)
            assert each.setting.label in seen
            assert " ".join(each.setting.meaning.split()[:3]) in seen
            assert each.region.bottom <= size[1], "the whole of it is in sight"
            await pilot.press("tab")
        assert "space then trains it" in text(app) or not KINDS[kind].goal


@pytest.mark.slow
async def test_data_that_is_too_large_for_a_kind_refuses_it_before_its_settings_are_typed():
    sentence = "words.txt has more than 32 MiB of words. Choose counts or bigram."
    engine = FakeEngine(dataset(too_large=sentence))
    async with opened(engine) as (app, pilot):
        await pilot.press("b")
        await until(pilot, lambda: KINDS["bigram"].meaning in text(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: sentence in text(app))
        await pilot.press("up")
        await until(pilot, lambda: sentence not in text(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, BeginScreen))


@pytest.mark.slow
async def test_what_was_typed_for_a_kind_is_there_again_after_escape():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await begin(app, pilot, "ngram")
        await pilot.press(*"five", "down", "5", "escape")
        await until(pilot, lambda: isinstance(app.screen, KindScreen))
        await pilot.press("up", "enter")
        await until(pilot, lambda: isinstance(app.screen, BeginScreen) and app.focused)
        assert row(app, "name").field.value == ""
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, KindScreen))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, BeginScreen) and app.focused)
        await until(pilot, lambda: row(app, "name").field.value == "five")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert engine.asked(BeginRun) == [BeginRun("ngram", {"order": 5}, "five")]


async def test_enter_begins_the_run_with_what_was_changed_and_it_does_not_train_yet():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await begin(app, pilot, "mlp")
        row(app, "name").field.value = "small"
        row(app, "hidden").field.value = "1,000"
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert engine.asked(BeginRun) == [BeginRun("mlp", {"hidden": 1000}, "small")]
        assert not engine.asked(Train)
        await until(pilot, lambda: app.session.snapshot.selected_run.name == "small")


@pytest.mark.slow
async def test_a_run_is_begun_by_keys_typed_in_one_instant():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        typed_at_once(app, "b", "down", "enter", *"five", "down", "5", "enter")
        await until(pilot, lambda: engine.asked(BeginRun))
        assert engine.asked(BeginRun) == [BeginRun("ngram", {"order": 5}, "five")]


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_each_recipe_is_a_choice_below_the_kinds_and_says_which_split_it_needs(
    size: tuple[int, int],
):
    split = DataFormat(split="lecture")
    engine = FakeEngine(dataset(data_format=split))
    async with opened(engine, size) as (app, pilot):
        await pilot.press("b")
        await until(pilot, lambda: KINDS["bigram"].meaning[:20] in text(app))
        await pilot.press("home", *["down"] * (len(KINDS) - 1))
        for recipe in RECIPES.values():
            await pilot.press("down")
            start = " ".join(recipe.meaning.split()[:3])
            await until(pilot, lambda start=start: start in text(app))
            assert f"> {recipe.name} recipe" in text(app)
            needs = f"Its figures need --split {recipe.split}."
            assert (needs in text(app)) is (recipe.split != "lecture"), recipe.name


async def test_a_recipe_of_all_words_says_so_where_some_are_held_out():
    opening = Open("/data/names.txt", 0.1, "cpu")
    told = beginnings(dataset(opening=opening))["recipe microgpt"].meaning
    assert told.endswith("Its figures need all words: no --hold-out.")
    assert "figures need" not in beginnings(dataset())["recipe microgpt"].meaning


async def test_a_recipe_begins_a_run_with_its_settings_and_those_that_were_changed():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, KindScreen))
        await pilot.press("end")
        recipe = [*RECIPES.values()][-1]
        await until(pilot, lambda: f"> {recipe.name} recipe" in text(app))
        await pilot.press(*["up"] * ([*RECIPES][::-1].index("lecture3")), "enter")
        await until(pilot, lambda: isinstance(app.screen, BeginScreen) and app.focused)
        assert "recipe lecture3" in text(app)
        assert "space then trains it to step 200,000" in text(app)
        assert row(app, "batchnorm").field.value == "yes"
        row(app, "batch").field.value = "64"
        row(app, "batchnorm").field.value = "no"
        await pilot.press("enter")
        await until(pilot, lambda: engine.asked(BeginRun))
        settings = RECIPES["lecture3"].settings | {"batch": 64, "batchnorm": False}
        assert engine.asked(BeginRun) == [BeginRun("mlp", settings, "", 200_000)]


class SlowEngine(FakeEngine):
    """An engine that is busy with another run: what selects one has its answer when told."""

    def __init__(self) -> None:
        super().__init__()
        self.rests = asyncio.Event()

    async def answer(self, request: Requests) -> Answers:
        if not isinstance(request, BeginRun | SelectRun):
            return await super().answer(request)
        self.requests.append(request)
        await self.rests.wait()
        self.requests.pop()
        done = await super().answer(request)  # tells a snapshot too
        await asyncio.sleep(0)  # which comes before the answer
        return done


@pytest.mark.parametrize("together", [True, False], ids=["in one instant", "a key by itself"])
async def test_space_that_is_pressed_before_the_run_has_begun_trains_that_run(together: bool):
    engine = SlowEngine()
    async with opened(engine) as (app, pilot):
        engine.step_to(20)  # the net is in training
        await until(pilot, lambda: app.session.snapshot.state == "training")
        await begin(app, pilot, "mlp")
        if together:
            typed_at_once(app, "enter", "space")
        else:
            await pilot.press("enter")
            await until(pilot, lambda: engine.asked(BeginRun))
            await pilot.press("space")
        await until(pilot, lambda: engine.asked(BeginRun))
        await settled(pilot)
        assert not engine.asked(Train)
        engine.rests.set()
        await until(pilot, lambda: engine.asked(Train))
        assert engine.selected.name == "mlp"
        assert engine.selected.state == "training"
        assert not engine.asked(Pause), "the net, which was seen in training, is another run"


async def test_space_behind_u_is_for_the_run_that_is_selected_then():
    engine = SlowEngine()
    engine.begin("mlp")
    async with opened(engine) as (app, pilot):
        engine.step_to(20)
        await until(pilot, lambda: app.session.snapshot.state == "training")
        await pilot.press("u", "space")
        await settled(pilot)
        assert not engine.asked(Train)
        engine.rests.set()
        await until(pilot, lambda: engine.asked(Train))
        assert (engine.selected.name, engine.selected.state) == ("mlp", "training")
        assert not engine.asked(Pause)


async def test_escape_closes_a_form_whose_answer_does_not_come():
    engine = SlowEngine()
    async with opened(engine) as (app, pilot):
        await begin(app, pilot, "mlp")
        await pilot.press("enter")
        await until(pilot, lambda: engine.asked(BeginRun))
        await pilot.press("space", "escape")
        await until(pilot, lambda: isinstance(app.screen, KindScreen))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await settled(pilot)
        assert not engine.asked(Train), "space was for what it waited for, and went with it"
        await pilot.press("space")
        await until(pilot, lambda: engine.asked(Train))


@pytest.mark.slow
async def test_enter_that_is_held_begins_one_run(monkeypatch: pytest.MonkeyPatch):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await begin(app, pilot, "counts")
        await hold_enter(pilot, monkeypatch)
        assert len(engine.asked(BeginRun)) == 1


@pytest.mark.slow
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost():
    engine = FakeEngine()
    async with opened(engine, (60, 20)) as (app, pilot):
        await begin(app, pilot, "mlp")
        row(app, "name").field.value = "mine"
        row(app, "context").field.value = "three"
        row(app, "batch").field.value = "64"
        await pilot.press("enter")
        await until(pilot, lambda: row(app, "context").has_class("-wrong"))
        assert row(app, "context").field.has_focus
        await until(pilot, lambda: "The context is a whole number" in text(app))
        assert not engine.asked(BeginRun)
        assert [row(app, n).field.value for n in ("name", "context", "batch")] == [
            "mine", "three", "64"
        ]  # fmt: skip


@pytest.mark.slow
async def test_a_name_that_is_taken_is_said_beside_the_name():
    engine = FakeEngine()
    error = EngineError("Another run is called net: give another name.")
    error.setting = "name"

    async def refuse(request: Requests) -> None:
        raise error

    async with opened(engine) as (app, pilot):
        await begin(app, pilot, "bigram")
        app.screen._call = refuse
        row(app, "name").field.value = "net"
        await pilot.press("enter")
        await until(pilot, lambda: row(app, "name").has_class("-wrong"))
        assert error.args[0] in text(app)
        assert row(app, "name").field.value == "net"


@pytest.mark.slow
async def test_escape_goes_back_to_the_kinds_and_then_to_the_lab():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await begin(app, pilot, "ngram")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, KindScreen))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert not engine.asked(BeginRun)


# --- the list


@pytest.mark.parametrize("size", [*SIZES, (40, 12), (120, 40)])
async def test_the_list_tells_of_each_run_and_marks_the_two_that_are_shown(size: tuple[int, int]):
    engine = FakeEngine()
    engine.begin("mlp")
    async with opened(engine, size) as (app, pilot):
        await listed(app, pilot)
        assert "– 2.4546 compared" in line(app, "counts")
        assert "0 3.7686 selected" in line(app, "net")
        assert not {"compared", "selected"} & {*line(app, "mlp").split()}
        if size[0] >= 60:
            assert "bigram net" in line(app, "net")
        assert ("729" in line(app, "net")) == (size[0] >= 80)
        await pilot.press("down")
        await until(pilot, lambda: "> mlp" in screen_text(app))
        if size[1] >= 20:
            assert "MLP, 729 parameters, idle, step 0 of 200,000" in text(app)


@pytest.mark.slow
async def test_numbers_stand_below_each_other_and_those_of_the_hold_out_beside_them():
    engine = FakeEngine()
    engine.selected.train_to(12_345)
    engine.selected.held_out_nll = 2.5
    async with opened(engine) as (app, pilot):
        await listed(app, pilot)
        head, counts, net = (
            next(each for each in lines(app) if all(word in each for word in words))
            for words in (("train", "hold-out"), ("counts", "2.45"), ("net", "3.76"))
        )
        assert head.index("train") + 5 == counts.index("2.4546") + 6 == net.index("3.7686") + 6
        assert "3.7686   2.5000 selected" in net
        assert "2.4546        – compared" in counts


async def test_the_list_is_live_while_a_run_trains():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await listed(app, pilot)
        engine.step_to(42)
        await until(pilot, lambda: "● 42" in line(app, "net"))
        assert "training, step 42 of 100" in text(app)
        engine.step_to(100, "done")
        await until(pilot, lambda: "✓ 100" in line(app, "net"))


async def test_enter_selects_a_run_and_closes():
    engine = FakeEngine()
    other = engine.begin("bigram", "other")
    async with opened(engine) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert engine.asked(SelectRun) == [SelectRun(other.number)]
        await until(pilot, lambda: app.session.snapshot.selected_run.name == "other")


async def test_c_compares_the_selected_run_with_another():
    engine = FakeEngine()
    other = engine.begin("bigram", "other")
    async with opened(engine) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("down", "c")
        await until(pilot, lambda: line(app, "other").endswith("compared"))
        assert engine.asked(CompareRun) == [CompareRun(other.number)]
        assert not line(app, "counts").endswith("compared")


async def test_a_run_is_pinned_and_let_go_again():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("p")
        await until(pilot, lambda: "> net *" in screen_text(app) and "Pinned" in text(app))
        await pilot.press("p")
        await until(pilot, lambda: "Pinned" not in text(app))
        number = engine.selected.number
        pinned = [ChangeRun(number, is_pinned=True), ChangeRun(number, is_pinned=False)]
        assert engine.asked(ChangeRun) == pinned


async def test_a_run_is_renamed():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "Rename the run net" in screen_text(app))
        await pilot.press(*"first", "enter")
        await until(pilot, lambda: "> first" in screen_text(app))
        assert isinstance(app.screen, RunsScreen)
        assert engine.asked(ChangeRun) == [ChangeRun(engine.selected.number, "first")]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["a" * 24, "日" * 24])
async def test_a_pinned_run_of_the_longest_name_keeps_its_star(name: str, size: tuple[int, int]):
    engine = FakeEngine()
    engine.begin("bigram", name).is_pinned = True
    async with opened(engine, size) as (app, pilot):
        await listed(app, pilot)
        assert any(re.match(rf" *{name[:4]}.* \* ", each) for each in lines(app))


async def test_of_the_most_runs_many_are_in_sight_and_end_and_home_go_to_the_last_and_first():
    engine = FakeEngine()
    for number in range(22):
        engine.begin("bigram", f"run {number}")
    async with opened(engine, (80, 24)) as (app, pilot):
        await listed(app, pilot)
        assert "1–11 of 24" in text(app)
        await pilot.press("end")
        await until(pilot, lambda: "> run 21" in screen_text(app) and "14–24 of 24" in text(app))
        await pilot.press("home")
        await until(pilot, lambda: "> counts" in screen_text(app))


async def test_the_list_has_its_height_when_it_is_laid_out_first(monkeypatch: pytest.MonkeyPatch):
    heights: list[int] = []
    height_of = Choices.get_content_height

    def height(self: Choices, *given: Any) -> int:
        heights.append(height_of(self, *given))
        return heights[-1]

    monkeypatch.setattr(Choices, "get_content_height", height)
    async with opened(FakeEngine()) as (app, pilot):
        await listed(app, pilot)
        assert {*heights} == {2}


async def test_a_run_is_deleted_after_a_question(monkeypatch: pytest.MonkeyPatch):
    engine = FakeEngine()
    other = engine.begin("bigram", "other")
    other.train_to(1_000)
    async with opened(engine) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("down", "ctrl+d")
        await until(pilot, lambda: "^d again deletes other with its 1,000 steps." in text(app))
        await pilot.press("ctrl+d")  # at once: it may be held
        await until(pilot, lambda: "Wait a moment: ^d again deletes other" in text(app))
        await pilot.press("up", "down")  # something else between
        answered(monkeypatch)
        await pilot.press("ctrl+d")
        await settled(pilot)
        assert not engine.asked(DeleteRun)
        await pilot.press("ctrl+d")
        await until(pilot, lambda: engine.asked(DeleteRun) == [DeleteRun(other.number)])
        await until(pilot, lambda: "> net" in screen_text(app))
        assert " other " not in text(app)


async def test_what_the_engine_refuses_is_said_in_the_list(monkeypatch: pytest.MonkeyPatch):
    engine = FakeEngine()
    engine.refuse[DeleteRun] = "Two runs are left, and are compared: begin another first."
    answered(monkeypatch)
    async with opened(engine) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("ctrl+d", "ctrl+d")
        await until(pilot, lambda: "Two runs are left" in text(app))
        await pilot.press("down")
        await until(pilot, lambda: "Enter selects" in text(app))


@pytest.mark.slow
async def test_a_run_that_begins_from_the_list_is_chosen_in_it():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, KindScreen))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, BeginScreen) and app.focused)
        await pilot.press("enter")
        await until(pilot, lambda: "> ngram" in screen_text(app))


async def test_more_runs_than_there_are_lines_scroll():
    engine = FakeEngine()
    for number in range(20):
        engine.begin("bigram", f"run {number}")
    async with opened(engine, (60, 20)) as (app, pilot):
        await listed(app, pilot)
        await pilot.press(*["pagedown"] * 3)
        await until(pilot, lambda: "> run 19" in screen_text(app))
        assert "of 22" in screen_text(app)
        assert "Enter selects" in text(app)
        await pilot.press(*["pageup"] * 3)
        await until(pilot, lambda: "> counts" in screen_text(app))
        await pilot.press("up")
        await settled(pilot)
        assert "> counts" in screen_text(app)


@pytest.mark.slow
async def test_in_ascii_the_list_is_ascii_alone():
    engine = FakeEngine()
    async with opened(engine, (80, 24), Terminal("16", unicode=False)) as (app, pilot):
        engine.step_to(42)
        await listed(app, pilot)
        assert screen_text(app).isascii()
        assert "* 42" in line(app, "net")


# --- without the dialog


async def test_u_and_U_go_from_run_to_run_and_each_press_counts():
    engine = FakeEngine()
    engine.begin("bigram", "other")
    async with opened(engine) as (app, pilot):
        typed_at_once(app, *"uu")
        await until(pilot, lambda: len(engine.asked(SelectRun)) == 2)
        assert engine.selected.name == "counts"
        await pilot.press("U")
        await until(pilot, lambda: app.session.snapshot.selected_run.name == "other")


@pytest.mark.slow
async def test_the_end_of_a_training_that_is_not_selected_is_told_and_says_which():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.tell(Ended("mlp", "done", 200_000, 2.1, ""))
        await until(pilot, lambda: "mlp reached step 200,000." in text(app))
        engine.tell(Ended("mlp", "failed", 7, None, "The loss is no longer finite."))
        await until(pilot, lambda: "mlp: The loss is no longer finite." in text(app))
        engine.tell(Ended("net", "failed", 7, None, "It is not finite."))
        await until(pilot, lambda: "It is not finite." in text(app))
        assert "net: It is" not in text(app)
        engine.tell(Ended("first", "made room", 1_200, 2.5, ""))
        await until(pilot, lambda: "first and its 1,200 steps are gone:" in text(app))


# --- the real engine


@pytest.mark.slow
async def test_a_bigram_with_another_rate_is_begun_and_trained_beside_the_first():
    engine = RealEngine()
    async with opened(engine) as (app, pilot):
        engine.step_to(10, "paused")
        await begin(app, pilot, "bigram")
        row(app, "learning_rate").field.value = "10"
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: app.session.snapshot.selected_run.name == "bigram")
        engine.step_to(20, "paused")
        await listed(app, pilot)
        fast, slow = engine.lab.runs.of(2), engine.lab.runs.of(3)
        assert (fast.step, slow.step) == (10, 20)
        assert f"10 {fast.nll:.4f}" in line(app, "net")
        assert f"20 {slow.nll:.4f} selected" in line(app, "bigram")
        assert "learning rate 10," in text(app)
        await pilot.press("escape", "minus")
        await until(pilot, lambda: slow.settings["learning_rate"] == 5.0)
        assert fast.settings["learning_rate"] == 50.0


async def test_a_loss_of_two_digits_before_the_point_is_told_in_its_column():
    engine = FakeEngine()
    engine.selected.nll = 26.0266
    async with opened(engine) as (app, pilot):
        await listed(app, pilot)
        assert "26.027" in line(app, "net")
