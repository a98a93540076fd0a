"""Training on minibatches: against the lecture's loop written plainly, and its laws."""

import math
import random
from collections.abc import Iterable
from functools import cache

import pytest
import torch
from torch.nn import functional

from engine.data.built_in import built_in_path
from engine.data.corpus import read_corpus
from engine.data.tokens import Tokens
from engine.data.vocabulary import Vocabulary
from engine.devices import one_thread
from engine.errors import BadSetting
from engine.models.base.evaluation import mean_nll
from engine.models.feed_forward.mlp import Mlp
from engine.models.kinds import model_of as model_of_kind
from engine.settings.model_kinds import KINDS
from engine.settings.values import ModelSpec, Value
from engine.training import evaluator
from engine.training.minibatch import MinibatchTrainer
from engine.training.trainer import Burst, Evaluation
from engine.training.trainers import trainer_of as trainer_for
from tests.golden import WORDS, needs_words

CPU = torch.device("cpu")
SMALL = (
    KINDS["mlp"]
    .spec({"embedding": 4, "hidden": 20, "seed": 5, "batch": 16, "decay_at": 0})
    .settings
)
LECTURE = {**SMALL, "embedding": 10, "hidden": 200, "seed": 2147483647, "batch": 32}

DIVERGES_AFTER = 2  # steps of 3e36: float32 has nothing above 3.4e38


def tokens_of(words: Iterable[str]) -> Tokens:
    vocabulary = Vocabulary("abcdefghijklmnopqrstuvwxyz")
    return Tokens(torch.tensor([0, *(s for word in words for s in [*vocabulary.encode(word), 0])]))


@cache
def sides() -> tuple[Tokens, Tokens]:
    words = built_in_path().read_text().split()
    return tokens_of(words[::2]), tokens_of(words[1::10])


def trainer_of(settings: dict[str, Value] = SMALL) -> MinibatchTrainer:
    return MinibatchTrainer(model_of(settings), *sides())


def measured(trainer: MinibatchTrainer) -> Evaluation:
    while (evaluation := trainer.measure_on()) is None:
        pass
    return evaluation


def model_of(settings: dict[str, Value]) -> Mlp:
    return Mlp(ModelSpec("mlp", settings), 27, CPU)


def bursts(
    trainer: MinibatchTrainer, lengths: Iterable[int], settings: dict[str, Value] = SMALL
) -> list[float]:
    return [loss for steps in lengths for loss in trainer.burst(steps, settings).losses]


def plain_loop(
    model: Mlp, tokens: Tokens, batches: torch.Tensor, steps: int, settings: dict[str, Value]
) -> list[float]:
    """The lecture's loop: rows drawn at random, the gradients by autograd."""
    generator = torch.Generator().set_state(batches)
    xs, ys = tokens.windows(torch.arange(len(tokens)), model.context)
    parameters = [weight.detach().clone().requires_grad_() for weight in model.weights.values()]
    c, w1, b1, w2, b2 = parameters
    losses = []
    for step in range(steps):
        ix = torch.randint(0, len(xs), (int(settings["batch"]),), generator=generator)
        hidden = torch.tanh(c[xs[ix]].view(len(ix), -1) @ w1 + b1)
        loss = functional.cross_entropy(hidden @ w2 + b2, ys[ix])
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        rate = float(settings["learning_rate"])
        if 0 < int(settings["decay_at"]) <= step:
            rate /= 10
        for parameter in parameters:
            assert parameter.grad is not None
            parameter.data += -rate * parameter.grad
        losses.append(loss.item())
    return losses


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return list(one) == list(other) and all(torch.equal(one[name], other[name]) for name in one)


def test_the_lectures_loop_makes_the_same_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluator, "EVALUATED_FIRST", ())
    settings = {**LECTURE, "decay_at": 700}
    trainer = MinibatchTrainer(model := model_of(settings), *sides())
    # In float32 the first losses, of 26 nats, make the last digits grow.
    model.weights = {
        name: weight.detach().double().requires_grad_() for name, weight in model.weights.items()
    }
    batches = trainer.state()["batches"]
    with one_thread():
        expected = plain_loop(model, sides()[0], batches, 1000, settings)
    assert bursts(trainer, (400, 600), settings) == pytest.approx(expected, abs=1e-5)
    assert expected[-1] < 4 < 20 < expected[0]


