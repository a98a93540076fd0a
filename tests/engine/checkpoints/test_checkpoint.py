"""A lab that was saved and taken up again equals one that was never interrupted."""

import hashlib
import math
import os
from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from safetensors import safe_open

from engine import devices
from engine.checkpoints.checkpoint import load, pack, save
from engine.checkpoints.header import CONTENTS, last_loss, peek
from engine.data.built_in import built_in_path
from engine.data.corpus import read_corpus
from engine.data.reading.chunks import CHUNK
from engine.lab.lab import Lab
from engine.models import bigram
from engine.settings.data_format import HOLDS_OUT, DataFormat, Split
from engine.settings.lab_settings import DEFAULTS
from engine.settings.values import ModelSpec
from tests.engine.checkpoints.crafting import (
    OLDER_DATA,
    crafted,
    draw,
    everything,
    older,
    resume_at,
    train,
)

WEIGHTS = "runs.2.state.weights"
STREAMS = ["keyed", "video", "notebook", "torch"]
ANYWHERE = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True
)


@pytest.fixture
def words(write: Callable[[bytes | str], Path]) -> Path:
    """A small data file, of 40 distinct words of an alphabet that is not ASCII."""
    return write("".join(f"{a}{b}{c}\n" for a in "zéß" for b in "山ab" for c in "aéx.- ")[:-1])


@pytest.mark.parametrize("hold_out", [0.0, 0.3])
def test_the_last_loss_is_read_without_the_others(
    hold_out: float, words: Path, tmp_path: Path
) -> None:
    lab = Lab(words, hold_out, "cpu")
    save(lab, tmp_path / "a")
    assert last_loss(tmp_path / "a") is None
    train(lab, 3)
    save(lab, tmp_path / "a")
    assert last_loss(tmp_path / "a") == lab.selected.history.last


def reopened(lab: Lab, path: Path) -> Lab:
    save(lab, path)
    return load(path, device="cpu")


@settings(ANYWHERE, max_examples=12)
@given(
    stream=st.sampled_from(STREAMS),
    source=st.sampled_from(["both", "compared", "selected"]),
    hold_out=st.sampled_from([0.0, 0.3]),
    before=st.tuples(st.integers(0, 60), st.integers(0, 12)),
    after=st.tuples(st.integers(1, 60), st.integers(1, 12)),
    cuts=st.lists(st.integers(1, 70), min_size=1, max_size=5),
    temperature=st.sampled_from([1.0, 0.7]),
)
def test_resumed_equals_uninterrupted(
    words: Path,
    stream: str,
    source: str,
    hold_out: float,
    before: tuple[int, int],
    after: tuple[int, int],
    cuts: list[int],
    temperature: float,
) -> None:
    labs = [Lab(words, hold_out, "cpu", seed=5, pace=math.inf) for _ in range(2)]
    for number in range(2):
        lab = labs[number]
        lab.configure({"stream": stream, "source": source, "temperature": temperature, "top_k": 4})
        for steps, names in (before, after):
            if steps:
                train(lab, steps, cuts if number else None)
            lab.adjust("learning_rate", -1)
            if names:
                draw(lab, names)
            if number and lab.selected.step == before[0]:
                labs[number] = lab = reopened(lab, words.with_suffix(".saved"))
    assert everything(labs[1]) == everything(labs[0])


def ideograms(symbols: int, write: Callable[[bytes | str], Path]) -> Path:
    """Words of so many symbols, the boundary among them."""
    generator = np.random.default_rng(symbols)
    letters = np.array([chr(0x4E00 + place) for place in range(symbols - 1)])
    lines = ("".join(generator.choice(letters, 1 + place % 9)) for place in range(300))
    return write("\n".join(["".join(letters), *lines]))


@settings(ANYWHERE, max_examples=20)
@given(
    symbols=st.sampled_from([2, 3, 5, 27, 53]),
    cuts=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    hold_out=st.sampled_from([0.0, 0.2]),
)
def test_the_losses_do_not_depend_on_how_the_steps_fall_into_bursts(
    symbols: int, cuts: list[int], hold_out: float, write: Callable[[bytes | str], Path]
) -> None:
    path = ideograms(symbols, write)
    labs = [Lab(path, hold_out, "cpu") for _ in range(2)]
    train(labs[0], 60)
    train(labs[1], 60, cuts)
    assert everything(labs[1]) == everything(labs[0])


