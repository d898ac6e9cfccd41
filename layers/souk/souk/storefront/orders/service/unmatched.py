"""Payments for orders that do not exist: each is noted with an alarm, and refunded by the sweep.

Our account at the vendor may have other users. A payment is refunded only if the page was opened by this installation.
One that names an order of no installation, or in an event of another one, raises an alarm: this store may be a restored
one, under another name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from souk.shared.alarms import Alarm, RaiseAlarm
from souk.shared.clock import Clock
from souk.shared.errors import NotFound, VendorFailed, VendorRefused
from souk.shared.sweeping import Work
from souk.shared.versioned import retrying
from souk.storefront.orders.model import LONGEST_HOLD, Capture, UnmatchedPayment, UnmatchedStatus
from souk.storefront.orders.repository import OrderRepository
from souk.storefront.orders.service.settlement import Settlement, capture_of
from souk.storefront.payments.model import (
    Event,
    EventKind,
    ListedSession,
    ListedSessions,
    Payments,
    RefundEvent,
    RefundOutcome,
    RefundStatus,
    Session,
    SessionEvent,
)

_LOOK_BACK: Final = timedelta(days=3) + LONGEST_HOLD
"""How long ago the pages were opened that are compared with the orders at a start: all that were paid in the last three
days, as vendors repeat events for so long. A page does not say when it was paid.
"""


class UnmatchedPayments:
    """`installation`: our name in the pages that we open. `payments` creates the vendor's adapter when it is needed."""

    def __init__(
        self,
        orders: OrderRepository,
        settlement: Settlement,
        payments: Callable[[], Payments],
        installation: str,
        raise_alarm: RaiseAlarm,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._settlement = settlement
        self._payments = payments
        self._installation = installation
        self._raise_alarm = raise_alarm
        self._clock = clock

    def handle_event(self, event: Event) -> None:
        """Apply a vendor's event to its order, or keep the payment of an order that does not exist for the sweep.

        An order is written before its page is opened, and read consistently, so no event overtakes its order.
        Raises VendorFailed and DependencyUnavailable: then the vendor has to send it again.
        """
        try:
            self._settlement.handle_event(event)
        except NotFound:
            match event:
                case SessionEvent(kind=EventKind.PAID):
                    self._note(event.order_id, event.buyer_id, event.session, capture_of(event.session, event.at))
                case RefundEvent():
                    self._settle_refund(event)

    def comparison(self, after: str | None) -> Comparison:
        """Compare the pages that were paid lately with the orders, from the page after `after`; None: from the newest.

        Events that the vendor sent to a store which was lost later do not come again.
        """
        since = self._clock() - _LOOK_BACK
        return Comparison(lambda last: self._payments().complete_sessions(since, last), self._match, after)

    def settle(self, unmatched: UnmatchedPayment, now: datetime) -> None:
        """Give it to its order if that is there after all, else refund it.

        Raises VendorFailed: the outcome is unknown, and the next sweep asks for it.
        """
        try:
            self._settlement.take(unmatched.order_id, unmatched.buyer_id, unmatched.capture)
        except NotFound:
            outcome = self._refund(unmatched)
            self._change(unmatched.id, lambda found: found.refunded(outcome, now))
        else:
            self._change(unmatched.id, lambda found: found.matched(now))

    def reschedule(self, unmatched: UnmatchedPayment, now: datetime) -> None:
        self._change(unmatched.id, lambda found: found.reschedule(now))

    def _match(self, listed: ListedSession) -> bool:
        """One that cannot be understood is left to a person: asking again would not help, and others wait behind it."""
        try:
            session = listed.read()
        except VendorFailed:
            self._raise_alarm(Alarm.PAYMENT_UNMATCHED, order_id=listed.order_id, session_id=listed.id)
            return False
        if not session.paid:
            return False
        capture = capture_of(session)
        try:
            self._settlement.take(listed.order_id, listed.buyer_id, capture)
        except NotFound:
            # The list has the pages of all installations, at every start.
            if session.installation not in (None, self._installation):
                return False
            return self._note(listed.order_id, listed.buyer_id, session, capture)
        return False

    def _note(self, order_id: str, buyer_id: str, session: Session, capture: Capture) -> bool:
        """Whether it is new. The alarm is first: a call that ends here is repeated."""
        unmatched = UnmatchedPayment.found(order_id, buyer_id, capture, self._clock())
        if session.amount.amount == 0 or self._orders.find_unmatched(unmatched.id) is not None:
            return False
        self._raise_alarm(Alarm.PAYMENT_UNMATCHED, order_id=order_id, intent_id=unmatched.id)
        if session.installation != self._installation:
            return False
        self._orders.add_unmatched(unmatched)
        return True

    def _refund(self, unmatched: UnmatchedPayment) -> RefundOutcome:
        vendor = self._payments()
        try:
            # The vendor's key repeats its first answer, and only for a day.
            return vendor.find_refund(unmatched.refund) or vendor.refund(unmatched.refund)
        except VendorRefused as refusal:
            return RefundOutcome("", RefundStatus.FAILED, refusal.detail)

    def _settle_refund(self, event: RefundEvent) -> None:
        now = self._clock()

        def decide(found: UnmatchedPayment) -> UnmatchedPayment:
            return found.refunded(event.outcome, now) if found.refund.refund_id == event.refund_id else found

        if event.intent_id is not None:
            self._change(event.intent_id, decide)

    def _change(self, intent_id: str, decide: Callable[[UnmatchedPayment], UnmatchedPayment]) -> None:
        def attempt() -> None:
            before = self._orders.find_unmatched(intent_id)
            after = before and decide(before)
            if before is None or after is None or after == before:
                return
            if after.status is UnmatchedStatus.FAILED:
                self._raise_alarm(Alarm.REFUND_FAILED, order_id=after.order_id, refund_id=after.refund.refund_id)
            self._orders.save_unmatched(before, after)

        retrying("payment", attempt)


class Comparison:
    """Implements `souk.shared.sweeping.Sweeper`, for one sweep. `reached`: where the next one continues."""

    def __init__(
        self,
        sessions: Callable[[str | None], ListedSessions],
        match: Callable[[ListedSession], bool],
        after: str | None,
    ) -> None:
        self._sessions = sessions
        self._match = match
        self.reached = after

    def work(self, *, everything: bool) -> Iterator[Work]:  # noqa: ARG002 - it belongs to a start
        """The end of each part of the list is a piece too: the list may be long and have none of ours."""
        last = self.reached
        while True:
            listed = self._sessions(last)
            for session in listed.sessions:
                yield partial(self._compare, session)
            if listed.last is None:
                return
            last = listed.last
            yield partial(self._turn, last)

    def _compare(self, session: ListedSession) -> bool:
        touched = self._match(session)
        self.reached = session.id
        return touched

    def _turn(self, last: str) -> bool:
        self.reached = last
        return False
