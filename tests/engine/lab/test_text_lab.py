"""What a lab does with one running text."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import pytest

from engine.checkpoints.checkpoint import load, save
from engine.errors import BadSetting, OutsideVocabulary
from engine.lab.lab import Lab
from engine.lab.snapshots import exported, scored
from engine.sampling import sampler
from engine.settings.data_format import DataFormat
from engine.settings.limits import LONGEST_TEXT
from engine.wire.values import Name
from tests.engine.checkpoints.crafting import draw

TEXT = "to be, or not to be:\nthat is the question.\n"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A lab on a text."""
    (tmp_path / "text.txt").write_text(TEXT * 20)
    return Lab(tmp_path / "text.txt", device="cpu", data_format=DataFormat(format="text"))


def drawn(lab: Lab, side: str = "compared") -> list[Name]:
    return [getattr(one, side) for one in lab.sampler.newest(1000)]


@pytest.mark.parametrize("stream", ["keyed", "video", "notebook", "torch"])
def test_a_text_is_as_long_as_the_setting_says_behind_its_prefix(lab: Lab, stream: str) -> None:
    lab.configure({"stream": stream, "length": 700, "prefix": "to "})
    draw(lab, 3)
    for text in [*drawn(lab), *drawn(lab, "selected")]:
        assert len(text.text) == 703
        assert text.text.startswith("to ")
        assert text.ended
        assert text.in_data is None, "a text of some hundred characters is always new"


def test_another_length_draws_one_text_anew_and_it_begins_as_the_one_before(lab: Lab) -> None:
    draw(lab, 25)
    before = drawn(lab)[0].text
    lab.configure({"length": 20})
    assert lab.wanted == 1
    lab.draw_next()
    assert [text.text for text in drawn(lab)] == [before[:20]]


def test_the_length_of_texts_changes_nothing_about_names(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("emma\nolivia\n")
    lab = Lab(tmp_path / "names.txt", device="cpu")
    draw(lab, 3)
    before = lab.sampler.newest(3)
    lab.configure({"length": 20})
    draw(lab, 1)
    assert lab.sampler.newest(4)[:3] == before


def test_the_nll_of_a_text_is_the_mean_over_the_characters_that_were_drawn(lab: Lab) -> None:
    lab.configure({"prefix": "be", "length": 30})
    draw(lab, 1)
    (text,) = drawn(lab)
    symbols = lab.corpus.vocabulary.encode(text.text)[1:]
    probabilities = [
        float(lab.probs_VV(lab.compared)[pair]) for pair in itertools.pairwise(symbols)
    ]
    assert len(probabilities) == 30
    assert text.nll == pytest.approx(-sum(map(math.log, probabilities)) / 30)


def test_a_passage_is_scored_by_the_pairs_within_it(lab: Lab) -> None:
    steps = scored(lab, "to\nbe").characters
    assert [step.p_compared for step in steps] == [
        float(lab.probs_VV(lab.compared)[pair])
        for pair in itertools.pairwise(lab.corpus.vocabulary.encode("to\nbe"))
    ]


def test_one_character_is_no_passage(lab: Lab) -> None:
    with pytest.raises(BadSetting, match="two characters"):
        scored(lab, "t")
    with pytest.raises(OutsideVocabulary):
        scored(lab, "T")


def test_the_newest_texts_are_kept_as_far_as_they_are_not_too_long(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampler, "KEPT_CHARACTERS", 5_000)
    lab.configure({"length": 600})
    draw(lab, 10)
    assert [one.index for one in lab.sampler.newest(1000)] == [6, 7, 8, 9], "two models' texts"


def test_a_text_that_is_too_long_for_a_lab_is_refused(lab: Lab) -> None:
    with pytest.raises(BadSetting, match="Length 10001: give a whole number of characters"):
        lab.configure({"length": LONGEST_TEXT + 1})


def test_texts_are_exported_as_they_are(lab: Lab) -> None:
    lab.configure({"source": "compared"})
    draw(lab, 1)
    (text,) = drawn(lab)
    assert exported(lab, "names", "counts") == text.text + "\n"
    lab.configure({"source": "both"})
    lab.draw_next()
    (one,) = lab.sampler.newest(2)
    assert exported(lab, "names", "counts").split("\n---------------\n") == [
        one.compared.text,
        one.selected.text + "\n",
    ]


def test_a_lab_on_a_text_goes_on_from_a_checkpoint_with_its_texts(lab: Lab, tmp_path: Path) -> None:
    lab.configure({"stream": "video", "length": 2_000})
    draw(lab, 3)
    save(lab, tmp_path / "saved")
    again = load(tmp_path / "saved", device="cpu")
    assert again.settings.length == 2_000
    for each in (lab, again):
        draw(each, 2)
    assert again.sampler.newest(5) == lab.sampler.newest(5)
