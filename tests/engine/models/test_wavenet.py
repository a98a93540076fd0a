"""The tree of lecture 5: its weights, its probabilities and its gradients."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from engine.errors import BadSetting
from engine.models.base.trainable import TrainableModel
from engine.models.feed_forward.wavenet import Wavenet
from engine.settings.model_kinds import KINDS
from engine.settings.values import Value

CPU = torch.device("cpu")


def tree(symbols: int = 27, **changes: Value) -> Wavenet:
    return Wavenet(KINDS["wavenet"].spec(changes), symbols, CPU)


def in_float64(model: Wavenet) -> Wavenet:
    model.weights = {
        name: weight.detach().double().requires_grad_() for name, weight in model.weights.items()
    }
    model.statistics = {name: values.double() for name, values in model.statistics.items()}
    return model


def windows(count: int, model: Wavenet, seed: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, model.symbols, (count, model.context), generator=generator)


def test_the_weights_are_those_that_the_lecture_draws() -> None:
    model = tree(seed=42)
    g = torch.Generator().manual_seed(42)
    drawn = [torch.randn(27, 24, generator=g)]
    for inputs in (48, 256, 256):
        weights = torch.randn(inputs, 128, generator=g) / inputs**0.5
        drawn += [weights, torch.ones(128), torch.zeros(128)]
    drawn += [torch.randn(128, 27, generator=g) / 128**0.5 * 0.1, torch.zeros(27)]
    assert model.parameters == 76_579
    assert all(map(torch.equal, model.weights.values(), drawn))
    assert torch.equal(model.generator.get_state(), g.get_state())


def plain_logits(
    model: Wavenet, weights: list[torch.Tensor], x: torch.Tensor, running: list[torch.Tensor]
) -> torch.Tensor:
    """The lecture's layers, written plainly, in training; running values follow."""
    h = weights[0][x]
    for layer in range(model.context.bit_length() - 1):
        w, gain, bias = weights[1 + 3 * layer : 4 + 3 * layer]
        batch, places, channels = h.shape
        h = h.view(batch, places // 2, channels * 2) @ w
        mean, var = h.mean((0, 1), keepdim=True), h.var((0, 1), keepdim=True)
        h = torch.tanh(gain * (h - mean) / torch.sqrt(var + 1e-5) + bias)
        with torch.no_grad():
            running[2 * layer] = 0.9 * running[2 * layer] + 0.1 * mean
            running[2 * layer + 1] = 0.9 * running[2 * layer + 1] + 0.1 * var
    return h.squeeze(1) @ weights[-2] + weights[-1]


@settings(max_examples=15, deadline=None)
@given(
    symbols=st.integers(2, 9), levels=st.integers(1, 4), batch=st.integers(2, 20),
    seed=st.integers(0, 2**32),
)  # fmt: skip
def test_the_gradients_by_hand_are_those_of_the_lectures_layers(
    symbols: int, levels: int, batch: int, seed: int
) -> None:
    model = in_float64(tree(symbols, context=2**levels, embedding=3, hidden=5, seed=seed))
    weights = [weight.detach().clone().requires_grad_() for weight in model.weights.values()]
    seen, targets = windows(batch, model, seed), windows(batch, model, seed + 1)[:, 0]
    running = [torch.zeros(1).double(), torch.ones(1).double()] * levels
    loss = functional.cross_entropy(plain_logits(model, weights, seen, running), targets)
    expected = torch.autograd.grad(loss, weights)
    for found, gradients in (
        model.gradients(seen, targets),
        TrainableModel.gradients(model, seen, targets),  # changes no running value
    ):
        assert found.item() == pytest.approx(loss.item(), abs=1e-12)
        for mine, theirs in zip(gradients, expected, strict=True):
            assert torch.allclose(mine, theirs, rtol=1e-9, atol=1e-9)
    for mine, theirs in zip(model.statistics.values(), running, strict=True):
        assert torch.allclose(mine, theirs.flatten(), rtol=1e-9, atol=1e-12)


def test_the_probabilities_are_those_of_the_running_values() -> None:
    model = tree(embedding=6, hidden=20)
    for seed in range(20):
        model.gradients(windows(32, model, seed), windows(32, model, seed + 50)[:, 0])
    model.weights_changed()
    seen = windows(5000, model)
    tensors = {name: tensor.double() for name, tensor in model.tensors().items()}
    h = tensors["embedding"][seen]
    for number in ("", " 2", " 3"):
        h = h.view(5000, h.shape[1] // 2, -1) @ tensors[f"hidden weights{number}"]
        h = (h - tensors[f"hidden means{number}"]) / torch.sqrt(
            tensors[f"hidden variances{number}"] + 1e-5
        )
        h = torch.tanh(h)  # the gains are still 1, the biases 0
    expected = (h[:, 0] @ tensors["output weights"] + tensors["output biases"]).softmax(1)
    assert torch.allclose(model.probs_after(seen), expected, rtol=1e-9)
    assert torch.allclose(model.rough_probs(seen), expected, rtol=1e-4)
    nlls = model.nlls(seen, seen[:, 0])
    assert torch.allclose(nlls, -expected.gather(1, seen[:, :1])[:, 0].log(), atol=1e-5)


@pytest.mark.parametrize("context", [3, 6, 63])
def test_a_context_that_does_not_halve_is_refused(context: int) -> None:
    with pytest.raises(BadSetting, match=f"Context {context}: give a power of two, such as"):
        tree(context=context)
