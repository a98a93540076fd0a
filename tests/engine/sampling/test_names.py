"""The streams of random numbers, temperature and top-k."""

import itertools
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.vocabulary import Vocabulary
from engine.errors import BadSetting, OutsideVocabulary
from engine.models import counts
from engine.sampling import keyed_stream
from engine.sampling import names as sampling
from engine.sampling.decoding import sharpen
from engine.sampling.names import NameStream, draw_keyed, has_ended
from engine.sampling.streams import Mt19937
from engine.settings.limits import LENGTH_LIMIT
from tests.engine.table import Table
from tests.golden import COUNTS, FIGURES

VOCABULARY = Vocabulary(FIGURES["characters"])
PROBS = counts.probabilities(COUNTS, 1)
MODEL = Table(PROBS)


def splitmix64(seed: int) -> "itertools.chain[int]":
    """Steele, Lea and Flood's generator, as plainly as they wrote it."""

    def numbers() -> "itertools.chain[int]":
        state = seed
        while True:
            state = (state + 0x9E3779B97F4A7C15) % 2**64
            z = state
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
            yield z ^ (z >> 31)

    return itertools.chain(numbers())


def test_the_reference_generator_gives_its_published_numbers() -> None:
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert list(itertools.islice(splitmix64(1234567), 3)) == published


@given(seed=st.integers(0, 2**64 - 1), index=st.integers(0, 2**40))
def test_each_name_has_a_generator_of_its_own(seed: int, index: int) -> None:
    own = next(itertools.islice(splitmix64((seed + index * 0x9E3779B97F4A7C15) % 2**64), 1))
    expected = [number >> 11 for number in itertools.islice(splitmix64(own), 5)]
    generator = keyed_stream.generators(seed, torch.tensor([index]))
    drawn = keyed_stream.uniforms(generator, torch.arange(5)) * 2**53
    assert drawn.tolist() == expected


def test_mt19937_gives_the_numbers_of_torch() -> None:
    generator = torch.Generator().manual_seed(2147483647)
    expected = torch.rand(100, dtype=torch.float64, generator=generator).numpy()
    assert np.array_equal(Mt19937(2147483647).uniforms(100), expected)


def test_the_torch_stream_is_torch_multinomial_as_it_is_today() -> None:
    generator = torch.Generator().manual_seed(99)
    expected = []
    for _ in range(50):
        symbol, letters = 0, ""
        while symbol or not letters:
            drawn = torch.multinomial(PROBS[symbol], 1, replacement=True, generator=generator)
            symbol = int(drawn)
            letters += VOCABULARY.characters[symbol]
            if symbol == 0:
                break
        expected.append(letters)
    names = NameStream("torch", 99, VOCABULARY)
    assert [names.next(MODEL) + "." for _ in range(50)] == expected


@settings(max_examples=25, deadline=None)
@given(start=st.integers(0, 100_000), count=st.integers(1, 50))
def test_a_name_drawn_alone_equals_the_same_name_drawn_in_a_batch(start: int, count: int) -> None:
    batch = list(draw_keyed(MODEL, VOCABULARY, 7, start, count))
    alone = [next(draw_keyed(MODEL, VOCABULARY, 7, start + i, 1)) for i in range(count)]
    assert batch == alone


def test_a_large_alphabet_draws_alone_what_it_draws_in_a_batch() -> None:
    probs = torch.rand((300, 300), generator=torch.Generator().manual_seed(1)).double()
    probs /= probs.sum(1, keepdim=True)
    probs[:, 0] += 0.01
    probs /= probs.sum(1, keepdim=True)
    vocabulary = Vocabulary(map(chr, range(0x4E00, 0x4E00 + 299)))
    names = NameStream("keyed", 5, vocabulary, temperature=0.9, top_k=100)
    alone = [names.next(Table(probs)) for _ in range(20)]
    assert alone == list(draw_keyed(Table(probs), vocabulary, 5, 0, 20, "", 0.9, 100))
    assert max(map(len, alone)) > keyed_stream.AHEAD, "numbers were computed ahead more than once"


def test_batches_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(draw_keyed(MODEL, VOCABULARY, 7, 0, 100))
    monkeypatch.setattr(sampling, "BATCH", 9)
    assert list(draw_keyed(MODEL, VOCABULARY, 7, 0, 100)) == whole
    names = NameStream("keyed", 7, VOCABULARY)
    assert [names.next(MODEL) for _ in range(100)] == whole


