"""Products under /products: created, seen by everybody, changed and removed only by their owner."""

from __future__ import annotations

from typing import Any

import pytest

from souk.storefront.catalogue.model import CATEGORIES
from souk.storefront.catalogue.repository import ProductRepository
from tests.functions.cloud import Cloud, Person
from tests.functions.storefront.catalogue.merchants import LAMP, Merchant, movements, seen, suspend
from tests.functions.storefront.sellers.shops import require_verification

UNKNOWN = "01890000-0000-7000-8000-0000000000ff"


# Offered -------------------------------------------------------------------------------------------------------------


def test_a_new_product_is_in_the_shop_at_once(cloud: Cloud, bea: Merchant) -> None:
    profile = bea.ships()
    images = ["https://images.example/1.jpg", "https://images.example/2.jpg"]
    wanted = {**LAMP, "description": "Rewired.", "images": images, "shipping_profile_id": profile}
    answer = bea.call("create_product", json=wanted)
    assert answer.status == 201
    made = answer.json
    assert {name: made[name] for name in wanted} == wanted
    assert (made["seller_id"], made["currency"], made["in_stock"], made["is_active"]) == (bea.id, "USD", True, True)
    assert answer.headers["location"] == f"/api/v1/products/{made['id']}"
    assert answer.headers["etag"] == f'"{made["version"]}"'
    shown = seen(cloud, made["id"])
    assert shown.status == 200
    assert {name: shown.json[name] for name in wanted} == wanted
    assert shown.json["seller"] == {
        "id": bea.id,
        "shop_name": "Bea's Lamps",
        "logo_url": None,
        "rating": None,
        "review_count": 0,
    }
    assert (shown.json["rating"], shown.json["review_count"]) == (None, 0)
    assert shown.headers["etag"] == answer.headers["etag"]
    assert movements(cloud, made["id"]) == [(5, "created")]


def test_fields_that_are_left_out_have_defaults(bea: Merchant) -> None:
    made = bea.call("create_product", json={"title": "Lamp", "price": 9.99, "stock_quantity": 0}).json
    assert (made["description"], made["category_id"], made["images"]) == ("", "other", [])
    assert (made["shipping_profile_id"], made["in_stock"], made["is_active"]) == (None, False, True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": None}, "title"),
        ({"price": 0}, "price"),
        ({"price": -1}, "price"),
        ({"price": 1.999}, "price"),
        ({"price": 1.5, "currency": "JPY"}, "price"),
        ({"price": 1.234, "currency": "KWD"}, "price"),
        ({"price": 100.5, "currency": "MGA"}, "price"),
        ({"price": "free"}, "price"),
        ({"price": True}, "price"),
        ({"currency": "dollars"}, "currency"),
        ({"stock_quantity": -1}, "stock_quantity"),
        ({"stock_quantity": 1_000_001}, "stock_quantity"),
        ({"stock_quantity": 1.5}, "stock_quantity"),
        ({"stock_quantity": None}, "stock_quantity"),
        ({"category_id": "antiques"}, "category_id"),
        ({"images": ["http://images.example/1.jpg"]}, "images.0"),
        ({"images": ["https://images.example/1.jpg"] * 13}, "images"),
        ({"is_active": "perhaps"}, "is_active"),
        ({"shipping_profile_id": UNKNOWN}, "shipping_profile_id"),
        ({"shipping_profile_id": 7}, "shipping_profile_id"),
    ],
)
def test_a_malformed_product_is_refused_with_the_fields_at_fault(
    cloud: Cloud, bea: Merchant, changes: dict[str, Any], field: str
) -> None:
    answer = bea.call("create_product", json={**LAMP, **changes})
    assert answer.status == 400
    assert field in {problem["field"] for problem in answer.json["errors"]}
    assert bea.products()["products"] == []


def test_every_listed_category_is_accepted(cloud: Cloud, bea: Merchant) -> None:
    cloud.calls.clear()
    listed = cloud.call("list_categories")
    assert (listed.status, cloud.calls) == (200, [])
    assert listed.json["data"][0] == {"id": "electronics", "name": "Electronics"}
    assert {one["id"] for one in listed.json["data"]} == {one.id for one in CATEGORIES}
    for one in listed.json["data"][:3]:
        bea.offers(category_id=one["id"])


