"""The names as they are drawn: at which step, of which model, whole, and the new ones in sight."""

from __future__ import annotations

import msgspec
import pytest
from rich.cells import cell_len

from engine.wire.requests import Configure, Draw, Open
from engine.wire.values import Drawn, Name
from tests.tui.fake_engine import SETTINGS, FakeEngine
from tests.tui.lab import opened, screen_text, settled, until
from tests.tui.real_engine import RealEngine
from tui.panes.names.drawing import chopped, header_lines, heading_line, name_lines
from tui.panes.names.pane import NamesPane
from tui.panes.names.scrolling import HEADING, Line, NamesScroll
from tui.panes.names.step_headings import GROUP, Heading, headings, headings_of

LONG = "xavierannabellemariahsophiaelizabeth"  # as the engine of the tests draws it
BOTH = msgspec.structs.replace(SETTINGS, source="both")
COUNTS_AND_NET = FakeEngine().snapshot().runs


def drawn_at(*steps: int | None) -> list[Drawn]:
    return [
        Drawn(index, Name("ab", 2.0, None), Name("ba", 2.0, None, step=step))
        for index, step in enumerate(steps)
    ]


def told(draws: list[Drawn]) -> dict[int, str]:
    """The headings of the selected run, by the draws that they stand above."""
    found = headings(draws, *COUNTS_AND_NET).items()
    return {index: selected.texts[0] for index, (_, selected) in found if selected}


# --- the step


def test_a_heading_stands_where_the_step_changes() -> None:
    assert told(drawn_at(0, 0, 0, 57, 57, 1200)) == {0: "step 0", 3: "step 57", 5: "step 1,200"}
    assert told(drawn_at(0, 0, 57, 57, 57)) == {0: "step 0", 2: "step 57"}
    assert told(drawn_at(None, None, 4, 4)) == {0: "step unknown", 2: "step 4"}
    assert told([Drawn(0, Name("ab", 2.0, None), None)]) == {}


def test_while_the_net_trains_there_is_a_heading_for_some_names_that_says_so() -> None:
    steps = [100] * 3 + list(range(104, 104 + 4 * 17, 4)) + [200] * 5
    found = told(drawn_at(*steps))
    assert found.pop(0) == "step 100"
    assert found.pop(3) == "step 104+", "that and later ones"
    assert found.pop(20) == "step 200", "where it rests"
    assert found == {index: f"step {steps[index]}+" for index in range(5, 20, GROUP)}


def test_no_heading_moves_or_vanishes_as_names_come() -> None:
    running = drawn_at(0, 0, *range(10, 150, 7), 160, 160, 160, 170)
    before: set[int] = set()
    for count in range(1, len(running) + 1):
        found = set(headings(running[:count], *COUNTS_AND_NET))
        assert before <= found
        before = found


def test_a_name_is_under_the_last_heading_above_it() -> None:
    found = headings(drawn_at(0, 0, 57, 57), *COUNTS_AND_NET)
    assert [headings_of(index, found) for index in range(4)] == [
        *[(None, Heading(0))] * 2,
        *[(None, Heading(57))] * 2,
    ]


@pytest.mark.parametrize("width", [21, 25, 36, 60])
@pytest.mark.parametrize("step", [None, 0, 123_456, 10**15])
def test_the_step_stands_above_the_nets_names_in_as_many_columns_as_there_are(
    width: int, step: int | None
) -> None:
    heading = Heading(step, runs=True)
    steps = (None, heading)
    header = header_lines(BOTH, COUNTS_AND_NET, width, steps)[-1]
    for line in (header, heading_line(steps, True, width)):
        assert line.cell_length <= width
        assert any(text in line.plain for text in heading.texts)


async def test_names_say_their_step_and_are_dim_once_their_model_is_another() -> None:
    engine = RealEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.draw(3)
        await until(pilot, lambda: app.session.snapshot.drawn == 3)
        await settled(pilot)
        shown = app.query_one(NamesPane)
        assert "│ step 0" in shown.query_one("#names").text.split("\n")[0]

        def inks(name: Name) -> set[str]:
            """The colours of a name's letters on the screen."""
            found = set()
            for strip in app.screen._compositor.render_strips():
                for segment in strip:
                    if segment.text.startswith(name.text[:7]):
                        found.add(segment.style.color.name)
            return found

        counts, net = engine.snapshot().names[1].compared, engine.snapshot().names[1].selected
        fresh = inks(counts)
        assert fresh
        assert inks(net) == fresh
        engine.step_to(5, "paused")
        await until(pilot, lambda: app.session.snapshot.step == 5)
        await settled(pilot)
        assert inks(net) not in (fresh, set()), "the weights are others now"
        assert inks(counts) == fresh, "the counts are not"
        engine.lab.configure({"smoothing": 9.0})
        engine.tell_snapshot()
        await until(pilot, lambda: inks(counts) == inks(net))
        engine.draw(3)
        await until(pilot, lambda: "│ step 5" in shown.query_one("#names").text)


