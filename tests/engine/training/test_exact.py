"""The exact gradient, against autograd on one-hot rows; what a trainer does when it goes wrong."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.built_in import built_in_path
from engine.data.corpus import shares_of
from engine.lab.lab import Lab
from engine.models import bigram
from engine.models.bigram import Bigram
from engine.settings.lab_settings import SEED
from engine.settings.model_kinds import KINDS
from engine.settings.values import Value
from engine.training.exact import ExactTrainer

CPU = torch.device("cpu")


def net_and_trainer(counts: torch.Tensor, seed: int) -> tuple[Bigram, ExactTrainer]:
    net = Bigram(KINDS["bigram"].spec({"seed": seed}), len(counts), CPU)
    return net, ExactTrainer(net, shares_of(counts, CPU), None)


def rates(learning_rate: float, regularisation: float) -> dict[str, Value]:
    return {"learning_rate": learning_rate, "regularisation": regularisation}


def weights(lab: Lab) -> torch.Tensor:
    """W of the net that is selected."""
    assert isinstance(lab.selected.model, Bigram)
    return lab.selected.model.weights_VV


def stepped(lab: Lab) -> float:
    """Make one step; its loss."""
    lab.step_once()
    last = lab.selected.history.last
    assert last is not None
    return last


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
    steps=st.lists(st.tuples(st.floats(0.01, 10), st.floats(0, 0.5)), min_size=1, max_size=6),
)
def test_training_on_counts_is_training_on_pairs(
    cells: list[int], seed: int, steps: list[tuple[float, float]]
) -> None:
    counts = torch.tensor(cells).reshape(3, 3)
    expected, weights = one_hot_training(counts, bigram.initial_weights(3, seed), steps)
    net, trainer = net_and_trainer(counts, seed)
    losses = [trainer.burst(1, rates(*rate)).losses[0] for rate in steps]
    assert losses == pytest.approx(expected, abs=1e-9)
    assert torch.allclose(net.weights_VV, weights, atol=1e-9)


def test_bursts_of_any_length_make_the_same_steps(lab: Lab) -> None:
    counts = lab.corpus.counts_VV
    (whole, trainer), (parts, other) = (net_and_trainer(counts, 1) for _ in range(2))
    losses = trainer.burst(60, rates(50, 0.01)).losses
    pieces = [other.burst(steps, rates(50, 0.01)).losses for steps in (1, 9, 50)]
    assert sum(pieces, ()) == losses
    assert torch.equal(whole.weights_VV, parts.weights_VV)


def test_a_burst_is_no_longer_than_its_trace(lab: Lab) -> None:
    _, trainer = net_and_trainer(lab.corpus.counts_VV, 1)
    burst = trainer.burst(10**6, rates(50, 0.01))
    assert len(burst.losses) == trainer.longest_burst == trainer.step
    assert not burst.diverged


@pytest.mark.parametrize("burst", [1, 7, 100])
def test_a_loss_that_is_not_finite_stops_the_training(burst: int, lab: Lab) -> None:
    lab.configure({"learning_rate": 1e9})
    lab.selected.train()
    while lab.selected.state == "training":
        lab.advance(lab.selected, burst)
    assert lab.selected.state == "failed"
    assert "no longer finite after step 34" in lab.selected.reason
    assert "1e+09 with λ 0.01" in lab.selected.reason
    assert lab.selected.step == 33, "however the steps were bundled"
    assert weights(lab).isfinite().all()
    assert math.isfinite(lab.selected.nll)
    assert all(map(math.isfinite, lab.selected.history.train.newest()))
    lab.begin_again(lab.selected, {})
    again = lab.selected
    assert (again.state, again.step) == ("idle", 0)
    lab.configure({"learning_rate": 50.0})
    again.train()
    lab.advance(again, 100)
    assert again.step == again.goal == 100


def test_a_reset_goes_back_to_the_same_start(lab: Lab) -> None:
    first = stepped(lab)
    lab.selected.train()
    lab.advance(lab.selected, 50)
    lab.begin_again(lab.selected, {})
    assert (lab.selected.step, len(lab.selected.history.train)) == (0, 0)
    assert stepped(lab) == first


def test_another_seed_is_another_start(lab: Lab) -> None:
    before = weights(lab).clone()
    lab.begin_again(lab.selected, {"seed": 7})
    assert lab.selected.settings["seed"] == 7
    assert not torch.equal(weights(lab), before)
    assert stepped(lab) != pytest.approx(lab.selected.nll)
    assert torch.equal(
        net_and_trainer(lab.corpus.counts_VV, 7)[0].weights_VV,
        torch.randn((27, 27), generator=torch.Generator().manual_seed(7)).double(),
    )


def test_settings_change_between_two_steps_without_losing_the_weights(lab: Lab) -> None:
    changed = Lab(built_in_path(), device="cpu")
    steps = [(50.0, 0.01), (20.0, 0.01), (20.0, 0.1)]
    expected, last = one_hot_training(lab.corpus.counts_VV, weights(lab).float(), steps)
    changed.selected.train()
    for learning_rate, regularisation in steps:
        changed.configure({"learning_rate": learning_rate, "regularisation": regularisation})
        changed.advance(changed.selected, 1)
    assert changed.selected.history.train.newest() == pytest.approx(expected, abs=1e-9)
    assert torch.allclose(weights(changed), last, atol=1e-9)


def test_the_hold_out_is_measured_but_not_learnt_from() -> None:
    lab = Lab(built_in_path(), hold_out=0.2, device="cpu")
    lab.selected.train()
    lab.advance(lab.selected, 100)
    _, alone = net_and_trainer(lab.corpus.counts_VV, SEED)
    assert alone.burst(100, rates(50, 0.01)).losses == pytest.approx(
        lab.selected.history.train.newest()
    )
    shares = lab.corpus.held_out_VV
    assert shares is not None
    nll = bigram.nll(weights(lab)[None], shares.double() / shares.sum())
    assert lab.selected.held_out_nll == pytest.approx(float(nll), abs=1e-12)
    assert len(lab.selected.history.held_out) == 100
    assert lab.selected.history.held_out.newest()[0] > lab.selected.held_out_nll


def test_a_new_learning_rate_is_marked_in_the_history(lab: Lab) -> None:
    lab.step_once()
    lab.adjust("learning_rate", -1)
    lab.adjust("learning_rate", -1)
    lab.adjust("regularisation", 1)
    curve = lab.selected.history.curve(10)
    assert curve is not None
    assert [(mark.step, mark.text) for mark in curve.marks] == [(1, "lr 10"), (1, "λ 0.02")]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_trains_and_samples_as_the_cpu_does() -> None:
    labs = [Lab(built_in_path(), hold_out=0.1, device=device) for device in ("cpu", "cuda")]
    for lab in labs:
        lab.selected.train()
        lab.advance(lab.selected, 100)
        lab.draw(50)
        while lab.wanted:
            lab.draw_next()
    cpu, gpu = labs
    assert gpu.selected.history.train.newest() == pytest.approx(
        cpu.selected.history.train.newest(), abs=1e-5
    )
    assert gpu.selected.history.held_out.newest() == pytest.approx(
        cpu.selected.history.held_out.newest(), abs=1e-5
    )
    assert torch.allclose(gpu.matrix("weights"), cpu.matrix("weights"), atol=1e-5)
    drawn = [
        [draw.compared and draw.compared.text for draw in lab.sampler.newest(50)] for lab in labs
    ]
    assert drawn[0] == drawn[1]


def test_a_loss_is_told_without_its_penalty_of_the_same_weights(lab: Lab) -> None:
    lab.selected.train()
    lab.advance(lab.selected, 40)
    nll, square = lab.selected.nll, float(bigram.mean_square(weights(lab)[None]))
    lab.advance(lab.selected, 1)
    assert lab.selected.history.last == nll + 0.01 * square
    assert lab.selected.loss_nll == nll
    lab.begin_again(lab.selected, {})
    assert lab.selected.loss_nll is None


@pytest.mark.parametrize(("learning_rate", "diverges"), [(50.0, False), (1e3, False), (1e5, True)])
def test_a_training_that_diverges_slowly_says_so_long_before_its_loss_is_infinite(
    learning_rate: float, diverges: bool, lab: Lab
) -> None:
    lab.configure({"learning_rate": learning_rate})
    lab.selected.train()
    lab.advance(lab.selected, 30)
    assert lab.selected.history.last is not None
    assert (lab.selected.history.last > 10 * lab.reference_losses.uniform) == diverges
    assert lab.selected.is_diverging == diverges
    assert lab.selected.state == "training"


def test_a_loss_that_is_large_and_falls_does_not_diverge(lab: Lab) -> None:
    lab.configure({"learning_rate": 1.0, "regularisation": 500.0})
    lab.selected.train(more=200)
    for _ in range(200):
        lab.advance(lab.selected, 1)
        assert not lab.selected.is_diverging
    assert lab.selected.history.train.newest()[0] > 10 * lab.reference_losses.uniform


def test_a_training_that_has_diverged_comes_back_at_a_lower_rate(lab: Lab) -> None:
    lab.configure({"learning_rate": 1e5, "regularisation": 0.01})
    lab.selected.train(more=100_000)
    lab.advance(lab.selected, 20)
    assert lab.selected.is_diverging
    lab.configure({"learning_rate": 1000.0})
    lab.advance(lab.selected, 200)
    assert lab.selected.history.last is not None
    assert lab.selected.history.last > 10 * lab.reference_losses.uniform, "it takes a while"
    assert not lab.selected.is_diverging, "but it is on its way"