@pytest.mark.slow
def test_nor_do_those_of_a_matrix_that_takes_several_threads(
    write: Callable[[bytes | str], Path],
) -> None:
    path = ideograms(190, write)
    usual, results = torch.get_num_threads(), []
    for threads, cuts in ((2, None), (2, [1]), (2, [5, 2]), (1, [3])):
        torch.set_num_threads(threads)
        lab = Lab(path, device="cpu")
        train(lab, 6, cuts)
        results.append(everything(lab))
    torch.set_num_threads(usual)
    assert all(result == results[0] for result in results)


def test_a_gpus_way_to_add_gives_the_same_sums(lab: Lab) -> None:
    class Elsewhere(torch.Tensor):
        device = torch.device("cuda")  # type: ignore[assignment]

    for symbols in (2, 3, 27, 28):
        terms = torch.randn((5, symbols, symbols), dtype=torch.float64)
        folded = bigram._sums(terms.as_subclass(Elsewhere))
        assert folded.tolist() == pytest.approx(bigram._sums(terms).tolist(), abs=1e-12)
        one = bigram._sums(terms[3:4].as_subclass(Elsewhere))
        assert one.tolist() == folded[3:4].tolist()


@pytest.mark.parametrize("stream", STREAMS)
def test_the_names_go_on_on_the_built_in_data(stream: str, lab: Lab, tmp_path: Path) -> None:
    lab.configure({"stream": stream})
    train(lab, 30)
    draw(lab, 3)
    resumed = reopened(lab, tmp_path / "a")
    for one in (lab, resumed):
        train(one, 20, [7])
        draw(one, 5)
    assert everything(resumed) == everything(lab)
    assert resumed.corpus.path == built_in_path()


def test_only_the_newest_names_are_kept_and_the_stream_goes_on(
    write: Callable[[bytes | str], Path], tmp_path: Path
) -> None:
    lab = Lab(write("a\nb\n"), device="cpu")
    lab.configure({"stream": "video", "source": "compared"})
    draw(lab, 1000)
    draw(lab, 50)
    resumed = reopened(lab, tmp_path / "a")
    assert resumed.sampler.newest(2000)[0].index == 50
    draw(lab, 5)
    draw(resumed, 5)
    assert everything(resumed) == everything(lab)


def test_a_lab_in_training_is_taken_up_at_rest_and_goes_on_to_its_goal(
    lab: Lab, tmp_path: Path
) -> None:
    lab.selected.train(more=50)
    lab.draw(7)
    lab.advance(lab.selected, 20)
    resumed = reopened(lab, tmp_path / "a")
    assert (lab.selected.state, resumed.selected.state) == ("training", "paused")
    assert (resumed.selected.step, resumed.selected.goal, resumed.wanted) == (20, 50, 7)
    lab.advance(lab.selected, 50)
    resumed.selected.train()
    resumed.advance(resumed.selected, 50)
    assert everything(resumed) == everything(lab)


def test_a_training_that_failed_still_says_why(lab: Lab, tmp_path: Path) -> None:
    lab.configure({"learning_rate": 1e9})
    train(lab, 100)
    assert lab.selected.state == "failed"
    assert everything(reopened(lab, tmp_path / "a")) == everything(lab)


def test_a_lab_that_has_done_nothing_is_kept_too(lab: Lab, tmp_path: Path) -> None:
    assert everything(reopened(lab, tmp_path / "a")) == everything(lab)


@pytest.mark.parametrize("split", get_args(Split))
@pytest.mark.parametrize("kind", ["bigram", "mlp"])
def test_a_lab_whose_split_has_a_name_is_kept_with_its_losses(
    split: Split, kind: str, tmp_path: Path
) -> None:
    model = ModelSpec(kind, {} if kind == "bigram" else {"hidden": 3, "embedding": 2})
    lab = Lab(built_in_path(), device="cpu", data_format=DataFormat(split=split), model=model)
    train(lab, 3)
    lab.selected.measure()
    has_hold_out = lab.selected.held_out_nll is not None
    assert has_hold_out == (split in HOLDS_OUT)
    assert everything(load(save(lab, tmp_path / "a"), device="cpu")) == everything(lab)


