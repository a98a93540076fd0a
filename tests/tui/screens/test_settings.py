"""The dialog of all settings: exact values, all or none of them, what is wrong beside each."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from engine.settings.lab_settings import DEFAULTS, sampling_settings
from engine.settings.model_kinds import KINDS
from engine.settings.values import NO_PACE_LIMIT
from engine.wire.client import EngineError
from engine.wire.requests import Configure
from tests.tui.fake_engine import FakeEngine
from tests.tui.keys.test_keyboard import typed_at_once
from tests.tui.lab import opened, screen_text, settled, until
from tests.tui.real_engine import RealEngine
from tui.app import LabApp
from tui.screens.fields.parsing import text_of, value_of
from tui.screens.fields.setting_field import SettingField
from tui.screens.settings_form import SettingsForm

OF_RUNS = (*KINDS["bigram"].settings, *KINDS["counts"].settings)  # of the first two
TABLE = {each.name: each for each in (*OF_RUNS, *sampling_settings(27, is_text=True))}


async def ask(app: LabApp, pilot: Pilot[None]) -> None:
    await pilot.press("i")
    await until(pilot, lambda: isinstance(app.screen, SettingsForm) and app.focused)


def row(app: LabApp, name: str) -> SettingField:
    return app.screen.query_one(f"#{name}", SettingField)


def put(app: LabApp, **values: str) -> None:
    for name, text in values.items():
        row(app, name).field.value = text


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_every_setting_has_a_field_with_its_meaning_its_range_and_its_present_value(
    size: tuple[int, int],
):
    engine = RealEngine()
    async with opened(engine, size) as (app, pilot):
        engine.lab.configure({"learning_rate": 1 / 3, "pace": NO_PACE_LIMIT})
        engine.tell_snapshot()
        await until(pilot, lambda: app.session.snapshot.run_settings["learning_rate"] < 1)
        await ask(app, pilot)
        fields = [name for name in TABLE if name != "length"]
        assert [each.setting.name for each in app.screen.query(SettingField)] == fields
        settings = engine.lab.run_settings | msgspec.structs.asdict(engine.lab.settings)
        for each in app.screen.query(SettingField):
            value = settings[each.setting.name]
            assert each.field.value == text_of(value)
            await until(pilot, lambda each=each: each.field.has_focus)
            await settled(pilot)
            text = " ".join(screen_text(app).split())
            assert each.setting.label in text
            assert text_of(value)[:8] in text
            assert each.setting.meaning.split()[0] in text
            assert each.region.bottom <= size[1], "the whole of it is in sight"
            await pilot.press("tab")
        assert row(app, "learning_rate").field.value == "0.3333333333333333"
        assert row(app, "pace").field.value == "no limit"


async def test_what_was_changed_is_sent_at_once_and_nothing_else():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await ask(app, pilot)
        put(app, learning_rate="1,234.5", pace="no limit", temperature="0.7", keep_sampling="y",
            source="selected", prefix="em", sample_seed="42")  # fmt: skip
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, SettingsForm))
        assert engine.asked(Configure) == [
            Configure(
                {
                    "learning_rate": 1234.5,
                    "pace": float("inf"),
                    "temperature": 0.7,
                    "keep_sampling": True,
                    "source": "selected",
                    "prefix": "em",
                    "sample_seed": 42,
                }
            )
        ]


@pytest.mark.slow
async def test_a_whole_form_can_be_typed_in_one_instant():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        typed_at_once(app, "i", *"20", "down", "tab", *"0.5", "up", *"0.1", "enter")
        await until(pilot, lambda: engine.asked(Configure))
        assert engine.asked(Configure) == [
            Configure({"learning_rate": 20.0, "regularisation": 0.1, "pace": 0.5})
        ]


@pytest.mark.slow
async def test_nothing_changed_is_nothing_sent_and_escape_changes_nothing():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await ask(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, SettingsForm))
        await ask(app, pilot)
        put(app, learning_rate="3")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, SettingsForm))
        assert engine.asked(Configure) == []


@pytest.mark.slow
async def test_a_value_that_is_none_is_said_beside_its_field_and_nothing_is_sent():
    engine = FakeEngine()
    async with opened(engine, (40, 12)) as (app, pilot):
        await ask(app, pilot)
        put(app, learning_rate="20", top_k="many", temperature="0,5")
        await pilot.press("enter")
        await until(pilot, lambda: row(app, "top_k").has_class("-wrong"))
        assert row(app, "temperature").field.has_focus, "the first that is wrong"
        await until(pilot, lambda: "comma stands" in " ".join(screen_text(app).split()))
        assert not row(app, "learning_rate").has_class("-wrong")
        put(app, temperature="0.5")
        await until(pilot, lambda: not row(app, "temperature").has_class("-wrong"))
        put(app, top_k="5")
        await pilot.press("enter")
        await until(pilot, lambda: engine.asked(Configure))
        assert engine.asked(Configure) == [
            Configure({"learning_rate": 20.0, "top_k": 5, "temperature": 0.5})
        ]


@pytest.mark.slow
async def test_what_the_engine_refuses_is_said_beside_the_field_that_it_is_about():
    engine = FakeEngine()
    error = EngineError("Top-k 99: there are 27 symbols.")
    error.setting = "top_k"

    async def refuse(request: Any) -> Any:
        raise error

    async with opened(engine) as (app, pilot):
        await ask(app, pilot)
        app.screen._call = refuse
        put(app, top_k="99", learning_rate="7")
        await pilot.press("enter")
        await until(pilot, lambda: "Top-k 99: there are 27" in screen_text(app))
        assert row(app, "top_k").field.has_focus
        error.setting = ""
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query_one("#hint").has_class("-wrong"))


@pytest.mark.parametrize("name", [name for name in TABLE if name != "length"])
def test_what_a_field_shows_is_exactly_what_the_setting_is(name: str) -> None:
    for value in {TABLE[name].default, *VALUES.get(name, [])}:
        assert value_of(text_of(value), TABLE[name]) == value


VALUES: dict[str, list[Any]] = {
    "learning_rate": [1 / 3, 1e-300, 123456.789, 1e300],
    "pace": [float("inf"), 0.625],
    "keep_sampling": [True, False],
    "sample_seed": [0, 2**32 - 1],
    "seed": [2**64 - 1],
}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("learning_rate", "1,000", 1000.0),
        ("learning_rate", " 1e-3 ", 0.001),
        ("learning_rate", "−2", -2.0),  # which the engine refuses, by its own sentence
        ("pace", "No Limit", float("inf")),
        ("top_k", "1_000", 1000),
        ("stream", "vid", "video"),
        ("keep_sampling", "N", False),
        ("prefix", " em", " em"),
    ],
)
def test_values_are_taken_as_people_type_them(name: str, text: str, value: object) -> None:
    assert value_of(text, TABLE[name]) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("learning_rate", ""), ("learning_rate", "fast"), ("learning_rate", "0,5"),
        ("learning_rate", "1,00"), ("top_k", "2.5"), ("top_k", "1" * 500), ("top_k", "9" * 30),
        ("stream", ""), ("stream", "x"), ("source", "se1ected"), ("keep_sampling", "maybe"),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused_with_a_sentence(name: str, text: str) -> None:
    with pytest.raises(EngineError, match=r"^[A-Z].*\.$"):
        value_of(text, TABLE[name])


def test_every_setting_is_described_and_only_a_text_has_a_length() -> None:
    of_lab = {setting.name for setting in sampling_settings(27, is_text=True)}
    assert of_lab == {*DEFAULTS.__struct_fields__} - {"hold_out"}
    assert "length" not in {setting.name for setting in sampling_settings(27, is_text=False)}
    for setting in (*TABLE.values(), *(each for kind in KINDS.values() for each in kind.settings)):
        assert setting.meaning.endswith(".")
        setting.check(setting.default)


@pytest.mark.slow
async def test_what_both_runs_have_stands_once_and_under_the_run_that_it_is_of():
    engine = FakeEngine()
    engine.selected = engine.begin("ngram", "four")
    async with opened(engine, (80, 40)) as (app, pilot):
        await ask(app, pilot)
        headings = [str(each.render()) for each in app.screen.query(".heading")]
        assert headings == ["four, n-gram", "Names"], "the counts have nothing that it lacks"
        warned = [
            each.setting.name
            for each in app.screen.query(SettingField)
            if "begins another run" in each.setting.meaning
        ]
        assert warned == [each.name for each in KINDS["ngram"].settings if each.begins_run]
        put(app, smoothing="0.5", order="3", method="w")
        await pilot.press("enter")
        await until(pilot, lambda: engine.asked(Configure))
        assert engine.asked(Configure) == [
            Configure({"order": 3, "method": "witten-bell", "smoothing": 0.5})
        ]


async def test_a_letter_for_a_seed_is_named_as_it_is_refused():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("g")
        await settled(pilot)
        await pilot.press("x")
        await until(pilot, lambda: "'x' is no digit" in screen_text(app))
        await pilot.press("7", "enter")
        await until(pilot, lambda: engine.asked(Configure) == [Configure({"sample_seed": 7})])


@pytest.mark.slow
async def test_another_seed_of_the_weights_begins_another_run_and_the_first_stays():
    engine = RealEngine()
    async with opened(engine) as (app, pilot):
        engine.step_to(10, "paused")
        await ask(app, pilot)
        put(app, seed="7", learning_rate="10")
        await pilot.press("enter")
        await until(pilot, lambda: app.session.snapshot.selected_run.name == "net 2")
    first, second = engine.lab.runs.of(2), engine.lab.selected
    assert (first.step, first.settings["seed"]) == (10, TABLE["seed"].default)
    assert (second.step, second.settings["seed"], second.settings["learning_rate"]) == (0, 7, 10.0)
