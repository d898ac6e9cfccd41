"""POST /orders, /orders/checkout and /buyers/orders: what is refused, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from souk.storefront.catalogue.model import ShippingRate
from tests.functions.accounts.addresses.address_books import add
from tests.functions.accounts.auth.accounts import remove_account
from tests.functions.cloud import Cloud, Person
from tests.functions.storefront.orders.market import Buyer, Shop, call, refused, untouched
from tests.functions.storefront.sellers.shops import decide, operator, require_verification
from tests.unit.storefront.orders.order_builders import usd
from tests.unit.storefront.payments.stripe_in_process import Stripe

BOTH = pytest.mark.parametrize("function", ["place_order", "preview_order"])


@BOTH
def test_ordering_more_than_the_stock_is_refused_with_what_is_left(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, function: str
) -> None:
    plenty, few = shop.product(stock=9), shop.product(stock=1)
    answer = buyer.call(function, json=buyer.wants((plenty, 2), (few, 2)))
    refused(answer, 409, "insufficient_inventory", product_id=few.id, available=1)
    untouched(cloud, plenty, few)
    assert stripe.asked == []


@BOTH
def test_an_order_above_the_largest_amount_is_refused(cloud: Cloud, shop: Shop, buyer: Buyer, function: str) -> None:
    gold = shop.product(stock=9, price="9999999999.99")
    answer = buyer.call(function, json=buyer.wants((gold, 2)))
    assert (answer.status, [one["field"] for one in answer.json["errors"]]) == (400, ["items"])
    untouched(cloud, gold)
    assert (buyer.call("list_orders").status, shop.call("list_sales").status) == (200, 200)


@pytest.mark.parametrize(
    ("price", "currency", "code"),
    [
        ("0.30", "USD", "amount_too_small"),
        ("0.49", "EUR", "amount_too_small"),
        ("1500000.00", "USD", "amount_too_large"),
        ("100.50", "MGA", "amount_invalid"),
        ("1.234", "KWD", "amount_invalid"),
    ],
)
def test_a_total_that_cannot_be_paid_is_refused_before_anything_is_written(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, price: str, currency: str, code: str
) -> None:
    odd = shop.product(price=price, currency=currency)
    one = {"buyer_id": buyer.id, "product_id": odd.id, "quantity": 1}
    answers = [
        buyer.call("preview_order", json=buyer.wants((odd, 1))),
        buyer.call("place_order", json=buyer.wants((odd, 1))),
        buyer.call("buy_product", json=one),
    ]
    for answer in answers:
        refused(answer, 422, "vendor_refused", vendor="stripe", detail=answers[0].json["detail"])
        assert [error["code"] for error in answer.json["vendor_errors"]] == [code]
    untouched(cloud, odd)
    assert stripe.asked == []


def test_the_smallest_and_the_largest_payment_are_taken(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    for price in ("0.50", "999999.99"):
        wanted = buyer.wants((shop.product(price=price), 1), shipping_address_id=buyer.address)
        assert buyer.call("preview_order", json=wanted).json["total"] == float(price)
        assert buyer.call("place_order", json=wanted).status == 201


def test_a_repeated_call_still_answers_when_the_price_has_become_one_that_cannot_be_paid(
    shop: Shop, buyer: Buyer
) -> None:
    board = shop.product()
    body = buyer.wants((board, 1))
    first = buyer.call("place_order", json=body, key="once")
    shop.edit(board, price=usd("0.10"))
    again = buyer.call("place_order", json=body, key="once")
    assert (again.status, again.json["order_id"]) == (201, first.json["order_id"])


@BOTH
@pytest.mark.parametrize("changes", [{"is_active": False}, {"removed": True}])
def test_hidden_and_removed_products_are_not_sold(
    cloud: Cloud, shop: Shop, buyer: Buyer, function: str, changes: dict[str, Any]
) -> None:
    board = shop.product(**changes)
    refused(buyer.call(function, json=buyer.wants((board, 1))), 409, "product_unavailable", product_id=board.id)
    untouched(cloud, board)


@BOTH
def test_sellers_cannot_buy_from_themselves(cloud: Cloud, shop: Shop, buyer: Buyer, function: str) -> None:
    board = shop.product()
    body = buyer.wants((board, 1), shipping_address_id=add(cloud, shop.person).json["id"])
    refused(call(cloud, shop.person, function, json=body), 409, "own_product", product_id=board.id)
    untouched(cloud, board)


@BOTH
def test_a_suspended_shop_sells_nothing(cloud: Cloud, shop: Shop, buyer: Buyer, function: str) -> None:
    board = shop.product()
    decide(cloud, operator(cloud), shop.id, "suspend")
    refused(buyer.call(function, json=buyer.wants((board, 1))), 409, "shop_suspended", seller_id=shop.id)
    untouched(cloud, board)


def test_only_verified_shops_sell_where_that_is_required(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    require_verification(monkeypatch)
    board = shop.product()
    refused(buyer.call("place_order", json=buyer.wants((board, 1))), 409, "shop_not_verified", seller_id=shop.id)
    decide(cloud, operator(cloud), shop.id, "verify")
    assert buyer.call("place_order", json=buyer.wants((board, 1))).status == 201


@BOTH
def test_a_product_is_not_sold_to_where_it_is_not_shipped(
    cloud: Cloud, shop: Shop, buyer: Buyer, function: str
) -> None:
    abroad = add(cloud, buyer.person, country="GB", postal_code="LS1 4AP").json["id"]
    stays = shop.product(shipping_profile_id=shop.ships())
    goes = shop.product(shipping_profile_id=shop.ships(international=ShippingRate(Decimal("20.00"), Decimal("5.00"))))
    body = buyer.wants((goes, 1), (stays, 1), shipping_address_id=abroad)
    refused(buyer.call(function, json=body), 409, "not_shipped_there", product_id=stays.id)
    untouched(cloud, goes, stays)
    assert buyer.call(function, json=buyer.wants((goes, 1), shipping_address_id=abroad)).json["total"] == 60.0


@BOTH
def test_one_order_has_one_currency(cloud: Cloud, shop: Shop, buyer: Buyer, function: str) -> None:
    dollars, euros = shop.product(), shop.product(currency="EUR")
    refused(buyer.call(function, json=buyer.wants((dollars, 1), (euros, 1))), 400, "currency_mismatch")
    untouched(cloud, dollars, euros)


@BOTH
def test_unknown_products_and_other_buyers_addresses_are_not_found(
    cloud: Cloud, shop: Shop, buyer: Buyer, function: str
) -> None:
    board = shop.product()
    other = Buyer(cloud, buyer.stripe, "amy@example.com")
    unknown = replace(board, id="0197a2b4-0000-7000-8000-00000000dead")
    refused(buyer.call(function, json=buyer.wants((unknown, 1))), 404, "not_found", product_id=unknown.id)
    refused(buyer.call(function, json=buyer.wants((board, 1), shipping_address_id=other.address)), 404, "not_found")
    untouched(cloud, board)


MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"items": []}, "items"),
    ({"items": [{"product_id": "p", "quantity": 0}]}, "items.0.quantity"),
    ({"items": [{"product_id": "p", "quantity": 1000}]}, "items.0.quantity"),
    ({"items": [{"product_id": "p", "quantity": "1"}]}, "items.0.quantity"),
    ({"items": [{"product_id": "p", "quantity": 1.5}]}, "items.0.quantity"),
    ({"items": [{"product_id": "", "quantity": 1}]}, "items.0.product_id"),
    ({"items": [{"product_id": "p#1", "quantity": 1}]}, "items.0.product_id"),
    ({"items": [{"quantity": 1}]}, "items.0.product_id"),
    ({"items": [{"product_id": f"p{number}", "quantity": 1} for number in range(21)]}, "items"),
    ({"items": [{"product_id": "p", "quantity": 999}, {"product_id": "p", "quantity": 1}]}, "items"),
    ({"shipping_address_id": 5}, "shipping_address_id"),
    ({"shipping_address_id": None}, "shipping_address_id"),
]
NO_CARD: list[tuple[dict[str, Any], str]] = [
    ({"payment_method": method}, "payment_method") for method in ("shells", "", None, 1)
]


@pytest.mark.parametrize(("function", "cases"), [("preview_order", MALFORMED), ("place_order", MALFORMED + NO_CARD)])
def test_a_malformed_order_is_refused_with_the_fields_at_fault(
    buyer: Buyer, function: str, cases: list[tuple[dict[str, Any], str]]
) -> None:
    refused = []
    for changes, _ in cases:
        body = buyer.wants(**{"items": [{"product_id": "p", "quantity": 1}], **changes})
        answer = buyer.call(function, json=body)
        refused.append((changes, answer.status, [one["field"] for one in answer.json["errors"]]))
    assert refused == [(changes, 400, [field]) for changes, field in cases]


def test_buyers_can_order_only_for_themselves(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    board = shop.product()
    body = {"buyer_id": shop.id, "product_id": board.id, "quantity": 1}
    refused(buyer.call("buy_product", json=body), 403, "forbidden")
    untouched(cloud, board)


@pytest.mark.parametrize("function", ["place_order", "buy_product"])
def test_a_deleted_or_suspended_account_cannot_buy(cloud: Cloud, shop: Shop, buyer: Buyer, function: str) -> None:
    board = shop.product()
    remove_account(cloud, buyer.id)
    body = buyer.wants((board, 1)) if function == "place_order" else {"product_id": board.id, "quantity": 1}
    assert buyer.call(function, json=body).status == 401
    untouched(cloud, board)


def test_a_preview_needs_an_account_too(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    ghost = Person("01890000-0000-7000-8000-0000000000ee")
    assert call(cloud, ghost, "preview_order", json=buyer.wants((shop.product(), 1))).status == 401
