"""Publishing to souk itself: a listing becomes a product, whose stock is the listing's quantity."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from souk.selling.listings.model import Listing, Media, MediaObject, Publication, PublicationStatus, Status
from souk.selling.photos.adapters.s3 import S3MediaStore
from souk.shared.clock import new_id, utc_now
from souk.shared.errors import VendorFailed
from souk.shared.money import Money
from souk.shared.versioned import Stale
from souk.storefront.catalogue.mapping import take_units
from souk.storefront.catalogue.repository import ProductRepository
from souk.wiring import listings, storage
from tests.functions.cloud import Answer, Cloud, Person
from tests.functions.selling.listings.sellers import Seller, task_of
from tests.functions.storefront.catalogue.merchants import movements, seen, suspend
from tests.functions.storefront.sellers.shops import apply

ON_SOUK = {"marketplaces": ["souk"]}


@pytest.fixture
def shop(cloud: Cloud, john: Seller) -> str:
    """John's shop; its id is his."""
    assert apply(cloud, john.id).status == 201
    return john.id


def approved(john: Seller, **fields: Any) -> Listing:
    """An approved listing with a picture in the bucket."""
    picture = MediaObject(john.stored(b"a picture"), "image/jpeg", "main")
    listing = john.has(Status.APPROVED, media=Media((picture,), None), quantity=5, **fields)
    return listings.listing_repository().save(replace(listing, approved_hash=listing.content_hash), utc_now())


def step(cloud: Cloud, john: Seller, listing_id: str) -> str:
    """Run the workflow's step at the storefront; returns the publication's status."""
    task = task_of(john.listing(listing_id), marketplace="souk")
    status: str = cloud.invoke("publish_to_marketplace", task)["status"]
    return status


def published(cloud: Cloud, john: Seller, **fields: Any) -> str:
    listing_id = approved(john, **fields).id
    assert john.call("publish_listing", listing_id, json=ON_SOUK).status == 202
    assert step(cloud, john, listing_id) == "live"
    return listing_id


def edit(cloud: Cloud, john: Seller, listing_id: str, **changes: Any) -> str:
    assert john.call("update_listing", listing_id, json=changes).status == 202
    return step(cloud, john, listing_id)


def sell(cloud: Cloud, product_id: str, quantity: int) -> None:
    storage.tables().commit(
        *take_units(cloud.physical["CatalogueTable"], product_id, quantity, new_id(), new_id(), utc_now())
    )


def owner(john: Seller) -> Person:
    return Person(john.id, ("user", "seller"))


def on_product(cloud: Cloud, john: Seller, function: str, product_id: str, **how: Any) -> Answer:
    return cloud.call(function, caller=owner(john), params={"id": product_id}, **how)


def test_a_price_from_before_this_rule_that_cannot_be_paid_is_not_published(
    cloud: Cloud, john: Seller, shop: str
) -> None:
    listing = approved(john, price=Money(Decimal("1.234"), "KWD"))
    answer = john.call("preflight_listing", listing.id, json=ON_SOUK)
    assert (answer.status, answer.json["vendor_errors"][0]["code"]) == (422, "price_invalid")
    assert john.call("publish_listing", listing.id, json=ON_SOUK).status == 202
    assert step(cloud, john, listing.id) == "failed"
    assert seen(cloud, listing.id).status == 404


# Who may -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", ["preflight_listing", "publish_listing"])
def test_only_sellers_publish_to_souk(cloud: Cloud, john: Seller, function: str) -> None:
    listing = approved(john)
    answer = john.call(function, listing.id, json=ON_SOUK)
    assert (answer.status, answer.json["error"]) == (409, "not_a_seller")
    assert john.listing(listing.id) == listing


@pytest.mark.parametrize("function", ["preflight_listing", "publish_listing"])
def test_a_suspended_shop_publishes_nothing(cloud: Cloud, john: Seller, shop: str, function: str) -> None:
    suspend(cloud, shop)
    answer = john.call(function, approved(john).id, json=ON_SOUK)
    assert (answer.status, answer.json["error"]) == (409, "shop_suspended")


