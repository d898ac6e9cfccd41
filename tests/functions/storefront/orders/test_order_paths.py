"""How many files somebody has to read to follow an order from the request to its payment page."""

from __future__ import annotations

from tests.functions.cloud import Cloud
from tests.functions.paths import trace
from tests.functions.storefront.orders.market import Buyer, Shop


def test_placing_an_order_runs_through_few_files_and_goes_straight(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    board = shop.product(shipping_profile_id=shop.ships())
    buyer.places((board, 1))
    found = trace(cloud, lambda: buyer.places((board, 1)))
    print(len(found.files), found.lines, len(found.changes(1)), len(found.changes(2)))
    for f in sorted(found.files):
        print(f)
    for c in found.changes(2):
        print(c)
