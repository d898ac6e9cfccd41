"""A payment vendor that behaves like Stripe towards keys, pages and refunds, and reports by itself what happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar, Final, cast

from souk.shared.errors import VendorFailed, VendorProblem, VendorRefused, VendorThrottled
from souk.shared.money import Money
from souk.storefront.payments.model import (
    ListedSession,
    ListedSessions,
    RefundOutcome,
    RefundStatus,
    RequestChanged,
    Session,
    SessionRequest,
    SessionStatus,
    VendorRefund,
)
from tests.harness.clock import VirtualClock
from tests.harness.faults import Failures, Faults

_SHORTEST: Final = timedelta(minutes=30)
_LISTED: Final = 2
"""Pages in one answer of a list."""
_MEMORY: Final = timedelta(hours=24)
"""For so long a key answers what it answered at first."""


@dataclass
class Page:
    """A payment's page. `first` is what its key answers, even after it has changed."""

    request: SessionRequest
    first: Session
    now: Session
    opened_at: datetime

    @property
    def id(self) -> str:
        return self.first.id


@dataclass
class MadeRefund:
    request: VendorRefund
    amount: Money
    outcome: RefundOutcome
    at: datetime


@dataclass
class Bank:
    """`refuse`: what it answers to a request for a page, `refuse_refunds` to one for a refund. `slow`: refunds are
    pending until `settle_refund`. `mute`: it does what it is asked and never answers; `deaf`: it does nothing either.

    `send` gets each event, shaped as Stripe's.
    """

    vendor: ClassVar[str] = "bank"

    clock: VirtualClock
    faults: Faults
    send: Callable[[dict[str, Any]], None]
    pages: list[Page] = field(default_factory=list)
    refunds: list[MadeRefund] = field(default_factory=list)
    refuse: str | None = None
    refuse_refunds: str | None = None
    slow: bool = False
    mute: bool = False
    deaf: bool = False
    _events: int = 0

    # What the functions ask ------------------------------------------------------------------------------------------

    def open_session(self, request: SessionRequest) -> Session:
        return self._call("open", lambda: self._open(request))

    def session(self, session_id: str) -> Session:
        return self._call("session", lambda: self._page(session_id).now)

    def complete_sessions(self, since: datetime, after: str | None = None) -> ListedSessions:
        def listed() -> ListedSessions:
            found = [one for one in reversed(self.pages) if one.now.paid and one.opened_at >= since]
            ids = [one.id for one in found]
            rest = found[ids.index(after) + 1 :] if after in ids else found
            ours = (
                ListedSession(one.id, one.request.order_id, one.request.buyer_id, partial(getattr, one, "now"))
                for one in rest[:_LISTED]
            )
            return ListedSessions(tuple(ours), rest[_LISTED - 1].id if len(rest) > _LISTED else None)

        return self._call("list", listed)

    def expire_session(self, session_id: str) -> Session:
        return self._call("expire", lambda: self._expire(self._page(session_id)))

    def refund(self, request: VendorRefund) -> RefundOutcome:
        return self._call("refund", lambda: self._refund(request))

    def find_refund(self, request: VendorRefund) -> RefundOutcome | None:
        found = self._call("find refund", lambda: self.refund_of(request.refund_id))
        return found.outcome if found else None

    # What people and time do -----------------------------------------------------------------------------------------

    def page_of(self, order_id: str) -> Page | None:
        """The order's newest page."""
        found = [page for page in self.pages if page.request.order_id == order_id]
        return found[-1] if found else None

    def pay(self, page: Page, *, however_late: bool = False) -> None:
        """`however_late`: also on a page that has expired, as a slow payment does."""
        if page.now.status is SessionStatus.OPEN or (however_late and not page.now.paid):
            intent_id = f"pi_{page.id}"
            page.now = replace(page.now, status=SessionStatus.COMPLETE, paid=True, url=None, intent_id=intent_id)
            self.send(self._event("checkout.session.completed", _session_facts(page)))

    def expire_overdue(self) -> bool:
        overdue = [one for one in self.pages if one.now.status is SessionStatus.OPEN]
        overdue = [one for one in overdue if one.now.expires_at <= self.clock()]
        for page in overdue:
            self._expire(page)
        return bool(overdue)

    def settle_refund(self, made: MadeRefund, status: RefundStatus) -> None:
        """What the receiving bank says of a refund, days later."""
        made.outcome = replace(made.outcome, status=status, reason=None if status is RefundStatus.SUCCEEDED else "lost")
        kind = "refund.updated" if status is RefundStatus.SUCCEEDED else "refund.failed"
        self.send(self._event(kind, _refund_facts(made)))

    def refund_of(self, refund_id: str) -> MadeRefund | None:
        return next((one for one in self.refunds if one.request.refund_id == refund_id), None)

    # Sums ------------------------------------------------------------------------------------------------------------

    def captured(self, order_id: str) -> int:
        """In the smallest unit."""
        return sum(one.now.amount.minor for one in self.pages if one.now.paid and one.request.order_id == order_id)

    def given_back(self, order_id: str) -> int:
        return sum(
            one.amount.minor
            for one in self.refunds
            if one.outcome.status is not RefundStatus.FAILED and one.request.order_id == order_id
        )

    # Plumbing --------------------------------------------------------------------------------------------------------

    def _open(self, request: SessionRequest) -> Session:
        used = [one for one in self.pages if (one.request.order_id, one.request.attempt) == _key(request)]
        if used and used[0].request != request:
            raise RequestChanged("stripe", "Keys for idempotent requests can only be used with the same parameters.")
        if used:
            return used[0].first
        if self.refuse is not None:
            raise VendorRefused("stripe", [VendorProblem("parameter_invalid", self.refuse)])
        if request.expires_at < self.clock() + _SHORTEST:
            raise VendorRefused("stripe", [VendorProblem("parameter_invalid", "expires_at is too soon")])
        number = len(self.pages) + 1
        made = Session(
            id=f"cs_test_{number}",
            url=f"https://pay.example/{number}",
            status=SessionStatus.OPEN,
            paid=False,
            amount=request.total,
            intent_id=None,
            opened_at=self.clock(),
            expires_at=request.expires_at,
            installation=request.installation,
        )
        self.pages.append(Page(request, made, made, self.clock()))
        return made

    def _page(self, session_id: str) -> Page:
        found = next((one for one in self.pages if one.id == session_id), None)
        if found is None:
            raise VendorRefused("stripe", [VendorProblem("resource_missing", "No such checkout.session")])
        return found

    def _expire(self, page: Page) -> Session:
        if page.now.status is SessionStatus.OPEN:
            page.now = replace(page.now, status=SessionStatus.EXPIRED, url=None)
            self.send(self._event("checkout.session.expired", _session_facts(page)))
        return page.now

    def _refund(self, request: VendorRefund) -> RefundOutcome:
        known = self.refund_of(request.refund_id)
        if known is not None and self.clock() < known.at + _MEMORY:
            return known.outcome
        left = self.captured(request.order_id) - self.given_back(request.order_id)
        if request.amount is None and left == 0:
            return RefundOutcome("", RefundStatus.SUCCEEDED)
        amount = request.amount or Money.from_minor(left, "USD")
        if self.refuse_refunds is not None or amount.minor > left:
            why = self.refuse_refunds or f"greater than unrefunded amount on charge ({left})"
            raise VendorRefused("stripe", [VendorProblem("refund", why)])
        status = RefundStatus.PENDING if self.slow else RefundStatus.SUCCEEDED
        made = MadeRefund(request, amount, RefundOutcome(f"re_{len(self.refunds) + 1}", status), self.clock())
        self.refunds.append(made)
        self.send(self._event("refund.created", _refund_facts(made)))
        self.send(self._event("charge.refunded", self._charge_facts(made)))
        return made.outcome

    def _charge_facts(self, made: MadeRefund) -> dict[str, Any]:
        request = made.request
        return {
            "id": f"ch_{request.intent_id}",
            "object": "charge",
            "amount_refunded": self.given_back(request.order_id),
            "currency": made.amount.currency.lower(),
            "payment_intent": request.intent_id,
            "metadata": {"order": request.order_id, "buyer": request.buyer_id},
        }

    def _event(self, kind: str, facts: dict[str, Any]) -> dict[str, Any]:
        self._events += 1
        created = int(self.clock().timestamp())
        return {"id": f"evt_{self._events}", "type": kind, "created": created, "data": {"object": facts}}

    def _call[T](self, name: str, effect: Callable[[], T]) -> T:
        """A call that was refused or whose answer was lost looks alike from here: nobody knows what it did."""

        def answered() -> T:
            if self.deaf:
                raise VendorFailed("stripe", "no connection")
            made = effect()
            if self.mute:
                raise VendorFailed("stripe", "no answer")
            return made

        failures = Failures(
            refused=lambda: VendorFailed("stripe", "no connection"),
            lost=lambda: VendorFailed("stripe", "no answer"),
            busy=lambda: VendorThrottled("stripe", "slow down"),
        )
        return cast("T", self.faults.around(f"stripe:{name}", answered, failures))


def _key(request: SessionRequest) -> tuple[str, int]:
    return request.order_id, request.attempt


def _session_facts(page: Page) -> dict[str, Any]:
    return {
        "id": page.id,
        "object": "checkout.session",
        "status": page.now.status.value,
        "payment_status": "paid" if page.now.paid else "unpaid",
        "payment_intent": page.now.intent_id,
        "amount_total": page.now.amount.minor,
        "currency": page.now.amount.currency.lower(),
        "created": int(page.now.opened_at.timestamp()),
        "expires_at": int(page.now.expires_at.timestamp()),
        "url": page.now.url,
        "metadata": {
            "order": page.request.order_id,
            "buyer": page.request.buyer_id,
            "installation": page.request.installation,
        },
    }


def _refund_facts(made: MadeRefund) -> dict[str, Any]:
    return {
        "id": made.outcome.id,
        "object": "refund",
        "status": made.outcome.status.value,
        "failure_reason": made.outcome.reason,
        "amount": made.amount.minor,
        "currency": made.amount.currency.lower(),
        "payment_intent": made.request.intent_id,
        "metadata": {
            "order": made.request.order_id,
            "buyer": made.request.buyer_id,
            "refund": made.request.refund_id,
        },
    }