def test_publishing_to_souk_is_free_and_needs_no_connection(cloud: Cloud, john: Seller, shop: str) -> None:
    answer = john.call("preflight_listing", approved(john).id, json=ON_SOUK)
    assert answer.json == {"data": [{"marketplace": "souk", "fees": [], "notices": []}]}


def test_a_shop_suspended_while_publishing_is_a_failure_that_says_so(cloud: Cloud, john: Seller, shop: str) -> None:
    listing = approved(john)
    john.call("publish_listing", listing.id, json=ON_SOUK)
    suspend(cloud, shop)
    assert step(cloud, john, listing.id) == "failed"
    body = john.call("get_listing", listing.id).json
    assert (body["status"], body["error"]["code"]) == ("error", "shop_suspended")


# Published -----------------------------------------------------------------------------------------------------------


def test_a_published_listing_is_a_product(cloud: Cloud, john: Seller, shop: str) -> None:
    listing_id = published(cloud, john, souk_category_id="cameras", enriched_description="It works very well.")
    [publication] = john.call("get_listing", listing_id).json["publications"]
    assert (publication["external_id"], publication["url"]) == (listing_id, f"/api/v1/products/{listing_id}")
    shown = seen(cloud, listing_id).json
    expected = {
        "title": "Camera",
        "description": "It works very well.",
        "price": 149.5,
        "category_id": "cameras",
        "stock_quantity": 5,
    }
    assert {name: shown[name] for name in expected} == expected
    assert movements(cloud, listing_id) == [(5, "created")]
    listed = cloud.call("list_seller_products", caller=owner(john), params={"seller_id": john.id})
    assert [one["id"] for one in listed.json["products"]] == [listing_id]


def test_its_pictures_become_public_and_its_photos_do_not(cloud: Cloud, john: Seller, shop: str) -> None:
    private = john.stored(b"a photo that is not shown")
    [address] = seen(cloud, published(cloud, john)).json["images"]
    content_hash = address.rpartition("/")[2]
    assert cloud.call("get_media", params={"hash": content_hash}).status == 302
    assert cloud.call("get_media", params={"hash": private}).status == 404


def test_an_unknown_category_becomes_other(cloud: Cloud, john: Seller, shop: str) -> None:
    assert seen(cloud, published(cloud, john, souk_category_id="antique-maps")).json["category_id"] == "other"


def test_a_step_that_is_repeated_makes_one_product(cloud: Cloud, john: Seller, shop: str) -> None:
    listing = approved(john)
    john.call("publish_listing", listing.id, json=ON_SOUK)
    before = john.listing(listing.id)
    assert step(cloud, john, listing.id) == "live"
    sell(cloud, listing.id, 1)
    # As after a crash: the product exists, and the listing has no record of it.
    put_back = replace(before, version=john.listing(listing.id).version)
    listings.listing_repository().save(put_back, utc_now())
    assert step(cloud, john, listing.id) == "live"
    assert movements(cloud, listing.id) == [(5, "created"), (-1, "order_placed")]