@given(
    row=st.lists(st.floats(0, 1), min_size=1, max_size=9).filter(lambda row: sum(row) > 1e-3),
    uniform=st.floats(0, 1, exclude_max=True),
)
def test_the_binary_search_finds_what_a_plain_search_finds(
    row: list[float], uniform: float
) -> None:
    probs = torch.tensor([row], dtype=torch.float64).expand(len(row), -1)
    probs = probs / probs.sum(1, keepdim=True)
    sums = list(itertools.accumulate(probs[0].tolist()))
    last = max(j for j, p in enumerate(probs[0].tolist()) if p > 0)
    plain = next((j for j, total in enumerate(sums) if total > uniform and j <= last), last)
    rows = torch.tensor([len(row) - 1])
    found = keyed_stream.choose(
        keyed_stream.cumulative(probs), rows, torch.tensor([uniform], dtype=torch.float64)
    )
    assert int(found) == plain


@pytest.mark.parametrize("stream", sampling.STREAMS)
def test_first_letters_come_as_often_as_their_probability_says(stream: str) -> None:
    count = 2000
    if stream == "keyed":
        names = list(draw_keyed(MODEL, VOCABULARY, 3, 0, count))
    else:
        drawn = NameStream(stream, 3, VOCABULARY)
        names = [drawn.next(MODEL) for _ in range(count)]
    firsts = Counter(name[:1] for name in names)
    chi_square = sum(
        (firsts[letter] - count * p) ** 2 / (count * p)
        for letter, p in zip(["", *VOCABULARY.characters[1:]], PROBS[0].tolist(), strict=True)
    )
    assert chi_square < 60, "26 degrees of freedom: beyond 60 once in 5,000 seeds"


@pytest.mark.parametrize("stream", sampling.STREAMS)
def test_a_name_begins_with_its_prefix_and_goes_on_from_it(stream: str) -> None:
    chain = Table(torch.tensor([[0, 1, 0], [0, 0, 1], [1, 0, 0]]).double())  # . → a → b → .
    names = NameStream(stream, 1, Vocabulary("ab"))
    assert [names.next(chain), names.next(chain, "a"), names.next(chain, "b")] == ["ab", "ab", "b"]


@pytest.mark.parametrize("stream", sampling.STREAMS)
def test_a_name_that_does_not_end_is_cut_off(stream: str) -> None:
    loop = torch.tensor([[0, 1], [0, 1]]).double()
    name = NameStream(stream, 1, Vocabulary("a")).next(Table(loop), "aa")
    assert name == "a" * (LENGTH_LIMIT + 2)
    assert not has_ended(name, "aa")
    assert has_ended("aaa", "aa")


def test_an_unknown_character_in_the_prefix_is_named() -> None:
    with pytest.raises(OutsideVocabulary, match=r"'9' \(character 3\)"):
        NameStream("keyed", 1, VOCABULARY).next(MODEL, "an9")


def test_a_temperature_of_one_changes_nothing() -> None:
    assert sharpen(PROBS, 1.0, 0) is PROBS


def test_a_temperature_of_zero_takes_the_most_probable() -> None:
    sharp = sharpen(PROBS, 0.0, 0)
    assert torch.equal(sharp.argmax(1), PROBS.argmax(1))
    assert torch.equal(sharp.sum(1), torch.ones(27).double())
    assert sharp.max(1).values.eq(1).all()


@given(temperature=st.floats(1e-300, 1e300), top_k=st.integers(0, 27))
def test_sharpened_rows_still_sum_to_one(temperature: float, top_k: int) -> None:
    sharp = sharpen(PROBS, temperature, top_k)
    assert torch.allclose(sharp.sum(1), torch.ones(27).double())
    if top_k:
        assert (sharp > 0).sum(1).max() <= top_k


def test_a_temperature_is_a_power_of_the_probabilities() -> None:
    squared = PROBS**2 / (PROBS**2).sum(1, keepdim=True)
    assert torch.allclose(sharpen(PROBS, 0.5, 0), squared)


@pytest.mark.parametrize(
    ("temperature", "top_k", "complaint"),
    [
        (-1.0, 0, "Temperature -1"),
        (float("nan"), 0, "Temperature nan"),
        (1.0, 28, "there are 27 symbols"),
        (1.0, -1, "Top-k -1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    temperature: float, top_k: int, complaint: str
) -> None:
    with pytest.raises(BadSetting, match=complaint):
        sharpen(PROBS, temperature, top_k)
