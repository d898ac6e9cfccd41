"""POST /orders, /orders/checkout and /buyers/orders: what is ordered, what it costs, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from souk.catalogue.model import Product, ShippingRate
from souk.errors import VendorRefused
from souk.http.waiting import wait_until
from souk.orders.model import Order, PaymentStatus, Status
from souk.orders.offers import OfferReader
from souk.wiring.orders import order_repository, payment_pages
from tests.functions.cloud import Answer, Cloud, Person, forget
from tests.functions.identity.accounts import remove_account
from tests.functions.identity.address_books import add
from tests.functions.orders.market import Buyer, Shop, call, movements_of, stock_of
from tests.functions.orders.stripe import FakeStripe, fail, refuse, total_of
from tests.functions.sellers.shops import decide, operator, require_verification
from tests.functions.template import template
from tests.unit.payments.payment_builders import form_of


def deploy_with(monkeypatch: pytest.MonkeyPatch, **parameters: str) -> None:
    for name, value in parameters.items():
        monkeypatch.setitem(template()["Parameters"][name], "Default", value)
    forget()


# What is placed ------------------------------------------------------------------------------------------------------


def test_an_order_takes_its_stock_and_can_be_paid(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: FakeStripe) -> None:
    board = shop.product(stock=5, shipping_profile_id=shop.ships())
    answer = buyer.call("place_order", json=buyer.wants((board, 2)))
    assert answer.status == 201, answer.body
    placed = answer.json
    assert (placed["status"], placed["total"], placed["currency"]) == ("pending", 87.5, "USD")
    assert placed["payment_url"] == "https://checkout.stripe.com/c/pay/1"
    assert answer.headers["location"] == f"/api/v1/orders/{placed['order_id']}"
    assert stock_of(cloud, board) == 3
    assert movements_of(cloud, board) == [(-2, "order_placed", placed["order_id"])]

    order = buyer.order(placed["order_id"])
    assert answer.headers["etag"] == f'"{order.version}"'
    assert (order.buyer_name, order.buyer_email, order.status) == ("Jo March", "jo@example.com", Status.PENDING)
    assert order.ship_to is not None
    assert (order.ship_to.line1, order.ship_to.country) == ("123 Main St", "US")
    [part] = order.fulfilments
    [line] = part.lines
    assert (part.seller_id, part.seller_name) == (shop.id, "Vintage Vault")
    assert (line.product_id, line.title, str(line.unit_price)) == (board.id, "Walnut Chopping Board", "40.00")
    held = datetime.fromisoformat(placed["expires_at"]) - order.created_at
    assert timedelta(minutes=30) < held <= timedelta(minutes=31)
    assert order.payment.due_at == order.payment.hold_until

    [form] = stripe.forms
    assert total_of(form) == order.total.minor == 8750
    assert form["metadata[order]"] == form["client_reference_id"] == order.id
    assert form["customer_email"] == "jo@example.com"
    assert stripe.asked[0].headers["Idempotency-Key"] == f"order-{order.id}-checkout-1"
    assert order.id in form["success_url"]


def test_several_sellers_are_one_payment_and_a_part_each(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    rival = Shop(cloud, "Board and Bowl")
    board, bowl, lamp = shop.product(price="10.01"), rival.product(price="3.00"), shop.product(price="5.50")
    order = buyer.order(buyer.places((board, 1), (bowl, 2), (lamp, 1), (board, 2)))
    assert [(part.seller_id, [line.id for line in part.lines]) for part in order.fulfilments] == [
        (shop.id, ["1", "3"]),
        (rival.id, ["2"]),
    ]
    assert [line.quantity for line in order.lines] == [3, 1, 2]
    assert [stock_of(cloud, product) for product in (board, bowl, lamp)] == [2, 3, 4]
    for seller, total in ((shop, 35.53), (rival, 6.0)):
        [sale] = seller.call("list_sales").json["orders"]
        assert (sale["id"], sale["total_price"], sale["status"]) == (order.id, total, "pending")


def test_taxes_are_those_of_where_it_goes(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, buyer: Buyer, stripe: FakeStripe
) -> None:
    deploy_with(monkeypatch, TaxRates='{"US": {"NY": "0.08875", "*": "0"}}')
    board = shop.product(shipping_profile_id=shop.ships())
    quoted = buyer.call("preview_order", json=buyer.wants((board, 1))).json
    assert (quoted["subtotal"], quoted["shipping"], quoted["tax"], quoted["total"]) == (40.0, 6.0, 4.08, 50.08)
    assert buyer.order(buyer.places((board, 1))).total.minor == 5008
    assert total_of(stripe.forms[0]) == 5008


def test_document_1_orders_one_product_to_the_default_address(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    board = shop.product(price="19.99", shipping_profile_id=shop.ships())
    body = {"buyer_id": buyer.id, "product_id": board.id, "quantity": 3}
    answer = buyer.call("buy_product", json=body)
    assert answer.status == 201, answer.body
    bought = answer.json
    assert {name: bought[name] for name in body} == body
    assert (bought["seller_id"], bought["status"]) == (shop.id, "pending")
    assert (bought["total_price"], bought["shipping"], bought["total"]) == (59.97, 9.0, 68.97)
    assert bought["payment_url"].startswith("https://checkout.stripe.com/")
    assert bought["expires_at"].endswith("Z")
    order = buyer.order(bought["id"])
    assert order.ship_to is not None
    assert order.ship_to.city == "New York"
    assert stock_of(cloud, board) == 2


def test_without_an_address_document_1s_order_is_domestic(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, stripe: FakeStripe
) -> None:
    deploy_with(monkeypatch, TaxRates='{"US": {"*": "0.1"}}')
    nomad = Buyer(cloud, "nomad@example.com", at_home=False)
    board = shop.product(shipping_profile_id=shop.ships())
    bought = nomad.call("buy_product", json={"product_id": board.id, "quantity": 1}).json
    assert (bought["shipping"], bought["tax"]) == (6.0, 0.0)
    assert nomad.order(bought["id"]).ship_to is None


def test_a_preview_writes_nothing_and_says_what_it_would_cost(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: FakeStripe
) -> None:
    board = shop.product(stock=2)
    before = cloud.items("OrdersTable")
    answer = buyer.call("preview_order", json=buyer.wants((board, 1), (board, 1)))
    assert (answer.status, answer.json["items"][0]["quantity"], answer.json["total"]) == (200, 2, 80.0)
    assert (cloud.items("OrdersTable"), stripe.asked, stock_of(cloud, board)) == (before, [], 2)


# What is refused -----------------------------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize("function", ["place_order", "preview_order"])


def refused(answer: Answer, status: int, code: str, **members: Any) -> None:
    assert (answer.status, answer.json["error"]) == (status, code), answer.body
    assert {name: answer.json.get(name) for name in members} == members


def untouched(cloud: Cloud, *products: Product) -> None:
    assert not [item for item in cloud.items("OrdersTable") if "fulfilments" in item]
    assert all(movements_of(cloud, product) == [] for product in products)


@BOTH
def test_more_than_there_is_is_refused_with_what_is_left(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: FakeStripe, function: str
) -> None:
    plenty, few = shop.product(stock=9), shop.product(stock=1)
    answer = buyer.call(function, json=buyer.wants((plenty, 2), (few, 2)))
    refused(answer, 409, "insufficient_inventory", product_id=few.id, available=1)
    untouched(cloud, plenty, few)
    assert stripe.asked == []


@BOTH
def test_more_money_than_can_be_told_is_refused(cloud: Cloud, shop: Shop, buyer: Buyer, function: str) -> None:
    gold = shop.product(stock=9, price="9999999999.99")
    answer = buyer.call(function, json=buyer.wants((gold, 2)))
    assert (answer.status, [one["field"] for one in answer.json["errors"]]) == (400, ["items"])
    untouched(cloud, gold)
    assert (buyer.call("list_orders").status, shop.call("list_sales").status) == (200, 200)


@BOTH
@pytest.mark.parametrize("changes", [{"is_active": False}, {"removed": True}])
def test_what_is_hidden_or_removed_is_not_sold(
    cloud: Cloud, shop: Shop, buyer: Buyer, function: str, changes: dict[str, Any]
) -> None:
    board = shop.product(**changes)
    refused(buyer.call(function, json=buyer.wants((board, 1))), 409, "product_unavailable", product_id=board.id)
    untouched(cloud, board)


@BOTH
def test_nobody_buys_from_himself(cloud: Cloud, shop: Shop, buyer: Buyer, function: str) -> None:
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


def test_only_verified_shops_sell_where_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    require_verification(monkeypatch)
    board = shop.product()
    refused(buyer.call("place_order", json=buyer.wants((board, 1))), 409, "shop_not_verified", seller_id=shop.id)
    decide(cloud, operator(cloud), shop.id, "verify")
    assert buyer.call("place_order", json=buyer.wants((board, 1))).status == 201


@BOTH
def test_what_does_not_go_there_is_not_sold_there(cloud: Cloud, shop: Shop, buyer: Buyer, function: str) -> None:
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
def test_unknown_products_and_others_addresses_are_not_found(
    cloud: Cloud, shop: Shop, buyer: Buyer, function: str
) -> None:
    board = shop.product()
    other = Buyer(cloud, "amy@example.com")
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
def test_a_malformed_order_is_told_what_is_wrong(
    buyer: Buyer, function: str, cases: list[tuple[dict[str, Any], str]]
) -> None:
    told = []
    for changes, _ in cases:
        body = buyer.wants(**{"items": [{"product_id": "p", "quantity": 1}], **changes})
        answer = buyer.call(function, json=body)
        told.append((changes, answer.status, [one["field"] for one in answer.json["errors"]]))
    assert told == [(changes, 400, [field]) for changes, field in cases]


def test_nobody_orders_for_another(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    board = shop.product()
    body = {"buyer_id": shop.id, "product_id": board.id, "quantity": 1}
    refused(buyer.call("buy_product", json=body), 403, "forbidden")
    untouched(cloud, board)


@pytest.mark.parametrize("function", ["place_order", "buy_product"])
def test_an_account_that_is_gone_buys_nothing(cloud: Cloud, shop: Shop, buyer: Buyer, function: str) -> None:
    board = shop.product()
    remove_account(cloud, buyer.id)
    body = buyer.wants((board, 1)) if function == "place_order" else {"product_id": board.id, "quantity": 1}
    assert buyer.call(function, json=body).status == 401
    untouched(cloud, board)


def test_a_preview_needs_an_account_too(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    ghost = Person("01890000-0000-7000-8000-0000000000ee")
    assert call(cloud, ghost, "preview_order", json=buyer.wants((shop.product(), 1))).status == 401


# What changes between reading and writing -----------------------------------------------------------------------------


class Meanwhile:
    """Does something after each of the first readings of a basket, before the order is written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any], times: int = 1) -> None:
        real, self.readings = OfferReader.read, 0

        def read(reader: OfferReader, *given: Any, **more: Any) -> Any:
            basket = real(reader, *given, **more)
            self.readings += 1
            if self.readings <= times:
                act()
            return basket

        monkeypatch.setattr(OfferReader, "read", read)


