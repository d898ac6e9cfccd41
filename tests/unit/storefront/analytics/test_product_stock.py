"""The stock snapshot of a product, merged from updates in any order."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.storefront.analytics.model.stock import Inventory, ProductStock

_UPDATES = st.builds(
    lambda version, number: (
        ProductStock("p1", "ana", version % 2 == 1, version)
        if number % 2
        else ProductStock("p1", "", False, 0, number, version)
    ),
    st.integers(1, 5),
    # The number decides which item it is: a version of an item always has the same state.
    st.just(1) | st.just(4),
)


@given(st.lists(_UPDATES), st.randoms(use_true_random=False))
def test_the_newest_state_is_the_same_in_any_order_and_with_repeated_updates(
    updates: list[ProductStock], chance: Random
) -> None:
    known = ProductStock("p1")
    for update in updates:
        known = known.newest(update)
    again = ProductStock("p1")
    for update in sorted(updates * 2, key=lambda _: chance.random()):
        again = again.newest(update)
    assert known == again == known.newest(again)


@pytest.mark.parametrize(
    ("stock", "expected"),
    [
        (ProductStock("p1"), Inventory()),
        (ProductStock("p1", "ana", True, 1), Inventory()),
        (ProductStock("p1", available=3, stock_version=1), Inventory()),
        (ProductStock("p1", "ana", False, 2, 3, 1), Inventory()),
        (ProductStock("p1", "ana", True, 1, 3, 1), Inventory(1, 3, 0)),
        (ProductStock("p1", "ana", True, 1, 0, 2), Inventory(1, 0, 1)),
    ],
    ids=str,
)
def test_a_product_counts_once_its_seller_and_stock_are_known_and_while_it_is_in_the_shop(
    stock: ProductStock, expected: Inventory
) -> None:
    assert stock.inventory == expected