def test_a_file_of_version_2_goes_on_as_that_version_did(tmp_path: Path) -> None:
    lab = load(older(2, tmp_path), data=OLDER_DATA, device="cpu")
    net = lab.selected
    assert [(run.name, run.kind.kind) for run in lab.runs] == [
        ("counts", "counts"),
        ("net", "bigram"),
    ]
    assert (lab.compared.name, net.name, net.step, net.goal) == ("counts", "net", 15, 25)
    assert (net.state, lab.wanted) == ("paused", 1)
    assert lab.compared.settings == {"smoothing": 0.5}
    rates = {"learning_rate": 20.0, "regularisation": 0.02}
    assert net.settings == {**rates, "pace": math.inf, "seed": 7}
    assert (lab.settings.stream, lab.settings.sample_seed, lab.settings.hold_out) == (
        "video",
        3,
        0.3,
    )
    assert [mark.text for mark in net.history.marks] == ["λ 0.02", "lr 20"]
    net.train()
    lab.advance(net, 100)
    lab.draw_next()
    # What the makemore-tui of that file came to from there.
    assert (net.step, net.state) == (25, "done")
    assert net.history.last == pytest.approx(1.0598345755938707, abs=1e-9)
    assert net.history.held_out.last == pytest.approx(1.535801832423075, abs=1e-9)
    drawn = [(one.compared, one.selected) for one in lab.sampler.newest(4)]
    texts = [name.text for pair in drawn for name in pair if name is not None]
    assert texts == ["a", "a", "oemia", "ollia", "ema", "ema", "e", "e"]
    assert everything(reopened(lab, tmp_path / "today")) == everything(lab)


def test_a_file_of_version_3_goes_on_as_that_version_did(tmp_path: Path) -> None:
    lab = load(older(3, tmp_path), data=OLDER_DATA, device="cpu")
    run = lab.selected
    assert (run.name, run.kind.kind, run.step, run.state) == ("small", "mlp", 25, "done")
    assert (run.settings["decay_at"], run.settings["schedule"]) == (30, "step")
    run.train(more=15)
    while run.step < 40:
        lab.advance(run, 15)
    run.measure()
    # What the makemore-tui of that file came to from there.
    assert run.history.last == pytest.approx(2.1741158962249756, abs=1e-6)
    assert (run.nll, run.held_out_nll) == pytest.approx((2.264880968189755, 2.2463756), abs=1e-6)
    draw(lab, 2)
    drawn = [(one.selected, one.compared) for one in lab.sampler.newest(2)]
    texts = [name.text for pair in drawn for name in pair if name is not None]
    assert texts == ["mi", "emaeiava", "eimaieiva", "mvaie"]


def test_a_file_of_version_1_opens_with_defaults_for_what_it_lacks(tmp_path: Path) -> None:
    path = older(1, tmp_path)
    lab = load(path, data=OLDER_DATA, device="cpu")
    assert peek(path).data_format == DataFormat(format="lines")
    assert (lab.settings.source, lab.settings.length) == ("compared", DEFAULTS.length)
    assert lab.compared.settings == {"smoothing": 0.5}
    drawn = lab.sampler.newest(1)[0].compared
    assert drawn is not None
    assert (drawn.text, drawn.step, drawn.current) == ("e", None, False)
    lab.selected.train(more=3)
    lab.advance(lab.selected, 100)
    draw(lab, 1)
    assert (lab.selected.step, lab.selected.history.last) == (15, pytest.approx(1.2904498957844939))
    assert lab.sampler.newest(1)[0].compared.text == "lmlia"  # type: ignore[union-attr]


