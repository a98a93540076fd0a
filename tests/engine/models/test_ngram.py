"""The n-gram model: published figures, and a plain reference for each method."""

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
from engine.models.base.evaluation import mean_nll
from engine.models.ngram import counting
from engine.models.ngram.model import Ngram
from engine.models.ngram.smoothing import discounts
from engine.settings.data_format import DataFormat
from engine.settings.values import ModelSpec
from tests.golden import WORDS, needs_words

Words = list[list[int]]
Rows = defaultdict[tuple[int, ...], Counter[int]]  # what followed a context, and how often
METHODS = ADD_K, WITTEN_BELL, KNESER_NEY = "add-k", "witten-bell", "kneser-ney"

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


def spec(
    order: int, method: str = ADD_K, k: float = 0.1, across: bool = False, escape: float = 5
) -> ModelSpec:
    named = {"order": order, "method": method, "smoothing": k, "escape": escape}
    return ModelSpec("ngram", named | {"across_words": across})


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
    """P behind a window of n - 1 symbols, from counters; across words, where all are known."""
    order, k, escape = (how.settings[name] for name in ("order", "smoothing", "escape"))
    order, across = int(order), bool(how.settings["across_words"])
    texts = [[*word, 0] for word in words]
    if across:
        texts = [[symbol for text in texts for symbol in text]]
    counts: list[Rows] = [defaultdict(Counter) for _ in range(order)]
    for text, weight in zip(texts, weights, strict=False):
        padded = [0] * (order - 1) + text
        for at in range((order - 1) * (2 if across else 1), len(padded)):
            for length in range(order):
                counts[length][tuple(padded[at - length : at])][padded[at]] += weight
    probs = [1 / symbols] * symbols
    if how.settings["method"] == ADD_K:
        row = counts[-1][window]
        total = row.total() + k * symbols
        return [(row[j] + k) / total if total else 1 / symbols for j in range(symbols)]
    for length in range(order):
        context = window[len(window) - length :]
        if how.settings["method"] == WITTEN_BELL:
            row = counts[length][context]
            new = escape * len(row)
            old = {j: float(row[j]) for j in row}
        else:
            rows = counts[-1] if length == order - 1 else continuations(counts, length, across)
            row = rows[context]
            d = discounts_of([count for each in rows.values() for count in each.values()])
            new = sum(d[min(count, 3)] for count in row.values())
            old = {j: count - d[min(count, 3)] for j, count in row.items()}
        if row:
            total = sum(old.values()) + new
            probs = [(old.get(j, 0) + new * probs[j]) / total for j in range(symbols)]
    return probs


def continuations(counts: list[Rows], length: int, across: bool) -> Rows:
    """How many symbols stand before each n-gram; of what begins a word, how often it is there."""
    rows: Rows = defaultdict(Counter)
    for context, row in counts[length + 1].items():
        for j in row:
            rows[context[1:]][j] += 1
    if not across:
        rows |= {h: row for h, row in counts[length].items() if h and h[0] == 0}
    return rows


def discounts_of(counts: list[int]) -> list[float]:
    """Chen and Goodman's, for counts of 0, 1, 2, and 3 or more."""
    n1, n2, n3, n4 = (counts.count(number) for number in (1, 2, 3, 4))
    if n1 and n2 and n3 and n4:
        y = n1 / (n1 + 2 * n2)
        found = [0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
        if min(found[1:]) > 0:
            return found
    return [0, 0.5, 1, 1.5]


@settings(deadline=None, max_examples=150)
@given(
    words=st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=5), min_size=1, max_size=6),
    order=st.integers(1, 8),
    method=st.sampled_from(METHODS),
    k=st.sampled_from([0.0, 0.1, 2.0]),
    escape=st.sampled_from([0.5, 5.0]),
    weighs=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_the_probabilities_are_those_of_plain_counters(
    words: Words, order: int, method: str, k: float, escape: float, weighs: bool, seed: int
) -> None:
    chance = random.Random(seed)
    weights = [chance.choice([1, 2, 7, 10**12]) for _ in words] if weighs else [1] * len(words)
    tokens = tokens_of(words, weights if weighs else None)
    how = spec(order, method, k, escape=escape)
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
        assert k == 0 or row.min() > 0
    nlls = -probs[: len(seen)].gather(1, targets[:, None])[:, 0].log()
    assert model.nlls(seen, targets).equal(nlls)
    of_places = [1] * len(tokens) if tokens.weights is None else tokens.weights.tolist()
    mean = sum(map(math.prod, zip(nlls.tolist(), of_places, strict=True))) / sum(of_places)
    assert mean_nll(model, tokens) == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("order", [2, 4])
