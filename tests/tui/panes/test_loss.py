"""The loss pane: its plot, and its legend."""

from __future__ import annotations

import math
import re
import threading
from itertools import product

import pytest

from engine.wire.values import ReferenceLosses, SettingChange
from tests.tui.fake_engine import FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tests.tui.real_engine import RealEngine
from tui.app import LabApp
from tui.drawing.ascii import to_ascii
from tui.drawing.line_widget import LineWidget
from tui.panes.loss import pane as loss
from tui.panes.loss.drawing import BATCHES, HELD_OUT, TRAIN, Inks, plot_lines
from tui.panes.loss.legend import legend
from tui.panes.loss.others import SIGNS
from tui.panes.loss.pane import LossPane
from tui.panes.loss.plot import picture_of
from tui.panes.loss.references import LEAST_ACROSS, references_of, row_of
from tui.terminal.capabilities import Terminal

INKS = Inks(*[(200, 200, 200)] * len(Inks._fields))


def plot_of(app: LabApp) -> str:
    return app.query_one(LossPane).query_one("#plot", LineWidget).text


async def test_l_shows_the_loss_on_a_logarithmic_scale():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.step_to(30)
        await settled(pilot)
        await pilot.press("2", "l")
        await until(pilot, lambda: "log scale" in str(app.query_one(LossPane).border_subtitle))
        before = plot_of(app)
        await pilot.press("l")
        await until(pilot, lambda: plot_of(app) != before)


async def test_the_rates_are_never_cut_below_the_loss():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        pane = app.query_one(LossPane)
        await until(pilot, lambda: "space trains · lr 50" in str(pane.border_subtitle))
        await pilot.press("2", "l")
        await until(pilot, lambda: "log · lr 50 · λ 0.01" in str(pane.border_subtitle))
        assert pane.has_room_below(str(pane.border_subtitle))


async def test_a_changed_setting_is_marked_in_the_plot():
    engine = FakeEngine()
    engine.marks = [SettingChange(20, "lr 20")]
    async with opened(engine) as (app, pilot):
        engine.step_to(60)
        await until(pilot, lambda: "lr 20" in plot_of(app))


async def test_a_loss_that_is_not_a_number_is_a_gap():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.step_to(60)
        engine.losses[30:40] = [float("nan")] * 10
        engine.losses[50] = float("inf")
        engine.tell_snapshot()
        await settled(pilot)
        assert app.is_running
        assert "⠀" not in plot_of(app)
        assert plot_of(app)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("scale", ["linear", "log"])
async def test_losses_as_far_apart_as_numbers_can_be_are_drawn(scale: str):
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await pilot.press("2", *("l" if scale == "log" else ""))
        engine.step_to(60)
        engine.losses[:60] = [1.7e308, -1.7e308, 5e-324] * 20
        engine.tell_snapshot()
        await settled(pilot)
        await until(pilot, lambda: "e+200" in plot_of(app))
        assert app.is_running


async def test_a_plot_that_is_drawn_while_the_lab_ends_does_no_harm(
    monkeypatch: pytest.MonkeyPatch,
):
    engine, begun, over = FakeEngine(), threading.Event(), threading.Event()

    def slow(picture: loss.Picture):
        begun.set()
        over.wait(5)
        return []

    async with opened(engine) as (app, pilot):
        monkeypatch.setattr(loss, "plot_lines", slow)
        pane = app.query_one(LossPane)
        engine.step_to(30)
        await until(pilot, begun.is_set)
        await pane.query_children().remove()  # as at the end, a moment before the pane itself
        engine.step_to(31)
        over.set()
        await until(pilot, lambda: not pane._stale)
        await settled(pilot)
        assert app.is_running  # a worker that fails ends the lab with a traceback


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("width", [40, 60])
async def test_a_legend_without_room_leaves_out_the_line_that_the_plot_itself_names(width: int):
    engine = FakeEngine()
    async with opened(engine, (width, 20)) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "floor" in screen_text(app))
        legend = app.query_one("#legend", LineWidget)
        await until(pilot, lambda: legend.size.width == width - 2)
        assert len(legend.text) <= legend.size.width
        assert legend.text.split("  ")[:2] == ["─ floor 2.454", "+ counts 2.455"]
        assert legend.text.split("  ")[2:] == (["┈ ln V 3.296"] if width == 60 else [])
        await until(pilot, lambda: "┈ ln V 3.296" in plot_of(app))


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("width", [40, 60, 70, 85])
async def test_the_sign_of_the_hold_out_is_named_wherever_it_is_drawn(width: int):
    engine = FakeEngine()
    async with opened(engine, (width, 20)) as (app, pilot):
        engine.held_out, engine.compared.held_out_nll = [2.5] * 30, 2.512
        engine.step_to(30)
        await pilot.press("2", "z")
        legend = app.query_one("#legend", LineWidget)
        await until(pilot, lambda: "hold-out" in legend.text and legend.size.width == width - 2)
        assert "◦" in plot_of(app)
        wanted = {
            40: ["─ floor", "+ counts", "hold-out ◦ net"],
            60: ["─ floor", "+ counts", "hold-out ◦ net", "× counts"],
            70: ["─ floor 2.454", "+ counts 2.455", "hold-out ◦ net 2.500", "× counts 2.512"],
            85: ["─ floor 2.454", "+ counts 2.455", "hold-out ◦ net 2.500", "× counts 2.512",
                 "┈ ln V 3.296"],
        }  # fmt: skip
        assert legend.text.rstrip().split("  ") == wanted[width]


