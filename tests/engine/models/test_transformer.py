"""The Transformer: makemore.py's, written plainly, and that a batch changes no word."""

import math
from functools import cache

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.data.built_in import built_in_path
from engine.data.corpus import read_corpus
from engine.data.tokens import Tokens
from engine.devices import one_thread
from engine.errors import BadSetting
from engine.models.base.evaluation import mean_nll
from engine.models.base.sequence import SequenceModel
from engine.models.transformers.transformer import Transformer
from engine.settings.data_format import DataFormat
from engine.settings.model_kinds import KINDS
from engine.settings.recipes import RECIPES
from engine.settings.values import Value
from engine.training import evaluator
from engine.training.minibatch import MinibatchTrainer
from tests.golden import WORDS, needs_words

CPU = torch.device("cpu")
KIND = KINDS["transformer"]
SMALL: dict[str, Value] = {"layers": 2, "heads": 3, "embedding": 6, "context": 5, "seed": 3}


def transformer(symbols: int = 27, **changes: Value) -> Transformer:
    return Transformer(KIND.spec({**SMALL, **changes}), symbols, CPU)


def words(count: int, places: int, seed: int = 1) -> Tensor:
    """Random words, each with its boundary before it."""
    generator = torch.Generator().manual_seed(seed)
    tokens_BT = torch.randint(1, 27, (count, places), generator=generator)
    tokens_BT[:, 0] = 0
    return tokens_BT


def plain_logits(weights: list[Tensor], heads: int, tokens_BT: Tensor) -> Tensor:
    """makemore.py's lines, with its own gelu and its own attention."""
    words, places = tokens_BT.shape
    x = weights[0][tokens_BT] + weights[1][:places]
    width = x.shape[2]
    is_later = torch.ones(places, places).triu(1).bool()
    blocks = weights[2:-3]
    for first in range(0, len(blocks), 12):
        g1, b1, w_qkv, b_qkv, w_o, b_o, g2, b2, w_fc, b_fc, w_proj, b_proj = blocks[
            first : first + 12
        ]
        qkv = functional.layer_norm(x, (width,), g1, b1) @ w_qkv + b_qkv
        q, k, v = (
            part.view(words, places, heads, width // heads).transpose(1, 2)
            for part in qkv.split(width, dim=2)
        )
        scores = (q @ k.transpose(2, 3)) / math.sqrt(width // heads)
        attention = scores.masked_fill(is_later, -math.inf).softmax(3) @ v
        x = x + attention.transpose(1, 2).reshape(x.shape) @ w_o + b_o
        h = functional.layer_norm(x, (width,), g2, b2) @ w_fc + b_fc
        h = 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h**3)))
        x = x + h @ w_proj + b_proj
    return functional.layer_norm(x, (width,), weights[-3], weights[-2]) @ weights[-1]


def plain_probs(model: Transformer, tokens_BT: Tensor) -> Tensor:
    weights = [weight.detach().double() for weight in model.weights.values()]
    heads = int(model.spec.settings["heads"])
    return plain_logits(weights, heads, tokens_BT).softmax(2)


def test_the_weights_are_those_that_makemore_draws() -> None:
    model = Transformer(KIND.spec({"seed": 3407}), 27, CPU)
    with torch.random.fork_rng():
        torch.manual_seed(3407)
        drawn: list[Tensor] = [nn.Embedding(27, 64).weight, nn.Embedding(16, 64).weight]
        for _ in range(4):
            for layer in (
                *(nn.LayerNorm(64), nn.Linear(64, 192), nn.Linear(64, 64)),
                *(nn.LayerNorm(64), nn.Linear(64, 256), nn.Linear(256, 64)),
            ):
                drawn += [layer.weight.t(), layer.bias] if layer.weight.dim() == 2 else [
                    layer.weight, layer.bias
                ]  # fmt: skip
        final, output = nn.LayerNorm(64), nn.Linear(64, 27, bias=False)
        drawn += [final.weight, final.bias, output.weight.t()]
    assert model.parameters == 204_544
    assert all(map(torch.equal, model.tensors().values(), drawn))
    assert list(model.inside())[:4] == [
        "token embedding",
        "position embedding",
        "block 1 query key value weights",
        "block 1 attention weights",
    ]


