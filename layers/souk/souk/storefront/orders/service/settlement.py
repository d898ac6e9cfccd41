"""Handles payments: received, missing, late; and cancellation.

Every call here may be repeated, in any order and concurrently: the order decides, each change is one transaction that
requires the version it was made from, and a vendor's event is marked as processed in the transaction of its effect.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import assert_never

from souk.aws.idempotency import IdempotencyKey
from souk.shared.alarms import Alarm, RaiseAlarm
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict, VendorRefused
from souk.shared.money import total
from souk.shared.versioned import Versions, retrying
from souk.storefront.catalogue.model import InsufficientInventory
from souk.storefront.orders.model import Capture, Order, PaymentStatus
from souk.storefront.orders.repository import EventAlreadyProcessed, OrderRepository
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


class Settlement:
    """`payments` creates the vendor's adapter when it is needed: not for an event that confirms an order."""

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

    # Events of the vendor -------------------------------------------------------------------------------------------

    def handle_event(self, event: Event) -> None:
        """Apply an event once.

        Raises NotFound for an order that does not exist: see `UnmatchedPayments`, which calls this. Raises VendorFailed
        and DependencyUnavailable: then the vendor has to send it again.
        """
        with suppress(EventAlreadyProcessed):
            self._apply(event)

    def _apply(self, event: Event) -> None:
        match event:
            case SessionEvent(kind=EventKind.PAID):
                self._pay(event.order_id, event.buyer_id, capture_of(event.session, event.at), event.id)
            case SessionEvent():
                self._close_unpaid_session(event)
            case RefundEvent():
                self._settle_refund(event)
            case ChargeEvent():
                self._compare_refunds(event)
            case _:
                assert_never(event)

    def _close_unpaid_session(self, event: SessionEvent) -> None:
        status = PaymentStatus.EXPIRED if event.session.status is SessionStatus.EXPIRED else PaymentStatus.FAILED
        now = self._clock()
        decide = partial(_close_session, session_id=event.session.id, status=status)
        processed = (self._orders.mark_processed(event.id, event.order_id, now),)
        self._orders.change(event.buyer_id, event.order_id, now, decide, extra=processed)

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

    # Payments received -----------------------------------------------------------------------------------------------

    def take(self, order_id: str, buyer_id: str, capture: Capture) -> Order:
        """Give a payment that was found without its event to its order, which may have it already. Raises NotFound."""
        return self._pay(order_id, buyer_id, capture)

    def ask(self, order: Order) -> Order:
        """Ask the vendor what became of an open page, as its event may be lost. Raises VendorFailed.

        A page that has ended unpaid closes the order; one that the vendor does not know is left to the end of the hold.
        """
        if not order.is_pending or order.payment.session_id is None:
            return order
        try:
            session = self._payments().session(order.payment.session_id)
        except VendorRefused:
            return order
        if session.paid:
            return self._pay(order.id, order.buyer_id, capture_of(session))
        if session.status is not SessionStatus.EXPIRED:
            return order
        decide = partial(_close_session, session_id=session.id, status=PaymentStatus.EXPIRED)
        return self._orders.change(order.buyer_id, order.id, self._clock(), decide)

    def _pay(self, order_id: str, buyer_id: str, capture: Capture, event_id: str | None = None) -> Order:
        """Confirm the order, revive a closed one, or close and refund it.

        It is refunded when its stock is gone, one of its shops may not sell any more, or its buyer has cancelled it.
        """
        now, refund_id = self._clock(), self._new_id()
        processed = (self._orders.mark_processed(event_id, order_id, now),) if event_id else ()

        def accept(order: Order) -> Order:
            if order.payment.status is PaymentStatus.CANCELLED or not order.is_late_payment(capture):
                return refund(order)
            return order.revive(capture)

        def refund(order: Order) -> Order:
            if order.is_late_payment(capture):
                return order.refund_late_payment(capture, refund_id, now)
            return self._confirm(order, capture)

        try:
            order = self._orders.change(buyer_id, order_id, now, accept, extra=processed)
        except (InsufficientInventory, MayNotSell):
            # A pending order whose shop may not sell is closed first, so that the payment is late.
            order = self._orders.change(
                buyer_id,
                order_id,
                now,
                lambda order: refund(order.close_unpaid(PaymentStatus.FAILED)),
                extra=processed,
            )
        return self._refunds.carry_out(order, refund_id)

    def _confirm(self, order: Order, capture: Capture) -> Order:
        paid = order.pay(capture)
        if paid.payment.mismatch != order.payment.mismatch:
            self._raise_alarm(Alarm.PAYMENT_MISMATCH, order_id=order.id, intent_id=capture.intent_id)
        return paid

    # Payments missing -----------------------------------------------------------------------------------------

    def close_unpaid(self, buyer_id: str, order_id: str) -> Order:
        """Close an order whose hold is over, unless it was paid at the last moment.

        Raises NotFound, and VendorFailed when it is unknown whether it was paid.
        """

        def attempt() -> Order:
            order = self._orders.get(buyer_id, order_id)
            if not order.is_pending or order.hold_until > self._clock():
                return order
            return self._close(order, PaymentStatus.EXPIRED)

        return retrying("order", attempt)

    def _close(self, order: Order, status: PaymentStatus, idempotency: IdempotencyKey | None = None) -> Order:
        """Expire the session, so that nobody can pay any more, and close the order. Raises Stale, VendorFailed.

        A payment of a wrong amount has raised an alarm, and does not keep the order open.
        """
        session = self._expire_session(order)
        if session is not None and session.paid:
            order = self._pay(order.id, order.buyer_id, capture_of(session))
            if not order.is_pending:
                return order
        return self._orders.save(order, order.close_unpaid(status), self._clock(), idempotency=idempotency)

    def _expire_session(self, order: Order) -> Session | None:
        """The expired session, or None if none was ever opened."""
        if order.payment.session_id is None:
            return None
        try:
            return self._payments().expire_session(order.payment.session_id)
        except VendorRefused:
            return None

    # Cancelling ------------------------------------------------------------------------------------------------------

    def cancel(self, buyer_id: str, order_id: str, idempotency: IdempotencyKey | None) -> Order:
        """The buyer cancels, until anything has shipped; a paid order is refunded.

        Raises NotFound, Conflict `illegal_transition`, Conflict `already_paid` when the payment was faster,
        VendorFailed, Replayed.
        """

        closing = False

        def attempt() -> Order:
            nonlocal closing
            order = self._orders.get(buyer_id, order_id)
            if closing and order.payment.status in (PaymentStatus.EXPIRED, PaymentStatus.FAILED):
                # This call has expired the session, and the vendor's event about it was faster.
                return self._orders.save(order, order.cancel_closed(), self._clock(), idempotency=idempotency)
            if not order.is_pending:
                return self._cancel_settled(order, idempotency)
            closing = True
            closed = self._close(order, PaymentStatus.CANCELLED, idempotency)
            if not closed.is_paid:
                return closed
            if any(part.is_live for part in closed.fulfilments):
                raise Conflict("It has just been paid. Cancel it again to have it refunded.", code="already_paid")
            # Paid too late, and refunded already.
            return self._orders.change(buyer_id, order_id, self._clock(), lambda order: order, idempotency=idempotency)

        return retrying("order", attempt)

    def resume_refunds(self, buyer_id: str, order_id: str) -> Order:
        """Continue refunds that an earlier call has left pending. Raises NotFound."""
        return self._refunds.resume(self._orders.get(buyer_id, order_id))

    def _cancel_settled(self, order: Order, idempotency: IdempotencyKey | None) -> Order:
        now, refund_id = self._clock(), self._new_id()
        cancelled = self._orders.change(
            order.buyer_id, order.id, now, lambda found: found.cancel(refund_id, now), idempotency=idempotency
        )
        return self._refunds.carry_out(cancelled, refund_id)

    def cancel_fulfilment(self, seller_id: str, order_id: str, if_match: Versions | None) -> Order:
        """A seller cancels its own part, until it has shipped; its payment is refunded.

        Raises NotFound, Conflict `illegal_transition`, and PreconditionFailed unless the part's version is one of
        `if_match`.
        """
        buyer_id = self._orders.buyer_of_sale(seller_id, order_id)
        now, refund_id = self._clock(), self._new_id()

        def decide(order: Order) -> Order:
            return order.require_part_version(seller_id, if_match).cancel_fulfilment(seller_id, refund_id, now)

        cancelled = self._orders.change(buyer_id, order_id, now, decide)
        return self._refunds.carry_out(cancelled, refund_id)


def _close_session(order: Order, session_id: str, status: PaymentStatus) -> Order:
    """Close the order if the session is that of its current attempt."""
    return order.close_unpaid(status) if order.payment.session_id == session_id else order


def capture_of(session: Session, at: datetime | None = None) -> Capture:
    """The money that a paid session has brought. `at`: the vendor's time of the payment, from its event.

    A payment that was found without its event may be days old. It counts when its page was opened: a page has no time
    of payment, and is paid within minutes.
    """
    return Capture(session.amount, session.intent_id or session.id, at or session.opened_at, session.id)