def test_a_setting_that_a_file_lacks_has_its_default(lab: Lab, tmp_path: Path) -> None:
    lab.configure({"learning_rate": 7.0, "smoothing": 3.0, "temperature": 0.5})
    save(lab, tmp_path / "a")

    def as_before(contents: dict[str, Any], *_: object) -> None:
        counts, net = contents["runs"]
        del counts["settings"]["smoothing"], net["settings"]["regularisation"]
        del contents["kept_settings"]["temperature"]

    crafted(tmp_path / "a", as_before)
    again = load(tmp_path / "a", device="cpu")
    assert again.run_settings == {**lab.run_settings, "smoothing": 1.0, "regularisation": 0.01}
    assert again.settings == replace(lab.settings, temperature=1.0)


def test_a_long_training_goes_on_as_if_there_had_been_no_end(tmp_path: Path) -> None:
    lab = Lab(built_in_path(), 0.1, "cpu")
    train(lab, 3)
    losses = 2.5 + np.random.default_rng(1).random(1_300_000)
    for series in (lab.selected.history.train, lab.selected.history.held_out):
        series.extend(losses)
    resume_at(lab, len(lab.selected.history.train))
    resumed = reopened(lab, tmp_path / "a")
    assert everything(resumed) == everything(lab)
    assert last_loss(tmp_path / "a") == losses[-1]
    assert (tmp_path / "a").stat().st_size < 24e6
    for each in (lab, resumed):
        each.selected.history.train.extend(losses[:100_000])
        each.selected.history.held_out.extend(losses[:100_000])
        resume_at(each, len(each.selected.history.train))
        train(each, 20)
    assert everything(resumed) == everything(lab)


def test_a_long_training_on_minibatches_is_smoothed_as_if_there_had_been_no_end(
    tmp_path: Path,
) -> None:
    lab = Lab(built_in_path(), device="cpu")
    history = lab.runs.begin("mlp", {"hidden": 4, "embedding": 2, "context": 2}).history
    losses = 2.5 + np.random.default_rng(1).random(1_300_000)
    history.train.extend(losses)
    history.smooth(losses)
    resume_at(lab, len(history.train))
    lab.selected.state = "paused"
    resumed = reopened(lab, tmp_path / "a")
    assert everything(resumed) == everything(lab)
    assert history.smoothed.last == pytest.approx(3.0, abs=0.1), "the mean of the noise"


def test_settings_at_their_ends_are_kept(lab: Lab, tmp_path: Path) -> None:
    lab.begin_again(lab.selected, {"seed": 2**64 - 1})
    lab.configure(
        {
            "pace": math.inf,
            "smoothing": 1e15,
            "learning_rate": 5e-324,
            "temperature": 0.0,
            "prefix": "an",
            "top_k": 27,
        }
    )
    draw(lab, 1)
    resumed = reopened(lab, tmp_path / "a")
    assert everything(resumed) == everything(lab)
    resumed.configure(
        {"source": "compared", "smoothing": 0.0, "prefix": "jq"}
    )  # which the count model calls impossible
    draw(resumed, 1)
    assert resumed.sampler.newest(1)[0].compared.nll == math.inf  # type: ignore[union-attr]
    assert everything(reopened(resumed, tmp_path / "a")) == everything(resumed)


def test_float32_weights_of_another_device_are_taken(lab: Lab, tmp_path: Path) -> None:
    save(lab, tmp_path / "a")

    crafted(
        tmp_path / "a", lambda _, __, arrays: arrays.update({WEIGHTS: np.float32(arrays[WEIGHTS])})
    )
    assert torch.equal(load(tmp_path / "a", device="cpu").matrix("weights"), lab.matrix("weights"))


def test_the_file_is_safetensors_that_others_read(lab: Lab, tmp_path: Path) -> None:
    train(lab, 10)
    save(lab, tmp_path / "a")
    with safe_open(tmp_path / "a", framework="numpy") as file:
        assert '"pace":20.0' in file.metadata()[CONTENTS]
        assert np.array_equal(file.get_tensor(WEIGHTS), lab.matrix("weights").numpy())
        assert (
            file.get_tensor("runs.2.train").tolist() == lab.selected.history.train.newest().tolist()
        )