def test_a_price_that_changes_meanwhile_is_read_again(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, buyer: Buyer
) -> None:
    board = shop.product(price="40.00")
    meanwhile = Meanwhile(monkeypatch, lambda: shop.edit(board, price=replace(board.price, amount=Decimal("45.00"))))
    placed = buyer.call("place_order", json=buyer.wants((board, 1)))
    assert (placed.status, placed.json["total"], meanwhile.readings) == (201, 45.0, 2)


def test_a_product_hidden_meanwhile_is_not_sold(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    board = shop.product()
    Meanwhile(monkeypatch, lambda: shop.edit(board, is_active=False))
    refused(buyer.call("place_order", json=buyer.wants((board, 1))), 409, "product_unavailable")
    untouched(cloud, board)


def test_a_product_that_never_stands_still_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    products = [shop.product()]
    meanwhile = Meanwhile(monkeypatch, lambda: products.append(shop.edit(products[-1])), times=9)
    answer = buyer.call("place_order", json=buyer.wants((products[0], 1)))
    assert (answer.status, answer.headers["retry-after"], meanwhile.readings) == (503, "1", 3)
    untouched(cloud, products[0])


def test_a_shop_suspended_meanwhile_sells_nothing(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    board, who = shop.product(), operator(cloud)
    Meanwhile(monkeypatch, lambda: decide(cloud, who, shop.id, "suspend"))
    refused(buyer.call("place_order", json=buyer.wants((board, 1))), 409, "shop_suspended")
    untouched(cloud, board)


def test_stock_sold_meanwhile_is_not_sold_twice(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    board, rival = shop.product(stock=3), Buyer(cloud, "amy@example.com")
    Meanwhile(monkeypatch, lambda: rival.places((board, 2)))
    answer = buyer.call("place_order", json=buyer.wants((board, 2)))
    refused(answer, 409, "insufficient_inventory", product_id=board.id, available=1)
    assert stock_of(cloud, board) == 1


# Repeated calls -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", ["place_order", "buy_product"])
def test_a_repeated_call_is_one_order(cloud: Cloud, shop: Shop, buyer: Buyer, function: str) -> None:
    board = shop.product(stock=5)
    body = buyer.wants((board, 2)) if function == "place_order" else {"product_id": board.id, "quantity": 2}
    first, again = (buyer.call(function, json=body, key="once") for _ in range(2))
    assert (first.status, again.status, first.json) == (201, 201, again.json)
    assert again.headers["idempotent-replayed"] == "true"
    assert stock_of(cloud, board) == 3
    changed = buyer.call(function, json={**body, "note": "another"}, key="once")
    refused(changed, 422, "idempotency_key_reused")


def test_a_repeated_call_is_answered_also_when_nothing_of_it_is_for_sale_any_more(
    cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    board = shop.product(stock=1)
    first = buyer.call("place_order", json=buyer.wants((board, 1)), key="once")
    shop.edit(board, removed=True)
    again = buyer.call("place_order", json=buyer.wants((board, 1)), key="once")
    assert (again.status, again.json) == (201, first.json)
    refused(buyer.call("place_order", json=buyer.wants((board, 1)), key="twice"), 409, "product_unavailable")


# The vendor -----------------------------------------------------------------------------------------------------------


def test_a_vendor_that_refuses_gives_the_stock_back_and_says_why(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: FakeStripe
) -> None:
    board = shop.product(stock=5)
    stripe.first = [refuse("The amount is too small.")]
    for _ in range(2):
        answer = buyer.call("place_order", json=buyer.wants((board, 2)), key="once")
        refused(answer, 422, "vendor_refused", detail="The amount is too small.", vendor="stripe")
        assert answer.json["vendor_errors"] == [{"code": "amount_too_small", "message": "The amount is too small."}]
    assert len(stripe.asked) == 1
    [order_id] = {order_id for _, _, order_id in movements_of(cloud, board)}
    order = buyer.order(order_id)
    assert (order.status, order.payment.status, order.due_at) == (Status.CANCELLED, PaymentStatus.FAILED, None)
    assert (stock_of(cloud, board), [units for units, _, _ in movements_of(cloud, board)]) == (5, [-2, 2])
    [sale] = shop.call("list_sales").json["orders"]
    assert (sale["status"], sale["payment_status"]) == ("cancelled", "failed")


def _no_answer(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("no answer")


def _too_many(_: httpx.Request) -> httpx.Response:
    return httpx.Response(429, json={"error": {"type": "invalid_request_error"}})


@pytest.mark.parametrize("function", ["place_order", "buy_product"])
@pytest.mark.parametrize("failure", [fail, _no_answer, _too_many])
def test_an_unclear_answer_leaves_the_order_pending_and_the_repeated_call_opens_the_page(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: FakeStripe, failure: Any, function: str
) -> None:
    board = shop.product(stock=5)
    stripe.first = [failure]
    body = buyer.wants((board, 2)) if function == "place_order" else {"product_id": board.id, "quantity": 2}
    first = buyer.call(function, json=body, key="once")
    assert (first.status, first.json["status"], first.json["payment_url"]) == (201, "pending", None)
    again = buyer.call(function, json=body, key="once")
    assert (again.status, again.json["payment_url"]) == (201, "https://checkout.stripe.com/c/pay/1")
    assert len({sent.headers["Idempotency-Key"] for sent in stripe.asked}) == 1
    assert len({sent.content for sent in stripe.asked}) == 1
    assert stock_of(cloud, board) == 3


def test_a_repeated_call_waits_for_the_page_that_its_first_time_is_opening(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, buyer: Buyer, stripe: FakeStripe
) -> None:
    """The vendor answers that the key is in use, until the first call is through."""
    now = [0.0]

    def pause(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(wait_until, "__kwdefaults__", {"pause": pause, "monotonic": lambda: now[0]})
    body = buyer.wants((shop.product(), 1))
    stripe.first = [fail] * 4
    assert buyer.call("place_order", json=body, key="once").json["payment_url"] is None
    again = buyer.call("place_order", json=body, key="once")
    assert again.json["payment_url"] == "https://checkout.stripe.com/c/pay/1"
    assert 0 < now[0] < 5


def test_a_page_whose_answer_was_lost_is_the_same_page(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, buyer: Buyer, stripe: FakeStripe
) -> None:
    def lost(sent: httpx.Request) -> httpx.Response:
        stripe._answer(sent)
        raise httpx.ReadTimeout("no answer")

    stripe.first = [lost]
    order = buyer.order(buyer.places((shop.product(), 1)))
    assert (order.payment.url, len(stripe.pages)) == (None, 1)
    assert payment_pages().open(order).payment.url == "https://checkout.stripe.com/c/pay/1"
    assert len(stripe.pages) == 1


def _asked_long_ago(order: Order) -> Order:
    early = timedelta(minutes=10)
    payment = replace(order.payment, expires_at=order.payment.expires_at - early)
    return order_repository().save(order, replace(order, payment=payment), order.updated_at)


def test_a_page_asked_for_too_late_is_asked_for_anew(shop: Shop, buyer: Buyer, stripe: FakeStripe) -> None:
    stripe.first = [fail, refuse("expires_at must be at least 30 minutes from now.", "parameter_invalid")]
    order = _asked_long_ago(buyer.order(buyer.places((shop.product(), 1))))
    opened = payment_pages().open(order)
    assert (opened.payment.attempt, opened.payment.url) == (2, "https://checkout.stripe.com/c/pay/1")
    assert opened.payment.expires_at > order.payment.expires_at
    assert [sent.headers["Idempotency-Key"][-1] for sent in stripe.asked] == ["1", "1", "2"]


def test_a_new_attempt_that_is_refused_too_gives_up(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: FakeStripe) -> None:
    board = shop.product(stock=1)
    stripe.first = [fail, refuse(), refuse()]
    order = _asked_long_ago(buyer.order(buyer.places((board, 1))))
    with pytest.raises(VendorRefused):
        payment_pages().open(order)
    assert (buyer.order(order.id).status, stock_of(cloud, board)) == (Status.CANCELLED, 1)


def test_a_payment_faster_than_our_own_write_wins(shop: Shop, buyer: Buyer, stripe: FakeStripe) -> None:
    paid: list[Order] = []

    def overtaken(sent: httpx.Request) -> httpx.Response:
        paid.append(buyer.has_paid(form_of(sent)["client_reference_id"]))
        return stripe._answer(sent)

    stripe.first = [overtaken]
    answer = buyer.call("place_order", json=buyer.wants((shop.product(), 1)))
    assert (answer.status, answer.json["status"]) == (201, "confirmed")
    assert buyer.order(answer.json["order_id"]) == paid[0]
