"""Recurrent nets, the bag of words and the lookup table: each against its formula, plainly."""

import math

import pytest
import torch
from torch.nn import functional

from engine.data.built_in import built_in_path
from engine.data.corpus import read_corpus
from engine.data.examples import Sequences
from engine.models.base.trainable import TrainableModel
from engine.models.kinds import model_of
from engine.settings.model_kinds import KINDS
from engine.settings.values import Value

CORPUS = read_corpus(built_in_path())
WORD = [0, 5, 13, 9, 12, 25]
Rows = list[list[float]]


def made(kind: str, **settings: Value) -> TrainableModel:
    model = model_of(KINDS[kind].spec(settings), CORPUS, torch.device("cpu"))
    assert isinstance(model, TrainableModel)
    return model


@pytest.mark.parametrize(
    ("kind", "parameters"), [("lookup", 729), ("bow", 12_827), ("rnn", 11_803), ("gru", 28_315)]
)
def test_each_has_as_many_parameters_as_makemores(kind: str, parameters: int) -> None:
    assert made(kind).parameters == parameters


def weights_of(model: TrainableModel) -> dict[str, Rows]:
    return {name: weight.detach().double().tolist() for name, weight in model.weights.items()}


def linear(x: list[float], matrix: Rows, bias: list[float] | None = None) -> list[float]:
    bias = [0.0] * len(matrix[0]) if bias is None else bias
    columns = zip(*matrix, strict=True)
    return [
        sum(a * w for a, w in zip(x, c, strict=True)) + b
        for c, b in zip(columns, bias, strict=True)
    ]


def sigmoid(x: list[float]) -> list[float]:
    return [1 / (1 + math.exp(-number)) for number in x]


def softmax(x: list[float]) -> list[float]:
    return [math.exp(number) / sum(map(math.exp, x)) for number in x]


def plain_states(kind: str, weights: dict[str, Rows], size: int) -> Rows:
    """h behind each symbol of the word, number by number."""
    h, c, states = weights.get("start", [[0.0] * size])[0], [0.0] * size, []
    for symbol in WORD:
        x = linear(weights["embedding"][symbol], weights["input weights"], weights["biases"])  # type: ignore[arg-type]
        if kind == "rnn":
            inner = linear(h, weights["hidden weights"])
            h = [math.tanh(a + b) for a, b in zip(x, inner, strict=True)]
        elif kind == "gru":
            gates = linear(h, weights["gate weights"])
            opened = sigmoid([a + b for a, b in zip(x, gates, strict=False)])
            reset, update = opened[:size], opened[size:]
            kept = [r * number for r, number in zip(reset, h, strict=True)]
            inner = linear(kept, weights["candidate weights"])
            new = [math.tanh(a + b) for a, b in zip(x[2 * size :], inner, strict=True)]
            h = [(1 - z) * old + z * n for z, old, n in zip(update, h, new, strict=True)]
        else:
            all_ = [a + b for a, b in zip(x, linear(h, weights["hidden weights"]), strict=True)]
            opened = sigmoid(all_[: 3 * size])
            into, keep, out = (opened[i * size : (i + 1) * size] for i in range(3))
            candidate = all_[3 * size :]
            c = [
                k * old + i * math.tanh(new)
                for k, old, i, new in zip(keep, c, into, candidate, strict=True)
            ]
            h = [o * math.tanh(number) for o, number in zip(out, c, strict=True)]
        states.append(h)
    return states


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_a_recurrent_net_follows_its_formula(kind: str) -> None:
    model = made(kind, embedding=3, hidden=4)
    weights = weights_of(model)
    expected = [
        softmax(linear(h, weights["output weights"], weights["output biases"]))  # type: ignore[arg-type]
        for h in plain_states(kind, weights, 4)
    ]
    tokens = torch.tensor([WORD])
    assert torch.allclose(model.probs(tokens)[0], torch.tensor(expected).double(), atol=1e-6)
    assert torch.allclose(model.rough_probs(tokens), model.probs(tokens), atol=1e-6)


def test_the_bag_of_words_knows_the_mean_of_what_was_before() -> None:
    model = made("bow", embedding=3, hidden=4)
    weights, rows, seen = weights_of(model), [], []
    for place, symbol in enumerate(WORD):
        both = zip(weights["embedding"][symbol], weights["places"][place], strict=True)
        seen.append([a + b for a, b in both])
        mean = [sum(column) / len(seen) for column in zip(*seen, strict=True)]
        x = [a + b for a, b in zip(seen[-1], mean, strict=True)]
        inner = linear(x, weights["hidden weights"], weights["hidden biases"])  # type: ignore[arg-type]
        back = linear(
            [math.tanh(number) for number in inner],
            weights["projection weights"],
            weights["projection biases"],  # type: ignore[arg-type]
        )
        x = [a + b for a, b in zip(x, back, strict=True)]
        rows.append(softmax(linear(x, weights["output weights"], weights["output biases"])))  # type: ignore[arg-type]
    tokens = torch.tensor([WORD])
    assert torch.allclose(model.probs(tokens)[0], torch.tensor(rows).double(), atol=1e-6)
    assert torch.allclose(model.rough_probs(tokens), model.probs(tokens), atol=1e-6)


def test_behind_more_symbols_than_the_bag_holds_the_last_ones_count() -> None:
    model = made("bow", context=3)
    longer, last = (model.probs(torch.tensor([word]))[0, -1] for word in (WORD, WORD[-3:]))
    assert longer.equal(last)


def test_a_lookup_table_of_the_counts_logarithms_is_the_table_of_the_counts() -> None:
    model = made("lookup")
    counts = CORPUS.counts_VV.double() + 1
    with torch.no_grad():
        model.weights["logits"].copy_(counts.log())
    model.weights_changed()
    probs = model.probs(torch.tensor([WORD]))[0]
    assert torch.allclose(probs, (counts / counts.sum(1, keepdim=True))[WORD], atol=1e-6)


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_dropout_is_of_training_alone_and_its_chance_is_given(kind: str) -> None:
    model = made(kind, dropout=0.5)
    inputs, targets = Sequences(CORPUS.tokens, 16).of(torch.arange(50))
    plain = model.loss(inputs, targets).item()
    assert plain == pytest.approx(
        functional.cross_entropy(model.logits(inputs)[targets >= 0], targets[targets >= 0]).item(),  # type: ignore[attr-defined]
        abs=1e-6,
    )
    losses = [
        model.loss(inputs, targets, torch.Generator().manual_seed(seed)).item()
        for seed in (1, 1, 2)
    ]
    assert losses[0] == losses[1] != losses[2]
    assert losses[0] != plain
