"""The exact gradient, against autograd on one-hot rows; what a trainer does when it goes wrong."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.built_in import built_in_path
from engine.lab.lab import Lab
from engine.models import bigram
from engine.training.exact import Trainer

CPU = torch.device("cpu")


def one_hot_training(
    counts: torch.Tensor, weights: torch.Tensor, rates: list[tuple[float, float]]
) -> tuple[list[float], torch.Tensor]:
    """The lecture's loop in float64: every pair a row, the gradient by autograd."""
    pairs = [(i, j) for i, j in counts.nonzero().tolist() for _ in range(int(counts[i, j]))]
    xs, ys = torch.tensor(pairs).T
    weights = weights.double().clone().requires_grad_()
    losses = []
    for learning_rate, regularisation in rates:
        logits = torch.nn.functional.one_hot(xs, len(counts)).double() @ weights
        probs = logits.exp() / logits.exp().sum(1, keepdim=True)
        loss = -probs[torch.arange(len(xs)), ys].log().mean() + regularisation * (weights**2).mean()
        weights.grad = None
        loss.backward()
        assert weights.grad is not None
        weights.data -= learning_rate * weights.grad
        losses.append(loss.item())
    return losses, weights.detach()


@settings(max_examples=40, deadline=None)
@given(
    cells=st.lists(st.integers(0, 5), min_size=9, max_size=9).filter(any),
    seed=st.integers(0, 2**32),
    # At higher rates three symbols diverge, and the last digits' differences with them.
    rates=st.lists(st.tuples(st.floats(0.01, 10), st.floats(0, 0.5)), min_size=1, max_size=6),
)
def test_training_on_counts_is_training_on_pairs(
    cells: list[int], seed: int, rates: list[tuple[float, float]]
) -> None:
    counts = torch.tensor(cells).reshape(3, 3)
    expected, weights = one_hot_training(counts, bigram.initial_weights(3, seed), rates)
    trainer = Trainer(counts, None, seed, CPU)
    losses = [trainer.burst(1, *rate).losses[0] for rate in rates]
    assert losses == pytest.approx(expected, abs=1e-9)
    assert torch.allclose(trainer.weights_VV, weights, atol=1e-9)


def test_bursts_of_any_length_make_the_same_steps(lab: Lab) -> None:
    counts = lab.corpus.counts_VV
    whole = Trainer(counts, None, 1, CPU)
    parts = Trainer(counts, None, 1, CPU)
    losses = whole.burst(60, 50, 0.01).losses
    pieces = [parts.burst(steps, 50, 0.01).losses for steps in (1, 9, 50)]
    assert sum(pieces, ()) == pytest.approx(losses, abs=1e-12)
    assert torch.allclose(whole.weights_VV, parts.weights_VV, atol=1e-12)


def test_a_burst_is_no_longer_than_its_trace(lab: Lab) -> None:
    burst = lab.trainer.burst(10**6, 50, 0.01)
    assert len(burst.losses) == lab.trainer.longest_burst == lab.trainer.step
    assert not burst.diverged


@pytest.mark.parametrize("burst", [1, 7, 100])
def test_a_loss_that_is_not_finite_stops_the_training(burst: int, lab: Lab) -> None:
    lab.configure(learning_rate=1e9)
    lab.train()
    while lab.state == "training":
        lab.advance(burst)
    assert lab.state == "failed"
    assert "no longer finite after step 34" in lab.reason
    assert "1e+09 with λ 0.01" in lab.reason
    assert lab.trainer.step == 33, "however the steps were bundled"
    assert lab.trainer.weights_VV.isfinite().all()
    assert math.isfinite(lab.trainer.nll)
    assert all(map(math.isfinite, lab.history.train.newest()))
    lab.reset()
    assert lab.state == "idle"
    lab.configure(learning_rate=50.0)
    lab.train()
    lab.advance(100)
    assert lab.state == "done"


def test_a_reset_goes_back_to_the_same_start(lab: Lab) -> None:
    first = lab.step_once().losses
    lab.train()
    lab.advance(50)
    lab.reset()
    assert (lab.trainer.step, len(lab.history.train)) == (0, 0)
    assert lab.step_once().losses == first


def test_another_seed_is_another_start(lab: Lab) -> None:
    before = lab.trainer.weights_VV.clone()
    lab.reset(seed=7)
    assert lab.settings.seed == 7
    assert not torch.equal(lab.trainer.weights_VV, before)
    assert lab.step_once().losses[0] != pytest.approx(lab.trainer.nll)
    assert torch.equal(
        Trainer(lab.corpus.counts_VV, None, 7, CPU).weights_VV,
        torch.randn((27, 27), generator=torch.Generator().manual_seed(7)).double(),
    )