async def test_the_loss_stands_without_its_penalty_and_with_it_both_of_the_same_weights():
    engine = RealEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        pane = app.query_one(LossPane)
        engine.step_to(99)
        run = engine.lab.selected
        before, squares = run.nll, float(run.model.inside()["weights"].square().mean())
        engine.step_to(100, "done")
        title = f"2 Loss · nll {before:.4f} · with λ {before + 0.01 * squares:.4f} · step 100"
        await until(pilot, lambda: str(pane.border_title) == title)
        # A change of λ now changes nothing of what the last step's loss was.
        engine.lab.configure({"regularisation": 0.5})
        engine.tell_snapshot()
        await until(pilot, lambda: "λ 0.5" in str(pane.border_subtitle))
        assert str(pane.border_title) == title


async def test_a_loss_without_a_penalty_is_told_once():
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.selected.settings["regularisation"] = 0.0
        engine.step_to(30)
        pane = app.query_one(LossPane)
        await until(pilot, lambda: str(pane.border_title) == "2 Loss · nll 2.6881 · step 30")


async def test_a_hold_out_comes_before_the_penalty_where_both_have_no_room():
    engine = FakeEngine()
    async with opened(engine, terminal=Terminal(unicode=False)) as (app, pilot):
        pane = app.query_one(LossPane)
        engine.held_out = [2.5] * 30
        engine.step_to(30)
        title = "2 Loss · nll 2.6731 · hold-out 2.5000"
        await until(pilot, lambda: str(pane.border_title) == title)
        await pilot.press("2", "z")
        title = f"{title} · with lambda 2.6881 · step 30"
        await until(pilot, lambda: str(pane.border_title) == title)


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40)])
async def test_every_reference_line_ends_in_a_label_with_its_number(size: tuple[int, int]):
    engine = FakeEngine()
    async with opened(engine, size) as (app, pilot):
        await pilot.press("2")
        for hold_out, scale in product((None, 2.459, math.inf), ("linear", "log")):
            case = f"hold-out {hold_out}, {scale}"
            before = plot_of(app)
            engine.compared.held_out_nll = hold_out
            engine.held_out = [] if hold_out is None else [2.6] * 60
            engine.step_to(60)
            app.query_one(LossPane).log_scale = scale == "log"
            await until(pilot, lambda was=before: "3.296" in plot_of(app) != was)
            told = plot_of(app).splitlines()
            ends = {"2.454": "─", "2.455": "+", "3.296": "┈"}
            ends |= {} if hold_out is None else {f"{hold_out:.3f}": "×"}
            for number, sign in ends.items():
                (line,) = [line for line in told if re.search(rf" {number}\b", line)]
                name = r"( (floor|counts|hold-out|ln V))?"
                label = re.search(rf"[─+×┈]*({name} (\d\.\d{{3}}|inf))+ *$", line)
                assert label, (case, line)
                assert sign in label[0], case
                assert line.count(sign) > 1 or number == "inf", f"{case}: the line that ends there"
            shared = next(line for line in told if "2.454" in line)
            assert "2.455" in shared, f"{case}: a thousandth apart, in one row"


