"""What each call about orders asks of the tables, measured, and held to the figures in docs/access-patterns.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.functions.capacity import billed, table_of
from tests.functions.cloud import Cloud
from tests.functions.storefront.orders.market import Buyer, Shop
from tests.functions.template import ROOT
from tests.unit.storefront.payments.stripe_in_process import Stripe

DOCUMENT = ROOT / "docs" / "access-patterns.md"
SECTION = "Orders"


class Market:
    """A shop that ships, nine more, and a buyer with thirty orders. The vendor's key has been read before."""

    def __init__(self, cloud: Cloud, stripe: Stripe) -> None:
        self.shop, self.buyer = Shop(cloud), Buyer(cloud, stripe)
        self.board = self.shop.product(stock=500, shipping_profile_id=self.shop.ships())
        shops = [self.shop, *(Shop(cloud, f"Shop {number}") for number in range(9))]
        self.many = [(shop.product(shipping_profile_id=shop.ships()), 2) for shop in shops for _ in range(2)]
        for _ in range(30):
            self.buyer.places((self.board, 1))

    def places(self, *items: Any, key: str | None = None) -> Any:
        return self.buyer.call("place_order", json=self.buyer.wants(*(items or [(self.board, 1)])), key=key)

    def bought(self, *steps: str) -> str:
        order_id = self.buyer.buys((self.board, 1))
        if steps:
            self.shop.move(order_id, *steps)
        return order_id


def _repeated(market: Market) -> Callable[[], Any]:
    market.places(key="once")
    return lambda: market.places(key="once")


def _on_a_sale(act: Callable[[Market, str], Any], *steps: str) -> Callable[[Market], Callable[[], Any]]:
    def prepared(market: Market) -> Callable[[], Any]:
        order_id = market.bought(*steps)
        return lambda: act(market, order_id)

    return prepared


def _tells(market: Market, order_id: str) -> Any:
    body = {"status": "shipped", "location": "Leeds", "carrier": "Royal Mail", "tracking_number": "AB123456789GB"}
    return market.shop.call("add_tracking", order_id, json=body)


WORK: dict[str, Callable[[Market], Callable[[], Any]]] = {
    "preview an order": lambda market: (
        lambda: market.buyer.call("preview_order", json=market.buyer.wants((market.board, 1)))
    ),
    "place an order": lambda market: market.places,
    "place an order, 20 products of 10 sellers": lambda market: lambda: market.places(*market.many),
    "place an order again": _repeated,
    "order one product": lambda market: (
        lambda: market.buyer.call("buy_product", json={"product_id": market.board.id, "quantity": 1})
    ),
    "list orders": lambda market: lambda: market.buyer.call("list_orders"),
    "list a buyer's orders": lambda market: lambda: market.buyer.call("list_buyer_orders"),
    "list a seller's orders": lambda market: lambda: market.shop.call("list_sales"),
    "read an order": _on_a_sale(lambda market, order_id: market.buyer.call("get_order", order_id)),
    "track an order": _on_a_sale(
        lambda market, order_id: market.buyer.call("track_order", order_id, headers={"if-none-match": '"1"'})
    ),
    "move a part on": _on_a_sale(lambda market, order_id: market.shop.move(order_id, "processing")),
    "deliver a part": _on_a_sale(
        lambda market, order_id: market.shop.move(order_id, "delivered"), "processing", "shipped"
    ),
    "add tracking, and ship a part": _on_a_sale(_tells, "processing"),
}


def test_every_call_costs_what_the_document_says(cloud: Cloud, stripe: Stripe) -> None:
    market = Market(cloud, stripe)
    measured = {}
    for name, prepare in WORK.items():
        act = prepare(market)
        with billed(cloud) as bill:
            answer = act()
        assert answer.status < 300, answer.body
        measured[name] = bill.row()
    said = table_of(DOCUMENT.read_text(), SECTION)
    assert measured == {name: row for name, row in said.items() if name in WORK}
