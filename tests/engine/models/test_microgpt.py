"""microgpt: the script's own losses and names, and its gradients by hand."""

import math
import random

import pytest
import torch

from engine.data.built_in import built_in_path
from engine.data.corpus import read_corpus
from engine.data.examples import Sequences
from engine.data.tokens import Tokens
from engine.errors import BadSetting
from engine.models.base.trainable import TrainableModel
from engine.models.transformers.microgpt import MicroGpt
from engine.sampling.names import NameStream
from engine.sampling.streams import Python
from engine.settings.model_kinds import KINDS
from engine.settings.recipes import RECIPES
from engine.settings.values import Value
from engine.training import evaluator
from engine.training.minibatch import MinibatchTrainer
from tests.golden import WORDS, needs_words

CPU = torch.device("cpu")
KIND = KINDS["microgpt"]
# The losses of the script's first steps, of each hundredth, and of its last.
LOSSES = {
    0: 3.3659669475848504,
    1: 3.4242727838717717,
    2: 3.177802125458052,
    3: 3.066355684224198,
    4: 3.220883089750623,
    5: 2.945159723009943,
    6: 3.2894250644306684,
    7: 3.324529585380703,
    8: 2.8990336423579377,
    9: 3.2228882401182624,
    100: 2.4482995199308553,
    200: 2.4873722807882825,
    300: 2.6931381439439246,
    400: 2.6034557224050547,
    500: 2.4260987308661246,
    600: 2.108305567988174,
    700: 2.1907814574461995,
    800: 2.1063772491730783,
    900: 2.0881397561844204,
    999: 2.6496944697407585,
}
NAMES = [
    "kamon",
    "ann",
    "karai",
    "jaire",
    "vialan",
    "karia",
    "yeran",
    "anna",
    "areli",
    "kaina",
    "konna",
    "keylen",
    "liole",
    "alerin",
    "earan",
    "lenne",
    "kana",
    "lara",
    "alela",
    "anton",
]


def model_of(tokens: Tokens, symbols: int = 27, **settings: Value) -> MicroGpt:
    return MicroGpt(KIND.spec(settings), symbols, tokens, CPU)


@needs_words
@pytest.mark.slow
def test_the_scripts_losses_and_names_come_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluator, "EVALUATED_FIRST", ())
    corpus = read_corpus(WORDS)
    model = MicroGpt(RECIPES["microgpt"].spec, 27, corpus.tokens, CPU)
    trainer = MinibatchTrainer(model, corpus.tokens, None)
    losses: list[float] = []
    while trainer.step < 1000:
        losses += trainer.burst(1000, model.spec.settings).losses
    assert model.parameters == 4192
    for step, loss in LOSSES.items():
        assert losses[step] == pytest.approx(loss, abs=1e-9)
    names = NameStream("python", 42, corpus.vocabulary, 0.5)
    names.resume(0, model.behind_weights())
    assert [names.next(model) for _ in range(20)] == NAMES


def plain_probs(model: MicroGpt, word: list[int]) -> list[list[float]]:
    """P behind each symbol, number by number, as the script has it."""
    weights = {name: weight.tolist() for name, weight in model.weights.items()}
    heads, layers = int(model.spec.settings["heads"]), int(model.spec.settings["layers"])
    keys, values, rows = [[] for _ in range(layers)], [[] for _ in range(layers)], []

    def linear(x: list[float], matrix: list[list[float]]) -> list[float]:
        return [sum(w * number for w, number in zip(row, x, strict=True)) for row in matrix]

    def norm(x: list[float]) -> list[float]:
        return [number / math.sqrt(sum(n * n for n in x) / len(x) + 1e-5) for number in x]

    def softmax(x: list[float]) -> list[float]:
        exps = [math.exp(number - max(x)) for number in x]
        return [each / sum(exps) for each in exps]

    for place, symbol in enumerate(word):
        x = norm(
            [a + b for a, b in zip(weights["wte"][symbol], weights["wpe"][place], strict=True)]
        )
        for layer in range(1, layers + 1):
            normal = norm(x)
            q = linear(normal, weights[f"wq {layer}"])
            keys[layer - 1].append(linear(normal, weights[f"wk {layer}"]))
            values[layer - 1].append(linear(normal, weights[f"wv {layer}"]))
            size, seen = len(q) // heads, []
            for head in range(heads):
                part = slice(head * size, (head + 1) * size)
                scores = [
                    sum(a * b for a, b in zip(q[part], k[part], strict=True)) / math.sqrt(size)
                    for k in keys[layer - 1]
                ]
                attention = softmax(scores)
                columns = zip(*(value[part] for value in values[layer - 1]), strict=True)
                seen += [sum(a * v for a, v in zip(attention, col, strict=True)) for col in columns]
            x = [a + b for a, b in zip(x, linear(seen, weights[f"wo {layer}"]), strict=True)]
            hidden = [max(0.0, h) for h in linear(norm(x), weights[f"fc1 {layer}"])]
            x = [a + b for a, b in zip(x, linear(hidden, weights[f"fc2 {layer}"]), strict=True)]
        rows.append(softmax(linear(x, weights["lm_head"])))
    return rows


