"""What holds of names and texts whichever model draws them."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.built_in import built_in_path
from engine.data.corpus import Corpus, read_corpus
from engine.models.base.model import WindowModel
from engine.models.kinds import model_of
from engine.sampling import names as sampling
from engine.sampling import scoring
from engine.sampling.batch_scoring import scorer_of
from engine.sampling.in_parts import finished
from engine.sampling.names import NameStream, draw_keyed
from engine.sampling.scoring import mean_nll, probabilities_in_parts, probabilities_of, symbols_of
from engine.settings.data_format import DataFormat
from engine.settings.limits import LENGTH_LIMIT
from engine.settings.model_kinds import KINDS
from engine.settings.values import Value

CORPUS = read_corpus(built_in_path())
VOCABULARY = CORPUS.vocabulary
SMALL: dict[str, dict[str, Value]] = {
    "bow": {"context": 8, "embedding": 8, "hidden": 8},
    "rnn": {"context": 8, "embedding": 8, "hidden": 16},
    "gru": {"context": 8, "embedding": 8, "hidden": 16},
    "lstm": {"context": 8, "embedding": 8, "hidden": 16},
    "microgpt": {"context": 8, "embedding": 8},
    "transformer": {"layers": 1, "heads": 2, "embedding": 6, "context": 5},
    "mlp": {"embedding": 4, "hidden": 16, "layers": 2, "batchnorm": True},
    "wavenet": {"embedding": 4, "hidden": 16},
}


def made(kind: str, corpus: Corpus = CORPUS) -> WindowModel:
    return model_of(KINDS[kind].spec(SMALL.get(kind, {})), corpus, torch.device("cpu"))


MODELS = {kind: made(kind) for kind in KINDS}
MOST = 20  # characters of a name
each_kind = pytest.mark.parametrize("kind", KINDS)
# A stream knows no kinds: one of each family meets every stream, the others the keyed one.
each_kind_and_stream = pytest.mark.parametrize(
    ("kind", "stream"),
    [
        (kind, stream)
        for kind in KINDS
        for stream in sampling.STREAMS
        if stream == "keyed" or kind in ("bigram", "mlp", "rnn")
    ],
)


@pytest.fixture(autouse=True, scope="module")
def names_are_short() -> Iterator[None]:
    """Names are cut off early: what was never trained seldom ends by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "LENGTH_LIMIT", MOST)
        yield


@each_kind
@settings(max_examples=8, deadline=None)
@given(start=st.integers(0, 10_000), count=st.integers(1, 5), temperature=st.sampled_from([1, 0.7]))
def test_a_name_is_the_same_alone_and_in_a_batch(
    kind: str, start: int, count: int, temperature: float
) -> None:
    model = MODELS[kind]
    batch = list(draw_keyed(model, VOCABULARY, 7, start, count, "a", temperature, 20))
    alone = NameStream("keyed", 7, VOCABULARY, temperature, 20)
    names = []
    for index in range(start, start + count):
        alone.resume(index, alone.state())
        names.append(alone.next(model, "a", MOST))
    assert batch == names


@each_kind
def test_batches_join_without_a_seam(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(draw_keyed(MODELS[kind], VOCABULARY, 7, 0, 60))
    monkeypatch.setattr(sampling, "BATCH", 7)
    monkeypatch.setattr(sampling, "CELLS", 7 * len(VOCABULARY))
    assert list(draw_keyed(MODELS[kind], VOCABULARY, 7, 0, 60)) == whole


@each_kind
def test_a_name_has_the_probability_of_its_characters_one_after_another(kind: str) -> None:
    model = MODELS[kind]
    state, expected = model.begin(1), []
    for before, symbol in pairwise([0, *VOCABULARY.encode("emilia"), 0]):
        probs_1V, state = model.step(state, torch.tensor([before]))
        assert float(probs_1V.sum()) == pytest.approx(1, abs=1e-12)
        expected.append(float(probs_1V[0, symbol]))
    assert probabilities_of(symbols_of("emilia", VOCABULARY), model) == expected


@each_kind
@pytest.mark.parametrize("at_once", [1, 2, 5, 11])
def test_a_long_word_is_scored_in_parts_as_it_is_at_once(
    kind: str, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "AT_ONCE", at_once * len(VOCABULARY))
    symbols = symbols_of("maximiliana", VOCABULARY)
    pauses = -(-12 // at_once) - 1 if isinstance(MODELS[kind], WindowModel) else 12
    assert len(list(probabilities_in_parts(symbols, MODELS[kind]))) == pauses
    assert finished(probabilities_in_parts(symbols, MODELS[kind])) == probabilities_of(
        symbols, MODELS[kind]
    )


@each_kind
def test_many_names_are_scored_as_each_alone(kind: str) -> None:
    model, words = MODELS[kind], ["emma", "a", "maximiliana", "", "jo", "zzz"]
    for word, scored in zip(
        words, scorer_of(model, CORPUS).scored(words, LENGTH_LIMIT), strict=True
    ):
        probabilities = probabilities_of(symbols_of(word, VOCABULARY), model)
        assert scored.probabilities == probabilities
        assert scored.nll == mean_nll(probabilities)


@each_kind_and_stream
def test_each_stream_draws_from_each_model_and_goes_on_where_it_was(kind: str, stream: str) -> None:
    model, names = MODELS[kind], NameStream(stream, 3, VOCABULARY)
    first = [names.next(model, most=MOST) for _ in range(3)]
    state = names.state()
    after = [names.next(model, most=MOST) for _ in range(3)]
    other = NameStream(stream, 3, VOCABULARY)
    other.resume(3, state)
    assert [other.next(model, most=MOST) for _ in range(3)] == after
    assert len({*first, *after}) > 1


@each_kind_and_stream
def test_a_text_is_drawn_from_each_model(kind: str, stream: str, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("to be, or not to be: that is the question.\n" * 5)
    corpus = read_corpus(path, data_format=DataFormat(format="text"))
    model = made(kind, corpus)
    names = NameStream(stream, 3, corpus.vocabulary)
    text = "".join(names.next_text(model, 60, "to "))
    assert (len(text), text[:3]) == (63, "to ")
    again = NameStream(stream, 3, corpus.vocabulary)
    assert "".join(again.next_text(model, 30, "to ")) == text[:33]