def test_the_probabilities_are_those_of_makemores_lines() -> None:
    model = transformer()
    tokens_BT = words(50, 5)
    probs = model.probs(tokens_BT)
    assert probs.dtype == torch.float64
    assert torch.allclose(probs.sum(2), torch.ones(50, 5).double(), rtol=0, atol=1e-12)
    assert torch.allclose(probs, plain_probs(model, tokens_BT), rtol=1e-9, atol=0)


@cache
def stepped() -> tuple[Transformer, Tensor, Tensor]:
    """A model, a thousand words longer than its context, and P behind each place by steps."""
    model, tokens_BT = transformer(), words(1000, 8)
    return model, tokens_BT, by_steps(model, tokens_BT)


def by_steps(model: Transformer, tokens_BT: Tensor) -> Tensor:
    state, probs = model.begin(len(tokens_BT)), []
    for tokens_B in tokens_BT.T:
        probs_BV, state = model.step(state, tokens_B)
        probs.append(probs_BV)
    return torch.stack(probs, dim=1)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("batch", [1, 2, 3, 7, 64, 999])
def test_a_word_has_the_same_probabilities_alone_and_in_any_batch(batch: int, threads: int) -> None:
    model, tokens_BT, whole = stepped()
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        assert torch.equal(by_steps(model, tokens_BT[-batch:]), whole[-batch:])
        assert torch.equal(model.probs(tokens_BT[:batch]), whole[:batch])
    finally:
        torch.set_num_threads(before)


def test_some_of_the_words_go_on_as_they_did_among_all() -> None:
    model, tokens_BT, whole = stepped()
    places, state = torch.tensor([5, 900, 0]), model.begin(1000)
    for tokens_B in tokens_BT.T[:3]:
        _, state = model.step(state, tokens_B)
    state = model.some_of(state, places)
    for place in range(3, 8):
        probs_BV, state = model.step(state, tokens_BT[places, place])
        assert torch.equal(probs_BV, whole[places, place])


def test_behind_its_context_a_word_is_its_last_symbols() -> None:
    model, tokens_BT, whole = stepped()
    for place in range(5, 8):
        window_BC = tokens_BT[:20, place - 4 : place + 1]
        assert torch.equal(model.probs(window_BC)[:, -1], whole[:20, place])
        assert torch.allclose(
            plain_probs(model, window_BC)[:, -1], whole[:20, place], rtol=1e-9, atol=0
        )


def test_the_quick_losses_are_those_of_the_probabilities() -> None:
    model = transformer()
    tokens_BT = words(300, 6)
    inputs_RT, targets_RT = tokens_BT[:, :-1], tokens_BT[:, 1:].clone()
    targets_RT[::2, 3:] = -1
    exact = -model.probs(inputs_RT).gather(2, targets_RT.clamp(min=0)[..., None])[..., 0].log()
    nlls, is_there = model.nlls(inputs_RT, targets_RT), targets_RT >= 0
    assert nlls.dtype == torch.float64
    assert torch.allclose(nlls[is_there], exact[is_there], atol=1e-5)
    mean = float(exact[is_there].mean())
    assert model.loss(inputs_RT, targets_RT).item() == pytest.approx(mean, abs=1e-5)
    assert torch.allclose(model.rough_probs(inputs_RT), model.probs(inputs_RT), atol=1e-5)


def in_float64(model: Transformer) -> Transformer:
    model.weights = {
        name: weight.detach().double().requires_grad_() for name, weight in model.weights.items()
    }
    return model


def words_of_some_lengths() -> tuple[Tensor, Tensor]:
    tokens_BT = words(20, 6)
    targets_RT = tokens_BT[:, 1:].clone()
    targets_RT[::2, 3:] = -1
    return tokens_BT[:, :-1], targets_RT


def test_the_gradients_by_hand_are_those_of_makemores_lines() -> None:
    model, (inputs_RT, targets_RT) = in_float64(transformer()), words_of_some_lengths()
    loss, gradients = model.gradients(inputs_RT, targets_RT)
    weights = list(model.weights.values())
    logits_PV = plain_logits(weights, 3, inputs_RT).flatten(0, 1)
    expected = functional.cross_entropy(logits_PV, targets_RT.flatten(), ignore_index=-1)
    assert loss.item() == pytest.approx(expected.item(), abs=1e-12)
    for found, wanted in zip(gradients, torch.autograd.grad(expected, weights), strict=True):
        assert torch.allclose(found, wanted, rtol=0, atol=1e-9)


