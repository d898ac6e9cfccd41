"""What buyers and sellers do with an order, one use case after the other, and what must hold when it is all over."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from souk.aws.tables import from_stream
from souk.storefront.orders.model import Order, PaymentStatus, RefundStatus, Status
from souk.storefront.payments.model import SessionStatus
from tests.harness.interpreter import AwaitToken
from tests.harness.simulation import Answer
from tests.harness.storefront.orders.market import ANNA, BEA, CATALOGUE, OLGA, ORDERS, STOCK, Market

BASKET = {"camera": 2, "tripod": 1}
"""Something of both sellers."""


@dataclass
class Shopping:
    """A buyer with one order. Every use case is a method; each call of it is under a key of its own."""

    market: Market
    buyer: str = BEA
    basket: dict[str, int] = field(default_factory=lambda: dict(BASKET))
    id: str = ""

    # The buyer -------------------------------------------------------------------------------------------------------

    def place(self) -> None:
        items = [{"product_id": name, "quantity": units} for name, units in self.basket.items()]
        body = {"items": items, "shipping_address_id": "home", "payment_method": "card"}
        answer = self._post("place_order", self.buyer, {}, body=body)
        assert answer.status == 201, answer
        self.id = answer.body["order_id"]

    def pay(self) -> None:
        """On the page that the order names, if there is one by now."""
        url = self.order.payment.url
        page = next((page for page in self.market.bank.pages if page.now.url == url), None) if url else None
        if page is not None:
            self.market.bank.pay(page)

    def is_given_up(self) -> None:
        """Nobody pays, until the hold is over."""
        self.place()
        self.market.settle()
        assert self.order.status is Status.CANCELLED

    def pay_late(self) -> None:
        """On a page that has expired, as a slow payment does."""
        page = self.market.bank.page_of(self.id)
        assert page is not None
        self.market.bank.pay(page, however_late=True)

    def cancel(self) -> Answer:
        return self._post("cancel_order", self.buyer, {"id": self.id})

    def cancel_for_sure(self) -> None:
        """A payment that was faster is reported, and refunded at the second time."""
        answer = self.cancel()
        if answer.status == 409 and answer.body["error"] == "already_paid":
            answer = self.cancel()
        assert answer.status == 200, answer

    # The sellers -----------------------------------------------------------------------------------------------------

    def set_status(self, seller: str, status: str) -> Answer:
        path, params = "change_order_status", {"order_id": self.id}
        return self.market.persist(path, seller, params, body={"status": status})

    def annas_part_is_cancelled(self) -> None:
        assert self.set_status(ANNA, "cancelled").status == 200

    def refund_a_camera(self) -> None:
        answer = self.refund(lines=[{"line_id": "1", "quantity": 1}], restock=True)
        assert answer.status == 201, answer

    def annas_part_is_refunded(self) -> None:
        answer = self.refund()
        assert answer.status == 201, answer
        assert self.order.fulfilment(ANNA).status is Status.CANCELLED
        assert self.set_status(ANNA, "processing").status == 409

    def refund(self, seller: str = ANNA, **wanted: Any) -> Answer:
        body = {"reason": "It arrived with a scratch.", **wanted}
        return self._post("refund_order", seller, {"id": self.id}, body=body)

    def ship(self, seller: str = ANNA) -> None:
        for status in ("processing", "shipped"):
            assert self.set_status(seller, status).status == 200

    # The operator -----------------------------------------------------------------------------------------------------

    def suspend(self, seller: str) -> None:
        body = {"decision": "suspend", "reason": "Complaints."}
        answer = self._post("decide_verification", OLGA, {"id": seller}, body=body)
        assert answer.status == 200, answer

    # Looking ---------------------------------------------------------------------------------------------------------

    @property
    def order(self) -> Order:
        return self.market.order(self.id)

    def stands_at(self, status: Status) -> bool:
        return self.order.status is status

    def _post(self, path: str, caller: str, params: dict[str, str], **request: Any) -> Answer:
        return self.market.persist(path, caller, params, key=self.market.new_key(), **request)


def paid(market: Market, buyer: str = BEA, **basket: int) -> Shopping:
    """An order that is confirmed."""
    shopping = Shopping(market, buyer, basket or dict(BASKET))
    shopping.place()
    shopping.pay()
    market.settle()
    assert shopping.order.status is Status.CONFIRMED
    return shopping


def claim_all_is_well(market: Market) -> None:
    """Nothing oversold or lost, no money kept or given for nothing, no order stuck, no token astray."""
    claim_stock_adds_up(market)
    for order in market.orders():
        claim_money_adds_up(market, order)
        claim_sales_agree(market, order)
    claim_at_rest(market)


def claim_stock_adds_up(market: Market) -> None:
    """What is left and what is out make what there was; every movement is written down."""
    out = Counter[str]()
    for order in market.orders():
        for line in order.lines:
            out[line.product_id] += line.taken
    moved = Counter[str]()
    for item in (from_stream(one) or {} for one in market.store.items(CATALOGUE)):
        if item["sk"].startswith("MOVEMENT#"):
            moved[item["product_id"]] += int(item["delta"])
    for product, initial in STOCK.items():
        assert market.available(product) >= 0
        assert market.available(product) + out[product] == initial, f"{product}: stock does not add up"
        assert market.available(product) - initial == moved[product], f"{product}: movements do not add up"


def claim_money_adds_up(market: Market, order: Order) -> None:
    """What the bank took is what the order knows; what is not given back is paid for by what is still to come."""
    bank = market.bank
    assert bank.captured(order.id) == order.captured.minor, "a payment is not known, or known twice"
    assert bank.given_back(order.id) == order.refunded.minor, "a refund is not known, or known twice"
    assert not order.pending_refunds
    live = sum(order.fulfilment(one.seller_id).total.minor for one in order.fulfilments if one.is_live)
    in_part = sum(
        refund.amount.minor
        for refund in order.refunds
        if refund.status is RefundStatus.SUCCEEDED
        and all(order.fulfilment(seller_id).is_live for seller_id in refund.shares)
    )
    kept = order.captured.minor - order.refunded.minor
    assert kept == (live - in_part if order.is_paid else 0), "money is kept for nothing"
    if order.payment.status is not PaymentStatus.PAID:
        assert order.status is Status.CANCELLED


def claim_sales_agree(market: Market, order: Order) -> None:
    """Each seller's row says what the order says."""
    rows = {item["pk"]["S"]: item for item in market.store.items(ORDERS) if item["sk"]["S"] == f"SALE#{order.id}"}
    assert set(rows) == {f"USER#{part.seller_id}" for part in order.fulfilments}
    for part in order.fulfilments:
        row = rows[f"USER#{part.seller_id}"]
        assert row["fulfilment"]["M"]["status"]["S"] == part.status.value


def claim_at_rest(market: Market) -> None:
    """No order pending, nothing due, nothing at work, no page open; and a token stands nowhere."""
    running = [one for one in market.engine.executions.values() if one.status == "RUNNING"]
    assert [one.name for one in running if not isinstance(one.pause, AwaitToken)] == []
    orders = market.orders()
    assert [order.id for order in orders if order.is_pending] == []
    assert [order.id for order in orders if order.due_at is not None] == []
    assert [one.id for one in market.bank.pages if one.now.status is SessionStatus.OPEN] == []
    seen = [answer.body for answer in market.answers]
    assert "task-token" not in json.dumps([market.store.items(ORDERS), seen])
