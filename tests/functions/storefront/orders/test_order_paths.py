"""How much code somebody has to follow from the request of an order to its transaction and its checkout session."""

from __future__ import annotations

from tests.functions.cloud import Cloud
from tests.functions.paths import trace
from tests.functions.storefront.orders.market import Buyer, Shop

MOST_FILES = 32
MOST_LINES = 5_500
MOST_CHANGES_OF_PACKAGE = 12
MOST_CHANGES_OF_DOMAIN = 35


def test_placing_an_order_takes_a_short_and_straight_path(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    board = shop.product(shipping_profile_id=shop.ships())
    buyer.places((board, 1))
    found = trace(cloud, lambda: buyer.places((board, 1)))
    assert len(found.files) <= MOST_FILES, sorted(found.files)
    assert found.lines <= MOST_LINES
    by_package, by_domain = found.changes(1), found.changes(2)
    assert ("storefront", "aws") in by_package, "the transaction was not reached"
    assert len(by_package) <= MOST_CHANGES_OF_PACKAGE, by_package
    assert len(by_domain) <= MOST_CHANGES_OF_DOMAIN, by_domain
