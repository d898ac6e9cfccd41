"""A usual call of each shape of endpoint, which `make bench` records and compares with other handlers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import httpx
import pytest

from souk.selling.listings.model import Status
from souk.wiring import storage
from tests.functions.accounts.addresses import address_books
from tests.functions.accounts.auth import accounts
from tests.functions.cloud import Answer, Cloud, Person
from tests.functions.selling.listings.sellers import Seller
from tests.functions.storefront.orders.market import Buyer, Shop, stripe_for
from tests.functions.storefront.payments import events
from tests.functions.storefront.search.markets import Market
from tests.unit.selling.marketplaces.ebay_builders import fees_xml, reply_xml
from tests.unit.storefront.payments.stripe_in_process import Stripe


def _place_order(cloud: Cloud, stripe: Stripe) -> Answer:
    shop, buyer = Shop(cloud), Buyer(cloud, stripe)
    return buyer.call("place_order", json=buyer.wants((shop.product(shipping_profile_id=shop.ships()), 1)))


def _log_in(cloud: Cloud, _: Stripe) -> Answer:
    cloud.call("register_account")
    return cloud.call("log_in", json={"email": "john@example.com", "password": accounts.PASSWORD})


def _receive_webhook(cloud: Cloud, stripe: Stripe) -> Answer:
    order_id = Buyer(cloud, stripe).places((Shop(cloud).product(), 1))
    return events.deliver(cloud, events.event("checkout.session.completed", stripe.pay(order_id)))


def _search_products(cloud: Cloud, _: Stripe) -> Answer:
    market = Market(cloud)
    market.opens()
    for number in range(200):
        price, category_id = 5 + number % 60, "kitchen" if number % 2 else "home"
        market.offers(f"Coffee cup {number}", price=price, category_id=category_id, rating=(4, 5)[: number % 3])
    market.index_changes()
    return market.search(search="coffee cup", max_price="50", facets="true")


def _get_listing(cloud: Cloud, _: Stripe) -> Answer:
    seller = Seller(cloud)
    return seller.call("get_listing", seller.has(Status.MEDIA_READY).id)


def _list_addresses(cloud: Cloud, _: Stripe) -> Answer:
    person = Person(accounts.register(cloud).id)
    for _number in range(5):
        address_books.add(cloud, person)
    return cloud.call("list_addresses", caller=person)


def _preflight_listing(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Answer:
    fees = reply_xml("VerifyAddFixedPriceItem", "Success", body=fees_xml(InsertionFee="0.35"))
    reply = httpx.Response(200, content=fees, headers={"content-type": "text/xml"})
    ebay = httpx.Client(transport=httpx.MockTransport(lambda _: reply))
    monkeypatch.setattr(storage, "http_client", lambda: ebay)
    seller = Seller(cloud)
    seller.connect()
    return seller.call("preflight_listing", seller.has(Status.DRAFT).id)


CALLS: Mapping[str, Callable[[Cloud, Stripe], Answer]] = {
    "place_order": _place_order,
    "log_in": _log_in,
    "receive_webhook": _receive_webhook,
    "search_products": _search_products,
    "get_listing": _get_listing,
    "create_listing": lambda cloud, _: Seller(cloud).call("create_listing"),
    "list_addresses": _list_addresses,
    "get_profile": lambda cloud, _: cloud.call("get_profile", caller=Person(accounts.register(cloud).id)),
}


def test_a_preflight_at_ebay_succeeds(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _preflight_listing(cloud, monkeypatch).status == 200


@pytest.mark.parametrize("shape", CALLS)
def test_a_usual_call_succeeds(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, shape: str) -> None:
    with stripe_for(cloud, monkeypatch) as stripe:
        assert CALLS[shape](cloud, stripe).status < 300
