"""What becomes of an order's payment: it comes, it stays away, it comes late, or the order is cancelled.

Everything here may be told twice, in any order, and by several at once: the order decides, each change is one
transaction on the version it was made from, and a vendor's event is remembered in the transaction of its effect.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import assert_never

from souk.aws.idempotency import IdempotencyKey
from souk.shared.alarms import Alarm, RaiseAlarm
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict, NotFound, VendorRefused
from souk.shared.money import total
from souk.storefront.catalogue.model import InsufficientInventory
from souk.storefront.orders.model import Capture, Order, PaymentStatus
from souk.storefront.orders.repository import EventHeard, OrderRepository, StaleOrder, contended
from souk.storefront.orders.service.refunds import Refunds
from souk.storefront.payments.model import (
    ChargeEvent,
    Event,
    EventKind,
    Payments,
    RefundEvent,
    Session,
    SessionEvent,
    SessionStatus,
)
from souk.storefront.sellers.model import MayNotSell

_MOST_TRIES = 8


class Settlement:
    """`payments` makes the vendor: an event that confirms an order never needs it."""

    def __init__(
        self,
        orders: OrderRepository,
        refunds: Refunds,
        payments: Callable[[], Payments],
        raise_alarm: RaiseAlarm,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._orders = orders
        self._refunds = refunds
        self._payments = payments
        self._raise_alarm = raise_alarm
        self._clock = clock
        self._new_id = new_id

    # What the vendor tells -------------------------------------------------------------------------------------------

    def hear(self, event: Event) -> None:
        """Have an event take effect, once; one about no order of ours has none.

        Raises VendorFailed and DependencyUnavailable: then it has to be told again.
        """
        with suppress(EventHeard, NotFound):
            self._hear(event)

    def _hear(self, event: Event) -> None:
        match event:
            case SessionEvent(kind=EventKind.PAID):
                self._pay(event.order_id, event.buyer_id, _capture(event.session, event.at), event.id)
            case SessionEvent():
                self._close_page_that_ended(event)
            case RefundEvent():
                self._settle_refund(event)
            case ChargeEvent():
                self._compare_refunds(event)
            case _:
                assert_never(event)

    def _close_page_that_ended(self, event: SessionEvent) -> None:
        """Only the page that is the order's own now: an earlier attempt's says nothing of this one."""
        status = PaymentStatus.EXPIRED if event.session.status is SessionStatus.EXPIRED else PaymentStatus.FAILED
        now = self._clock()

        def decide(order: Order) -> Order:
            return order.close_unpaid(status) if order.payment.session_id == event.session.id else order

        heard = (self._orders.heard(event.id, event.order_id, now),)
        self._orders.change(event.buyer_id, event.order_id, now, decide, extra=heard)

    def _settle_refund(self, event: RefundEvent) -> None:
        order = self._orders.get(event.buyer_id, event.order_id)
        refund = order.refund(event.refund_id)
        if refund is None or refund.amount != event.amount:
            self._raise_alarm(Alarm.REFUND_UNKNOWN, order_id=event.order_id, event_id=event.id)
            return
        self._refunds.settle(event.buyer_id, event.order_id, event.refund_id, event.outcome, event.id)

    def _compare_refunds(self, event: ChargeEvent) -> None:
        order = self._orders.get(event.buyer_id, event.order_id)
        ours = total((refund.amount for refund in order.refunds if refund.holds), order.currency)
        if event.amount.currency != order.currency or event.amount.amount > ours.amount:
            self._raise_alarm(Alarm.REFUND_UNKNOWN, order_id=event.order_id, event_id=event.id)

    # Money that came -------------------------------------------------------------------------------------------------

    def _pay(self, order_id: str, buyer_id: str, capture: Capture, event_id: str | None = None) -> Order:
        """Confirm the order; one that was given up takes its stock again, or gives the money back.

        Given back is also what a shop may not sell any more, and always what its own buyer has cancelled.
        """
        now, refund_id = self._clock(), self._new_id()
        heard = (self._orders.heard(event_id, order_id, now),) if event_id else ()

        def revive(order: Order) -> Order:
            if order.payment.status is PaymentStatus.CANCELLED or not order.pays_late(capture):
                return give_up(order)
            return order.revive(capture)

        def give_up(order: Order) -> Order:
            if order.pays_late(capture):
                return order.give_up_late(capture, refund_id, now)
            return self._confirm(order, capture)

        try:
            order = self._orders.change(buyer_id, order_id, now, revive, extra=heard)
        except (InsufficientInventory, MayNotSell):
            order = self._orders.change(buyer_id, order_id, now, give_up, extra=heard)
        return self._refunds.ask(order, refund_id)

    def _confirm(self, order: Order, capture: Capture) -> Order:
        paid = order.pay(capture)
        if paid.payment.mismatch != order.payment.mismatch:
            self._raise_alarm(Alarm.PAYMENT_MISMATCH, order_id=order.id, intent_id=capture.intent_id)
        return paid

    # Money that did not come -----------------------------------------------------------------------------------------

    def close_unpaid(self, buyer_id: str, order_id: str) -> Order:
        """Give up an order whose hold is over, unless it was paid at the last moment.

        Raises NotFound, and VendorFailed: whether it was paid cannot be said.
        """
        for _ in range(_MOST_TRIES):
            order = self._orders.get(buyer_id, order_id)
            if not order.is_pending or order.payment.hold_until > self._clock():
                return order
            try:
                return self._close(order, PaymentStatus.EXPIRED)
            except StaleOrder:
                continue
        raise contended()

    def _close(self, order: Order, status: PaymentStatus, idempotency: IdempotencyKey | None = None) -> Order:
        """End the page first: only what nobody can pay any more is given up. Raises StaleOrder, VendorFailed.

        A payment that does not fit is an alarm already, and keeps nothing from being given up.
        """
        page = self._end_page(order)
        if page is not None and page.paid:
            order = self._pay(order.id, order.buyer_id, _capture(page, self._clock()))
            if not order.is_pending:
                return order
        return self._orders.save(order, order.close_unpaid(status), self._clock(), idempotency=idempotency)

    def _end_page(self, order: Order) -> Session | None:
        """The page as it ended. None: there is none that anybody knows of, so nobody can have paid there."""
        if order.payment.session_id is None:
            return None
        try:
            return self._payments().expire_session(order.payment.session_id)
        except VendorRefused:
            return None

    # Cancelling ------------------------------------------------------------------------------------------------------

    def cancel(self, buyer_id: str, order_id: str, idempotency: IdempotencyKey | None) -> Order:
        """The buyer cancels, until anything has shipped; what is paid is refunded.

        Raises NotFound, Conflict `illegal_transition`, Conflict `already_paid` when the payment was faster,
        VendorFailed, Replayed.
        """
        for _ in range(_MOST_TRIES):
            order = self._orders.get(buyer_id, order_id)
            if not order.is_pending:
                return self._cancel_settled(order, idempotency)
            try:
                closed = self._close(order, PaymentStatus.CANCELLED, idempotency)
            except StaleOrder:
                continue
            if not closed.is_paid:
                return closed
            if any(part.is_live for part in closed.fulfilments):
                raise Conflict("It has just been paid. Cancel it again to have it refunded.", code="already_paid")
            # Paid too late, and given back already.
            return self._orders.change(buyer_id, order_id, self._clock(), lambda order: order, idempotency=idempotency)
        raise contended()

    def take_up(self, buyer_id: str, order_id: str) -> Order:
        """Go on with refunds that an earlier call has left unfinished. Raises NotFound."""
        return self._refunds.ask_unfinished(self._orders.get(buyer_id, order_id))

    def _cancel_settled(self, order: Order, idempotency: IdempotencyKey | None) -> Order:
        now, refund_id = self._clock(), self._new_id()
        cancelled = self._orders.change(
            order.buyer_id, order.id, now, lambda found: found.cancel(refund_id, now), idempotency=idempotency
        )
        return self._refunds.ask(cancelled, refund_id)

    def cancel_fulfilment(self, seller_id: str, order_id: str, if_match: int | None) -> Order:
        """A seller cancels its own part, until it has shipped; what was paid for it is refunded.

        Raises NotFound, Conflict `illegal_transition`, and PreconditionFailed unless the part's version is `if_match`.
        """
        buyer_id = self._orders.buyer_of_sale(seller_id, order_id)
        now, refund_id = self._clock(), self._new_id()

        def decide(order: Order) -> Order:
            return order.demand_part(seller_id, if_match).cancel_fulfilment(seller_id, refund_id, now)

        cancelled = self._orders.change(buyer_id, order_id, now, decide)
        return self._refunds.ask(cancelled, refund_id)


def _capture(session: Session, at: datetime) -> Capture:
    return Capture(session.amount, session.intent_id or session.id, at, session.id)