# --- other settings


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Configure({"temperature": 0.8}), "temperature 0.8: drawn again"),
        (Configure({"prefix": "an"}), "prefix an: drawn again"),
        (Configure({"sample_seed": 42}), "seed 42: drawn again"),
        (Configure({"top_k": 5}), "top-5: drawn again"),
        (Configure({"stream": "video"}), "stream video: drawn again"),
        (Configure({"source": "selected"}), "source net: drawn again"),
    ],
)
@pytest.mark.slow_after(1)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_changed_is_told_where_the_names_are_drawn_again(
    change: Configure, told: str, size: tuple[int, int]
) -> None:
    engine = FakeEngine()
    async with opened(engine, size) as (app, pilot):
        engine.draw(10)
        await until(pilot, lambda: app.session.snapshot.drawn == 10)
        await app.session.conversation.call(change)
        await until(pilot, lambda: "drawn again" in screen_text(app))
        below = str(app.query_one(NamesPane).border_subtitle)
        assert told in below or size == (80, 24)
        engine.draw(10)
        await until(pilot, lambda: "drawn again" not in screen_text(app))


async def test_where_nothing_was_drawn_nothing_is_drawn_again() -> None:
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        await app.session.conversation.call(Configure({"temperature": 0.8}))
        await until(pilot, lambda: "T 0.8" in screen_text(app))
        assert "drawn again" not in screen_text(app)


# --- long names


@pytest.mark.parametrize("text", [LONG.upper(), "日本語の長い名前です", "e\u0301" * 30, ""])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("width", [15, 25, 36, 80])
def test_a_name_loses_no_letter_however_narrow_the_pane_is(
    width: int, both: bool, text: str
) -> None:
    drawn = Drawn(0, Name(text, 2.345, True), Name(text, 2.345, False) if both else None)
    lines = name_lines(drawn, both, width)
    assert {line.cell_length for line in lines} <= {width, width - 1}  # two halves of an odd width
    left = "".join(line.plain.split("│")[0] for line in lines)
    assert "".join(c for c in left if c in text).startswith(text)
    assert all(line.plain.startswith(" ") for line in lines[1:]), "they are indented"


def test_a_name_is_cut_between_letters_alone() -> None:
    parts = chopped("日本e\u0301e\u0301x", 3, 2)
    assert parts == ["日", "本", "e\u0301e\u0301", "x"]
    assert max(map(cell_len, parts)) == 2


async def test_a_long_name_is_one_to_the_cursor_and_to_the_clipboard() -> None:
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.draw(10)
        engine.draw(1)
        await until(pilot, lambda: app.session.snapshot.drawn == 11)
        await pilot.press("4", "up", "up", "y")
        await until(pilot, lambda: app.clipboard == LONG)
        names = app.query_one("#names")
        await settled(pilot)
        lines = names.text.split("\n")
        first = next(n for n, line in enumerate(lines) if line.startswith("xavier"))
        assert "…" in lines[first + 1], "it was cut as it was drawn"
        await pilot.press("up", "y")
        await until(pilot, lambda: app.clipboard == "junide")
        await pilot.click(names, offset=(2, first + 1))  # its second line
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard == LONG)


# --- the new names in sight


def one_line_each(count: int) -> list[Line]:
    return [(index, 0) for index in range(count)]


def test_the_first_of_the_new_names_is_in_sight_and_the_end_is_one_key_away() -> None:
    place = NamesScroll()
    place.grow(20, 10, 6)
    assert place.window(one_line_each(20))[0] == (10, 0)
    assert place.below == 4
    place.pick(None)
    assert place.window(one_line_each(20))[-1] == (19, 0)
    place.grow(30, 20, 6)
    assert place.window(one_line_each(30))[0] == (20, 0), "from the end one goes on"


def test_where_all_new_names_fit_older_ones_fill_the_window() -> None:
    place = NamesScroll()
    place.grow(20, 10, 15)
    assert place.window(one_line_each(20)) == one_line_each(20)[5:]
    assert place.below == 0


def test_names_that_come_by_themselves_are_followed_at_the_end_only() -> None:
    place = NamesScroll()
    for count in range(10, 14):
        place.grow(count, count - 1, 6)
        assert place.window(one_line_each(count))[-1] == (count - 1, 0)
    place.scroll(3)
    place.grow(14, 13, 6)
    assert place.window(one_line_each(14))[-1] == (9, 0)
    place.is_awaiting = True  # they are asked for
    place.grow(24, 14, 6)
    assert place.window(one_line_each(24))[0] == (14, 0)


def test_the_cursor_enters_where_one_looks_and_moves_the_window_as_little_as_it_can() -> None:
    place = NamesScroll()
    place.grow(20, 10, 6)
    place.window(one_line_each(20))
    place.move(-1)
    assert place.cursor == 15, "the last that is to be seen"
    assert place.window(one_line_each(20))[0] == (10, 0)
    place.move(1)
    assert place.window(one_line_each(20))[-1] == (16, 0)
    place.move(-10)
    assert place.window(one_line_each(20))[0] == (6, 0)