def test_settings_change_between_two_steps_without_losing_the_weights(lab: Lab) -> None:
    changed = Lab(built_in_path(), device="cpu")
    rates = [(50.0, 0.01), (20.0, 0.01), (20.0, 0.1)]
    weights = lab.trainer.weights_VV.float()
    expected, weights = one_hot_training(lab.corpus.counts_VV, weights, rates)
    changed.train()
    for learning_rate, regularisation in rates:
        changed.configure(learning_rate=learning_rate, regularisation=regularisation)
        changed.advance(1)
    assert changed.history.train.newest() == pytest.approx(expected, abs=1e-9)
    assert torch.allclose(changed.trainer.weights_VV, weights, atol=1e-9)


def test_the_hold_out_is_measured_but_not_learnt_from() -> None:
    lab = Lab(built_in_path(), hold_out=0.2, device="cpu")
    lab.train()
    lab.advance(100)
    alone = Trainer(lab.corpus.counts_VV, None, lab.settings.seed, CPU)
    assert alone.burst(100, 50, 0.01).losses == pytest.approx(lab.history.train.newest())
    shares = lab.corpus.held_out_VV
    assert shares is not None
    nll = bigram.nll(lab.trainer.weights_VV[None], shares.double() / shares.sum())
    assert lab.trainer.held_out_nll == pytest.approx(float(nll), abs=1e-12)
    assert len(lab.history.held_out) == 100
    assert lab.history.held_out.newest()[0] > lab.trainer.held_out_nll


def test_a_new_learning_rate_is_marked_in_the_history(lab: Lab) -> None:
    lab.step_once()
    lab.adjust("learning_rate", -1)
    lab.adjust("learning_rate", -1)
    lab.adjust("regularisation", 1)
    curve = lab.history.curve(10)
    assert curve is not None
    assert [(mark.step, mark.text) for mark in curve.marks] == [(1, "lr 10"), (1, "λ 0.02")]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_trains_and_samples_as_the_cpu_does() -> None:
    labs = [Lab(built_in_path(), hold_out=0.1, device=device) for device in ("cpu", "cuda")]
    for lab in labs:
        lab.train()
        lab.advance(100)
        lab.draw(50)
        while lab.wanted:
            lab.draw_next()
    cpu, gpu = labs
    assert gpu.history.train.newest() == pytest.approx(cpu.history.train.newest(), abs=1e-5)
    assert gpu.history.held_out.newest() == pytest.approx(cpu.history.held_out.newest(), abs=1e-5)
    assert torch.allclose(gpu.matrix("weights"), cpu.matrix("weights"), atol=1e-5)
    drawn = [[draw.counts and draw.counts.text for draw in lab.sampler.newest(50)] for lab in labs]
    assert drawn[0] == drawn[1]


def test_a_loss_is_told_without_its_penalty_of_the_same_weights(lab: Lab) -> None:
    lab.train()
    lab.advance(40)
    nll, square = lab.trainer.nll, lab.trainer.mean_square
    lab.advance(1)
    assert lab.history.last == nll + 0.01 * square
    assert lab.loss_nll == nll
    lab.reset()
    assert lab.loss_nll is None


@pytest.mark.parametrize(("learning_rate", "diverges"), [(50.0, False), (1e3, False), (1e5, True)])
def test_a_training_that_diverges_slowly_says_so_long_before_its_loss_is_infinite(
    learning_rate: float, diverges: bool, lab: Lab
) -> None:
    lab.configure(learning_rate=learning_rate)
    lab.train()
    lab.advance(30)
    assert lab.history.last is not None
    assert (lab.history.last > 10 * lab.reference_losses.uniform) == diverges
    assert lab.is_diverging == diverges
    assert lab.state == "training"


def test_a_loss_that_is_large_and_falls_does_not_diverge(lab: Lab) -> None:
    lab.configure(learning_rate=1.0, regularisation=500.0)
    lab.train(more=200)
    for _ in range(200):
        lab.advance(1)
        assert not lab.is_diverging
    assert lab.history.train.newest()[0] > 10 * lab.reference_losses.uniform


def test_a_training_that_has_diverged_comes_back_at_a_lower_rate(lab: Lab) -> None:
    lab.configure(learning_rate=1e5, regularisation=0.01)
    lab.train(more=100_000)
    lab.advance(20)
    assert lab.is_diverging
    lab.configure(learning_rate=1000.0)
    lab.advance(200)
    assert lab.history.last is not None
    assert lab.history.last > 10 * lab.reference_losses.uniform, "it takes a while"
    assert not lab.is_diverging, "but it is on its way"
