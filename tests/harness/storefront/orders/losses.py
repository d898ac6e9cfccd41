"""Orders that are lost with their store while their charges are not."""

from __future__ import annotations

from datetime import timedelta

from tests.harness.storefront.orders.bank import Page
from tests.harness.storefront.orders.market import ORDERS, Market
from tests.harness.storefront.orders.shopping import Shopping, claim_all_is_well

LOST_ALARM = "payment_unmatched"


def lost(made: Market) -> tuple[Shopping, Page]:
    """An order that was placed and paid, in a store that was put back to before it; its event waits in the outbox."""
    before = made.store.snapshot()
    made.holding = True
    shopping = Shopping(made)
    shopping.place()
    shopping.pay()
    made.store.restore(before)
    made.engine.kill_all()
    page = made.bank.page_of(shopping.id)
    assert page is not None
    assert page.now.paid
    return shopping, page


def claim_every_charge_is_an_order_or_refunded(made: Market) -> None:
    made.clock.advance(timedelta(hours=1))  # pages of lost orders that nobody has paid end by themselves
    made.settle()
    claim_all_is_well(made)
    known = {order.id for order in made.orders()}
    for page in made.bank.pages:
        order_id = page.request.order_id
        if order_id not in known:
            assert made.bank.given_back(order_id) == made.bank.captured(order_id), "charged without an order"
    pending = [item for item in made.store.items(ORDERS) if item["sk"]["S"] == "UNMATCHED" and "due_at" in item]
    assert pending == []


# The event of a lost order -------------------------------------------------------------------------------------------
