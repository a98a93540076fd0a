"""What a lab does with its settings and its names."""

import csv
import io
import json
import math
from pathlib import Path

import numpy as np
import pytest

from engine.checkpoints.checkpoint import load, save
from engine.data.built_in import built_in_path
from engine.errors import BadSetting, EngineError, NoSuchDevice, OutsideVocabulary
from engine.lab.lab import Lab
from engine.lab.snapshots import dataset_opened, exported, scored_symbols
from engine.sampling.names import draw_keyed
from engine.settings.limits import LARGEST_GOAL, LONGEST_PREFIX, MOST_MARKS
from engine.settings.values import Value
from engine.training.history import History
from engine.training.series import Series, block_count, in_blocks
from engine.wire.framing import LARGEST_TEXT


def draw(lab: Lab, count: int = 0) -> None:
    """Draw so many names, and those that are still wanted."""
    if count:
        lab.draw(count)
    while lab.wanted:
        lab.draw_next()


def texts(lab: Lab, side: str = "compared") -> list[str]:
    return [getattr(drawn, side).text for drawn in lab.sampler.newest(1000)]


def test_the_goal_is_a_hundred_steps_and_then_a_hundred_more(lab: Lab) -> None:
    lab.selected.train()
    lab.advance(lab.selected, 1000)
    assert (lab.selected.state, lab.selected.step, lab.selected.goal) == ("done", 100, 100)
    lab.selected.train()
    lab.advance(lab.selected, 1000)
    assert (lab.selected.state, lab.selected.step, lab.selected.goal) == ("done", 200, 200)


def test_of_many_changes_of_a_setting_the_newest_are_remembered(lab: Lab) -> None:
    lab.selected.train(more=5)
    lab.advance(lab.selected, 5)
    for number in range(MOST_MARKS + 10):
        lab.selected.history.mark(number, "lr", str(number))
    marks = lab.selected.history.marks
    assert (len(marks), marks[0].step, marks[-1].text) == (MOST_MARKS, 10, f"lr {MOST_MARKS + 9}")


def test_a_prefix_that_nobody_types_is_refused(lab: Lab) -> None:
    lab.configure({"prefix": "a" * LONGEST_PREFIX})
    with pytest.raises(BadSetting, match=r"^Prefix a{23}…: give at most 1,000 characters\.$"):
        lab.configure({"prefix": "a" * (LONGEST_PREFIX + 1)})


def test_a_prefix_and_a_word_are_as_long_as_the_data_would_have_them(tmp_path: Path) -> None:
    note = "\N{MUSICAL SYMBOL HALF NOTE}"  # its NFC are two characters
    (tmp_path / "notes.txt").write_text(f"{note}\n{note}{note}\n")
    lab = Lab(tmp_path / "notes.txt", device="cpu")
    assert len(scored_symbols(lab, note * 500)) == 1002, "and a boundary at each end"
    with pytest.raises(BadSetting, match="A word of 1,002 characters"):
        scored_symbols(lab, note * 501)
    with pytest.raises(BadSetting, match="give at most 1,000 characters"):
        lab.configure({"prefix": note * 501})
    lab.configure({"prefix": note * 500})
    draw(lab, 2)
    save(lab, tmp_path / "save")
    assert load(tmp_path / "save").settings.prefix == lab.settings.prefix


@pytest.mark.parametrize("more", [-1, -(2**63), 2**63 - 1, 10**15 + 1])
def test_a_goal_that_nobody_reaches_is_refused(lab: Lab, more: int) -> None:
    lab.selected.train(more=5)
    with pytest.raises(BadSetting, match="give a number above 0"):
        lab.selected.train(more=more)
    assert (lab.selected.goal, lab.selected.state) == (5, "training")


def test_more_steps_are_counted_from_where_the_training_is(lab: Lab) -> None:
    lab.selected.train(more=100)
    assert lab.selected.goal == 100, "from step 0 a hundred more are a hundred"
    lab.advance(lab.selected, 30)
    lab.selected.train(more=100)
    assert lab.selected.goal == 200, "while it trains the goal moves on"
    lab.selected.pause()
    lab.selected.train(more=50)
    assert lab.selected.goal == 80, "while it rests they count from here"


def test_one_step_is_one_step(lab: Lab) -> None:
    lab.step_once()
    assert (lab.selected.state, lab.selected.step, lab.selected.goal) == ("paused", 1, 100)
    lab.selected.train()
    lab.advance(lab.selected, 98)
    lab.step_once()
    assert (lab.selected.state, lab.selected.step) == ("done", 100)
    lab.step_once()
    assert (lab.selected.state, lab.selected.step, lab.selected.goal) == ("done", 101, 101)


