"""What each call of the catalogue asks of the tables, measured, and held to the figures in docs/access-patterns.md."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.functions.capacity import billed, table_of
from tests.functions.cloud import Cloud
from tests.functions.selling.listings.sellers import Seller, task_of
from tests.functions.selling.listings.test_listing_photos import JPEG_FILE
from tests.functions.selling.listings.test_listing_storefront import approved, published, sell
from tests.functions.storefront.catalogue.merchants import Merchant, seen
from tests.functions.storefront.catalogue.test_product_images import arrive, has_pending
from tests.functions.storefront.sellers.shops import apply
from tests.functions.template import ROOT

DOCUMENT = ROOT / "docs" / "access-patterns.md"
SECTION = "Catalogue"
LAMP = {"description": "From the sixties, rewired. " * 10, "images": ["https://images.example/lamp.jpg"]}
type Work = Callable[[Cloud, Merchant], Callable[[], Any]]


def on_a_product(function: str, **how: Any) -> Work:
    def prepared(_: Cloud, bea: Merchant) -> Callable[[], Any]:
        product = bea.offers(**LAMP, shipping_profile_id=bea.ships())
        return lambda: bea.on(function, product, **how)

    return prepared


def calling(function: str, **how: Any) -> Work:
    return lambda _, bea: lambda: bea.call(function, **how)


def _offering(_: Cloud, bea: Merchant) -> Callable[[], Any]:
    profile = bea.ships()
    return lambda: bea.offers(**LAMP, shipping_profile_id=profile)


def _seeing(cloud: Cloud, bea: Merchant) -> Callable[[], Any]:
    product = bea.offers(**LAMP)
    return lambda: seen(cloud, product)


def _listing_all(_: Cloud, bea: Merchant) -> Callable[[], Any]:
    for _number in range(21):
        bea.offers(**LAMP)
    return lambda: bea.products(limit="20")


def _shipping_differently(_: Cloud, bea: Merchant) -> Callable[[], Any]:
    profile = bea.ships()
    return lambda: bea.call("update_shipping_profile", {"id": profile})


def _listing_profiles(_: Cloud, bea: Merchant) -> Callable[[], Any]:
    for _number in range(3):
        bea.ships()
    return lambda: bea.call("list_shipping_profiles")


def _judging(cloud: Cloud, bea: Merchant) -> Callable[[], Any]:
    product = bea.offers(**LAMP)
    photo = has_pending(bea, product, timedelta(hours=2))
    return lambda: arrive(cloud, f"incoming/products/{bea.id}/{product}/{photo.id}")


def _sweeping(cloud: Cloud, bea: Merchant) -> Callable[[], Any]:
    has_pending(bea, bea.offers(**LAMP), timedelta(hours=3))
    return lambda: cloud.invoke("sweep_overdue", {})


def _john(cloud: Cloud) -> Seller:
    john = Seller(cloud)
    apply(cloud, john.id)
    return john


def _step(cloud: Cloud, john: Seller, listing_id: str) -> Callable[[], Any]:
    task = task_of(john.listing(listing_id), marketplace="souk")
    return lambda: cloud.invoke("publish_to_marketplace", task)


def _publishing(cloud: Cloud, _: Merchant) -> Callable[[], Any]:
    john = _john(cloud)
    listing_id = approved(john).id
    john.call("publish_listing", listing_id, json={"marketplaces": ["souk"]})
    return _step(cloud, john, listing_id)


def _revising(cloud: Cloud, _: Merchant) -> Callable[[], Any]:
    john = _john(cloud)
    listing_id = published(cloud, john)
    sell(cloud, listing_id, 1)
    john.call("update_listing", listing_id, json={"title": "Better camera", "quantity": 5})
    return _step(cloud, john, listing_id)


def _ending(cloud: Cloud, _: Merchant) -> Callable[[], Any]:
    john = _john(cloud)
    listing_id = published(cloud, john)
    john.call("delete_listing", listing_id)
    return _step(cloud, john, listing_id)


WORK: dict[str, Work] = {
    "offer a product": _offering,
    "see a product": _seeing,
    "see a picture": lambda cloud, _: lambda: cloud.call("get_media"),
    "edit a product": on_a_product("update_product", json={"title": "Tin lamp"}),
    "edit its price": on_a_product("update_product", json={"price": 1}),
    "count its stock": on_a_product("update_product", json={"stock_quantity": 9}),
    "move its stock": on_a_product("adjust_stock"),
    "remove a product": on_a_product("delete_product"),
    "add images": on_a_product("add_images", json={"files": [JPEG_FILE]}),
    "judge an image": _judging,
    "sweep, one photo given up": _sweeping,
    "list a seller's products": _listing_all,
    "list categories": lambda cloud, _: lambda: cloud.call("list_categories"),
    "make a shipping profile": calling("create_shipping_profile"),
    "edit a shipping profile": _shipping_differently,
    "list shipping profiles": _listing_profiles,
    "publish a listing to souk": _publishing,
    "revise one with another quantity": _revising,
    "end one": _ending,
}


def _measure(cloud: Cloud, bea: Merchant, name: str) -> str:
    act = WORK[name](cloud, bea)
    with billed(cloud) as bill:
        act()
    bill.requests = [one for one in bill.requests if one.startswith("dynamodb:")]
    if name.startswith("sweep"):  # which of several shards comes first hangs on an id
        bill.requests.sort()
    return bill.row()


@pytest.mark.parametrize("name", WORK)
def test_a_call_costs_what_is_written(cloud: Cloud, bea: Merchant, name: str) -> None:
    assert table_of(DOCUMENT.read_text(), SECTION).get(name) == _measure(cloud, bea, name)


def test_every_written_row_is_measured() -> None:
    assert set(table_of(DOCUMENT.read_text(), SECTION)) == {"pattern", *WORK}


def test_a_product_page_costs_the_same_in_a_full_shop(cloud: Cloud, bea: Merchant) -> None:
    before = [_measure(cloud, bea, name) for name in ("see a product", "move its stock")]
    for number in range(30):
        bea.offers(title=f"Lamp {number}")
    assert [_measure(cloud, bea, name) for name in ("see a product", "move its stock")] == before
