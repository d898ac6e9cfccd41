"""Checkout sessions: the vendor's page on which an order is paid. Each attempt opens at most one, under its own key.

After an unclear answer the order stays pending; the buyer's repeated call or the sweep tries again under the same key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from souk.shared.clock import Clock
from souk.shared.errors import VendorFailed, VendorProblem, VendorRefused
from souk.shared.failure_reason import Failure
from souk.shared.versioned import Stale
from souk.storefront.orders.model import Order, PaymentStatus
from souk.storefront.orders.repository import OrderRepository
from souk.storefront.payments.model import Payments, RequestChanged, Session, SessionLine, SessionRequest

_RECENT: Final = timedelta(seconds=30)
"""The vendor may refuse an older attempt because its session would expire too soon: a new attempt solves that."""


@dataclass(frozen=True, slots=True)
class ReturnPages:
    """Where the vendor sends the buyer afterwards. `{ORDER_ID}` in an address is replaced by the order's id."""

    success_url: str
    cancel_url: str

    def for_order(self, order_id: str) -> tuple[str, str]:
        """(success, cancel) for one order."""
        return self.success_url.replace("{ORDER_ID}", order_id), self.cancel_url.replace("{ORDER_ID}", order_id)


class CheckoutSessions:
    """`installation`: our name in the sessions that we open. `hold`: how long a session is open, and the stock
    reserved for the buyer.
    """

    def __init__(
        self,
        orders: OrderRepository,
        payments: Callable[[], Payments],
        return_pages: ReturnPages,
        installation: str,
        hold: timedelta,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._payments = payments
        self._return_pages = return_pages
        self._installation = installation
        self._hold = hold
        self._clock = clock

    def open(self, order: Order) -> Order:
        """Open the session of a pending order that has none. Without a clear answer the order is unchanged.

        So is one whose hold is over: the sweep closes it.

        Raises VendorRefused, in the vendor's words, after the order was closed and its stock returned.
        """
        if not order.is_pending or order.payment.is_opened or order.hold_until <= self._clock():
            return order
        try:
            session = self._payments().open_session(self._request(order))
        except VendorRefused as refusal:
            return self._refused(order, refusal)
        except RequestChanged:
            return self._changed(order)
        except VendorFailed:
            return order
        return self._save(order, session)

    def require_not_refused(self, order: Order) -> Order:
        """Raises the same VendorRefused again for an order that was closed because the vendor refused its session."""
        failure = order.payment.failure
        if failure is None:
            return order
        problems = [VendorProblem(error["code"], error["message"]) for error in failure.vendor_errors]
        raise VendorRefused(failure.vendor or "payments", problems or [VendorProblem(failure.code, failure.detail)])

    def _request(self, order: Order) -> SessionRequest:
        success_url, cancel_url = self._return_pages.for_order(order.id)
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
            installation=self._installation,
        )

    def _save(self, order: Order, session: Session) -> Order:
        now = self._clock()

        def opened(current: Order) -> Order:
            return current.opened(session.id, session.url, session.expires_at)

        try:
            return self._orders.save(order, opened(order), now)
        except Stale:
            # Its payment, a cancellation or another call may have been faster.
            return self._orders.change(order.buyer_id, order.id, now, opened)

    def _changed(self, order: Order) -> Order:
        """Another deployment has made this attempt, and nobody got the page that it may have: a new one follows.

        Only once, since each attempt restarts the hold: later ones wait for its end.
        """
        return order if order.payment.attempt > 1 else self.open(self._retry(order, self._clock()))

    def _refused(self, order: Order, refusal: VendorRefused) -> Order:
        now = self._clock()
        if order.payment.expires_at - self._hold < now - _RECENT:
            return self.open(self._retry(order, now))
        failure = Failure.of(refusal)

        def close(current: Order) -> Order:
            if current.payment.is_opened or current.payment.attempt != order.payment.attempt:
                return current
            return current.close_unpaid(PaymentStatus.FAILED, failure)

        return self.require_not_refused(self._orders.change(order.buyer_id, order.id, now, close))

    def _retry(self, refused: Order, now: datetime) -> Order:
        """The order with a new attempt, unless another call has started one or its hold was ended."""

        def retry(current: Order) -> Order:
            same = current.payment.attempt == refused.payment.attempt and current.hold_until > now
            return current.retry_checkout(now, self._hold) if same else current

        return self._orders.change(refused.buyer_id, refused.id, now, retry)


def session_lines(order: Order) -> tuple[SessionLine, ...]:
    """What the vendor shows and charges: every line, then shipping and tax. Its total is the order's."""
    lines = [SessionLine(line.title, line.unit_price, line.quantity) for line in order.lines]
    extra = [SessionLine("Shipping", order.shipping), SessionLine("Tax", order.tax)]
    return (*lines, *(line for line in extra if line.unit.amount > 0))