def test_names_go_on_where_they_stopped(lab: Lab) -> None:
    draw(lab, 3)
    draw(lab, 4)
    seed = lab.settings.sample_seed
    expected = list(draw_keyed(lab.compared.model, lab.corpus.vocabulary, seed, 0, 7))
    assert texts(lab) == expected
    assert lab.sampler.drawn == 7


def test_both_models_get_the_same_random_numbers(lab: Lab) -> None:
    lab.configure({"regularisation": 0.0})
    lab.selected.train(more=3000)
    while lab.selected.state == "training":
        lab.advance(lab.selected, 1000)
    draw(lab, 50)
    alike = sum(a == b for a, b in zip(texts(lab), texts(lab, "selected"), strict=True))
    assert alike > 35, "near the same probabilities most names are the same"


@pytest.mark.parametrize(
    "change",
    [
        {"source": "selected"},
        {"stream": "video"},
        {"sample_seed": 1},
        {"temperature": 0.5},
        {"top_k": 3},
        {"prefix": "an"},
    ],
)
def test_other_settings_draw_the_first_names_anew(change: dict[str, object], lab: Lab) -> None:
    draw(lab, 25)
    lab.configure(change)
    draw(lab)
    assert lab.sampler.drawn == 10
    fresh = Lab(built_in_path(), device="cpu")
    fresh.configure(change)
    draw(fresh, 10)
    assert lab.sampler.newest(1000) == fresh.sampler.newest(1000)


def test_a_new_setting_draws_nothing_where_nothing_was_drawn(lab: Lab) -> None:
    lab.configure({"temperature": 0.5})
    draw(lab)
    assert lab.sampler.drawn == 0


def test_a_name_knows_whether_it_is_in_the_data(lab: Lab) -> None:
    draw(lab, 100)
    assert lab.corpus.known is not None
    for drawn in lab.sampler.newest(100):
        assert drawn.compared is not None
        assert drawn.compared.in_data == (drawn.compared.text in lab.corpus.known)
        assert math.isfinite(drawn.compared.nll)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"learning_rate": math.nan}, BadSetting),
        ({"learning_rate": 0.0}, BadSetting),
        ({"learning_rate": math.inf}, BadSetting),
        ({"regularisation": -1.0}, BadSetting),
        ({"smoothing": -1.0}, BadSetting),
        ({"smoothing": math.nan}, BadSetting),
        ({"smoothing": 1e16}, BadSetting),
        ({"pace": 0.0}, BadSetting),
        ({"temperature": -1.0}, BadSetting),
        ({"top_k": 28}, BadSetting),
        ({"sample_seed": 2**32}, BadSetting),
        ({"prefix": "9"}, OutsideVocabulary),
    ],
)
def test_a_bad_setting_changes_nothing(
    change: dict[str, object], error: type[EngineError], lab: Lab
) -> None:
    before = (lab.settings, lab.run_settings)
    with pytest.raises(error):
        lab.configure({"smoothing": 2.0, **change})
    assert (lab.settings, lab.run_settings) == before


def test_a_lab_begins_at_the_pace_it_is_given_and_refuses_one_that_makes_no_sense() -> None:
    lab = Lab(built_in_path(), device="cpu", pace=math.inf)
    assert lab.selected.settings["pace"] == math.inf
    for pace in (0.0, -1.0, math.nan):
        with pytest.raises(BadSetting, match="steps per second above 0"):
            Lab(built_in_path(), device="cpu", pace=pace)


def test_a_device_that_is_not_there_is_an_error_that_lists_those_that_are() -> None:
    with pytest.raises(NoSuchDevice, match="cpu"):
        Lab(built_in_path(), device="cuda:63")


