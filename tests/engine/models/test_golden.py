"""Every figure of the lecture."""

import math

import pytest
import torch

from engine.data.corpus import read_corpus, shares_of
from engine.data.vocabulary import Vocabulary
from engine.lab.exports import statistics_json
from engine.models import counts
from engine.models.base.evaluation import nll_of_counts
from engine.models.base.model import TableModel
from engine.models.bigram import Bigram
from engine.models.counts import Counts
from engine.sampling.names import NameStream
from engine.settings.model_kinds import KINDS
from engine.training.exact import ExactTrainer
from tests.golden import COUNTS, FIGURES, WORDS, needs_words

SEED = FIGURES["weights_seed"]
VOCABULARY = Vocabulary(FIGURES["characters"])


SPEC = KINDS["bigram"].spec(
    {name: FIGURES[name] for name in ("learning_rate", "regularisation")} | {"seed": SEED}
)
CPU = torch.device("cpu")


@pytest.fixture
def net() -> Bigram:
    return Bigram(SPEC, 27, CPU)


@pytest.fixture
def trainer(net: Bigram) -> ExactTrainer:
    return ExactTrainer(net, shares_of(COUNTS, CPU), None)


def train(trainer: ExactTrainer) -> tuple[float, ...]:
    return trainer.burst(100, SPEC.settings).losses


@needs_words
def test_the_lectures_file_has_the_lectures_statistics() -> None:
    corpus = read_corpus(WORDS)
    assert torch.equal(corpus.counts_VV, COUNTS)
    found = statistics_json(corpus)
    for name in (
        "words",
        "distinct",
        "shortest",
        "longest",
        "bigrams",
        "distinct_bigrams",
        "characters",
        "first_words",
    ):
        assert found[name] == FIGURES[name], name
    assert found["top_bigrams"][:3] == FIGURES["top_bigrams"]
    assert found["duplicates"] == FIGURES["words"] - FIGURES["distinct"]


def test_the_count_model_has_the_lectures_likelihood() -> None:
    probs = counts.probabilities(COUNTS, smoothing=1)
    mean = nll_of_counts(COUNTS, probs)
    assert mean == pytest.approx(FIGURES["smoothed_nll_mean"], abs=1e-12)
    assert mean * FIGURES["bigrams"] == pytest.approx(FIGURES["smoothed_nll_sum"], abs=1e-6)


def test_the_floor_and_the_ceiling_are_the_lectures() -> None:
    assert counts.floor(COUNTS) == pytest.approx(FIGURES["mle_nll_mean"], abs=1e-12)
    assert counts.uniform_nll(27) == pytest.approx(FIGURES["uniform_nll"], abs=1e-12)


def test_training_goes_through_the_lectures_hundred_losses(trainer: ExactTrainer) -> None:
    losses = train(trainer)
    assert losses == pytest.approx(FIGURES["exact_losses_float64"], abs=1e-8)
    assert losses == pytest.approx(FIGURES["notebook_losses_float32"], abs=2e-6)


def test_training_ends_at_the_lectures_weights(net: Bigram, trainer: ExactTrainer) -> None:
    train(trainer)
    assert trainer.nll == pytest.approx(FIGURES["net_nll_after_100_updates"], abs=1e-10)
    square = float(net.weights_VV.square().mean())
    assert square == pytest.approx(FIGURES["net_mean_square_weight_after_100"], abs=1e-10)
    loss = trainer.nll + FIGURES["regularisation"] * square
    assert math.isclose(loss, FIGURES["exact_losses_float64"][-1], abs_tol=2e-4)  # still falling


@pytest.mark.parametrize("stream", ["video", "notebook", "torch"])
@pytest.mark.parametrize("model", ["counts", "net"])
def test_each_stream_draws_the_lectures_names(
    model: str, stream: str, net: Bigram, trainer: ExactTrainer
) -> None:
    drawn_from: TableModel = net
    if model == "counts":
        drawn_from = Counts(KINDS["counts"].spec({"smoothing": 1.0}), COUNTS)
    else:
        train(trainer)
    names = NameStream(stream, SEED, VOCABULARY)
    drawn = [names.next(drawn_from) + "." for _ in range(5)]
    assert drawn == FIGURES["samples"][model][stream]