@pytest.mark.parametrize("dropout", [0, 0.3])
def test_the_gradients_by_hand_are_those_of_autograd(dropout: float) -> None:
    model, batch = in_float64(transformer(dropout=dropout)), words_of_some_lengths()
    by_hand, expected = (
        method(model, *batch, torch.Generator().manual_seed(4))
        for method in (Transformer.gradients, SequenceModel.gradients)
    )
    assert by_hand[0].item() == pytest.approx(expected[0].item(), abs=1e-12)
    for found, wanted in zip(by_hand[1], expected[1], strict=True):
        assert torch.allclose(found, wanted, rtol=0, atol=1e-9)


def test_what_is_dropped_out_is_drawn_from_the_chance_that_is_given() -> None:
    model = transformer(dropout=0.3)
    batch = words(40, 5), words(40, 5, seed=2)

    def loss(seed: int | None) -> float:
        chance = None if seed is None else torch.Generator().manual_seed(seed)
        return model.loss(*batch, chance).item()

    assert loss(1) == loss(1) != loss(2)
    assert loss(None) == transformer().loss(*batch).item() != loss(1)
    model = transformer(dropout=0)
    assert loss(1) == loss(None)


def test_heads_that_do_not_divide_the_embedding_are_refused() -> None:
    with pytest.raises(BadSetting, match=r"^Heads 4: they share an embedding of 6\. Give 1, 2, 3 or"
                       r" 6, or another embedding\.$") as refused:  # fmt: skip
        transformer(heads=4)
    assert refused.value.setting == "heads"


# --- training


@cache
def names() -> Tokens:
    return read_corpus(built_in_path()).tokens


def test_the_losses_are_those_of_makemores_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluator, "EVALUATED_FIRST", ())
    model = transformer(context=16)
    settings, trainer = model.spec.settings, MinibatchTrainer(model, names(), None)
    weights = [weight.detach().clone().requires_grad_() for weight in model.weights.values()]
    optimizer = torch.optim.AdamW(weights, lr=5e-4, betas=(0.9, 0.99), weight_decay=0.01)
    examples, losses = model.examples(names()), []
    generator = torch.Generator().set_state(trainer.state()["batches"])
    with one_thread():
        for _ in range(100):
            inputs, targets = examples.of(examples.draw(generator, 32))
            logits = plain_logits(weights, 3, inputs)
            loss = functional.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=-1
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert list(trainer.burst(100, settings).losses) == pytest.approx(losses, abs=1e-4)


def test_a_training_with_dropout_that_is_resumed_goes_on_to_the_last_bit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evaluator, "EVALUATED_FIRST", ())
    spec = KIND.spec({**SMALL, "dropout": 0.2})
    whole, first, second = (
        MinibatchTrainer(Transformer(spec, 27, CPU), names(), None) for _ in range(3)
    )
    losses = whole.burst(30, spec.settings).losses
    begun = first.burst(12, spec.settings).losses
    second.resume(first.state(), 12)
    assert begun + second.burst(18, spec.settings).losses == losses
    assert all(map(torch.equal, second.state().values(), whole.state().values()))


@needs_words
@pytest.mark.slow
def test_the_recipe_is_underway_after_a_tenth_of_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluator, "EVALUATED_FIRST", ())
    recipe = RECIPES["makemore-transformer"]
    corpus = read_corpus(WORDS, data_format=DataFormat(split=recipe.split))
    model = Transformer(recipe.spec, len(corpus.vocabulary), CPU)
    trainer = MinibatchTrainer(model, corpus.tokens, None)
    while trainer.step < recipe.steps // 10:
        trainer.burst(500, recipe.spec.settings)
    tested = corpus.test_tokens
    assert tested is not None
    assert (model.parameters, len(tested)) == (204_544, 7166)
    assert mean_nll(model, tested) == pytest.approx(2.111, abs=0.02)  # 1.973 after all steps