@pytest.mark.parametrize("layers", [1, 2])
def test_the_probabilities_are_those_of_the_script_written_plainly(layers: int) -> None:
    model = model_of(read_corpus(built_in_path()).tokens, layers=layers, embedding=8, heads=2)
    word = [0, 5, 13, 13, 1]
    expected = torch.tensor(plain_probs(model, word), dtype=torch.float64)
    tokens = torch.tensor([word])
    assert torch.allclose(model.rough_probs(tokens)[0], expected, atol=1e-12)
    assert torch.allclose(model.probs(tokens)[0], expected, atol=1e-9)


def test_behind_more_symbols_than_it_sees_the_last_ones_count() -> None:
    model = model_of(read_corpus(built_in_path()).tokens, context=4, embedding=8)
    word = [0, 5, 13, 13, 1, 7, 9]
    last = plain_probs(model, word[-4:])[-1]
    assert model.probs(torch.tensor([word]))[0, -1].tolist() == pytest.approx(last, abs=1e-9)


@pytest.mark.parametrize("layers", [1, 3])
def test_the_gradients_by_hand_are_those_of_autograd(layers: int) -> None:
    tokens = read_corpus(built_in_path()).tokens
    model = model_of(tokens, layers=layers)
    inputs, targets = Sequences(tokens, 16).of(torch.tensor([3, 77, 5]))
    loss, gradients = model.gradients(inputs, targets)
    expected, by_autograd = TrainableModel.gradients(model, inputs, targets)
    assert float(loss) == pytest.approx(float(expected), abs=1e-14)
    for mine, theirs in zip(gradients, by_autograd, strict=True):
        assert torch.allclose(mine, theirs, atol=1e-12)


def test_the_first_weights_are_pythons_numbers_behind_the_shuffle_of_the_words() -> None:
    tokens = Tokens(torch.tensor([0, 1, 2, 0, 2, 0, 1, 0]))
    model = model_of(tokens, symbols=3, seed=9, embedding=4)
    chance = random.Random(9)
    chance.shuffle([1, 2, 3])
    numbers = [[chance.gauss(0, 0.08) for _ in range(4)] for _ in range(3)]
    boundary = numbers.pop()
    assert model.weights["wte"].tolist() == [boundary, *numbers]


def test_heads_that_do_not_divide_the_width_are_refused_with_a_number_that_does() -> None:
    tokens = read_corpus(built_in_path()).tokens
    with pytest.raises(
        BadSetting, match=r"Heads 6: they share an embedding of 16\. Give 1, 2, 4, 8 or 16"
    ):
        model_of(tokens, heads=6)


def test_the_stream_python_draws_as_random_choices_does() -> None:
    stream, chance = Python(3), random.Random(3)
    weights = torch.rand(27, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    drawn = [stream.choose(weights / weights.sum()) for _ in range(200)]
    rolled = (weights / weights.sum()).roll(-1).tolist()
    assert drawn == [(chance.choices(range(27), rolled)[0] + 1) % 27 for _ in range(200)]