@pytest.mark.parametrize("largest_weight", [None, 9, 10**12])
def test_the_same_steps_come_out_to_the_last_bit_however_they_fall_into_bursts(
    largest_weight: int | None,
) -> None:
    tokens = tokens_of(["anna", "bo", "carl"])
    if largest_weight is not None:
        tokens.weights = torch.arange(len(tokens)) % 5 * largest_weight + 1
    whole, parts = (MinibatchTrainer(model_of(SMALL), tokens, None) for _ in range(2))
    assert bursts(parts, (1, 2, 50, 1, 46)) == bursts(whole, [100])
    assert same(parts.state(), whole.state())


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    "settings",
    [
        SMALL,
        {**SMALL, "batch": 1, "batch_of": "words"},
        {**SMALL, "decay_at": 40, "mean_weights": 0.9},
        {**SMALL, "optimizer": "adamw", "weight_decay": 0.1, "order": "passes"},
        {**SMALL, "generators": "shared", "layers": 2, "batchnorm": True},
    ],
)
def test_a_training_that_is_resumed_goes_on_to_the_last_bit(
    settings: dict[str, Value], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluator, "EVALUATED_FIRST", ())
    monkeypatch.setattr(evaluator, "EVALUATE_EVERY", 40)
    monkeypatch.setattr(evaluator, "EVALUATED_AT_ONCE", 1 << 30)
    whole, first, second = (trainer_of(settings) for _ in range(3))
    losses = bursts(whole, (30, 10, 40), settings)
    begun = bursts(first, [30], settings)
    second.resume(first.state(), 30)
    assert begun + bursts(second, (10, 40), settings) == losses
    assert same(second.state(), whole.state())
    assert measured(second) == measured(whole)
    assert (second.step, second.nll, second.held_out_nll) == (80, whole.nll, whole.held_out_nll)


TINY: dict[str, dict[str, Value]] = {
    "mlp": {"embedding": 2, "hidden": 8, "batchnorm": True, "layers": 2},
    "wavenet": {"context": 4, "embedding": 4, "hidden": 8},
    "transformer": {"layers": 1, "heads": 2, "embedding": 8, "dropout": 0.3},
    "rnn": {"embedding": 4, "hidden": 8, "dropout": 0.3},
    "gru": {"embedding": 4, "hidden": 8},
    "lstm": {"embedding": 4, "hidden": 8, "mean_weights": 0.9},
    "bow": {"embedding": 4, "hidden": 8, "optimizer": "sgd"},
}


ON_BATCHES = [kind.kind for kind in KINDS.values() if "batch" in kind.spec({}).settings]


@pytest.mark.parametrize("kind", ON_BATCHES)
def test_each_kind_of_model_goes_on_to_the_last_bit(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluator, "EVALUATED_FIRST", ())
    corpus = read_corpus(built_in_path(), 0.1)
    spec = KINDS[kind].spec({**TINY.get(kind, {}), "batch": 8})
    whole, first, second = (
        trainer_for(model_of_kind(spec, corpus, CPU), corpus, CPU) for _ in range(3)
    )
    assert isinstance(whole, MinibatchTrainer)
    assert isinstance(first, MinibatchTrainer)
    assert isinstance(second, MinibatchTrainer)
    losses = bursts(whole, (5, 7), spec.settings)
    begun = bursts(first, [5], spec.settings)
    second.resume(first.state(), 5)
    assert begun + bursts(second, [7], spec.settings) == losses
    assert same(second.state(), whole.state())


