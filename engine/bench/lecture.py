"""`makemore-tui bench`: the measurements against the lecture's own loops.

Every figure is a ratio of two times of the same run, or a rate; each fast result is checked against
the slow one before it counts.
"""

from __future__ import annotations

import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import torch

from engine.bench import plain_loops
from engine.bench.process_timings import (
    first_paint_seconds,
    import_torch_seconds,
    read_large,
    sample_seconds,
)
from engine.data.built_in import built_in_path
from engine.data.corpus import read_corpus
from engine.devices import one_thread
from engine.errors import EngineError
from engine.models.bigram import Bigram
from engine.models.counts import Counts
from engine.sampling.names import draw_keyed
from engine.settings.lab_settings import SEED
from engine.settings.model_kinds import KINDS
from engine.training.exact import ExactTrainer

Value = TypeVar("Value")

STEPS: Final = 100
NAMES: Final = 1_000_000
SLOW_NAMES: Final = 5_000  # drawn by the lecture's loop; its time grows with their number
LARGE: Final = 256 << 20  # bytes
FEW: Final = 3  # repeats of what takes seconds
REPEATS: Final = 5  # at the least, of which the fastest counts: the others had company
SECONDS: Final = 0.5  # what takes milliseconds is repeated for so long


@dataclass(frozen=True)
class Result:
    """One line of the table."""

    what: str
    seconds: float
    against: str
    factor: float | None  # how often faster, or what part of the time it takes
    rate: str


def measurements() -> tuple[tuple[str, Callable[[], Result]], ...]:
    """All of them, in the order of the table, each with a sentence about what it measures."""
    scored = "Drawing a million names with all that is known of each, as"
    return (
        ("Counting the built-in file.", _counting),
        ("Counting a generated file of 256 MB.", _counting_large),
        ("Training 100 steps.", _training),
        ("Drawing a million names.", _sampling),
        (f"{scored} JSON.", partial(_sampling_as, "--json")),
        (f"{scored} CSV.", partial(_sampling_as, "--csv")),
        ("Opening the lab in a terminal, until its first screen stands.", _first_paint),
    )


def machine() -> str:
    """What it is measured on, on a line."""
    return (
        f"{platform.machine()}, {torch.get_num_threads()} threads, Python"
        f" {platform.python_version()}, torch {torch.__version__}, {sys.platform}"
    )


def _counting() -> Result:
    path = built_in_path()
    read_corpus(path)
    started = time.perf_counter()
    slow_VV = plain_loops.count_pairs(path)
    slow = time.perf_counter() - started
    fast, corpus = _fastest(lambda: read_corpus(path))
    check(torch.equal(corpus.counts_VV, slow_VV.long()), "the counts")
    return Result(
        what=f"counting {path.name}, text to N",
        seconds=fast,
        against=f"the lecture's loop over pairs, {slow:.3g} s",
        factor=slow / fast,
        rate=f"{corpus.path.stat().st_size / fast / 1e6:,.0f} MB/s",
    )


def _counting_large() -> Result:
    block = built_in_path().read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.txt"
        with path.open("wb") as file:
            for _ in range(LARGE // len(block)):
                file.write(block)
        size = path.stat().st_size
        seconds, mebibytes = read_large(path, REPEATS)
    return Result(
        what=f"counting {size / 1e6:,.0f} MB of ASCII, with its SHA-256",
        seconds=seconds,
        against="",
        factor=None,
        rate=f"{size / seconds / 1e6:,.0f} MB/s, {mebibytes:.0f} MiB of memory above torch's own",
    )


def _training() -> Result:
    corpus = read_corpus(built_in_path())
    cpu, spec = torch.device("cpu"), KINDS["bigram"].spec({})
    model = Bigram(spec, len(corpus.vocabulary), cpu)
    rates = (float(spec.settings[name]) for name in ("learning_rate", "regularisation"))
    slow_losses, slow = plain_loops.train_one_hot(
        corpus.counts_VV, model.weights_VV.float(), STEPS, *rates
    )
    trainer = ExactTrainer(model, *corpus.shares(cpu))
    beginning = trainer.state()

    def train() -> tuple[float, ...]:
        trainer.resume(beginning, 0)
        return trainer.burst(STEPS, spec.settings).losses

    fast, losses = _fastest(train)
    worst = max(abs(a - b) for a, b in zip(losses, slow_losses, strict=True))
    check(worst < 1e-4, f"the losses differ by {worst:g}: they")
    return Result(
        what=f"{STEPS} training steps",
        seconds=fast,
        against=f"the one-hot loop, {slow:.3g} s",
        factor=slow / fast,
        rate=f"{STEPS / fast:,.0f} steps/s",
    )


def _sampling() -> Result:
    corpus = read_corpus(built_in_path())
    model = Counts(KINDS["counts"].spec({}), corpus.counts_VV)
    started = time.perf_counter()
    slow_names = plain_loops.sample_names(model.probs_VV, corpus.vocabulary, SLOW_NAMES, SEED)
    slow = (time.perf_counter() - started) * NAMES / SLOW_NAMES
    with one_thread():
        names = list(draw_keyed(model, corpus.vocabulary, SEED, 0, NAMES))
    means = [sum(map(len, some)) / len(some) for some in (names, slow_names)]
    check(len(names) == NAMES and abs(means[0] - means[1]) < 0.5, "the lengths of the names")
    fast = sample_seconds(NAMES, FEW)
    return Result(
        what=f"sample -n {NAMES:,}, processor time above its start",
        seconds=fast,
        against=f"torch.multinomial, a name at a time, {slow:.3g} s (from {SLOW_NAMES:,} names)",
        factor=slow / fast,
        rate=f"{NAMES / fast:,.0f} names/s",
    )


def _sampling_as(option: str) -> Result:
    plain = sample_seconds(NAMES, FEW)
    seconds = sample_seconds(NAMES, FEW, option)
    return Result(
        what=f"sample -n {NAMES:,} {option}, processor time above its start",
        seconds=seconds,
        against=f"{seconds / plain:.1f} times the plain form (asked: at most 5)",
        factor=None,
        rate=f"{NAMES / seconds:,.0f} names/s",
    )


def _first_paint() -> Result:
    slow = min(import_torch_seconds() for _ in range(REPEATS))
    fast = min(first_paint_seconds() for _ in range(REPEATS))
    return Result(
        what="makemore-tui to first paint",
        seconds=fast,
        against=f'python -c "import torch", {slow:.3g} s',
        factor=fast / slow,
        rate="",
    )


def _fastest(work: Callable[[], Value]) -> tuple[float, Value]:
    """The seconds of the fastest of some repeats, and what it returned."""
    times: list[float] = []
    while len(times) < REPEATS or sum(times) < SECONDS:
        started = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - started)
    return min(times), result


def check(right: bool, what: str) -> None:
    """Let no figure count where what was fast is not what was slow."""
    if not right:
        raise EngineError(f"{what} are not those of the lecture's loop. Please report this.")