def test_another_sellers_shipping_profile_is_refused(cloud: Cloud, bea: Merchant) -> None:
    profile = Merchant(cloud, "rival@example.com").ships()
    assert bea.call("create_product", json={**LAMP, "shipping_profile_id": profile}).status == 400


def test_a_shipping_profile_in_another_currency_is_refused(bea: Merchant) -> None:
    answer = bea.call("create_product", json={**LAMP, "shipping_profile_id": bea.ships(currency="EUR")})
    assert (answer.status, answer.json["error"]) == (400, "currency_mismatch")


def test_a_repeated_call_answers_with_what_the_first_has_created(cloud: Cloud, bea: Merchant) -> None:
    first = bea.call("create_product", json=LAMP, key="once")
    again = bea.call("create_product", json=LAMP, key="once")
    assert (again.status, again.json) == (201, first.json)
    assert again.headers["idempotent-replayed"] == "true"
    assert len(bea.products()["products"]) == 1
    other = bea.call("create_product", json={**LAMP, "price": 1}, key="once")
    assert (other.status, other.json["error"]) == (422, "idempotency_key_reused")


# Who -----------------------------------------------------------------------------------------------------------------

WRITING = ["create_product", "update_product", "delete_product", "add_images", "adjust_stock"]
SHIPPING = ["create_shipping_profile", "update_shipping_profile", "list_shipping_profiles"]
DOCUMENT_1 = ["create_seller_product", "update_seller_product", "list_seller_products"]


@pytest.mark.parametrize("function", [*WRITING, *SHIPPING, *DOCUMENT_1])
def test_only_sellers_are_allowed(cloud: Cloud, function: str) -> None:
    buyer = Person("01890000-0000-7000-8000-00000000000a", ("user", "buyer"))
    assert cloud.call(function, caller=buyer).status == 403
    assert cloud.call(function).status == 401
    assert cloud.calls == []


@pytest.mark.parametrize("function", ["update_product", "delete_product", "add_images", "adjust_stock"])
def test_another_sellers_product_is_not_found(cloud: Cloud, bea: Merchant, function: str) -> None:
    product, rival = bea.offers(), Merchant(cloud, "rival@example.com")
    before = cloud.items("CatalogueTable")
    assert rival.on(function, product).status == 404
    assert rival.on(function, UNKNOWN).status == 404
    assert cloud.items("CatalogueTable") == before


def test_an_id_that_no_product_can_have_is_not_found(cloud: Cloud, bea: Merchant) -> None:
    for one in ("nothing", "x" * 3000, "\ud800"):
        assert seen(cloud, one).status == 404
        assert bea.on("delete_product", one).status == 404


# Suspended -----------------------------------------------------------------------------------------------------------


def test_a_suspended_shop_cannot_create_or_change_products(cloud: Cloud, bea: Merchant) -> None:
    product, profile = bea.offers(), bea.ships()
    suspend(cloud, bea.id)
    before = cloud.items("CatalogueTable")
    answers = [
        bea.call("create_product", json=LAMP),
        bea.on("update_product", product, json={"price": 1}),
        bea.on("adjust_stock", product),
        bea.on("add_images", product),
        bea.call("create_shipping_profile"),
        bea.call("update_shipping_profile", {"id": profile}),
    ]
    assert [(one.status, one.json["error"]) for one in answers] == [(409, "shop_suspended")] * len(answers)
    assert cloud.items("CatalogueTable") == before


