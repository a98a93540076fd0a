"""The n-gram model: published figures, and a plain reference for both methods."""

import math
import random
from collections import Counter, defaultdict

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.built_in import built_in_path
from engine.data.corpus import read_corpus
from engine.data.tokens import Tokens
from engine.models.evaluation import mean_nll
from engine.models.ngram import Ngram
from engine.settings.values import ModelSpec
from tests.golden import WORDS, needs_words

Words = list[list[int]]
ADD_K, WITTEN_BELL = "add-k", "witten-bell"

# Order, k: the mean NLL of EurekaLabs' training, validation and test names.
EUREKA = {
    (3, 0.03): (2.184251, 2.244292, 2.224218),
    (3, 0.1): (2.186982, 2.240055, 2.222298),
    (3, 0.3): (2.193549, 2.240426, 2.224603),
    (3, 1.0): (2.211703, 2.252144, 2.237875),
    (4, 0.03): (1.870286, 2.137618, 2.128964),
    (4, 0.1): (1.902805, 2.111846, 2.10637),
    (4, 0.3): (1.967688, 2.126929, 2.122592),
    (4, 1.0): (2.100608, 2.211435, 2.206265),
    (5, 0.03): (1.495462, 2.354008, 2.314987),
    (5, 0.1): (1.633471, 2.28145, 2.249333),
    (5, 0.3): (1.861032, 2.321047, 2.294303),
    (5, 1.0): (2.213212, 2.490266, 2.468461),
}


def spec(order: int, method: str = ADD_K, k: float = 0.1, across: bool = False) -> ModelSpec:
    across_words = across
    named = {"order": order, "method": method, "smoothing": k, "across_words": across_words}
    return ModelSpec("ngram", named)


def tokens_of(words: Words, weights: list[int] | None = None) -> Tokens:
    symbols = torch.tensor([0, *(symbol for word in words for symbol in [*word, 0])])
    if weights is None:
        return Tokens(symbols)
    lengths = torch.tensor([len(word) + 1 for word in words])
    return Tokens(symbols, weights=torch.tensor(weights).repeat_interleave(lengths))


def letters(name: str) -> list[int]:
    return [ord(letter) - ord("a") + 1 for letter in name]


def reference(
    words: Words, weights: list[int], how: ModelSpec, symbols: int, window: tuple[int, ...]
) -> list[float]:
    """P behind a window of n - 1 symbols, from counters, without `across_words`."""
    order, k = int(how.settings["order"]), float(how.settings["smoothing"])
    counts: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for word, weight in zip(words, weights, strict=True):
        padded = [0] * (order - 1) + word + [0]
        for at in range(order - 1, len(padded)):
            for length in range(order):
                counts[tuple(padded[at - length : at])][padded[at]] += weight
    if how.settings["method"] == ADD_K:
        row = counts[window]
        total = row.total() + k * symbols
        return [(row[j] + k) / total if total else 1 / symbols for j in range(symbols)]
    probs = [1 / symbols] * symbols
    for length in range(order):
        row = counts[window[len(window) - length :]]
        if row:
            new = 5 * len(row)
            probs = [(row[j] + new * probs[j]) / (row.total() + new) for j in range(symbols)]
    return probs


@settings(deadline=None, max_examples=150)
@given(
    words=st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=5), min_size=1, max_size=6),
    order=st.integers(1, 8),
    method=st.sampled_from([ADD_K, WITTEN_BELL]),
    k=st.sampled_from([0.0, 0.1, 2.0]),
    weighs=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_the_probabilities_are_those_of_plain_counters(
    words: Words, order: int, method: str, k: float, weighs: bool, seed: int
) -> None:
    chance = random.Random(seed)
    weights = [chance.choice([1, 7, 10**12]) for _ in words] if weighs else [1] * len(words)
    tokens = tokens_of(words, weights if weighs else None)
    how = spec(order, method, k)
    model = Ngram(how, tokens, 5)  # symbol 4 never comes
    context = max(1, order - 1)
    assert model.context == context
    seen, targets = tokens.windows(torch.arange(len(tokens)), context)
    never = torch.tensor([[chance.randrange(5) for _ in range(context)] for _ in range(5)])
    windows = torch.cat((seen, never))
    probs = model.probs_after(windows)
    for window, row in zip(windows.tolist(), probs, strict=True):
        known = tuple(window[context - (order - 1) :])
        expected = reference(words, weights, how, 5, known)
        assert row.tolist() == pytest.approx(expected, rel=1e-12)
        assert float(row.sum()) == pytest.approx(1, abs=1e-12)
    nlls = -probs[: len(seen)].gather(1, targets[:, None])[:, 0].log()
    assert model.nlls(seen, targets).equal(nlls)
    of_places = [1] * len(tokens) if tokens.weights is None else tokens.weights.tolist()
    mean = sum(map(math.prod, zip(nlls.tolist(), of_places, strict=True))) / sum(of_places)
    assert mean_nll(model, tokens) == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("method", [ADD_K, WITTEN_BELL])
