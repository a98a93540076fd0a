"""What a screen is told of the inside of a run's model, and what that costs: nothing, unasked."""

from __future__ import annotations

import math
from array import array
from pathlib import Path

import msgspec
import pytest
import torch

from engine.errors import BadSetting
from engine.lab import snapshots
from engine.lab.inside import inside
from engine.lab.lab import Lab
from engine.models.base.trainable import TrainableModel
from engine.wire.inside import FINEST, Attention, Gradients, Heatmap, Histograms, Look, Points
from engine.wire.requests import Watch

SMALL = {
    "mlp": {"hidden": 20, "layers": 2, "batchnorm": True},
    "wavenet": {"context": 4, "hidden": 8, "embedding": 4},
    "rnn": {"embedding": 8, "hidden": 8},
    "microgpt": {},
    "transformer": {"layers": 2, "embedding": 8, "heads": 2},
}
LOOK = Look(rows=16, columns=40)


@pytest.fixture(params=["counts", "bigram", *SMALL])
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Lab:
    words = tmp_path / "words.txt"
    words.write_text("emma\nolivia\nava\nisabella\nsophia\nmia\n" * 5)
    lab = Lab(words, device="cpu")
    if request.param in SMALL:
        lab.runs.begin(request.param, SMALL[request.param])
    else:
        lab.runs.select(1 + (request.param == "bigram"))
    return lab


@pytest.mark.slow_after(3)
def test_each_kind_has_the_pictures_that_make_sense_of_it(lab: Lab) -> None:
    trained = ("weights", "embedding", "activations", "gradients", "attention")
    expected = {
        "counts": (),
        "bigram": ("weights",),
        "mlp": trained[:4],
        "wavenet": trained[:4],
        "rnn": trained[:4],
        "microgpt": ("weights", "embedding", "gradients", "attention"),
        "transformer": ("weights", "embedding", "gradients", "attention"),
    }
    kinds = {"weights": Heatmap, "embedding": Points, "activations": Histograms,
             "gradients": Gradients, "attention": Attention}  # fmt: skip
    assert inside(lab, LOOK).pictures == expected[lab.selected.kind.kind]
    for name in inside(lab, LOOK).pictures:
        told = inside(lab, msgspec.structs.replace(LOOK, picture=name, word="ava"))
        assert told.name == name
        assert isinstance(told.picture, kinds[name])


def test_a_snapshot_holds_a_picture_only_for_a_screen_that_shows_one(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = snapshots.snapshot(lab, 1, Watch(inside=LOOK), 0, 1, "")
    assert told.inside == inside(lab, LOOK)
    monkeypatch.setattr(type(lab.selected.model), "inside", None)  # would be called
    assert snapshots.snapshot(lab, 1, Watch(), 0, 1, "").inside is None


def test_to_look_changes_nothing_of_a_training(lab: Lab) -> None:
    if lab.selected.trainer is None:
        return
    runs = [lab.selected, lab.runs.begin(lab.selected.kind.kind, lab.selected.settings)]
    for _ in range(3):
        for number, run in enumerate(runs):
            lab.runs.select(run.number)
            for picture in inside(lab, LOOK).pictures if number else ():
                inside(lab, msgspec.structs.replace(LOOK, picture=picture, word="mia"))
            lab.advance(run, 2)
    first, second = (run.trainer.state() for run in runs)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_weights_follow_one_another_round_and_round(lab: Lab) -> None:
    matrices = lab.selected.model.inside()
    for part in range(-1, len(matrices) + 1) if matrices else ():
        told = inside(lab, msgspec.structs.replace(LOOK, part=part))
        assert told.part == [*matrices][part % len(matrices)]
        assert (told.at, told.parts) == (part % len(matrices), len(matrices))
        assert told.picture.shape == tuple(matrices[told.part].shape)


def test_gradients_are_those_of_autograd_at_the_places_that_are_told(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.lab.inside.FEWEST", 1000)  # of so few words, all
    model = lab.selected.model
    if not isinstance(model, TrainableModel):
        return
    picture = inside(lab, msgspec.structs.replace(LOOK, picture="gradients")).picture
    assert isinstance(picture, Gradients)
    examples = model.examples(lab.corpus.tokens)
    inputs, targets = examples.of(torch.arange(len(examples)))
    assert picture.places == int((targets >= 0).sum())
    loss = model.loss(inputs, targets)
    by_autograd = torch.autograd.grad(loss, list(model.weights.values()))
    for told, (name, weight), gradient in zip(
        picture.tensors, model.weights.items(), by_autograd, strict=True
    ):
        assert told.name == name
        deviation = float(gradient.double().std(correction=0))
        assert told.deviation == pytest.approx(deviation, rel=1e-4, abs=1e-9)
        if (spread := float(weight.detach().std(correction=0))) > 0:
            assert told.to_weights == pytest.approx(deviation / spread, rel=1e-3, abs=1e-9)
        if lab.selected.settings["optimizer"] == "sgd":
            rate = float(lab.selected.settings["learning_rate"])
            assert told.update == pytest.approx(math.log10(rate * told.to_weights))
        else:
            assert told.update is None


def test_each_symbol_attends_to_itself_and_those_before(lab: Lab) -> None:
    if "attention" not in inside(lab, LOOK).pictures:
        return
    look = msgspec.structs.replace(LOOK, picture="attention", word="olivia")
    heads = inside(lab, look).parts
    assert heads == int(lab.selected.settings["layers"]) * int(lab.selected.settings["heads"])
    for part in range(heads):
        picture = inside(lab, msgspec.structs.replace(look, part=part)).picture
        assert picture.symbols == (0, *lab.corpus.vocabulary.encode("olivia"))
        cells = torch.tensor(array("b", picture.cells)).view(7, 7).double()
        assert torch.equal(cells, cells.tril())
        assert torch.allclose(cells.sum(1), torch.full((7,), float(FINEST)).double(), atol=3.5)


@pytest.mark.parametrize("word", ["", "xyz"])
def test_a_word_of_other_characters_has_no_attention(lab: Lab, word: str) -> None:
    told = inside(lab, msgspec.structs.replace(LOOK, picture="attention", word=word))
    assert told.name != "attention" or told.picture is None


def test_a_screen_cannot_ask_for_more_cells_than_any_has(lab: Lab) -> None:
    for rows, columns in ((0, 1), (1, -1), (1 << 10, 1 << 10)):
        with pytest.raises(BadSetting, match="from 1 to 524,288 cells"):
            snapshots.check_watch(lab, Watch(inside=Look(rows=rows, columns=columns)))


def test_weights_are_exported_as_csv(lab: Lab) -> None:
    matrices = lab.selected.model.inside()
    if not matrices:
        with pytest.raises(BadSetting, match="counts has no weights"):
            snapshots.exported(lab, "inside", "weights")
        return
    name = [*matrices][-1]
    rows = snapshots.exported(lab, "inside", name).splitlines()
    assert [[float(v) for v in row.split(",")] for row in rows] == matrices[name].tolist()