def test_a_store_that_does_not_answer_makes_the_step_be_retried(
    cloud: Cloud, john: Seller, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from souk.shared.errors import DependencyUnavailable

    def refuse(*_: Any) -> None:
        raise DependencyUnavailable("down")

    listing = approved(john)
    john.call("publish_listing", listing.id, json=ON_SOUK)
    with monkeypatch.context() as broken:
        broken.setattr(S3MediaStore, "copy_from", refuse)
        with pytest.raises(DependencyUnavailable):
            step(cloud, john, listing.id)
    assert john.listing(listing.id).status is Status.PUBLISHING
    assert step(cloud, john, listing.id) == "live"


def test_a_product_that_keeps_changing_is_a_failure_to_retry(
    cloud: Cloud, john: Seller, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stale(*_: Any, **__: Any) -> None:
        raise Stale

    listing_id = published(cloud, john)
    for method, ask in (("save", {"title": "Another"}), ("remove", None)):
        with monkeypatch.context() as contended:
            contended.setattr(ProductRepository, method, stale)
            if ask:
                john.call("update_listing", listing_id, json=ask)
            else:
                john.call("delete_listing", listing_id)
            with pytest.raises(VendorFailed):
                step(cloud, john, listing_id)
        step(cloud, john, listing_id)
    assert john.call("get_listing", listing_id).status == 404


# Revised and ended ---------------------------------------------------------------------------------------------------


def test_an_edit_reaches_the_product(cloud: Cloud, john: Seller, shop: str) -> None:
    listing_id = published(cloud, john)
    assert edit(cloud, john, listing_id, title="Better camera", price=99) == "live"
    shown = seen(cloud, listing_id).json
    assert (shown["title"], shown["price"], shown["stock_quantity"]) == ("Better camera", 99, 5)


def test_what_the_seller_set_at_the_product_is_kept(cloud: Cloud, john: Seller, shop: str) -> None:
    listing_id = published(cloud, john)
    profile = cloud.call("create_shipping_profile", caller=owner(john)).json["id"]
    changes = {"shipping_profile_id": profile, "is_active": False}
    assert on_product(cloud, john, "update_product", listing_id, json=changes).status == 200
    edit(cloud, john, listing_id, title="Better camera")
    kept = on_product(cloud, john, "update_product", listing_id, json={"is_active": True}).json
    assert (kept["title"], kept["shipping_profile_id"], kept["listing_id"]) == ("Better camera", profile, listing_id)


@pytest.mark.parametrize("changes", [{"title": "Mine"}, {"price": 1}, {"images": []}, {"category_id": "home"}], ids=str)
def test_fields_of_the_listing_cannot_be_changed_at_the_product(
    cloud: Cloud, john: Seller, shop: str, changes: dict[str, Any]
) -> None:
    listing_id = published(cloud, john)
    answer = on_product(cloud, john, "update_product", listing_id, json=changes)
    assert (answer.status, answer.json["error"]) == (409, "sold_from_listing")
    assert answer.json["listing_id"] == listing_id


@pytest.mark.parametrize("function", ["delete_product", "add_images"])
def test_a_product_of_a_listing_cannot_be_removed_by_itself(
    cloud: Cloud, john: Seller, shop: str, function: str
) -> None:
    listing_id = published(cloud, john)
    answer = on_product(cloud, john, function, listing_id)
    assert (answer.status, answer.json["error"]) == (409, "sold_from_listing")
    assert seen(cloud, listing_id).status == 200


def test_deleting_a_listing_removes_its_product_from_the_shop(cloud: Cloud, john: Seller, shop: str) -> None:
    listing_id = published(cloud, john)
    assert john.call("delete_listing", listing_id).status == 202
    assert step(cloud, john, listing_id) == "ended"
    assert john.call("get_listing", listing_id).status == 404
    assert seen(cloud, listing_id).status == 404
    [kept] = [item for item in cloud.items("CatalogueTable") if item["sk"] == "PRODUCT"]
    assert kept["removed"] is True


def test_a_suspended_shop_can_end_its_listing(cloud: Cloud, john: Seller, shop: str) -> None:
    listing_id = published(cloud, john)
    suspend(cloud, shop)
    john.call("delete_listing", listing_id)
    assert step(cloud, john, listing_id) == "ended"


@pytest.mark.parametrize("made", [True, False], ids=["something was made", "nothing was made"])
def test_an_attempt_without_an_answer_is_looked_for_before_it_is_ended(
    cloud: Cloud, john: Seller, shop: str, made: bool
) -> None:
    listing = approved(john)
    if made:
        john.call("publish_listing", listing.id, json=ON_SOUK)
        step(cloud, john, listing.id)
    unheard = {"souk": Publication("souk", PublicationStatus.UNCONFIRMED)}
    unconfirmed = replace(john.listing(listing.id), status=Status.ERROR, publications=unheard)
    listings.listing_repository().save(unconfirmed, utc_now())
    john.call("delete_listing", listing.id)
    assert step(cloud, john, listing.id) == "ended"
    assert seen(cloud, listing.id).status == 404


def test_a_product_published_again_keeps_its_remaining_stock(cloud: Cloud, john: Seller, shop: str) -> None:
    listing_id = published(cloud, john)
    sell(cloud, listing_id, 2)
    live = john.listing(listing_id)
    ending = replace(live, publications={"souk": replace(live.publications["souk"], status=PublicationStatus.ENDING)})
    # The listing is kept because another marketplace refused to end it.
    other = Publication("ebay", PublicationStatus.LIVE, external_id="110")
    kept = replace(ending, run=live.run + 1, publications={**ending.publications, "ebay": other})
    listings.listing_repository().save(kept, utc_now())
    assert step(cloud, john, listing_id) == "ended"
    assert seen(cloud, listing_id).status == 404
    assert john.call("publish_listing", listing_id, json=ON_SOUK).status == 202
    assert step(cloud, john, listing_id) == "live"
    assert seen(cloud, listing_id).json["stock_quantity"] == 3
    listed = cloud.call("list_seller_products", caller=owner(john), params={"seller_id": john.id})
    assert [one["id"] for one in listed.json["products"]] == [listing_id]


def test_a_removed_product_cannot_be_revised(cloud: Cloud, john: Seller, shop: str) -> None:
    """The product was removed in another way; the listing records it."""
    listing_id = published(cloud, john)
    from souk.wiring import catalogue

    found = catalogue.product_repository().find(listing_id)
    assert found is not None
    catalogue.product_repository().remove(found.product, replace(found.product, removed=True), utc_now())
    assert edit(cloud, john, listing_id, title="Better camera") == "ended"
    [publication] = john.call("get_listing", listing_id).json["publications"]
    assert publication["error"]["vendor_errors"] == [
        {"code": "gone", "message": "The product is not in the shop any more."}
    ]


# How many ------------------------------------------------------------------------------------------------------------


def test_the_quantity_of_a_live_listing_is_the_stock_of_its_product(cloud: Cloud, john: Seller, shop: str) -> None:
    listing_id = published(cloud, john)
    before = john.call("get_listing", listing_id).json
    sell(cloud, listing_id, 5)
    after = john.call("get_listing", listing_id).json
    assert (before["quantity"], after["quantity"]) == (5, 0)
    assert after["content_hash"] == before["content_hash"]


def test_an_edit_of_text_does_not_set_the_stock(cloud: Cloud, john: Seller, shop: str) -> None:
    listing_id = published(cloud, john)
    sell(cloud, listing_id, 2)
    edit(cloud, john, listing_id, title="Better camera")
    assert seen(cloud, listing_id).json["stock_quantity"] == 3


@pytest.mark.parametrize("quantity", [5, 9])
def test_a_quantity_that_the_owner_sets_becomes_the_stock(cloud: Cloud, john: Seller, shop: str, quantity: int) -> None:
    """Also when it is the quantity that the listing was created with."""
    listing_id = published(cloud, john)
    sell(cloud, listing_id, 2)
    edit(cloud, john, listing_id, quantity=quantity)
    assert seen(cloud, listing_id).json["stock_quantity"] == quantity
    assert john.call("get_listing", listing_id).json["quantity"] == quantity
    edit(cloud, john, listing_id, title="Better camera")
    assert [reason for _, reason in movements(cloud, listing_id)] == ["created", "order_placed", "set"]


def test_the_stock_of_a_listings_product_is_adjusted_like_any_other(cloud: Cloud, john: Seller, shop: str) -> None:
    listing_id = published(cloud, john)
    body = {"delta": -1, "reason": "Broken"}
    assert on_product(cloud, john, "adjust_stock", listing_id, json=body).json["stock_quantity"] == 4
    assert on_product(cloud, john, "update_product", listing_id, json={"stock_quantity": 7}).status == 200
    assert john.call("get_listing", listing_id).json["quantity"] == 7