async def test_four_lines_in_one_row_share_a_label_at_80_by_24_where_the_loss_has_diverged():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.compared.held_out_nll, engine.held_out = 2.459, [2.6] * 60
        engine.step_to(60)
        engine.losses[40:60] = [3.1e299] * 20
        engine.tell_snapshot()
        await until(pilot, lambda: "─+×┈ 2.454 2.455 2.459 3.296" in plot_of(app))


def test_the_signs_of_the_lines_differ_in_ascii_too():
    lines = ReferenceLosses(1.0, 2.0, 3.0, 4.0)
    signs = [
        BATCHES,
        HELD_OUT,
        TRAIN,
        *SIGNS,
        *(one.sign for one in references_of(lines, "counts")),
    ]
    assert len(set(map(to_ascii, signs))) == len(signs)


def label_rows(references: list[float], low: float, high: float, rows: int) -> list[int]:
    """The rows that plotext puts markers of these values on, 0 on top."""
    import plotext

    rows_found = []
    for value in references:
        plotext.clear_figure()
        plotext.theme("clear")
        plotext.limit_size(False, False)
        plotext.plotsize(20, rows)
        plotext.frame(False)
        plotext.xaxes(False)
        plotext.xlim(0, 1)
        plotext.ylim(low, high)
        plotext.scatter([0.5], [value], marker="x")
        plotext.xticks([], [])
        lines = plotext.uncolorize(plotext.build()).splitlines()
        rows_found.append(next(row for row, line in enumerate(lines) if "x" in line))
    return rows_found


def test_a_label_stands_on_the_row_of_its_line():
    values = [2.0 + n / 50 for n in range(51)]
    assert [row_of(v, 1.97, 3.05, 9) for v in values] == label_rows(values, 1.97, 3.05, 9)


@pytest.mark.parametrize("width", range(1, 60))
@pytest.mark.parametrize("height", [1, 4, 5, 9])
def test_labels_leave_a_plot_its_room(width: int, height: int):
    engine = FakeEngine()
    engine.compared.held_out_nll = 2.46
    picture = picture_of(engine.snapshot(), width, height, INKS, log=False)
    if picture is not None:
        beside = max((label.width for label in picture.behind), default=0)
        assert picture.width + beside == width
        assert picture.grid.columns >= min(LEAST_ACROSS, width - 4)
        assert all(cell.cell_length <= width for cell in plot_lines(picture))


async def test_the_line_of_the_counts_on_the_hold_out_follows_the_smoothing():
    engine = RealEngine(hold_out=0.2)
    async with opened(engine) as (app, pilot):
        engine.step_to(20)
        seen = []
        for smoothing in (1.0, 100.0):
            engine.lab.configure({"smoothing": smoothing})
            engine.tell_snapshot()
            held_out = engine.lab.reference_losses.held_out
            assert held_out is not None
            await until(pilot, lambda text=f" {held_out:.3f}": text in plot_of(app))
            seen.append(held_out)
        assert seen[0] < seen[1]


async def test_a_count_model_that_cannot_predict_the_hold_out_is_told_too():
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.compared.held_out_nll = math.inf
        engine.step_to(20)
        await until(pilot, lambda: "× hold-out inf" in plot_of(app).splitlines()[0])


async def test_the_rate_of_a_schedule_stands_behind_the_one_that_is_set():
    engine = FakeEngine()
    engine.selected = engine.begin("microgpt")
    async with opened(engine) as (app, pilot):
        below = app.query_one(LossPane)
        await until(pilot, lambda: "lr 0.01" in str(below.border_subtitle))
        engine.rate = 0.00512345
        engine.step_to(488)
        wanted = "batch 1 · lr 0.01 (now 0.00512)"
        await until(pilot, lambda: str(below.border_subtitle) == wanted)


# --- minibatches


