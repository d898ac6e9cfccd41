"""What goes into the transaction of an order's change, besides the order."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from souk.aws.tables import Action, Check, Put, Tables, Update
from souk.orders.model import Order, PaymentStatus
from souk.orders.repository import OrderRepository
from souk.sellers.layout import shop_key
from tests.unit.orders.order_builders import ANNA, BERT, NOW, a_capture, a_refund, an_order, paid


class Transactions:
    """Keeps what is written, as Tables would send it."""

    def __init__(self) -> None:
        self.actions: tuple[Action, ...] = ()

    def commit(self, *actions: Action) -> None:
        self.actions = actions

    def put(self, action: Put) -> None:
        self.actions = (action,)


def written(before: Order | None, after: Order, *, verified_only: bool = False) -> tuple[Action, ...]:
    tables = Transactions()
    orders = OrderRepository(cast("Tables", tables), "orders", "catalogue", lambda: "id", verified_only=verified_only)
    if before is None:
        orders.add(after, (), None)
    else:
        orders.save(before, after, NOW)
    return tables.actions


def checked(actions: tuple[Action, ...]) -> list[Check]:
    return [one for one in actions if isinstance(one, Check)]


CLOSED = an_order().close_unpaid(PaymentStatus.EXPIRED)
REVIVED = CLOSED.revive(a_capture(CLOSED))


@pytest.mark.parametrize(("before", "after"), [(None, an_order()), (CLOSED, REVIVED)], ids=["placed", "revived"])
def test_units_are_taken_only_while_each_of_the_shops_sells(before: Order | None, after: Order) -> None:
    actions = written(before, after)
    assert [(one.table, one.key) for one in checked(actions)] == [
        ("catalogue", shop_key(ANNA)),
        ("catalogue", shop_key(BERT)),
    ]
    assert sum(isinstance(one, Update) for one in actions) == len(after.lines)


def test_what_a_shop_must_be_to_sell_is_the_same_as_everywhere() -> None:
    suspended = [one.values for one in checked(written(CLOSED, REVIVED))]
    verified = [one.values for one in checked(written(CLOSED, REVIVED, verified_only=True))]
    assert (suspended, verified) == ([{"suspended": "suspended"}] * 2, [{"verified": "verified"}] * 2)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (an_order(), CLOSED),
        (an_order(), an_order().pay(a_capture(an_order()))),
        (CLOSED, CLOSED.give_up_late(a_capture(CLOSED), "r1", NOW)),
        (paid(), paid().cancel("r1", NOW)),
        (paid(), paid().reserve_refund(a_refund(paid(), lines={"1": 1}, restock=True))),
        (paid(), replace(paid(), wait="token")),
    ],
    ids=["closed", "paid", "given up", "cancelled", "restocked", "waiting"],
)
def test_who_takes_nothing_need_not_sell(before: Order, after: Order) -> None:
    assert checked(written(before, after)) == []