def test_another_seed_draws_other_weights_and_other_batches() -> None:
    one, other = trainer_of(), trainer_of({**SMALL, "seed": 6})
    assert not torch.equal(one.state()["embedding"], other.state()["embedding"])
    assert not torch.equal(one.state()["batches"], other.state()["batches"])
    weights = torch.Generator().manual_seed(5).get_state()
    assert not torch.equal(one.state()["batches"], weights), "the weights had these numbers"


def test_settings_may_change_between_two_bursts() -> None:
    trainer = trainer_of()
    trainer.burst(10, SMALL)
    before = trainer.state()
    trainer.burst(10, {**SMALL, "learning_rate": 0.0, "batch": 64})
    after = trainer.state()
    assert same({**after, "batches": before["batches"]}, before)
    assert not torch.equal(after["batches"], before["batches"])


ADAMW: dict[str, Value] = {
    **SMALL, "optimizer": "adamw", "weight_decay": 0.1, "schedule": "cosine", "decay_at": 60,
    "warmup": 10, "learning_rate": 0.01, "clip": 0.5,
}  # fmt: skip


def test_adamw_takes_the_steps_of_torchs_own_by_the_schedule_with_the_gradient_clipped() -> None:
    trainer = MinibatchTrainer(model := model_of(ADAMW), *sides())
    weights = [weight.detach().clone().requires_grad_() for weight in model.weights.values()]
    adamw = torch.optim.AdamW(weights, lr=1, betas=(0.9, 0.99), weight_decay=0.1)
    generator = torch.Generator().set_state(trainer.state()["batches"])
    c, w1, b1, w2, b2 = weights
    tokens = sides()[0]
    for step in range(50):
        places = torch.randint(0, len(tokens), (16,), generator=generator)
        xs, ys = tokens.windows(places, 3)
        hidden = torch.tanh(c[xs].view(16, -1) @ w1 + b1)
        adamw.zero_grad()
        functional.cross_entropy(hidden @ w2 + b2, ys).backward()
        torch.nn.utils.clip_grad_norm_(weights, 0.5)
        behind_warmup = max(0, step - 10) / (60 - 10)
        wave = 0.1 + 0.9 * (1 + math.cos(math.pi * behind_warmup)) / 2
        adamw.param_groups[0]["lr"] = 0.01 * min(1, (step + 1) / 10) * wave
        adamw.step()
    bursts(trainer, (20, 30), ADAMW)
    for mine, theirs in zip(model.weights.values(), weights, strict=True):
        assert torch.allclose(mine, theirs, atol=1e-5)


def test_the_names_are_drawn_with_the_mean_of_the_weights_and_the_steps_made_without() -> None:
    settings = {**SMALL, "mean_weights": 0.9}
    plain, trainer = trainer_of(), MinibatchTrainer(model := model_of(settings), *sides())
    mean = {name: weight.detach().clone() for name, weight in model.weights.items()}
    for step in range(30):
        assert bursts(trainer, [1], settings) == bursts(plain, [1])
        stays = min(0.9, (1 + step) / (10 + step))
        for name, weight in plain.state().items():
            if name in mean:
                mean[name] = stays * mean[name] + (1 - stays) * weight
    for name, weight in mean.items():
        assert torch.allclose(model.weights[name], weight, atol=1e-6)


def test_words_that_weigh_differently_do_not_come_in_passes() -> None:
    weighted = Tokens(torch.tensor([0, 1, 0, 2, 0]), weights=torch.tensor([1, 1, 9, 9]))
    with pytest.raises(BadSetting, match=r"the words of this data have weights.* order=random"):
        MinibatchTrainer(model_of({**SMALL, "order": "passes"}), weighted, None)


def test_rows_come_in_passes_where_it_is_asked_for() -> None:
    tokens = tokens_of(["anna", "bo"])
    settings = {**SMALL, "order": "passes", "batch": 4}
    trainer = MinibatchTrainer(model_of(settings), tokens, None)
    order = list(range(len(tokens)))
    random.Random(5).shuffle(order)
    assert trainer._rows(4, 4).flatten().tolist() == (order * 3)[:20]


