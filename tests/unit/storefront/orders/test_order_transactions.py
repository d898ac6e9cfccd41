"""What goes into the transaction of an order's change, besides the order."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from souk.aws.tables import Action, Check, Put, Tables, Update
from souk.storefront.orders.mapping import from_order, to_order, to_sale
from souk.storefront.orders.model import Order, PaymentStatus, Status
from souk.storefront.orders.repository import OrderRepository
from souk.storefront.sellers.keys import shop_key
from tests.unit.storefront.orders.order_builders import ANNA, BERT, HOLD, NOW, a_capture, a_refund, an_order, paid, usd


class Transactions:
    """Keeps what is written, as Tables would send it."""

    def __init__(self) -> None:
        self.actions: tuple[Action, ...] = ()

    def commit(self, *actions: Action) -> None:
        self.actions = actions

    def put(self, action: Put) -> None:
        self.actions = (action,)


def repository(tables: Transactions, *, verified_only: bool = False) -> OrderRepository:
    return OrderRepository(cast("Tables", tables), "orders", "catalogue", lambda: "id", verified_only=verified_only)


def written(before: Order | None, after: Order, *, verified_only: bool = False) -> tuple[Action, ...]:
    tables = Transactions()
    if before is None:
        repository(tables, verified_only=verified_only).add(after, (), None)
    else:
        repository(tables, verified_only=verified_only).save(before, after, NOW)
    return tables.actions


def checked(actions: tuple[Action, ...]) -> list[Check]:
    return [one for one in actions if isinstance(one, Check)]


def _settled(order: Order) -> Order:
    return order.settle_refund(order.refunds[0].succeeded("re_1", NOW))


CLOSED = an_order().close_unpaid(PaymentStatus.EXPIRED)
REVIVED = CLOSED.revive(a_capture(CLOSED))


@pytest.mark.parametrize(
    ("before", "after", "taken"),
    [(None, an_order(), 3), (CLOSED, REVIVED, 3), (an_order(), paid(), 0)],
    ids=["placed", "revived", "paid"],
)
def test_an_order_is_placed_and_confirmed_only_while_each_of_the_shops_sells(
    before: Order | None, after: Order, taken: int
) -> None:
    actions = written(before, after)
    assert [(one.table, one.key) for one in checked(actions)] == [
        ("catalogue", shop_key(ANNA)),
        ("catalogue", shop_key(BERT)),
    ]
    assert sum(isinstance(one, Update) for one in actions) == taken


def test_the_transaction_requires_the_same_of_a_shop_as_everywhere_else() -> None:
    suspended = [one.values for one in checked(written(CLOSED, REVIVED))]
    verified = [one.values for one in checked(written(CLOSED, REVIVED, verified_only=True))]
    assert (suspended, verified) == ([{"suspended": "suspended"}] * 2, [{"verified": "verified"}] * 2)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (an_order(), CLOSED),
        (an_order(), an_order().pay(a_capture(an_order(), amount=usd("0.01")))),
        (CLOSED, CLOSED.refund_late_payment(a_capture(CLOSED), "r1", NOW)),
        (paid(), paid().cancel("r1", NOW)),
        (paid(), paid().reserve_refund(a_refund(paid(), lines={"1": 1}, restock=True))),
        (paid(), replace(paid(), wait="token")),
    ],
    ids=["closed", "paid too little", "given up", "cancelled", "restocked", "waiting"],
)
def test_any_other_change_does_not_require_a_selling_shop(before: Order, after: Order) -> None:
    assert checked(written(before, after)) == []


# Versions -------------------------------------------------------------------------------------------------------------


def versions(before: Order, after: Order) -> dict[str, int]:
    """Of each seller's part, from 1; those whose row is written must be those that are counted."""
    tables = Transactions()
    saved = repository(tables).save(before, after, NOW)
    rows = [one.item["pk"] for one in tables.actions if isinstance(one, Put) and one.item["sk"].startswith("SALE#")]
    counted = {part.seller_id: part.version for part in saved.fulfilments}
    assert rows == [f"USER#{seller_id}" for seller_id, version in counted.items() if version > 1]
    return counted


@pytest.mark.parametrize(
    ("before", "after", "anna", "bert"),
    [
        (an_order(), paid(), 2, 2),
        (paid(), paid().advance(ANNA, Status.PROCESSING, NOW, HOLD), 2, 1),
        (paid(), paid().tracked(BERT, "Royal Mail", None), 1, 2),
        (paid(), paid().tracked(BERT, None, None), 1, 1),
        (paid(), paid().cancel_fulfilment(ANNA, "r1", NOW), 2, 1),
        (paid(), paid().reserve_refund(a_refund(paid(), BERT)), 1, 1),
        (refunding := paid().reserve_refund(a_refund(paid(), BERT)), _settled(refunding), 1, 2),
        (paid(), replace(paid(), wait="token"), 1, 1),
    ],
    ids=["paid", "moved on", "parcel", "nothing new", "cancelled", "refund asked", "refund settled", "waiting"],
)
def test_a_parts_version_rises_when_its_seller_can_see_a_change(
    before: Order, after: Order, anna: int, bert: int
) -> None:
    assert versions(before, after) == {ANNA: anna, BERT: bert}


def test_a_new_order_writes_a_sale_for_each_seller() -> None:
    rows = [one.item for one in written(None, an_order()) if isinstance(one, Put) and one.item["sk"].startswith("SALE")]
    assert [to_sale(row).fulfilment.version for row in rows] == [1, 1]


def test_a_part_that_was_stored_without_a_version_has_version_1() -> None:
    item = from_order(an_order())
    for part in item["fulfilments"]:
        del part["version"]
    assert to_order(item) == an_order()