def test_a_window_alone_has_the_probabilities_it_has_in_a_batch(method: str, across: bool) -> None:
    tokens = read_corpus(built_in_path()).tokens
    model = Ngram(spec(5, method, across=across), tokens, 27)
    windows = torch.randint(0, 27, (500, 4), generator=torch.Generator().manual_seed(1))
    windows[::2], _ = tokens.windows(torch.arange(0, 5000, 20), 4, across)
    together = model.probs_after(windows)
    assert together.dtype == torch.float64
    for size in (1, 3, 64):
        parts = [model.probs_after(part) for part in windows.split(size)]
        assert torch.cat(parts).equal(together)
    assert torch.allclose(together.sum(1), torch.ones(500).double(), rtol=0, atol=1e-12)


def test_the_parameters_are_the_distinct_ngrams() -> None:
    tokens = tokens_of([[1, 2, 1], [1, 2], [1, 2]])
    assert Ngram(spec(1), tokens, 3).parameters == 3
    assert Ngram(spec(3), tokens, 3).parameters == len(["..1", ".12", "121", "21.", "12."])
    assert (
        Ngram(spec(3, WITTEN_BELL), tokens, 3).parameters
        == 3 + len([".1", "12", "21", "1.", "2."]) + 5
    )


def test_what_was_never_seen_without_smoothing_costs_without_end() -> None:
    model = Ngram(spec(2, k=0), tokens_of([[1, 1]]), 3)
    assert mean_nll(model, tokens_of([[1, 2]])) == math.inf
    assert mean_nll(model, tokens_of([[1]])) == pytest.approx((0 + math.log(2)) / 2)


def test_as_many_symbols_as_there_can_be_have_contexts_of_the_longest_kind() -> None:
    chance = random.Random(3)
    words = [[chance.choice([1, 4095, 4096]) for _ in range(9)] for _ in range(200)]
    tokens, how = tokens_of(words), spec(8, WITTEN_BELL)
    model = Ngram(how, tokens, 4097)
    windows, _ = tokens.windows(torch.tensor([9, 500, 1203]), 7)
    for window, row in zip(windows.tolist(), model.probs_after(windows), strict=True):
        expected = reference(words, [1] * len(words), how, 4097, tuple(window))
        assert row.tolist() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("method", [ADD_K, WITTEN_BELL])
def test_across_words_a_word_that_stands_alone_begins_as_words_do(method: str) -> None:
    words = [[1, 2], [3, 1], [3, 3], [2, 2]]
    how = spec(4, method, 0.5, across=True)
    model = Ngram(how, tokens_of(words), 4)
    alone = model.probs_after(torch.tensor([[0, 0, 0], [0, 0, 3]]))
    pairs = spec(2, method, 0.5, across=True)
    threes = spec(3, method, 0.5, across=True)
    first = Ngram(pairs, tokens_of(words), 4).probs_after(torch.tensor([[0]]))
    second = Ngram(threes, tokens_of(words), 4).probs_after(torch.tensor([[0, 3]]))
    assert torch.allclose(alone, torch.cat((first, second)), rtol=1e-12)
    assert first.argmax() == 3
    behind_another = model.probs_after(torch.tensor([[3, 1, 0]]))
    assert behind_another.argmax() == 3, "[3, 3] stands behind [3, 1]"


@needs_words
def test_eurekalabs_figures_come_out() -> None:
    # Its split is of the file's lines, the last of which has no line end: in the training text
    # zzyzx runs into the next name. Its windows begin with the first whole one.
    lines = WORDS.read_text().splitlines(keepends=True)
    order = list(range(len(lines)))
    random.Random(42).shuffle(order)
    sides = [
        "".join(lines[i] for i in part) for part in (order[2000:], order[1000:2000], order[:1000])
    ]
    tapes = [torch.tensor([0, *letters(side.replace("\n", "`"))]) for side in sides]
    for (n, k), expected in EUREKA.items():
        train, val, test = (Tokens(tape, first=n) for tape in tapes)
        model = Ngram(spec(n, ADD_K, k, across=True), train, 27)
        found = [mean_nll(model, side) for side in (train, val, test)]
        assert found == pytest.approx(expected, abs=1e-6), (n, k)


@needs_words
@pytest.mark.parametrize(("order", "method", "nll"), [(4, ADD_K, 2.0642), (6, WITTEN_BELL, 1.94)])
def test_the_counting_models_do_as_well_as_on_makemores_split(
    order: int, method: str, nll: float
) -> None:
    names = [letters(name) for name in WORDS.read_text().split()]
    shuffled = torch.randperm(len(names), generator=torch.Generator().manual_seed(3407)).tolist()
    words = [names[i] for i in shuffled]
    train, test = tokens_of(words[:-1000]), tokens_of(words[-1000:])
    assert len(test) == 7166
    model = Ngram(spec(order, method, 0.1), train, 27)
    assert mean_nll(model, test) == pytest.approx(nll, abs=5e-5)
