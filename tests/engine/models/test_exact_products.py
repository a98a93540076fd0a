"""Products of matrices that no order of adding changes: the law by which names are drawn alike."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.models.base.exact_products import Factor

SIZES = st.integers(1, 200)


def numbers(generator: torch.Generator, rows: int, columns: int, spread: float) -> torch.Tensor:
    """Numbers of many sizes, some of them 0."""
    scales = torch.exp(spread * torch.randn((rows, columns), generator=generator).double())
    signs = torch.randint(-1, 2, (rows, columns), generator=generator)
    return scales * signs


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(1, 70), terms=SIZES, columns=SIZES, seed=st.integers(0, 2**32), data=st.data()
)
def test_a_row_of_a_product_depends_on_no_other_row_and_on_no_order(
    rows: int, terms: int, columns: int, seed: int, data: st.DataObject
) -> None:
    generator = torch.Generator().manual_seed(seed)
    rows_BK = numbers(generator, rows, terms, 2.0)
    weights_KN = numbers(generator, terms, columns, 2.0)
    whole = Factor(weights_KN).product(rows_BK)
    row = data.draw(st.integers(0, rows - 1))
    end = data.draw(st.integers(row + 1, rows))
    order = torch.randperm(terms, generator=generator)
    column = data.draw(st.integers(0, columns - 1))
    shuffled = Factor(weights_KN[order][:, column:])
    part = shuffled.product(rows_BK[row:end][:, order])
    assert torch.equal(part, whole[row:end, column:])
    flat = rows_BK.abs().amax(1, keepdim=True) * weights_KN.abs().amax(0)
    assert ((whole - rows_BK @ weights_KN).abs() <= terms * 2.0**-40 * flat).all()


@pytest.mark.parametrize("terms", [1, 2, 3, 1000, 5000])
def test_the_largest_numbers_that_can_meet_are_added_exactly(terms: int) -> None:
    almost_two = 2.0 - 2.0**-20
    rows = torch.full((1, terms), almost_two, dtype=torch.float64)
    product = Factor(rows.T).product(rows)
    assert product.item() == pytest.approx(terms * almost_two**2, rel=2.0**-36)


def test_rows_and_columns_of_zeros_make_zeros() -> None:
    factor = Factor(torch.tensor([[0.0, 1.0], [0.0, 3.0]]))
    rows = torch.tensor([[0.0, 0.0], [1.0, 2.0]], dtype=torch.float64)
    assert factor.product(rows).tolist() == [[0.0, 0.0], [0.0, 7.0]]