def test_a_prefix_is_read_as_the_data_is(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "data.txt"
    path.write_text("é\n")
    lab = Lab(path, device="cpu")
    lab.configure({"prefix": "e\u0301"})
    assert lab.settings.prefix == "é"


def test_the_names_as_text_are_a_draw_a_line(lab: Lab) -> None:
    lab.configure({"source": "compared"})
    draw(lab, 3)
    assert exported(lab, "names", "counts") == "".join(f"{name}\n" for name in texts(lab))
    lab.configure({"source": "both"})
    draw(lab)
    first = exported(lab, "names", "counts").split("\n")[0]
    assert first == f"{texts(lab)[0]}\t{texts(lab, 'selected')[0]}"


def test_the_loss_is_exported_with_every_step(lab: Lab) -> None:
    lab.selected.train(more=3000)
    while lab.selected.state == "training":
        lab.advance(lab.selected, 3000)
    lines = exported(lab, "loss", "counts").splitlines()
    assert len(lines) == 3001
    assert lines[0] == "step,loss"
    assert [line.split(",")[0] for line in lines[1:]] == [str(n) for n in range(1, 3001)]
    assert float(lines[-1].split(",")[1]) == lab.selected.history.last


@pytest.mark.slow
def test_the_longest_loss_of_all_goes_over_the_wire(lab: Lab) -> None:
    steps, each = LARGEST_GOAL - 1, 1 / 3e100  # as many digits as there are
    newest, blocks = np.full(steps - in_blocks(steps), each), np.full((4, block_count(steps)), each)
    lab.selected.history = History.of(
        Series.of(steps, blocks, newest), Series.of(steps, blocks, newest), ()
    )
    text = exported(lab, "loss", "counts")
    assert text.endswith(f"\n{steps},1,{each},,,,{each},,,\n")
    assert text.count("\n") == 1 + len(newest) + blocks.shape[1]
    assert len(text.encode()) < LARGEST_TEXT - 100


def test_with_a_hold_out_what_is_told_of_pairs_is_what_the_matrix_counts(lab: Lab) -> None:
    split = Lab(built_in_path(), 0.1, "cpu")
    (header, *rows) = csv.reader(io.StringIO(exported(split, "matrix", "counts")))
    characters = header[1:]
    counts = {
        (row[0], characters[j]): int(count)
        for row in rows
        for j, count in enumerate(row[1:])
        if int(count)
    }
    facts, whole = (json.loads(exported(each, "dataset", "counts")) for each in (split, lab))
    assert dataset_opened(split, 1).frequencies == tuple(sum(map(int, row[1:])) for row in rows)
    assert facts["bigrams_trained_on"] == sum(counts.values())
    assert facts["distinct_bigrams"] == len(counts)
    assert facts["empty_cells"] == 27 * 27 - len(counts)
    assert {(a, b): count for a, b, count in facts["top_bigrams"]}.items() <= counts.items()
    assert facts["top_bigrams"][0][2] == max(counts.values())
    assert facts["first_letters"] == sorted(
        ([b, count] for (a, b), count in counts.items() if a == "."), key=lambda row: -row[1]
    )
    assert facts["bigrams"] == whole["bigrams"] == whole["bigrams_trained_on"] == 71_474
    assert facts["bigrams_trained_on"] + facts["bigrams_held_out"] == facts["bigrams"]
    assert 0.85 < facts["bigrams_trained_on"] / facts["bigrams"] < 0.95
    assert whole["bigrams_held_out"] is None


# --- what a name was drawn from


def told(lab: Lab, side: str) -> list[tuple[int | None, bool]]:
    """For each name of a run: the step that it was drawn at, and whether that is how it is."""
    names = [getattr(drawn, side) for drawn in lab.sampler.newest(1000)]
    return [(name.step, name.current) for name in names]


def test_a_name_of_the_net_says_at_which_step_it_was_drawn_and_is_outdated_by_another(
    lab: Lab,
) -> None:
    draw(lab, 2)
    lab.step_once()
    draw(lab, 1)
    assert told(lab, "selected") == [(0, False), (0, False), (1, True)]
    assert told(lab, "compared") == [(None, True)] * 3, "no step changes the counts"
    lab.step_once()
    assert told(lab, "selected") == [(0, False), (0, False), (1, False)]


@pytest.mark.parametrize("changes", [{}, {"seed": 7}])
def test_a_run_that_begins_again_has_names_of_its_own_and_the_one_before_stays(
    changes: dict[str, Value], lab: Lab
) -> None:
    before = lab.selected
    before.train(more=3)
    lab.advance(before, 3)
    draw(lab, 1)
    lab.begin_again(before, changes)
    draw(lab)
    assert told(lab, "selected") == [(0, True)], "not the name of the run before"
    assert (before.step, lab.selected.step, len(lab.runs)) == (3, 0, 3)


def test_another_smoothing_outdates_the_names_of_the_counts(lab: Lab) -> None:
    draw(lab, 1)
    lab.configure({"smoothing": lab.compared.settings["smoothing"]})
    assert told(lab, "compared") == [(None, True)]
    lab.configure({"smoothing": 5.0})
    draw(lab, 1)
    assert told(lab, "compared") == [(None, False), (None, True)]
    assert told(lab, "selected") == [(0, True)] * 2


def test_the_exported_names_tell_the_step_of_the_net(lab: Lab) -> None:
    lab.step_once()
    draw(lab, 1)
    counts, net = csv.DictReader(io.StringIO(exported(lab, "samples", "counts")))
    assert (counts["model"], counts["step"]) == ("counts", "")
    assert (net["model"], net["step"]) == ("net", "1")


def test_the_names_that_were_asked_for_last_are_told_apart(lab: Lab) -> None:
    draw(lab, 10)
    lab.draw(10)
    lab.draw_next()
    lab.draw(5)
    draw(lab)
    assert (lab.sampler.drawn, lab.sampler.newest_from) == (25, 10), "one wish, and more of it"
    lab.configure({"temperature": 0.5})
    draw(lab)
    assert (lab.sampler.drawn, lab.sampler.newest_from) == (10, 0)