def test_a_burst_ends_where_an_evaluation_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluator, "EVALUATED_FIRST", ())
    monkeypatch.setattr(evaluator, "EVALUATE_EVERY", 50)
    monkeypatch.setattr(evaluator, "EVALUATED_AT_ONCE", 1 << 30)
    trainer = trainer_of()
    made = [trainer.burst(steps, SMALL) for steps in (20, 100, 100)]
    assert [(burst.first, len(burst.losses)) for burst in made] == [(1, 20), (21, 30), (51, 50)]
    assert [[at.step for at in burst.evaluations] for burst in made] == [[], [50], [100]]
    assert made[-1].evaluations[0].train < made[-2].evaluations[0].train
    assert (made[0].nlls, made[0].held_out) == ((), ())


def test_an_evaluation_is_the_mean_over_all_places_of_both_sides() -> None:
    trainer = MinibatchTrainer(model := model_of(SMALL), *sides())
    trainer.burst(30, SMALL)
    means = []
    for side in sides():
        windows, targets = side.windows(torch.arange(len(side)), 3)
        means.append(float(-model.probs_after(windows).log()[range(len(side)), targets].mean()))
    evaluation = measured(trainer)
    assert (trainer.nll, trainer.held_out_nll) == pytest.approx(tuple(means), abs=1e-6)
    assert evaluation == Evaluation(30, trainer.nll, trainer.held_out_nll)


def test_what_was_measured_last_stays_until_it_is_measured_again() -> None:
    trainer = MinibatchTrainer(model_of(SMALL), sides()[0], None)
    assert math.isnan(trainer.nll)
    first = measured(trainer).train
    assert math.isnan(trainer.held_out_nll)
    trainer.burst(90, SMALL)
    assert trainer.nll == first
    assert measured(trainer) == Evaluation(90, trainer.nll, None)
    assert trainer.nll < first


def test_steps_wait_for_an_evaluation_that_is_made_a_part_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evaluator, "EVALUATED_FIRST", (20,))
    whole, parts = trainer_of(), trainer_of()
    monkeypatch.setattr(evaluator, "EVALUATED_AT_ONCE", 1 << 22)
    made = [parts.burst(100, SMALL)]
    while not made[-1].evaluations:
        made.append(parts.burst(100, SMALL))
    assert [len(burst.losses) for burst in made] == [20, *[0] * (len(made) - 1)]
    assert len(made) > 5
    monkeypatch.setattr(evaluator, "EVALUATED_AT_ONCE", 1 << 30)
    (evaluation,) = whole.burst(100, SMALL).evaluations
    (in_parts,) = made[-1].evaluations
    assert (in_parts.step, in_parts.train) == (20, pytest.approx(evaluation.train, abs=1e-12))
    assert in_parts.held_out == pytest.approx(evaluation.held_out, abs=1e-12)
    assert bursts(parts, [10]) == bursts(whole, [10])


def test_what_is_measured_of_earlier_weights_is_not_told_of_later_ones() -> None:
    trainer, other = trainer_of(), trainer_of()
    assert trainer.measure_on() is None, "it has more places than are measured at once"
    trainer.burst(5, SMALL)
    other.burst(5, SMALL)
    assert measured(trainer) == measured(other)


def test_the_larger_a_model_is_the_fewer_places_of_a_large_side_are_evaluated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everything = measured(trainer_of())
    monkeypatch.setattr(evaluator, "EVALUATED_PRODUCTS", 1 << 20)
    sampled = measured(trainer_of())
    assert sampled.train != everything.train
    assert sampled.train == pytest.approx(everything.train, abs=0.2)


def test_of_a_large_side_the_same_places_are_evaluated_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everything = measured(trainer_of())
    monkeypatch.setattr(evaluator, "EVALUATED", 10_000)
    sampled = measured(trainer_of())
    assert sampled == measured(trainer_of())
    assert sampled.train != everything.train
    assert sampled.train == pytest.approx(everything.train, abs=0.1)