def test_a_name_under_a_heading_is_picked_with_the_heading_in_sight() -> None:
    place = NamesScroll()
    lines = [(0, HEADING), (0, 0), (1, 0), (2, HEADING), (2, 0), (3, 0), (4, 0)]
    place.grow(5, 4, 3)
    assert place.window(lines)[-1] == (4, 0)
    place.pick(2)
    assert place.window(lines)[0] == (2, HEADING)


async def test_s_shows_the_new_names_from_their_first_wherever_one_was() -> None:
    engine = FakeEngine()
    async with opened(engine) as (app, pilot):
        engine.draw(30)
        await until(pilot, lambda: app.session.snapshot.drawn == 30)
        await pilot.press("4", "home", "s")
        await until(pilot, lambda: Draw(10) in engine.requests)
        engine.names[-1] = msgspec.structs.replace(
            engine.names[-1], compared=Name("last", 2.0, False, current=True)
        )
        engine.draw(10)
        await until(pilot, lambda: app.session.snapshot.drawn == 40)
        await settled(pilot)
        pane = app.query_one(NamesPane)
        assert pane.query_one("#names").text.startswith("mor"), "the first of the ten"
        assert pane.selected is None


async def test_a_lab_that_opens_has_names_to_look_at() -> None:
    engine = RealEngine()
    engine.lab.draw(10)
    while engine.lab.wanted:
        engine.lab.draw_next()
    async with opened(engine) as (app, pilot):
        await until(pilot, lambda: "doasyvo" in screen_text(app))
        assert "net · step 0" in screen_text(app)
        assert isinstance(engine.requests[1], Open)
        assert not engine.asked(Draw)


# --- runs


def with_runs(*kinds: str) -> FakeEngine:
    """An engine whose compared and selected runs are of these kinds; names are of both."""
    engine = FakeEngine()
    engine.settings = BOTH
    engine.compared, engine.selected = (engine.begin(kind, f"{kind} A") for kind in kinds)
    return engine


async def test_each_run_with_steps_has_its_own_above_its_names() -> None:
    engine = with_runs("bigram", "mlp")
    engine.compared.step = 7
    engine.selected.step = 1200
    async with opened(engine, (120, 40)) as (app, pilot):
        for index, (left, right) in enumerate([(7, 1200), (7, 1300), (8, 1300)]):
            compared, selected = (Name("ab", 2.0, None, step=step) for step in (left, right))
            engine.names.append(Drawn(index, compared, selected))
        engine.tell_snapshot()
        pane = app.query_one(NamesPane)
        await until(pilot, lambda: "step 8" in pane.query_one("#names").text)
        assert pane.query_one("#sampler").text.split("\n")[1].split("│")[0].strip() == "bigram A"
        lines = pane.query_one("#names").text.split("\n")
        halves = [[half.strip() for half in line.split("│")] for line in lines]
        headed = [half for half in halves if any("step" in part for part in half)]
        assert headed == [["step 7", "step 1,200"], ["", "step 1,300"], ["step 8", ""]]


async def test_a_run_without_steps_has_no_step_above_its_names() -> None:
    engine = with_runs("counts", "ngram")
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.draw(3, "both")
        await until(pilot, lambda: "ngram A" in app.query_one("#sampler").text)
        assert "step" not in app.query_one("#names").text


async def test_names_of_another_run_say_whose_they_are() -> None:
    engine = FakeEngine()
    async with opened(engine, (120, 40)) as (app, pilot):
        engine.draw(10)
        await until(pilot, lambda: app.session.snapshot.drawn == 10)
        pane = app.query_one(NamesPane)
        assert str(pane.border_title) == "4 Names · counts"
        engine.compared = engine.begin("ngram")
        engine.tell_snapshot()
        await until(pilot, lambda: "ngram: drawn again" in str(pane.border_subtitle))
        assert str(pane.border_title) == "4 Names · ngram"


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
@pytest.mark.parametrize("source", ["both", "selected"])
@pytest.mark.parametrize("name", ["a name of 24 characters.", "日本語の長い名前です" * 2])
async def test_long_names_of_runs_leave_the_columns_where_they_are(
    size: tuple[int, int], source: str, name: str
) -> None:
    engine = with_runs("bigram", "mlp")
    engine.settings = msgspec.structs.replace(BOTH, source=source)
    engine.compared.name = engine.selected.name = name
    async with opened(engine, size) as (app, pilot):
        engine.draw(5, source)
        await pilot.press("4")
        pane = app.query_one(NamesPane)
        await until(pilot, lambda: name[:2] in pane.query_one("#sampler").text)
        for line in pane.query_one("#sampler").text.split("\n"):
            assert cell_len(line) <= pane.content_size.width
        assert name[:2] in str(pane.border_title) or source == "both"
