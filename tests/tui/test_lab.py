from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from engine.wire.requests import Adjust, Configure, Draw, Open, Pause, Reset, Score, StepOnce, Train
from engine.wire.values import Name
from tests.tui.fake_data import dataset
from tests.tui.fake_engine import SETTINGS, FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tui.actions import ACTIONS
from tui.app import LabApp
from tui.chrome.footer import KeyHint
from tui.drawing.line_widget import LineWidget
from tui.panes.loss.pane import LossPane
from tui.panes.matrix.pane import MatrixPane
from tui.panes.names.pane import NamesPane
from tui.panes.pane import Pane
from tui.screens import prompt


async def test_the_screen_is_painted_while_the_engine_still_starts():
    engine = FakeEngine(slow=True)
    app = LabApp(engine, Open())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        text = screen_text(app)
        assert "starting" in text
        assert "Loading torch" in text
        assert "quit" in text
        engine.wait.set()
        await until(pilot, lambda: "32,033" in screen_text(app) and "idle" in screen_text(app))


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("pane", ["1", "4"])
async def test_a_key_asks_the_engine_for_its_action_from_any_pane(pane: str):
    keys: dict[str, Any] = {
        "full_stop": StepOnce(), "r": Reset(), "R": Reset(by=1),
        "less_than_sign": Adjust("pace", -1), "greater_than_sign": Adjust("pace", 1),
        "minus": Adjust("learning_rate", -1), "plus": Adjust("learning_rate", 1),
        "equals_sign": Adjust("learning_rate", 1),
        "left_square_bracket": Adjust("smoothing", -1),
        "right_square_bracket": Adjust("smoothing", 1),
        "left_curly_bracket": Adjust("regularisation", -1),
        "right_curly_bracket": Adjust("regularisation", 1),
        "s": Draw(10), "S": Adjust("keep_sampling", 1), "w": Adjust("source", 1),
        "t": Adjust("temperature", -1), "T": Adjust("temperature", 1), "x": Adjust("stream", 1),
        "space": Train(), "n": Train(more=100),
    }  # fmt: skip
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press(pane)
        await settled(pilot)
        for key, request in keys.items():
            engine.requests.clear()
            await pilot.press(key)
            await until(pilot, lambda request=request: request in engine.requests)
        assert app.is_running


async def test_space_pauses_while_the_net_trains():
    engine = FakeEngine()
    async with opened(engine) as (_, pilot):
        engine.step_to(5)
        await settled(pilot)
        await pilot.press("space")
        await until(pilot, lambda: engine.asked(Pause))


async def test_numbers_and_tab_go_from_pane_to_pane():
    async with opened(FakeEngine()) as (app, pilot):
        for key, name in (("2", "loss"), ("3", "dataset"), ("4", "samples"), ("1", "matrix")):
            await pilot.press(key)
            assert app.focused is not None
            assert app.focused.id == name
        for name in ("loss", "dataset", "samples", "matrix"):
            await pilot.press("tab")
            assert app.focused.id == name
        await pilot.press("shift+tab")
        assert app.focused.id == "samples"


async def test_the_footer_makes_other_hints_only_where_other_keys_are_in_force():
    async with opened(FakeEngine(), (120, 40)) as (app, pilot):
        hints = list(app.query(KeyHint))
        app.screen.refresh_bindings()
        await settled(pilot)
        assert list(app.query(KeyHint)) == hints
        await pilot.press("4")
        await until(pilot, lambda: not set(app.query(KeyHint)) & set(hints))


def footer(app: LabApp) -> str:
    return screen_text(app).splitlines()[-1]


@pytest.mark.slow
async def test_the_footer_offers_the_keys_of_steps_only_to_a_run_that_has_some():
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        await until(pilot, lambda: "space train" in footer(app))
        engine.selected, engine.compared = engine.compared, engine.selected
        for pane in ("1", "2"):
            await pilot.press(pane)
            engine.tell_snapshot()
            await until(pilot, lambda: "q quit" in footer(app) and "train" not in footer(app))
        assert "+100" not in footer(app)
        engine.selected, engine.compared = engine.compared, engine.selected
        engine.tell_snapshot()
        await until(pilot, lambda: "train" in footer(app) and "+100" in footer(app))


async def test_z_enlarges_the_focused_pane_and_shrinks_it_again():
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press("2", "z")
        await until(pilot, lambda: app.query_one(LossPane).size.width > 70)
        assert "idle" in screen_text(app)
        assert "quit" in screen_text(app)
        await pilot.press("4")
        await until(pilot, lambda: app.query_one(NamesPane).size.width > 70)
        await pilot.press("z")
        await until(pilot, lambda: app.query_one(NamesPane).size.width < 30)
        assert all(pane.size.width for pane in app.query(Pane) if pane.id != "inside")


async def test_a_refused_request_is_a_sentence_and_the_data_stays():
    engine = FakeEngine()
    engine.refuse[Train] = "The learning rate is [b]nan[/b]. Choose a number."
    async with opened(engine) as (app, pilot):
        await pilot.press("space")
        await until(pilot, lambda: "[b]nan[/b]" in screen_text(app))
        assert "32,033" in screen_text(app)


