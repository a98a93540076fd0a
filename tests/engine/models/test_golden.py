"""Every figure of the lecture."""

import math

import pytest
import torch

from engine.data.corpus import read_corpus
from engine.data.vocabulary import Vocabulary
from engine.lab.exports import statistics_json
from engine.models import bigram, counts
from engine.sampling.names import NameStream
from engine.training.exact import Trainer
from tests.golden import COUNTS, FIGURES, WORDS, needs_words

SEED = FIGURES["weights_seed"]
VOCABULARY = Vocabulary(FIGURES["characters"])


@pytest.fixture
def trainer() -> Trainer:
    return Trainer(COUNTS, None, SEED, torch.device("cpu"))


def train(trainer: Trainer) -> tuple[float, ...]:
    return trainer.burst(100, FIGURES["learning_rate"], FIGURES["regularisation"]).losses


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
    mean = counts.nll_of_counts(COUNTS, probs)
    assert mean == pytest.approx(FIGURES["smoothed_nll_mean"], abs=1e-12)
    assert mean * FIGURES["bigrams"] == pytest.approx(FIGURES["smoothed_nll_sum"], abs=1e-6)


def test_the_floor_and_the_ceiling_are_the_lectures() -> None:
    assert counts.floor(COUNTS) == pytest.approx(FIGURES["mle_nll_mean"], abs=1e-12)
    assert counts.uniform_nll(27) == pytest.approx(FIGURES["uniform_nll"], abs=1e-12)


def test_training_goes_through_the_lectures_hundred_losses(trainer: Trainer) -> None:
    losses = train(trainer)
    assert losses == pytest.approx(FIGURES["exact_losses_float64"], abs=1e-8)
    assert losses == pytest.approx(FIGURES["notebook_losses_float32"], abs=2e-6)


def test_training_ends_at_the_lectures_weights(trainer: Trainer) -> None:
    train(trainer)
    assert trainer.nll == pytest.approx(FIGURES["net_nll_after_100_updates"], abs=1e-10)
    square = FIGURES["net_mean_square_weight_after_100"]
    assert trainer.mean_square == pytest.approx(square, abs=1e-10)
    loss = trainer.nll + FIGURES["regularisation"] * trainer.mean_square
    assert math.isclose(loss, FIGURES["exact_losses_float64"][-1], abs_tol=2e-4)  # still falling


@pytest.mark.parametrize("stream", ["video", "notebook", "torch"])
@pytest.mark.parametrize("model", ["counts", "net"])
def test_each_stream_draws_the_lectures_names(model: str, stream: str, trainer: Trainer) -> None:
    if model == "counts":
        probs = counts.probabilities(COUNTS, smoothing=1)
    else:
        train(trainer)
        probs = bigram.probabilities(trainer.weights_VV)
    names = NameStream(stream, SEED, VOCABULARY)
    drawn = [names.next(probs) + "." for _ in range(5)]
    assert drawn == FIGURES["samples"][model][stream]
