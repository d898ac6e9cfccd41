"""The page on which an order is paid: opened at the vendor under a key of the order's, so that there is only one.

What is unclear stays pending and is taken up again under the same key, by the buyer's repeated call or by the sweeper.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from souk.shared.clock import Clock
from souk.shared.errors import VendorFailed, VendorProblem, VendorRefused
from souk.shared.failure_reason import Failure
from souk.storefront.orders.model import Order, PaymentStatus
from souk.storefront.orders.repository import OrderRepository, StaleOrder
from souk.storefront.payments.model import Payments, ReturnPages, Session, SessionLine, SessionRequest

_STILL_NEW: Final = timedelta(seconds=30)
"""A page that was asked for longer ago may be refused for closing too soon, which a new attempt puts right."""


class PaymentPages:
    """`hold`: how long a page is open, and what it sells kept for the buyer."""

    def __init__(
        self,
        orders: OrderRepository,
        payments: Callable[[], Payments],
        return_pages: ReturnPages,
        hold: timedelta,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._payments = payments
        self._return_pages = return_pages
        self._hold = hold
        self._clock = clock

    def open(self, order: Order) -> Order:
        """Open the page of a pending order that has none. Without a clear answer the order is left as it is.

        Raises VendorRefused, in the vendor's own words, after the order has been given up and its stock returned.
        """
        if not order.is_pending or order.payment.is_opened:
            return order
        try:
            session = self._payments().open_session(self._request(order))
        except VendorRefused as refusal:
            return self._refused(order, refusal)
        except VendorFailed:
            return order
        return self._keep(order, session)

    def demand_not_refused(self, order: Order) -> Order:
        """An order that was given up since no page could be opened answers each time as it did the first."""
        failure = order.payment.failure
        if failure is None:
            return order
        words = [VendorProblem(one["code"], one["message"]) for one in failure.vendor_errors]
        raise VendorRefused(failure.vendor or "payments", words or [VendorProblem(failure.code, failure.detail)])

    def _request(self, order: Order) -> SessionRequest:
        success_url, cancel_url = self._return_pages.of(order.id)
        return SessionRequest(
            order_id=order.id,
            buyer_id=order.buyer_id,
            lines=session_lines(order),
            currency=order.currency,
            success_url=success_url,
            cancel_url=cancel_url,
            expires_at=order.payment.expires_at,
            attempt=order.payment.attempt,
            email=order.buyer_email,
        )

    def _keep(self, order: Order, session: Session) -> Order:
        now = self._clock()

        def opened(found: Order) -> Order:
            return found.opened(session.id, session.url, session.expires_at)

        try:
            return self._orders.save(order, opened(order), now)
        except StaleOrder:
            # Its payment, a cancellation or another call of this may have been faster.
            return self._orders.change(order.buyer_id, order.id, now, opened)

    def _refused(self, order: Order, refusal: VendorRefused) -> Order:
        now = self._clock()
        if self._was_asked_long_ago(order, now):
            anew = self._orders.change(order.buyer_id, order.id, now, lambda found: self._ask_anew(found, order, now))
            return self.open(anew)
        failure = Failure.of(refusal)

        def give_up(found: Order) -> Order:
            same = not found.payment.is_opened and found.payment.attempt == order.payment.attempt
            return found.close_unpaid(PaymentStatus.FAILED, failure) if same else found

        given_up = self._orders.change(order.buyer_id, order.id, now, give_up)
        return self.demand_not_refused(given_up)

    def _was_asked_long_ago(self, order: Order, now: datetime) -> bool:
        return order.payment.expires_at - self._hold < now - _STILL_NEW

    def _ask_anew(self, found: Order, refused: Order, now: datetime) -> Order:
        if found.payment.attempt != refused.payment.attempt:
            return found
        return found.ask_anew(now, self._hold)


def session_lines(order: Order) -> tuple[SessionLine, ...]:
    """What the vendor shows and charges: every line, then shipping and tax, so that its total is the order's."""
    lines = [SessionLine(line.title, line.unit_price, line.quantity) for line in order.lines]
    extra = [SessionLine("Shipping", order.shipping), SessionLine("Tax", order.tax)]
    return (*lines, *(line for line in extra if line.unit.amount > 0))