@pytest.mark.parametrize("length", [1, 7, 100])
def test_a_training_that_diverges_keeps_the_last_weights_that_are_of_use(length: int) -> None:
    trainer = MinibatchTrainer(model := model_of(SMALL), *sides())
    settings: dict[str, Value] = {**SMALL, "learning_rate": 3e36}
    made: list[Burst] = []
    while len(made) < 30 and not (made and made[-1].diverged):
        made.append(trainer.burst(length, settings))
    losses = [loss for burst in made for loss in burst.losses]
    assert len(losses) == trainer.step == DIVERGES_AFTER, "however the steps were bundled"
    assert all(map(math.isfinite, losses))
    assert all(weight.isfinite().all() for weight in model.weights.values())
    assert math.isfinite(measured(trainer).train)
    assert trainer.burst(1, settings) == Burst(trainer.step + 1, (), (), (), diverged=True)


def test_a_training_that_cannot_make_a_step_goes_on_at_a_lower_rate() -> None:
    trainer = trainer_of()
    assert trainer.burst(5, {**SMALL, "learning_rate": 1e37}).diverged
    assert bursts(trainer, [5]) == bursts(trainer_of(), [5])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"batches": torch.zeros(5056, dtype=torch.uint8)}, "'batches' is no state of a random"),
        ({"batches": torch.zeros(7, dtype=torch.uint8)}, "'batches' is no state of a random"),
        ({"batches": torch.zeros(5056)}, "'batches' is no state of a random"),
        ({"embedding": torch.zeros(27, 5)}, "'embedding' is 27 x 5 of float32, not 27 x 4"),
    ],
)
def test_a_state_of_something_else_is_refused_and_changes_nothing(
    change: dict[str, torch.Tensor], sentence: str
) -> None:
    trainer, other = trainer_of(), trainer_of()
    other.burst(5, SMALL)
    with pytest.raises(BadSetting, match=sentence):
        trainer.resume({**other.state(), **change}, 5)
    assert trainer.step == 0
    assert same(trainer.state(), trainer_of().state())


def test_a_word_that_counts_more_often_is_learnt_and_evaluated_as_often() -> None:
    rare, often = [1, 2, 0], [3, 4, 0]
    weights = torch.tensor([1, 1, 1, 999, 999, 999])
    table = Tokens(torch.tensor([0, *rare, *often]), weights=weights)
    listed = Tokens(torch.tensor([0, *rare, *often * 999]))
    settings = {**SMALL, "batch": 32}
    trainer = MinibatchTrainer(model := model_of(settings), table, None)
    bursts(trainer, [300], settings)
    assert measured(trainer).train == pytest.approx(mean_nll(model, listed), abs=1e-9)
    first = model.probs_after(torch.zeros(1, 3, dtype=torch.int64))[0]
    assert first[3] > 0.9
    assert first[1] < 0.05


@needs_words
def test_the_lectures_split_has_as_many_rows() -> None:
    assert tuple(map(len, lecture_split())) == (182_625, 22_655, 22_866)


@needs_words
@pytest.mark.slow
def test_the_lectures_whole_run_arrives_where_the_lecture_does() -> None:
    train, dev, _ = lecture_split()
    settings = {**LECTURE, "decay_at": 100_000}
    trainer = MinibatchTrainer(model_of(settings), train, dev)
    evaluations: list[Evaluation] = []
    while trainer.step < 200_000 or not trainer.is_measured:
        evaluations += trainer.burst(1000, settings).evaluations
    assert [at.step for at in evaluations] == [
        *evaluator.EVALUATED_FIRST,
        *range(10_000, 200_001, 10_000),
    ]
    assert trainer.nll == pytest.approx(2.126, abs=0.01)
    assert trainer.held_out_nll == pytest.approx(2.170, abs=0.015)


def lecture_split() -> tuple[Tokens, Tokens, Tokens]:
    words = WORDS.read_text().split()
    random.Random(42).shuffle(words)
    first, second = int(0.8 * len(words)), int(0.9 * len(words))
    return tokens_of(words[:first]), tokens_of(words[first:second]), tokens_of(words[second:])
