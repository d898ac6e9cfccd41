"""The workflow that waits for an order's payment, and the sweep that settles what no workflow or event has settled."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from souk.shared.clock import Clock
from souk.shared.errors import VendorRefused
from souk.shared.sweeping import Sweeper, Swept, take_turns
from souk.storefront.orders.model import Order, UnmatchedPayment
from souk.storefront.orders.repository import OrderRepository
from souk.storefront.orders.service.refunds import Refunds
from souk.storefront.orders.service.settlement import Settlement
from souk.storefront.orders.service.unmatched import UnmatchedPayments


@dataclass(frozen=True, slots=True)
class OrderWorkflow:
    """Implements `souk.shared.workflows.WorkflowOf`."""

    orders: OrderRepository
    clock: Clock

    def token(self, order: Order) -> str | None:
        return order.wait

    def document(self, order: Order) -> dict[str, Any]:
        return {"buyer_id": order.buyer_id, "order_id": order.id, "run": order.run}

    def restart(self, seen: Order) -> None:
        def decide(order: Order) -> Order:
            return order.restart() if order.run == seen.run and order.needs_workflow else order

        self.orders.change(seen.buyer_id, seen.id, self.clock(), decide)


@dataclass(frozen=True, slots=True)
class DueOrders:
    """Orders, and payments without one. Implements `souk.shared.sweeping.DueEntities`.

    `open_session` opens the checkout session of a pending order that has none, under the key of its current attempt.
    """

    orders: OrderRepository
    settlement: Settlement
    refunds: Refunds
    unmatched: UnmatchedPayments
    open_session: Callable[[Order], Order]

    def due(self, before: datetime | None) -> Iterable[Order | UnmatchedPayment]:
        return self.orders.due(before)

    def read(self, found: Order | UnmatchedPayment) -> Order | UnmatchedPayment | None:
        if isinstance(found, UnmatchedPayment):
            return self.orders.find_unmatched(found.id)
        return self.orders.find(found.buyer_id, found.id)

    def settle(self, entity: Order | UnmatchedPayment, now: datetime, *, everything: bool) -> None:
        """With `everything` also asks the vendor about pages and refunds that are not due yet."""
        if isinstance(entity, UnmatchedPayment):
            self._settle_unmatched(entity, now)
        else:
            self._settle_order(entity, now, everything=everything)

    def _settle_unmatched(self, unmatched: UnmatchedPayment, now: datetime) -> None:
        """Never before it is due, not even at a start: that may be a part of a restore."""
        if unmatched.due_at is None or unmatched.due_at > now:
            return
        self.unmatched.reschedule(unmatched, now)
        self.unmatched.settle(unmatched, now)

    def _settle_order(self, order: Order, now: datetime, *, everything: bool) -> None:
        """What the vendor is asked about is made due later before the call, which may end this function too."""
        later = self.orders.change(
            order.buyer_id, order.id, now, lambda found: found.complete_overdue(now).reschedule_payment(now)
        )
        self._settle_payment(later, now)
        self._reconcile_refunds(order, now, everything=everything)

    def _settle_payment(self, order: Order, now: datetime) -> None:
        if order.is_pending and order.hold_until <= now:
            self.settlement.close_unpaid(order.buyer_id, order.id)
        elif order.is_pending and order.payment.is_opened:
            self.settlement.ask(order)
        elif order.is_pending:
            # A refusal closes the order and returns its stock: that settles it too.
            with suppress(VendorRefused):
                self.open_session(order)

    def _reconcile_refunds(self, order: Order, now: datetime, *, everything: bool) -> None:
        """One after the other until the vendor does not answer: the others stay due, and have their turn next."""
        for refund in order.pending_refunds:
            if everything or (refund.due_at is not None and refund.due_at <= now):
                self.orders.change(order.buyer_id, order.id, now, partial(_later, refund_id=refund.id, now=now))
                self.refunds.reconcile(order, refund.id)


@dataclass(frozen=True, slots=True)
class SweepAtStart:
    """All orders that have a due time, and the comparison of payments with orders; `note` logs a failure."""

    orders: Sweeper
    payments: UnmatchedPayments
    note: Callable[[Exception], None]

    def sweep(self, after: str | None, seconds_left: Callable[[], float]) -> Swept:
        """Continue the comparison behind `after`: such a call looks only at orders that are overdue.

        Raises an ExceptionGroup of what failed; after it the same call is made again. But where there is a position to
        hand on, failures are noted and the answer counts them: one that comes again would keep all pages behind it from
        being compared.
        """
        comparison = self.payments.comparison(after)
        turns = take_turns((self.orders, comparison), seconds_left, everything=after is None)
        reached = comparison.reached
        if comparison not in turns.stopped or reached is None or (turns.failures and reached == after):
            return turns.swept()
        answer = Swept(touched=turns.touched, unfinished=True, after=reached)
        if turns.failures:
            answer["failed"] = len(turns.failures)
            for failure in turns.failures:
                self.note(failure)
        if after is None and self.orders in turns.stopped:
            answer["left"] = True
        return answer


def _later(order: Order, refund_id: str, now: datetime) -> Order:
    return order.reschedule_refund(refund_id, now)