async def test_when_the_first_file_cannot_be_opened_the_screen_says_why_and_what_to_do():
    engine = FakeEngine()
    engine.refuse[Open] = "/data/none.txt: no such file."
    app = LabApp(engine, Open(path="/data/none.txt"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "no such file" in screen_text(app))
        assert "Press o to open a file" in screen_text(app)
        engine.refuse.clear()
        await pilot.press("o", *"words", "enter")
        await until(pilot, lambda: "32,033" in screen_text(app))
        assert "no such file" not in screen_text(app)
        assert engine.asked(Open)[-1].path.endswith("words")


async def test_when_the_engine_dies_its_last_figures_stay_and_ctrl_r_starts_it_again():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.step_to(42)
        await until(pilot, lambda: "42/100" in screen_text(app))
        engine.die()
        await until(pilot, lambda: "SIGKILL" in screen_text(app))
        text = screen_text(app)
        assert "/tmp/engine.log" in text
        assert "42/100" in text
        assert "ctrl+r" in text
        await pilot.press("space")  # a key does no harm
        await settled(pilot)
        engine.step, engine.state = 0, "idle"
        await pilot.press("ctrl+r")
        await until(pilot, lambda: engine.starts == 2 and "0/100" in screen_text(app))
        assert "SIGKILL" not in screen_text(app)
        assert len(engine.asked(Open)) == 2


async def test_without_an_engine_the_matrix_stays_what_it_is_called():
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.die()
        await until(pilot, lambda: app.session.has_ended)
        await pilot.press("m")
        await until(pilot, lambda: "The engine is not running" in screen_text(app))
        assert "Bigrams · counts" in screen_text(app)


async def test_an_engine_that_does_not_start_says_why():
    engine = FakeEngine()
    engine.start_error = "No engine answers at /tmp/x.sock."
    app = LabApp(engine, Open())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "No engine answers" in screen_text(app))
        engine.start_error = None
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "32,033" in screen_text(app))


@pytest.mark.slow
async def test_after_a_restart_the_file_that_was_opened_last_is_opened_again():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("o", *"other.txt", "enter")
        await until(pilot, lambda: len(engine.asked(Open)) == 2)
        await settled(pilot)
        engine.die()
        await until(pilot, lambda: app.session.has_ended)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(engine.asked(Open)) == 3)
        assert engine.asked(Open)[-1].path == "other.txt"


async def test_quitting_stops_the_engine():
    for key in ("q", "ctrl+q"):
        engine = FakeEngine()
        app = LabApp(engine, Open())
        async with app.run_test() as pilot:
            await settled(pilot)
            await pilot.press(key)
            await pilot.pause()
        assert engine.stops == 1
        assert app.return_code == 0


async def test_copying_puts_the_panes_export_on_the_clipboard():
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press("m", "y")
        await until(pilot, lambda: app.clipboard)
        assert app.clipboard == "matrix,compared\n1,2\n"


async def test_escape_leaves_a_setting_as_it_is_and_a_wrong_answer_is_told_in_place(
    monkeypatch: pytest.MonkeyPatch,
):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("g")
        await settled(pilot)
        await pilot.press(*"a7")
        await until(pilot, lambda: "here goes a whole number" in screen_text(app))
        assert app.screen.query_one("Input").value == "7"
        monkeypatch.setattr(prompt, "SECONDS_TO_READ", 0.01)
        await pilot.press("b", "backspace")
        await until(pilot, lambda: "The same seed draws" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "whole number, such as 42" in screen_text(app))
        await pilot.press("escape")
        await settled(pilot)
        assert len(app.screen_stack) == 1
        assert not engine.asked(Configure)
        engine.refuse[Configure] = "The data has no character 'q'."
        await pilot.press("p")
        await settled(pilot)
        await pilot.press("q", "enter")
        await until(pilot, lambda: "has no character" in screen_text(app))
        engine.refuse.clear()
        await pilot.press("backspace", "e", "m", "enter")
        await until(pilot, lambda: Configure({"prefix": "em"}) in engine.requests)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: "prefix em" in screen_text(app))


async def test_a_word_is_scored_while_it_is_typed():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("c")
        await settled(pilot)
        await pilot.press("a", "n")
        await until(pilot, lambda: Score("an") in engine.requests)
        await until(pilot, lambda: "a → n" in screen_text(app))
        assert "1.386" in screen_text(app)  # -ln 0.25
        assert "2.079" in screen_text(app)  # -ln 0.125