def on_batches() -> FakeEngine:
    """An engine whose selected run, an MLP, has made 60 steps on batches."""
    engine = FakeEngine()
    engine.selected = engine.begin("mlp")
    engine.selected.train_to(60)
    engine.losses = [3.0 + (0.5 if n % 2 else -0.5) for n in range(60)]
    engine.selected.smoothed = [2.5 + n / 100 for n in range(60)]
    return engine


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    "terminal", [Terminal(), Terminal(unicode=False, colours="none")], ids=["colour", "ascii"]
)
async def test_losses_of_batches_are_faint_dots_and_the_smoothed_ones_a_strong_line(
    terminal: Terminal,
):
    engine = on_batches()
    async with opened(engine, (120, 40), terminal) as (app, pilot):
        engine.tell_snapshot()
        pane = app.query_one(LossPane)
        await until(pilot, lambda: "smoothed 3.0900 · loss 3.5000" in str(pane.border_title))
        await until(
            pilot, lambda: f"{BATCHES} batches" in app.query_one("#legend", LineWidget).text
        )
        rows = plot_of(app).splitlines()
        dotted = [row for row, line in enumerate(rows) if BATCHES in line]
        drawn = [row for row, line in enumerate(rows) if re.search("[\u2801-\u28ff]", line)]
        assert len(dotted) == 2, "one row of dots above, one below"
        assert min(dotted) < min(drawn) < max(drawn) <= max(dotted), "the line is between them"
        strong, faint = (f"loss--{ink}" for ink in ("train", "batches"))
        inks = [pane.get_component_styles(ink).color for ink in (strong, faint)]
        assert inks[0] != inks[1]


def test_the_smoothed_line_goes_from_the_first_loss_to_the_last_step():
    picture = picture_of(on_batches().snapshot(), 60, 20, INKS, log=False)
    assert picture is not None
    (line,) = picture.train
    height = (picture.grid.high - picture.grid.low) / (picture.grid.lines * 4)  # of a dot
    assert line[0][1] == pytest.approx(2.5, abs=height)
    assert line[-1] == (pytest.approx(60, abs=1), pytest.approx(3.09, abs=height))


def test_a_few_batches_with_large_losses_leave_the_line_its_room():
    engine = on_batches()
    before = picture_of(engine.snapshot(), 60, 20, INKS, log=False)
    engine.losses[30:34] = [9.0, 0.1, 9.0, 0.1]
    after = picture_of(engine.snapshot(), 60, 20, INKS, log=False)
    assert before is not None
    assert after is not None
    assert after.grid == before.grid
    assert set(after.batches) < set(before.batches), "what is beyond is left out"


def test_the_loss_of_all_data_at_each_step_is_the_line_itself():
    engine = FakeEngine()
    engine.selected.train_to(60)
    picture = picture_of(engine.snapshot(), 60, 20, INKS, log=False)
    assert picture is not None
    assert picture.batches == ()
    assert "batches" not in str(legend(engine.snapshot(), 100, 20, lambda ink: "red"))


# --- several runs


def two_trained() -> FakeEngine:
    """An engine whose run `net` has made 300 steps, and `net 2`, which is selected, 60."""
    engine = FakeEngine()
    engine.selected.train_to(300)
    engine.losses = [3.7 - 0.003 * step for step in range(300)]
    engine.selected = engine.begin("bigram", "net 2")
    engine.selected.goal = 300
    return engine


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    "terminal", [Terminal(), Terminal(unicode=False, colours="none")], ids=["colour", "ascii"]
)
async def test_the_selected_run_is_strong_and_another_is_faint_with_a_letter_of_its_own(
    terminal: Terminal,
):
    engine = two_trained()
    async with opened(engine, (120, 40), terminal) as (app, pilot):
        engine.step_to(60)
        legend = app.query_one("#legend", LineWidget)
        await until(pilot, lambda: "⠒ net 2 (60)  b net (300)" in legend.text)
        rows = [row for row in plot_of(app).splitlines() if "b" in row]
        strong, faint = (f"loss--{ink}" for ink in ("train", "other"))
        inks = [app.query_one(LossPane).get_component_styles(ink).color for ink in (strong, faint)]
        assert inks[0] != inks[1]
        assert len(rows) >= 3, "it falls from row to row"
        assert max(row.rindex("b") for row in rows) > 40, "to its own end, not that of the other"
        assert not any("bb" in row for row in rows), "it is dotted"
        seen = screen_text(app)
        assert seen.isascii() or terminal.unicode
        assert ("* net 2 (60)  b net (300)" in seen) is not terminal.unicode


async def test_with_one_run_that_has_losses_nothing_is_told_of_others():
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.step_to(60)
        await until(pilot, lambda: "step 60" in str(app.query_one(LossPane).border_title))
        assert app.query_one("#legend", LineWidget).size.height == 1
        assert picture_of(engine.snapshot(), 60, 20, INKS, log=False).others == ()