def test_products_of_a_suspended_shop_are_hidden_and_can_be_removed(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers()
    suspend(cloud, bea.id)
    assert seen(cloud, product).status == 404
    assert bea.on("delete_product", product).status == 204


def test_where_shops_must_be_verified_products_of_others_are_hidden(
    cloud: Cloud, bea: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_verification(monkeypatch)
    product = bea.offers()
    assert seen(cloud, product).status == 404
    assert [one["id"] for one in bea.products()["products"]] == [product]


# Changed -------------------------------------------------------------------------------------------------------------


def test_only_fields_that_are_sent_change(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers(description="Rewired.", shipping_profile_id=bea.ships())
    before = seen(cloud, product).json
    answer = bea.on("update_product", product, json={"price": 44.5, "title": "Brass lamp", "shipping_profile_id": None})
    assert answer.status == 200
    after = seen(cloud, product).json
    changed = {name: after[name] for name in after if after[name] != before[name]}
    del changed["updated_at"]
    assert changed == {
        "price": 44.5,
        "title": "Brass lamp",
        "shipping_profile_id": None,
        "version": before["version"] + 1,
    }


def test_a_hidden_product_is_seen_only_by_its_owner(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers()
    assert bea.on("update_product", product, json={"is_active": False}).json["is_active"] is False
    assert seen(cloud, product).status == 404
    assert [one["is_active"] for one in bea.products()["products"]] == [False]
    bea.on("update_product", product, json={"is_active": True})
    assert seen(cloud, product).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": None},
        {"price": None},
        {"price": 0},
        {"price": 1.001},
        {"price": 9.99, "currency": "JPY"},
        {"currency": "JPY"},
        {"price": 1.234, "currency": "KWD"},
        {"stock_quantity": -1},
        {"images": ["nothing of ours"]},
        {"images": None},
        {"category_id": "antiques"},
        {"is_active": None},
        {"shipping_profile_id": UNKNOWN},
    ],
    ids=str,
)
def test_a_bad_change_is_refused_and_changes_nothing(cloud: Cloud, bea: Merchant, body: dict[str, Any]) -> None:
    product = bea.offers()
    before = cloud.items("CatalogueTable")
    answer = bea.on("update_product", product, json=body)
    assert (answer.status, bool(answer.json["errors"])) == (400, True)
    assert cloud.items("CatalogueTable") == before


@pytest.mark.parametrize("change", [{"price": 1.001}, {"currency": "JPY"}, {"price": 9.5, "currency": "JPY"}], ids=str)
def test_a_price_with_too_many_decimals_is_the_field_at_fault(bea: Merchant, change: dict[str, Any]) -> None:
    answer = bea.on("update_product", bea.offers(price=9.99), json=change)
    assert [(one["field"], one["code"]) for one in answer.json["errors"]] == [("price", "too_precise")]


def test_a_price_in_another_currency_needs_shipping_prices_in_it(bea: Merchant) -> None:
    product = bea.offers(shipping_profile_id=bea.ships())
    answer = bea.on("update_product", product, json={"price": 40, "currency": "EUR"})
    assert (answer.status, answer.json["error"]) == (400, "currency_mismatch")
    both = {"price": 40, "currency": "EUR", "shipping_profile_id": bea.ships(currency="EUR")}
    assert bea.on("update_product", product, json=both).json["currency"] == "EUR"


def test_a_lost_update_is_refused(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers()
    tag = seen(cloud, product).headers["etag"]
    assert bea.on("update_product", product, json={"price": 1}, if_match=tag).status == 200
    assert bea.on("update_product", product, json={"price": 2}, if_match=tag).status == 412
    assert bea.on("delete_product", product, if_match=tag).status == 412
    assert seen(cloud, product).json["price"] == 1
    assert bea.on("delete_product", product, if_match=seen(cloud, product).headers["etag"]).status == 204


def test_a_change_that_meets_a_conflict_is_made_on_the_current_version(
    cloud: Cloud, bea: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = bea.offers()
    save = ProductRepository.save

    def interrupted(repository: ProductRepository, *given: Any, **more: Any) -> Any:
        monkeypatch.setattr(ProductRepository, "save", save)
        bea.on("update_product", product, json={"title": "In between"})
        return save(repository, *given, **more)

    monkeypatch.setattr(ProductRepository, "save", interrupted)
    assert bea.on("update_product", product, json={"price": 2}).status == 200
    shown = seen(cloud, product).json
    assert (shown["title"], shown["price"]) == ("In between", 2)


# Removed -------------------------------------------------------------------------------------------------------------


def test_a_removed_product_is_not_found_but_stays_in_the_table(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers()
    assert bea.on("delete_product", product).status == 204
    assert seen(cloud, product).status == 404
    assert bea.products()["products"] == []
    assert [bea.on(one, product).status for one in ("update_product", "delete_product", "adjust_stock")] == [404] * 3
    [kept] = [item for item in cloud.items("CatalogueTable") if item["sk"] == "PRODUCT"]
    assert (kept["title"], kept["removed"]) == ("Brass desk lamp", True)
