"""Products under /sellers, in field names of its own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.cloud import LARGEST_ANSWER, Cloud
from tests.functions.storefront.catalogue.merchants import Merchant, movements, seen

LAMP = {
    "name": "Brass desk lamp",
    "category": "Home",
    "description": "From the sixties, rewired.",
    "price": 49.5,
    "inventory": 5,
}


def make(bea: Merchant, key: str | None = None, **changes: Any) -> Any:
    return bea.call("create_seller_product", json={"seller_id": bea.id, **LAMP, **changes}, key=key)


def put(bea: Merchant, product_id: str, if_match: str = "*", **changes: Any) -> Any:
    return bea.call("update_seller_product", {"product_id": product_id}, json=changes, if_match=if_match)


def test_a_product_created_under_sellers_is_seen_under_products(cloud: Cloud, bea: Merchant) -> None:
    answer = make(bea)
    assert answer.status == 201
    made = answer.json
    assert {name: made[name] for name in LAMP} == LAMP
    assert (made["seller_id"], made["is_active"], made["images"]) == (bea.id, True, [])
    shown = seen(cloud, made["id"]).json
    assert (shown["title"], shown["category_id"], shown["stock_quantity"]) == ("Brass desk lamp", "home", 5)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("electronics", "Electronics"), ("HOME", "Home"), (" Clothing ", "Clothing"), ("Antique maps", "Other")],
)
def test_categories_are_given_by_name_in_any_case(bea: Merchant, said: str, meant: str) -> None:
    assert make(bea, category=said).json["category"] == meant


def test_sellers_can_create_products_only_for_themselves(cloud: Cloud, bea: Merchant) -> None:
    rival = Merchant(cloud, "rival@example.com")
    assert make(bea, seller_id=rival.id).status == 403
    assert rival.products()["products"] == []
    assert bea.call("create_seller_product", json=LAMP).json["seller_id"] == bea.id


def test_a_repeated_call_answers_with_what_the_first_has_created(bea: Merchant) -> None:
    first, again = make(bea, key="once"), make(bea, key="once")
    assert (again.status, again.json, again.headers["idempotent-replayed"]) == (201, first.json, "true")
    assert len(bea.products()["products"]) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": 7},
        {"price": 0},
        {"price": 1.999},
        {"inventory": -1},
        {"inventory": "many"},
        {"category": ""},
        {"seller_id": 7},
    ],
    ids=str,
)
def test_a_malformed_product_is_refused_with_the_fields_at_fault(bea: Merchant, changes: dict[str, Any]) -> None:
    answer = make(bea, **changes)
    assert (answer.status, bool(answer.json["errors"])) == (400, True)


def test_all_fields_can_be_changed_at_once(cloud: Cloud, bea: Merchant) -> None:
    product = make(bea).json["id"]
    wanted: dict[str, Any] = {
        "name": "Tin lamp",
        "category": "Tools",
        "description": "",
        "price": 12.25,
        "inventory": 2,
        "is_active": False,
    }
    answer = put(bea, product, **wanted)
    assert (answer.status, {name: answer.json[name] for name in wanted}) == (200, wanted)
    assert movements(cloud, product) == [(5, "created"), (-3, "set")]
    assert seen(cloud, product).status == 404


def test_fields_that_are_left_out_stay(bea: Merchant) -> None:
    product = make(bea).json["id"]
    changed = put(bea, product, inventory=9).json
    assert {name: changed[name] for name in LAMP} == {**LAMP, "inventory": 9}


@pytest.mark.parametrize("changes", [{}, {"price": None}, {"inventory": -1}, {"is_active": None}], ids=str)
def test_a_bad_change_is_refused(bea: Merchant, changes: dict[str, Any]) -> None:
    assert put(bea, make(bea).json["id"], **changes).status == 400


def test_another_sellers_product_cannot_be_changed(cloud: Cloud, bea: Merchant) -> None:
    product = make(bea).json["id"]
    assert put(Merchant(cloud, "rival@example.com"), product, price=1).status == 404
    assert seen(cloud, product).json["price"] == 49.5


def test_a_lost_update_is_refused(bea: Merchant) -> None:
    made = make(bea)
    tag = made.headers["etag"]
    assert put(bea, made.json["id"], tag, inventory=4).status == 200
    assert put(bea, made.json["id"], tag, inventory=3).status == 412


# Listed --------------------------------------------------------------------------------------------------------------


def test_a_sellers_products_are_listed_newest_first_by_page(bea: Merchant) -> None:
    made = [make(bea, name=f"Lamp {number}").json["id"] for number in range(5)]
    first = bea.products(limit="2")
    second = bea.products(limit="2", cursor=first["next_cursor"])
    third = bea.products(limit="2", cursor=second["next_cursor"])
    pages = [[one["id"] for one in page["products"]] for page in (first, second, third)]
    assert pages == [made[:2:-1], [made[2], made[1]], [made[0]]]
    assert third["next_cursor"] is None


def test_a_long_page_is_read_in_parts(cloud: Cloud, bea: Merchant) -> None:
    made = [bea.offers(title=f"Lamp {number}") for number in range(52)]
    assert [one["id"] for one in bea.products(limit="100")["products"]] == made[::-1]


def test_a_page_ends_early_when_its_products_are_too_large_for_one_answer(bea: Merchant) -> None:
    images = [f"https://example.com/{number}/{'x' * 2000}" for number in range(12)]
    offered = [bea.offers(description='"' * 50_000, images=images) for _ in range(60)]
    listed, query = list[str](), {"limit": "100"}
    while True:
        answer = bea.call("list_seller_products", {"seller_id": bea.id}, query=query)
        assert len(answer.body.encode()) < LARGEST_ANSWER
        listed += [one["id"] for one in answer.json["products"]]
        if answer.json["next_cursor"] is None:
            break
        query["cursor"] = answer.json["next_cursor"]
    assert listed == offered[::-1]


def test_other_sellers_products_are_not_listed(cloud: Cloud, bea: Merchant) -> None:
    rival = Merchant(cloud, "rival@example.com")
    make(rival)
    assert bea.products() == {"products": [], "next_cursor": None}
    assert bea.call("list_seller_products", {"seller_id": rival.id}).status == 404


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"cursor": "no cursor"}], ids=str)
def test_a_bad_page_is_refused(bea: Merchant, query: dict[str, str]) -> None:
    assert bea.call("list_seller_products", {"seller_id": bea.id}, query=query).status == 400