def test_a_look_at_a_file_reads_its_header_alone(lab: Lab, tmp_path: Path) -> None:
    train(lab, 10)
    save(lab, tmp_path / "a")
    data = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(data[:2500])
    contents = peek(tmp_path / "a")
    run = contents.selected_run
    assert (run.step, contents.data, run.state) == (10, None, "done")
    assert contents.settings == lab.settings


def test_what_was_packed_does_not_change_while_the_training_goes_on(
    lab: Lab, tmp_path: Path
) -> None:
    train(lab, 10)
    before, data = everything(lab), pack(lab)
    train(lab, 10)
    (tmp_path / "a").write_bytes(data.encode())
    assert everything(load(tmp_path / "a", device="cpu")) == before


def test_data_is_found_again_under_any_name(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9 100%#?\n.txt")
    path.write_text("ab\nba\n")
    lab = Lab(path, device="cpu")
    assert reopened(lab, tmp_path / "a").corpus.path == path


def test_data_that_has_moved_is_read_from_where_it_is(words: Path, tmp_path: Path) -> None:
    lab = Lab(words, device="cpu")
    train(lab, 5)
    save(lab, tmp_path / "a")
    moved = words.rename(tmp_path / "moved.txt")
    assert everything(load(tmp_path / "a", data=moved, device="cpu")) == everything(lab)


def test_a_lab_goes_on_on_its_own_device_though_there_may_be_a_better_one(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(lab, tmp_path / "a")
    monkeypatch.setattr(devices, "available_devices", lambda: {"cpu": "", "cuda:0": ""})
    assert devices.pick_device("auto") == torch.device("cuda:0")
    assert load(tmp_path / "a").device == torch.device("cpu")


def test_a_lab_whose_device_is_on_another_machine_goes_on_on_the_best_one(
    lab: Lab, tmp_path: Path
) -> None:
    save(lab, tmp_path / "a")
    crafted(tmp_path / "a", lambda contents, *_: contents.update(device="cuda:63"))
    assert load(tmp_path / "a").device == devices.pick_device("auto")


@pytest.mark.parametrize(
    "content",
    [
        b"emma\nolivia\n",
        BOM_UTF8 + b"emma\r\nolivia",
        "éa\n\n  b \r c\n".encode(),
        b"abc\n" * (CHUNK // 4 + 10),
        b"x" * 700_000 + b"\n" + b"abcdefg\n" * (CHUNK // 4) + b"rest",
        BOM_UTF8 + b"abcdefg\r\n" * (CHUNK // 3),
    ],
    ids=["plain", "bom", "lines", "chunks", "long", "bom chunks"],
)
def test_the_sha256_is_that_of_the_files_bytes(
    content: bytes, write: Callable[[bytes | str], Path]
) -> None:
    expected = hashlib.sha256(content).hexdigest()
    assert read_corpus(write(content)).sha256 == expected
    assert read_corpus(write(content), 0.4 if content.count(b"\n") < 9 else 0.0).sha256 == expected


@pytest.mark.parametrize(
    ("words", "kept", "name"),
    [
        ("a\u200cb\n", r"a\u200cb", "a\u200cb"),  # which was shown, and kept, as six letters
        ("a\\u200cb\n", r"a\u200cb", r"a\u200cb"),  # which may be the letters of the data
    ],
)
def test_escapes_in_the_names_of_version_1_become_letters_where_the_data_has_no_backslash(
    words: str, kept: str, name: str, tmp_path: Path
) -> None:
    data, saved = tmp_path / "words.txt", older(1, tmp_path)
    data.write_text(words)
    symbols = 1 + len({*words.strip()})

    def of_these_words(contents: dict[str, Any], words: Any, arrays: dict[str, Any]) -> None:
        contents.update(data_sha256=hashlib.sha256(data.read_bytes()).hexdigest(), symbols=symbols)
        arrays["weights"] = np.zeros((symbols, symbols), np.float32)
        words["names"][-1]["counts"]["text"] = kept

    crafted(saved, of_these_words)
    drawn = load(saved, data=data).sampler.newest(1)[0].compared
    assert drawn is not None
    assert drawn.text == name