def test_across_words_the_probabilities_are_those_of_one_text(method: str, order: int) -> None:
    chance = random.Random(5)
    words = [[chance.choice([1, 1, 2, 3]) for _ in range(chance.randint(1, 6))] for _ in range(90)]
    how, tokens = spec(order, method, across=True), tokens_of(words)
    model = Ngram(how, tokens, 4)
    windows, _ = tokens.windows(torch.arange(order, len(tokens)), order - 1, across_words=True)
    windows = windows[::7]
    for window, row in zip(windows.tolist(), model.probs_after(windows), strict=True):
        expected = reference(words, [1], how, 4, tuple(window))
        assert row.tolist() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("counts", [[1], [1, 2, 3], [7] * 9, [1] * 9 + [2] * 2 + [3] * 20 + [4]])
def test_too_little_data_has_the_usual_discounts(counts: list[int]) -> None:
    assert discounts(torch.tensor(counts)) == (0.5, 1, 1.5)


def test_the_smoothing_changes_without_counting_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = tokens_of([[1, 2, 1], [1, 2]])
    models = [Ngram(spec(3), tokens, 3)]
    with monkeypatch.context() as patch:
        patch.delattr(counting, "_counted_paths")
        models += [Ngram(spec(3, method, 0.3, escape=2), tokens, 3) for method in METHODS]
    expected = [Ngram(each.spec, tokens_of([[1, 2, 1], [1, 2]]), 3) for each in models]
    window = torch.tensor([[0, 1]])
    for model, fresh in zip(models, expected, strict=True):
        assert model.probs_after(window).equal(fresh.probs_after(window))
    del models, model
    assert not counting._known[tokens], "counts are kept that no model has"


@pytest.mark.slow_after(2)
@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("method", METHODS)
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


@pytest.mark.parametrize("method", [WITTEN_BELL, KNESER_NEY])
@pytest.mark.parametrize("weight", [1, 10**12])
def test_as_many_symbols_as_there_can_be_have_contexts_of_the_longest_kind(
    method: str, weight: int
) -> None:
    chance = random.Random(3)
    words = [[chance.choice([1, 4095, 4096]) for _ in range(9)] for _ in range(200)]
    weights = [chance.choice([1, weight]) for _ in words]
    tokens, how = tokens_of(words, weights), spec(8, method)
    model = Ngram(how, tokens, 4097)
    windows, _ = tokens.windows(torch.tensor([9, 500, 1203]), 7)
    for window, row in zip(windows.tolist(), model.probs_after(windows), strict=True):
        expected = reference(words, weights, how, 4097, tuple(window))
        assert row.tolist() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("method", [ADD_K, WITTEN_BELL])
def test_across_words_a_word_that_stands_alone_begins_as_words_do(method: str) -> None:
    words = [[1, 2], [3, 1], [3, 3], [2, 2]]
    tokens = tokens_of(words).behind(4)
    model = Ngram(spec(4, method, 0.5, across=True), tokens, 4)
    alone = model.probs_after(torch.tensor([[0, 0, 0], [0, 0, 3]]))
    pairs = spec(2, method, 0.5, across=True)
    threes = spec(3, method, 0.5, across=True)
    first = Ngram(pairs, tokens, 4).probs_after(torch.tensor([[0]]))
    second = Ngram(threes, tokens, 4).probs_after(torch.tensor([[0, 3]]))
    assert torch.allclose(alone, torch.cat((first, second)), rtol=1e-12)
    assert first.argmax() == 3
    behind_another = model.probs_after(torch.tensor([[3, 1, 0]]))
    assert behind_another.argmax() == 3, "[3, 3] stands behind [3, 1]"


@pytest.mark.slow
@needs_words
def test_eurekalabs_figures_come_out() -> None:
    corpus = read_corpus(WORDS, data_format=DataFormat(split="ngram"))
    sides = [corpus.tokens, corpus.held_out_tokens, corpus.test_tokens]
    for (n, k), expected in EUREKA.items():
        model = Ngram(spec(n, ADD_K, k, across=True), corpus.tokens, 27)
        found = [mean_nll(model, side) for side in sides if side is not None]
        assert found == pytest.approx(expected, abs=1e-6), (n, k)


@needs_words
@pytest.mark.parametrize(
    ("order", "method", "nll"),
    [(4, ADD_K, 2.0642), (6, WITTEN_BELL, 1.94), (5, KNESER_NEY, 1.9556)],
)
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


@needs_words
@pytest.mark.parametrize("method", METHODS)
def test_order_6_of_the_lectures_names_takes_6_megabytes_at_the_most(method: str) -> None:
    model = Ngram(spec(6, method), tokens_of([letters(n) for n in WORDS.read_text().split()]), 27)
    counts, levels = model._counts, model._levels.values()
    tensors = [*counts.contexts]
    for held in (*counts._levels.values(), *levels):
        tensors += [each for each in vars(held).values() if isinstance(each, torch.Tensor)]
    sizes = {each.data_ptr(): each.untyped_storage().nbytes() for each in tensors}
    assert 2e6 < sum(sizes.values()) < 6e6