async def test_a_low_pane_names_the_runs_and_its_plot_the_lines():
    engine = two_trained()
    async with opened(engine, (60, 12)) as (app, pilot):
        await pilot.press("2")
        engine.step_to(60)
        legend = app.query_one("#legend", LineWidget)
        await until(pilot, lambda: "b net (300)" in legend.text)
        assert legend.size.height == 2 or "floor" not in legend.text
        await until(pilot, lambda: "2.455" in plot_of(app))


async def test_a_run_without_steps_tells_that_it_is_fitted_and_shows_the_others_to_their_ends():
    engine = two_trained()
    engine.compared, engine.selected = engine.selected, engine.compared
    async with opened(engine, (120, 40)) as (app, pilot):
        pane = app.query_one(LossPane)
        await until(pilot, lambda: "nll 2.4546 · fitted at once" in str(pane.border_title))
        assert str(pane.border_subtitle) == "smoothing 1"
        assert "trains" not in str(pane.border_subtitle)
        await until(pilot, lambda: "b net (300)" in app.query_one("#legend", LineWidget).text)
        assert "300" in plot_of(app).splitlines()[-1], "the last step that is named"
        assert plot_of(app).count("b") > 10


async def test_the_settings_below_are_those_of_the_selected_run():
    engine = FakeEngine()
    engine.selected = engine.begin("mlp", "", {"batch": 64})
    async with opened(engine, (120, 40)) as (app, pilot):
        below = app.query_one(LossPane)
        await until(pilot, lambda: "trains · batch 64 · lr 0.1" in str(below.border_subtitle))
        assert "λ" not in str(below.border_subtitle)


async def test_a_hold_out_that_is_measured_now_and_then_is_drawn_where_it_was():
    engine = FakeEngine()
    engine.selected = engine.begin("mlp")
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.selected.held_out = [2.9 if step in (9, 29, 49) else math.nan for step in range(60)]
        engine.selected.held_out_nll, engine.selected.nll = 2.9, 2.8
        engine.step_to(60)
        pane = app.query_one(LossPane)
        title = "2 Loss · nll 2.8000 · hold-out 2.9000 · loss 2.5007"
        await until(pilot, lambda: str(pane.border_title) == title)
        await until(pilot, lambda: plot_of(app).count(HELD_OUT) == 3)


def test_a_curve_is_drawn_only_where_the_plot_reaches():
    engine = two_trained()
    engine.run(2).losses = [1e300, math.nan, *[2.6] * 298]
    engine.selected.train_to(60)
    picture = picture_of(engine.snapshot(), 60, 20, INKS, log=False)
    assert picture is not None
    ((sign, points),) = picture.others
    assert sign == "b"
    assert all(picture.grid.low <= loss <= picture.grid.high for _, loss in points)
    assert all(0 < step < picture.grid.last for step, _ in points)


@pytest.mark.parametrize("width", [40, 58, 80])
@pytest.mark.parametrize("name", ["a name of 24 characters.", "日本語の長い名前です" * 2])
def test_long_names_leave_legend_and_plot_their_room(width: int, name: str):
    engine = two_trained()
    for run in engine.runs:
        run.name = name
    engine.selected.train_to(60)
    engine.compared.held_out_nll = 2.5
    engine.held_out = [2.5] * 60
    now = engine.snapshot()
    picture = picture_of(now, width, 10, INKS, log=False)
    assert picture is not None
    lines = legend(now, width, 20, lambda ink: "red")
    assert len(lines) == 2
    assert all(lines), "each tells something"
    assert all(line.cell_length <= width for line in (*plot_lines(picture), *lines))


@pytest.mark.parametrize("log", [False, True])
def test_a_loss_that_begins_far_above_does_not_hide_where_it_ends(log: bool) -> None:
    engine = FakeEngine()
    engine.selected.train_to(200)
    engine.losses = [27 * math.exp(-n / 3) + 2.1 for n in range(200)]
    picture = picture_of(engine.snapshot(), 60, 20, INKS, log=log)
    high = 10**picture.grid.high if log else picture.grid.high
    assert 3.3 < high < 6, "ln V and what follows have most of the plot"
    top = max(y for stroke in picture.train for _, y in stroke)
    assert top <= picture.grid.high + 1e-9, "what is above stands at the edge"
    engine.losses[150] = 40.0
    spiked = picture_of(engine.snapshot(), 60, 20, INKS, log=log)
    assert spiked.grid.high > picture.grid.high, "a later spike is shown whole"
