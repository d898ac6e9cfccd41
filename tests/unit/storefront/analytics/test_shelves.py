"""What is known of a product, put together from what was told of it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.storefront.analytics.model.counters import Inventory, Shelf

_TOLD = st.builds(
    lambda version, number: (
        Shelf("p1", "ana", version % 2 == 1, version) if number % 2 else Shelf("p1", "", False, 0, number, version)
    ),
    st.integers(1, 5),
    # What a version says is the same whenever it is told.
    st.just(1) | st.just(4),
)


@given(st.lists(_TOLD), st.randoms(use_true_random=False))
def test_the_newest_is_the_same_in_any_order_and_however_often_it_is_told(told: list[Shelf], chance: Random) -> None:
    known = Shelf("p1")
    for shelf in told:
        known = known.newest(shelf)
    again = Shelf("p1")
    for shelf in sorted(told * 2, key=lambda _: chance.random()):
        again = again.newest(shelf)
    assert known == again == known.newest(again)


@pytest.mark.parametrize(
    ("shelf", "expected"),
    [
        (Shelf("p1"), Inventory()),
        (Shelf("p1", "ana", True, 1), Inventory()),
        (Shelf("p1", available=3, stock_version=1), Inventory()),
        (Shelf("p1", "ana", False, 2, 3, 1), Inventory()),
        (Shelf("p1", "ana", True, 1, 3, 1), Inventory(1, 3, 0)),
        (Shelf("p1", "ana", True, 1, 0, 2), Inventory(1, 0, 1)),
    ],
    ids=str,
)
def test_a_shelf_counts_once_both_are_known_and_while_it_is_in_the_shop(shelf: Shelf, expected: Inventory) -> None:
    assert shelf.inventory == expected
