"""Pictures of tensors, against slow references."""

from __future__ import annotations

import math
from array import array

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.models.base.pictures import (
    BINS,
    SATURATED,
    attention,
    heatmap,
    histogram,
    points,
    ratio,
)
from engine.wire.inside import FINEST, Points


def drawn(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 20), st.integers(1, 20))
def test_a_cell_has_the_weight_farthest_from_0_of_those_that_share_it(
    rows: int, columns: int, down: int, across: int
) -> None:
    matrix = drawn(rows, columns, seed=rows * 31 + columns)
    picture = heatmap(matrix, down, across)
    assert (picture.rows, picture.columns) == (min(rows, down), min(columns, across))
    widest = float(matrix.abs().max())
    expected = []
    for r in range(picture.rows):
        top, bottom = r * rows // picture.rows, -(-(r + 1) * rows // picture.rows)
        for c in range(picture.columns):
            left, right = c * columns // picture.columns, -(-(c + 1) * columns // picture.columns)
            shared = [float(matrix[i, j]) for i in range(top, bottom) for j in range(left, right)]
            expected.append(round(max(shared, key=abs) / widest * FINEST))
    assert list(array("b", picture.cells)) == expected
    assert (picture.low, picture.high) == (float(matrix.min()), float(matrix.max()))


def test_a_matrix_of_zeros_is_a_picture_too() -> None:
    assert heatmap(torch.zeros(2, 3), 9, 9).cells == bytes(6)


def places(picture: Points) -> torch.Tensor:
    return torch.tensor(array("b", picture.places)).view(-1, 2).double()


def test_an_embedding_of_two_numbers_is_drawn_as_it_is() -> None:
    embedding = drawn(27, 2)
    picture = points(embedding)
    assert picture.explained is None
    low, high = embedding.min(0).values, embedding.max(0).values
    expected = ((embedding - low) / (high - low) * 2 - 1) * FINEST
    assert torch.equal(places(picture), expected.round())
    assert picture.across == (float(low[0]), float(high[0]))
    assert picture.up == (float(low[1]), float(high[1]))


def test_a_larger_embedding_is_drawn_by_the_two_directions_of_the_largest_variance() -> None:
    embedding = drawn(27, 5) * torch.tensor([1.0, 4.0, 0.5, 2.0, 0.1])
    picture = points(embedding)
    variances, directions = torch.linalg.eigh(torch.cov(embedding.T))
    shares = variances / variances.sum()
    assert picture.explained == pytest.approx((float(shares[-1]), float(shares[-2])))
    by_reference = (embedding - embedding.mean(0)) @ directions[:, [-1, -2]]
    for axis, ends in enumerate((picture.across, picture.up)):
        expected = by_reference[:, axis]
        expected = expected if expected[expected.abs().argmax()] > 0 else -expected
        assert ends == pytest.approx((float(expected.min()), float(expected.max())))
        share = (expected - expected.min()) / (expected.max() - expected.min())
        assert torch.allclose(places(picture)[:, axis], (share * 2 - 1) * FINEST, atol=0.51)


@pytest.mark.parametrize("shape", [(27, 1), (2, 10), (1, 10), (3, 3)])
def test_the_smallest_embeddings_are_drawn_too(shape: tuple[int, int]) -> None:
    picture = points(drawn(*shape))
    assert len(picture.places) == 2 * shape[0]
    assert picture.explained is not None
    assert all(0 <= share <= 1 + 1e-9 for share in picture.explained)


def test_points_do_not_turn_over_where_an_embedding_hardly_changes() -> None:
    embedding = drawn(27, 10)
    for step in range(1, 20):
        nearby = embedding + 1e-4 * drawn(27, 10, seed=step)
        assert (places(points(nearby)) - places(points(embedding))).abs().max() <= 2


def test_a_histogram_tells_mean_deviation_and_the_share_that_is_saturated() -> None:
    values = torch.tensor([[-0.983, 0.003], [0.503, 1.0], [0.963, -0.963]])
    picture = histogram("layer 1", values)
    flat = values.flatten().tolist()
    mean = sum(flat) / 6
    assert picture.mean == pytest.approx(mean)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in flat) / 5)
    assert picture.deviation == pytest.approx(deviation)
    assert picture.saturated == pytest.approx(sum(abs(value) > SATURATED for value in flat) / 6)
    counts = [0] * BINS
    for value in flat:
        counts[min(BINS - 1, int((value + 1) / 2 * BINS))] += 1
    assert list(picture.bins) == [math.ceil(count / max(counts) * 255) for count in counts]


def test_all_attention_is_the_darkest_and_none_the_lightest() -> None:
    picture = attention((0, 1), torch.tensor([[1.0, 0.0], [0.25, 0.75]]))
    assert list(array("b", picture.cells)) == [FINEST, 0, 32, 95]


def test_a_gradient_is_told_in_parts_of_the_weights() -> None:
    assert ratio(drawn(5, 5) / 50, drawn(5, 5)) == pytest.approx(0.02)
    assert ratio(torch.ones(1), torch.ones(1)) == math.inf