async def test_help_tells_every_key():
    async with opened(FakeEngine(), (130, 140)) as (app, pilot):
        await pilot.press("question_mark")
        await until(pilot, lambda: "Reading the screen" in screen_text(app))
        told = " ".join(screen_text(app).replace("│", " ").split())
        for action in ACTIONS:
            assert " ".join(action.description.split()[:4]) in told
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_the_palette_finds_an_action():
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press("ctrl+p")
        await settled(pilot)
        await pilot.press(*"smoothing")
        await until(pilot, lambda: "Raise the smoothing" in screen_text(app))


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("pane", ["1", "2", "3", "4"])
async def test_the_footer_always_shows_how_to_train_to_get_help_and_to_quit(pane: str):
    async with opened(FakeEngine()) as (app, pilot):
        await pilot.press(pane)
        await settled(pilot)
        footer = screen_text(app).splitlines()[-1]
        for words in ("space train", "? help", "q quit"):
            assert words in footer
        own = {"1": "m view", "2": ". step", "3": "o open", "4": "s S names"}[pane]
        assert own in footer


async def test_at_80_columns_the_footer_of_the_names_has_seed_stream_and_source():
    async with opened(FakeEngine(), (80, 24)) as (app, pilot):
        await pilot.press("4")
        await settled(pilot)
        footer = screen_text(app).splitlines()[-1]
        for words in ("s S names", "w source", "t T temp", "p prefix", "g seed", "x stream"):
            assert words in footer


async def test_names_with_markup_in_them_are_shown_as_they_are():
    engine = FakeEngine(dataset(name="[red]names[/].txt"))
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.draw(2)
        first = msgspec.structs.replace(engine.names[0], compared=Name("[bold]x[/", 2.5, False))
        engine.names[0] = first
        engine.tell_snapshot()
        await until(pilot, lambda: "[bold]x[/" in screen_text(app))
        assert "[red]names[/].txt" in screen_text(app)


async def test_a_name_without_a_character_is_called_empty():
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.draw(1)
        engine.names[0] = msgspec.structs.replace(engine.names[0], compared=Name("", 2.8, False))
        engine.tell_snapshot()
        await until(pilot, lambda: re.search(r"\(empty\) +2\.80", screen_text(app)))


async def test_samples_of_both_models_stand_side_by_side():
    engine = FakeEngine()
    engine.settings = msgspec.structs.replace(SETTINGS, source="both")
    async with opened(engine) as (app, pilot):
        assert "Press s for ten names" in screen_text(app)
        engine.draw(4, "both")
        await until(pilot, lambda: "rom" in screen_text(app))
        line = next(line for line in screen_text(app).splitlines() if "rom" in line)
        assert "2.1│rom" in line  # each with its NLL
        assert line.index("mor") < line.index("│rom")


async def test_the_line_between_two_models_names_is_of_one_colour_from_the_header_down():
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.settings = msgspec.structs.replace(engine.settings, source="both")
        engine.draw(3, "both")
        await settled(pilot)
        header, names = app.query_one("#sampler", LineWidget), app.query_one("#names", LineWidget)
        strips = [header.render_line(header.size.height - 1), names.render_line(0)]
        lines = [s for strip in strips for s in strip if s.text.strip() == "│"]
        assert len(lines) == 2
        assert lines[0] == lines[1]


async def test_a_name_that_was_cut_off_ends_in_dots():
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.names = []
        engine.draw(1)
        cut = msgspec.structs.replace(engine.names[0], compared=Name("zzz", 2.5, None, ended=False))
        engine.names = [cut]
        engine.tell_snapshot()
        await until(pilot, lambda: "zzz…" in screen_text(app))


async def test_a_failed_training_says_why():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.fail("The loss is not a number at step 3.")
        await until(pilot, lambda: "not a number" in screen_text(app))
        assert "failed" in screen_text(app)


@pytest.mark.slow
async def test_at_120_columns_the_status_line_lacks_nothing_but_what_the_loss_pane_tells():
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.step_to(57)
        await until(pilot, lambda: "57/100" in screen_text(app))
        first = screen_text(app).splitlines()[0]
        for fact in ("names.txt", "training", "57/100", "loss 2.", "steps/s 20", "3 s to go",
                     "pace 20/s"):  # fmt: skip
            assert fact in first
        assert "lr 50" in screen_text(app)


async def test_the_key_that_starts_an_engine_again_says_so_where_there_is_nothing_to_start():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "The engine runs: there is nothing" in screen_text(app))
        assert app.is_running
        engine.step_to(20)
        await until(pilot, lambda: "training" in screen_text(app))


async def test_a_screen_that_shows_less_asks_for_less():
    engine = FakeEngine(dataset(tuple(chr(0x4E00 + n) for n in range(300))))
    async with opened(engine, (80, 24)) as (app, _):
        assert engine.watch is not None
        assert 0 < len(engine.watch.rows) < 40
        assert 0 < len(engine.watch.columns) < 40
        assert 0 < engine.watch.loss_columns < 46
        assert app.query_one(MatrixPane).sight.columns == engine.watch.columns


async def test_snapshots_behind_a_dialog_are_drawn_and_those_at_the_end_do_no_harm():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("question_mark")
        engine.step_to(33)
        await until(pilot, lambda: app.session.snapshot and app.session.snapshot.step == 33)
        await pilot.press("escape")
        await until(pilot, lambda: "33/100" in screen_text(app))
        engine.step_to(34)
        await pilot.press("D")
        engine.step_to(35)
    assert app.return_code == 0
