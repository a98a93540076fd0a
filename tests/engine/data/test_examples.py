"""The rows that models learn from: windows, sequences, and the windows of words."""

import pytest
import torch

from engine.data import examples as examples_module
from engine.data.built_in import built_in_path
from engine.data.corpus import read_corpus
from engine.data.examples import NOTHING, Examples, Sequences, Windows, WindowsOfWords
from engine.data.tokens import Tokens

CPU = torch.device("cpu")


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(5)


@pytest.mark.parametrize("across_words", [False, True])
@pytest.mark.parametrize("largest_table", [0, 1 << 22])
def test_windows_of_a_batch_are_as_among_all(
    across_words: bool, largest_table: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples_module, "LARGEST_TABLE", largest_table)
    tokens = read_corpus(built_in_path()).tokens
    all_windows, all_targets = tokens.windows(torch.arange(len(tokens)), 3, across_words)
    windows = Windows(tokens, 3, across_words)
    rows = windows.draw(generator(), 64).view(2, 32)
    for (inputs, targets), places in zip(windows.batches(rows, CPU), rows, strict=True):
        assert inputs.equal(all_windows[places])
        assert targets.equal(all_targets[places])


@pytest.mark.parametrize("context", [1, 2, 5, 100])
@pytest.mark.parametrize("first", [1, 4])
def test_sequences_have_each_place_once_with_what_is_before_it_in_its_row(
    context: int, first: int
) -> None:
    words = read_corpus(built_in_path()).tokens._symbols_S[:400]
    tokens = Tokens(words, first=first)
    sequences = Sequences(tokens, context)
    inputs, targets = sequences.of(torch.arange(len(sequences)))
    assert targets[targets != NOTHING].equal(tokens.pairs(torch.arange(len(tokens)))[1])
    assert inputs[targets != NOTHING].equal(tokens.pairs(torch.arange(len(tokens)))[0])
    assert inputs.shape[1] <= context
    for row, ends in zip(inputs.tolist(), (targets == NOTHING).tolist(), strict=True):
        seen = row[: ends.index(True)] if True in ends else row
        assert 0 not in seen[1:], "a row has no more than one word"


def test_a_running_text_is_cut_into_rows_of_the_context() -> None:
    tokens = Tokens(torch.tensor([0, *range(1, 11)]))
    inputs, targets = Sequences(tokens, 4).of(torch.arange(3))
    assert inputs.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 0]]
    assert targets.tolist() == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, NOTHING, NOTHING]]


def test_a_batch_of_words_has_the_windows_of_all_their_places() -> None:
    tokens = Tokens(torch.tensor([0, 1, 2, 0, 3, 0, 4, 5, 6, 0]))
    ((inputs, targets),) = WindowsOfWords(tokens, 2).batches(torch.tensor([[2, 0]]), CPU)
    assert inputs.tolist() == [[0, 0], [0, 4], [4, 5], [5, 6], [0, 0], [0, 1], [1, 2]]
    assert targets.tolist() == [4, 5, 6, 0, 1, 2, 0]


def test_rows_without_weights_are_drawn_as_torch_draws_them() -> None:
    drawn = Windows(Tokens(torch.tensor([0, 1, 2, 0, 2, 0])), 1).draw(generator(), 100)
    assert drawn.equal(torch.randint(0, 5, (100,), generator=generator()))


WEIGHTS = torch.tensor([10**12, 10**12, 10**12, 1, 1, 6 * 10**12, 6 * 10**12])
WEIGHTED = Tokens(torch.tensor([0, 1, 2, 0, 2, 0, 3, 0]), weights=WEIGHTS)


@pytest.mark.parametrize(
    ("examples", "shares"),
    [
        (Windows(WEIGHTED, 1), [1 / 15, 1 / 15, 1 / 15, 0, 0, 6 / 15, 6 / 15]),
        (Sequences(WEIGHTED, 9), [1 / 7, 0, 6 / 7]),
        (Sequences(WEIGHTED, 2), [1 / 8, 1 / 8, 0, 6 / 8]),
        (WindowsOfWords(WEIGHTED, 1), [1 / 7, 0, 6 / 7]),
    ],
)
def test_rows_are_drawn_in_proportion_to_their_weights(
    examples: Examples, shares: list[float]
) -> None:
    counts = torch.bincount(examples.draw(generator(), 80_000), minlength=len(examples)) / 80_000
    assert counts.tolist() == pytest.approx(shares, abs=0.01)
