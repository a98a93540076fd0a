"""The perceptron of lectures 2 and 3: weights and gradients, and that a batch changes no window."""

from functools import cache

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from engine.data.tokens import Tokens
from engine.errors import BadSetting
from engine.models.base.trainable import TrainableModel
from engine.models.feed_forward.mlp import Mlp
from engine.settings.model_kinds import KINDS
from engine.settings.recipes import RECIPES
from engine.settings.values import Value

CPU = torch.device("cpu")


def perceptron(symbols: int = 27, **changes: Value) -> Mlp:
    return Mlp(KINDS["mlp"].spec(changes), symbols, CPU)


def in_float64(model: Mlp) -> Mlp:
    model.weights = {
        name: weight.detach().double().requires_grad_() for name, weight in model.weights.items()
    }
    model.statistics = {name: values.double() for name, values in model.statistics.items()}
    return model


def plain_probs(model: Mlp, windows: torch.Tensor) -> torch.Tensor:
    """The lecture's own lines, in float64."""
    c, w1, b1, w2, b2 = (weight.detach().double() for weight in model.weights.values())
    hidden = torch.tanh(c[windows].view(len(windows), -1) @ w1 + b1)
    counts = (hidden @ w2 + b2).exp()
    return counts / counts.sum(1, keepdim=True)


def windows(count: int, model: Mlp, seed: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, model.symbols, (count, model.context), generator=generator)


def test_the_weights_are_those_that_the_lecture_draws() -> None:
    model = perceptron()
    generator = torch.Generator().manual_seed(2147483647)
    shapes = [(27, 10), (30, 200), (200,), (200, 27), (27,)]
    drawn = [torch.randn(shape, generator=generator) for shape in shapes]
    assert model.parameters == 11_897
    assert all(map(torch.equal, model.tensors().values(), drawn))
    assert {name: tuple(matrix.shape) for name, matrix in model.inside().items()} == {
        "embedding": (27, 10),
        "hidden weights": (30, 200),
        "output weights": (200, 27),
    }


def test_the_probabilities_are_those_of_the_lectures_lines() -> None:
    model = perceptron()
    seen = windows(500, model)
    probs = model.probs_after(seen)
    assert probs.dtype == torch.float64
    assert torch.allclose(probs.sum(1), torch.ones(500).double(), rtol=0, atol=1e-12)
    assert torch.allclose(probs, plain_probs(model, seen), rtol=1e-9, atol=0)


@settings(max_examples=40, deadline=None)
@given(
    first=st.integers(0, 4990), count=st.integers(1, 300), threads=st.integers(1, 4), data=st.data()
)
def test_a_window_has_the_same_probabilities_alone_and_in_any_batch(
    first: int, count: int, threads: int, data: st.DataObject
) -> None:
    model, seen, whole = many_windows()
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        part = model.probs_after(seen[first : first + count])
        picked = data.draw(st.lists(st.integers(0, 4999), min_size=1, max_size=40))
        others = model.probs_after(seen[picked])
    finally:
        torch.set_num_threads(before)
    assert torch.equal(part, whole[first : first + count])
    assert torch.equal(others, whole[picked])


@cache
def many_windows() -> tuple[Mlp, torch.Tensor, torch.Tensor]:
    """A model, more windows than go through it at once, and their probabilities."""
    model = perceptron(hidden=67)
    seen = windows(5000, model)
    return model, seen, model.probs_after(seen)


