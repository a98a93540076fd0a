"""`makemore-tui bench --series`: the rungs against the loops they come from, written plainly.

Each factor is one of processor times, measured in turns, the least of each. The losses of lectures
3 and 5 and of microgpt are checked to be the same; the Transformer has weights of its own.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

import torch
from torch import Tensor

from engine.bench import plain_nets
from engine.bench.lecture import Result, check
from engine.bench.scalar_autograd import ScalarGpt
from engine.data.built_in import built_in_path
from engine.data.corpus import Corpus, read_corpus
from engine.devices import one_thread
from engine.models.base.trainable import TrainableModel
from engine.models.kinds import model_of
from engine.sampling.names import draw_keyed
from engine.settings.recipes import recipe_of
from engine.training.minibatch import MinibatchTrainer

First = TypeVar("First")
Second = TypeVar("Second")
CPU: Final = torch.device("cpu")
ROUNDS: Final = 3
STEPS: Final = 80  # below the first evaluation
SCALAR_STEPS: Final = 5
NAMES: Final = 1000
STEPS_BEFORE_NAMES: Final = 300  # its names are then as long as names are


def measurements() -> tuple[tuple[str, Callable[[], Result]], ...]:
    """All of them, in the order of the table, each with a sentence about what it measures."""
    corpus = read_corpus(built_in_path())
    return (
        ("Training lecture 3's MLP.", partial(_lecture_3, corpus)),
        ("Training lecture 5's tree.", partial(_lecture_5, corpus)),
        ("Training microgpt.", partial(_microgpt, corpus)),
        ("Training makemore.py's Transformer.", partial(_transformer, corpus)),
        ("Drawing names with it.", partial(_names_of_transformer, corpus)),
    )


def _lecture_3(corpus: Corpus) -> Result:
    return _against_a_loop(corpus, "lecture3", "lecture 3", _plain_lecture_3)


def _lecture_5(corpus: Corpus) -> Result:
    return _against_a_loop(corpus, "lecture5", "lecture 5", _plain_lecture_5)


def _plain_lecture_3(model: TrainableModel, xs: Tensor, ys: Tensor, rows_NB: Tensor) -> list[float]:
    return plain_nets.lecture_3(list(model.weights.values()), xs, ys, rows_NB, 0.1)


def _plain_lecture_5(model: TrainableModel, xs: Tensor, ys: Tensor, rows_NB: Tensor) -> list[float]:
    return plain_nets.lecture_5(list(model.weights.values()), xs, ys, rows_NB, 0.1)


def _against_a_loop(
    corpus: Corpus,
    name: str,
    title: str,
    loop: Callable[[TrainableModel, Tensor, Tensor, Tensor], list[float]],
) -> Result:
    model, trainer = _begun(corpus, name)
    xs, ys = (part.long() for part in corpus.tokens.all_windows(model.context))
    rows_NB = model.examples(corpus.tokens).draw(
        torch.Generator().set_state(model.generator.get_state()), STEPS * 32
    )
    beginning = trainer.state()

    (fast_seconds, losses), (slow_seconds, plain_losses) = _in_turns(
        lambda: trainer.burst(STEPS, model.spec.settings).losses,
        lambda: loop(model, xs, ys, rows_NB.view(STEPS, 32)),
        before_each=lambda: trainer.resume(beginning, 0),
    )
    _check_losses(losses, plain_losses, 1e-3)
    return Result(
        what=f"{STEPS} steps of {name}",
        seconds=fast_seconds,
        against=f"the loop of {title}, {slow_seconds:.3g} s",
        factor=slow_seconds / fast_seconds,
        rate=f"{STEPS / fast_seconds:,.0f} steps/s",
    )


def _microgpt(corpus: Corpus) -> Result:
    model, trainer = _begun(corpus, "microgpt")
    words = [word for word in built_in_path().read_text("utf-8").split("\n") if word]
    random.Random(42).shuffle(words)  # noqa: S311  it has to be Python's
    weights = {name: weight.tolist() for name, weight in model.weights.items()}
    scalar = ScalarGpt(weights, heads=4)
    started = time.process_time()
    plain_losses = [
        scalar.step([0, *corpus.vocabulary.encode(word), 0], number, 1000)
        for number, word in enumerate(words[:SCALAR_STEPS])
    ]
    slow = (time.process_time() - started) * STEPS / SCALAR_STEPS
    beginning = trainer.state()

    (seconds, losses), _ = _in_turns(
        lambda: trainer.burst(STEPS, model.spec.settings).losses,
        tuple,
        before_each=lambda: trainer.resume(beginning, 0),
    )
    _check_losses(losses[:SCALAR_STEPS], plain_losses, 1e-9)
    return Result(
        what=f"{STEPS} steps of microgpt",
        seconds=seconds,
        against=f"a scalar autograd, {slow:.3g} s (from {SCALAR_STEPS} steps)",
        factor=slow / seconds,
        rate=f"{STEPS / seconds:,.0f} steps/s",
    )


def _transformer(corpus: Corpus) -> Result:
    model, trainer = _begun(corpus, "makemore-transformer")
    beginning = trainer.state()
    inputs_RT, targets_RT = model.examples(corpus.tokens).of(
        torch.arange(len(model.examples(corpus.tokens)))
    )

    (fast_seconds, losses), (slow_seconds, plain_losses) = _in_turns(
        lambda: trainer.burst(STEPS, model.spec.settings).losses,
        lambda: plain_nets.PlainTransformer(model.symbols, model.context).train_on(
            inputs_RT, targets_RT, STEPS
        ),
        before_each=lambda: trainer.resume(beginning, 0),
    )
    # Other weights and other words: the first losses are alike, both know nothing.
    difference = abs(losses[0] - plain_losses[0])
    check(difference < 0.5, f"the first losses differ by {difference:.2g}: they")
    return Result(
        what=f"{STEPS} steps of makemore-transformer",
        seconds=fast_seconds,
        against=f"modules, a DataLoader, padding; {slow_seconds:.3g} s",
        factor=slow_seconds / fast_seconds,
        rate=f"{STEPS / fast_seconds:,.0f} steps/s",
    )


def _names_of_transformer(corpus: Corpus) -> Result:
    model, trainer = _begun(corpus, "makemore-transformer")
    while trainer.step < STEPS_BEFORE_NAMES:
        trainer.burst(STEPS_BEFORE_NAMES, model.spec.settings)
    plain = plain_nets.PlainTransformer(model.symbols, model.context)
    (fast_seconds, names), (slow_seconds, _) = _in_turns(
        lambda: list(draw_keyed(model, corpus.vocabulary, 42, 0, NAMES)),
        lambda: plain.draw(NAMES),
    )
    check(len(names) == NAMES, "the number of names")
    return Result(
        what=f"{NAMES:,} names of the Transformer, trained for {STEPS_BEFORE_NAMES} steps",
        seconds=fast_seconds,
        against=f"without a cache, to full length; {slow_seconds:.3g} s",
        factor=slow_seconds / fast_seconds,
        rate=f"{NAMES / fast_seconds:,.0f} names/s",
    )


def _begun(corpus: Corpus, recipe: str) -> tuple[TrainableModel, MinibatchTrainer]:
    model = model_of(recipe_of(recipe).spec, corpus, CPU)
    assert isinstance(model, TrainableModel)
    return model, MinibatchTrainer(model, corpus.tokens, None)


def _in_turns(
    first: Callable[[], First],
    second: Callable[[], Second],
    before_each: Callable[[], None] = lambda: None,
) -> tuple[tuple[float, First], tuple[float, Second]]:
    """The least processor time of each, and what it returned the last time; on one thread."""
    times: tuple[list[float], list[float]] = ([], [])
    with one_thread():
        for _ in range(ROUNDS):
            before_each()
            started = time.process_time()
            of_first = first()
            times[0].append(time.process_time() - started)
            before_each()
            started = time.process_time()
            of_second = second()
            times[1].append(time.process_time() - started)
    return (min(times[0]), of_first), (min(times[1]), of_second)


def _check_losses(losses: Sequence[float], plain: Sequence[float], most: float) -> None:
    worst = max(abs(a - b) for a, b in zip(losses, plain, strict=True))
    check(worst < most, f"the losses differ by {worst:g}: they")