def test_the_quick_losses_are_those_of_the_probabilities() -> None:
    model = perceptron()
    seen = windows(5000, model)
    targets = windows(5000, model, seed=2)[:, 0]
    nlls = model.nlls(seen, targets)
    exact = -model.probs_after(seen).gather(1, targets[:, None])[:, 0].log()
    assert nlls.dtype == torch.float64
    assert torch.allclose(nlls, exact, atol=1e-4)
    assert model.loss(seen, targets).item() == pytest.approx(float(exact.mean()), abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(
    symbols=st.integers(2, 9),
    context=st.integers(1, 4),
    embedding=st.integers(1, 5),
    hidden=st.integers(1, 12),
    layers=st.integers(1, 3),
    batchnorm=st.booleans(),
    batch=st.integers(1, 40),
    seed=st.integers(0, 2**32),
)
def test_the_gradients_by_hand_are_those_of_autograd(
    symbols: int,
    context: int,
    embedding: int,
    hidden: int,
    layers: int,
    batchnorm: bool,
    batch: int,
    seed: int,
) -> None:
    changes = {"context": context, "embedding": embedding, "hidden": hidden, "layers": layers}
    model = in_float64(perceptron(symbols, **changes, batchnorm=batchnorm, seed=seed))
    seen = windows(batch, model, seed)
    targets = windows(batch, model, seed + 1)[:, 0]
    by_hand, expected = (
        model.gradients(seen, targets),
        TrainableModel.gradients(model, seen, targets),
    )
    assert by_hand[0].item() == pytest.approx(expected[0].item(), abs=1e-12)
    for found, wanted in zip(by_hand[1], expected[1], strict=True):
        assert torch.allclose(found, wanted, rtol=1e-9, atol=1e-9)


# --- lecture 3


def test_the_first_weights_are_those_that_lecture_3_draws() -> None:
    model = perceptron(initialisation="kaiming", batchnorm=True)
    g = torch.Generator().manual_seed(2147483647)
    c = torch.randn((27, 10), generator=g)
    w1 = torch.randn((30, 200), generator=g) * (5 / 3) / (30**0.5)
    w2 = torch.randn((200, 27), generator=g) * 0.01
    b2 = torch.randn(27, generator=g) * 0
    drawn = [c, w1, torch.ones(200), torch.zeros(200), w2, b2]
    assert model.parameters == 12_097
    for mine, theirs in zip(model.weights.values(), drawn, strict=True):
        assert torch.allclose(mine, theirs, rtol=1e-6)
    assert torch.equal(model.generator.get_state(), g.get_state())


def test_without_batchnorm_lecture_3_draws_small_biases_too() -> None:
    weights = perceptron(initialisation="kaiming").weights
    deviation = float(weights["hidden biases"].detach().std())
    assert deviation == pytest.approx(0.01, rel=0.2)
    assert not weights["output biases"].any()
    assert perceptron(initialisation="kaiming").parameters == 11_897


def test_each_layer_more_has_weights_of_its_own() -> None:
    model = perceptron(hidden=50, layers=3)
    assert {name: tuple(weight.shape) for name, weight in model.weights.items()} == {
        "embedding": (27, 10),
        "hidden weights": (30, 50), "hidden biases": (50,),
        "hidden weights 2": (50, 50), "hidden biases 2": (50,),
        "hidden weights 3": (50, 50), "hidden biases 3": (50,),
        "output weights": (50, 27), "output biases": (27,),
    }  # fmt: skip


def test_the_loop_of_lecture_3_makes_the_same_weights_and_running_values() -> None:
    model = in_float64(perceptron(initialisation="kaiming", batchnorm=True))
    weights = [weight.detach().clone().requires_grad_() for weight in model.weights.values()]
    c, w1, bngain, bnbias, w2, b2 = weights
    mean_running, std_running = torch.zeros(1, 200).double(), torch.ones(1, 200).double()
    for step in range(60):
        xb, yb = windows(32, model, step), windows(32, model, 100 + step)[:, 0]
        hpreact = c[xb].view(32, -1) @ w1
        mean, std = hpreact.mean(0, keepdim=True), hpreact.std(0, keepdim=True)
        h = torch.tanh(bngain * (hpreact - mean) / std + bnbias)
        expected = torch.autograd.grad(functional.cross_entropy(h @ w2 + b2, yb), weights)
        with torch.no_grad():
            mean_running = 0.999 * mean_running + 0.001 * mean
            std_running = 0.999 * std_running + 0.001 * std
            _, gradients = model.gradients(xb, yb)
            for mine, theirs, by_hand, wanted in zip(
                model.weights.values(), weights, gradients, expected, strict=True
            ):
                assert torch.allclose(by_hand, wanted, rtol=0, atol=1e-9)
                mine -= 0.1 * by_hand
                theirs -= 0.1 * wanted
    assert torch.allclose(model.statistics["hidden means"], mean_running[0], rtol=1e-9)
    assert torch.allclose(model.statistics["hidden deviations"], std_running[0], rtol=1e-9)
    model.weights_changed()
    seen = windows(300, model)
    inner = bngain * (c[seen].view(300, -1) @ w1 - mean_running) / std_running + bnbias
    logits = torch.tanh(inner) @ w2 + b2
    assert torch.allclose(model.probs_after(seen), logits.softmax(1), rtol=1e-9)
    assert torch.allclose(model.rough_probs(seen), logits.softmax(1), rtol=1e-9)


def test_a_loss_changes_no_running_value_and_a_single_row_does_not_either() -> None:
    model = perceptron(batchnorm=True)
    before = {name: values.clone() for name, values in model.statistics.items()}
    model.loss(windows(32, model), windows(32, model)[:, 0])
    loss, gradients = model.gradients(windows(1, model), torch.tensor([3]))
    assert all(torch.equal(before[name], values) for name, values in model.statistics.items())
    assert all(tensor.isfinite().all() for tensor in (loss, *gradients))
    model.gradients(windows(32, model), windows(32, model)[:, 0])
    assert not any(torch.equal(before[name], values) for name, values in model.statistics.items())


def test_a_batch_of_one_window_many_times_gives_numbers() -> None:
    model = perceptron(batchnorm=True, layers=2)
    loss, gradients = model.gradients(windows(1, model).expand(8, 3), torch.arange(8))
    assert all(tensor.isfinite().all() for tensor in (loss, *gradients))


def test_weights_that_were_saved_make_the_same_probabilities_again() -> None:
    model, other = perceptron(), perceptron(seed=7)
    seen = windows(50, model)
    assert not torch.equal(other.probs_after(seen), model.probs_after(seen))
    other.load({**model.tensors(), "of a trainer": torch.zeros(3)})
    assert torch.equal(other.probs_after(seen), model.probs_after(seen))


@pytest.mark.parametrize(
    ("tensors", "sentence"),
    [
        (perceptron(hidden=100).tensors(), "'hidden weights' is 30 x 100 of float32, not 30 x 200"),
        (perceptron(symbols=28).tensors(), "'embedding' is 28 x 10 of float32, not 27 x 10"),
        ({}, "'embedding' is missing, not 27 x 10 of float32"),
        ({**perceptron().tensors(), "output biases": torch.zeros(27).double()},
         "'output biases' is 27 of float64, not 27 of float32"),
        ({**perceptron().tensors(), "output biases": torch.full((27,), torch.nan)},
         "'output biases' has numbers that are not finite"),
    ],
)  # fmt: skip
def test_weights_of_another_model_are_refused_and_change_nothing(
    tensors: dict[str, torch.Tensor], sentence: str
) -> None:
    model = perceptron(seed=7)
    with pytest.raises(BadSetting, match=sentence):
        model.load(tensors)
    assert all(map(torch.equal, model.tensors().values(), perceptron(seed=7).tensors().values()))


def test_what_is_before_a_word_may_have_a_symbol_of_its_own() -> None:
    model = Mlp(RECIPES["makemore-mlp"].spec, 27, torch.device("cpu"))
    assert model.parameters == 69_147
    tokens = Tokens(torch.tensor([0, 1, 2, 0, 2, 0]))
    windows, targets = tokens.windows(torch.arange(5), 16)
    weights = model.weights
    seen = ([0], [0, 1], [0, 1, 2], [0], [0, 2])
    rows = torch.tensor([[27] * (16 - len(each)) + each for each in seen])
    hidden = torch.tanh(
        weights["embedding"][rows].flatten(1) @ weights["hidden weights"] + weights["hidden biases"]
    )
    probs = (hidden @ weights["output weights"] + weights["output biases"]).softmax(1).double()
    assert torch.allclose(model.probs_after(windows), probs, atol=1e-6)
    loss, gradients = model.gradients(windows, targets)
    expected, by_autograd = TrainableModel.gradients(model, windows, targets)
    assert float(loss) == pytest.approx(expected.item(), abs=1e-6)
    for mine, theirs in zip(gradients, by_autograd, strict=True):
        assert torch.allclose(mine, theirs, atol=1e-6)
