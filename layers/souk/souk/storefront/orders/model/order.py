"""An order and what may be done with it. Pure: every method answers a new order or raises Conflict.

No method reads a clock or changes a `version`: the repository counts writes. The effects of a change on stock, sales
and the sweep are derived by comparing the order before and after it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from souk.shared.errors import Conflict, PreconditionFailed
from souk.shared.failure_reason import Failure
from souk.shared.money import Money, total
from souk.storefront.orders.model.fulfilment import (
    MOVES,
    PROGRESS,
    SELLER_TRANSITIONS,
    Fulfilment,
    Line,
    Status,
    Transition,
    illegal,
)
from souk.storefront.orders.model.payment import (
    ASK_AFTER,
    CLOSED,
    RECHECK_AFTER,
    Capture,
    Payment,
    PaymentStatus,
    Refund,
)
from souk.storefront.orders.model.purchase import ShipTo
from souk.storefront.payments.model import RefundStatus

GRACE: Final = timedelta(seconds=60)
"""The event of a last-second payment arrives within this time after the session has expired."""
MOST_REFUNDS: Final = 50


@dataclass(frozen=True, slots=True)
class Order:
    """What one buyer bought at once, from one or several sellers. `run` and `wait` belong to its workflow."""

    id: str
    buyer_id: str
    buyer_name: str
    currency: str
    fulfilments: tuple[Fulfilment, ...]
    payment: Payment
    created_at: datetime
    updated_at: datetime
    ship_to: ShipTo | None = None
    buyer_email: str | None = None
    refunds: tuple[Refund, ...] = ()
    run: int = 1
    wait: str | None = None
    version: int = 1

    # Derived ---------------------------------------------------------------------------------------------------------

    @property
    def status(self) -> Status:
        """That of the least advanced live fulfilment; `refunded` once everything captured has been refunded."""
        if self.captured.amount > 0 and self.refunded == self.captured:
            return Status.REFUNDED
        live = {fulfilment.status for fulfilment in self.fulfilments if fulfilment.is_live}
        return min(live, key=PROGRESS.index, default=Status.CANCELLED)

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for fulfilment in self.fulfilments for line in fulfilment.lines)

    @property
    def subtotal(self) -> Money:
        return self._sum(lambda fulfilment: fulfilment.items)

    @property
    def shipping(self) -> Money:
        return self._sum(lambda fulfilment: fulfilment.shipping)

    @property
    def tax(self) -> Money:
        return self._sum(lambda fulfilment: fulfilment.tax)

    @property
    def total(self) -> Money:
        return self._sum(lambda fulfilment: fulfilment.total)

    @property
    def captured(self) -> Money:
        return self.payment.capture.amount if self.payment.capture else Money.from_minor(0, self.currency)

    @property
    def refunded(self) -> Money:
        """The sum of the refunds that succeeded."""
        done = (refund.amount for refund in self.refunds if refund.status is RefundStatus.SUCCEEDED)
        return total(done, self.currency)

    @property
    def is_pending(self) -> bool:
        return self.payment.status is PaymentStatus.AWAITING

    @property
    def hold_until(self) -> datetime:
        """Until then an unpaid order reserves its units: the end of its checkout session, and GRACE."""
        return self.payment.expires_at + GRACE

    @property
    def is_paid(self) -> bool:
        return self.payment.status is PaymentStatus.PAID

    @property
    def pending_refunds(self) -> tuple[Refund, ...]:
        return tuple(refund for refund in self.refunds if refund.status is RefundStatus.PENDING)

    @property
    def due_at(self) -> datetime | None:
        """When the sweep has to handle it next: its payment, a refund, or a delivery to complete."""
        times = (
            self.payment.due_at,
            *(refund.due_at for refund in self.refunds),
            *(fulfilment.completes_at for fulfilment in self.fulfilments),
        )
        return min(filter(None, times), default=None)

    def fulfilment(self, seller_id: str) -> Fulfilment:
        return next(part for part in self.fulfilments if part.seller_id == seller_id)

    def require_part_version(self, seller_id: str, allowed: Collection[int] | None) -> Order:
        """Refuse a lost update. Raises PreconditionFailed unless the seller's part is of an `allowed` version."""
        if allowed is not None and self.fulfilment(seller_id).version not in allowed:
            raise PreconditionFailed("Your part of the order has changed since you read it.")
        return self

    def refund(self, refund_id: str) -> Refund | None:
        return next((refund for refund in self.refunds if refund.id == refund_id), None)

    def refundable(self, seller_id: str) -> Money:
        """What was captured for one seller's part, less its refunds that succeeded or are pending."""
        if not self.is_paid:
            return Money.from_minor(0, self.currency)
        held = (refund.shares[seller_id] for refund in self.refunds if refund.holds and seller_id in refund.shares)
        return self.fulfilment(seller_id).total - total(held, self.currency)

    def refunded_units(self, line_id: str, *, restocked: bool = False) -> int:
        """Units of a line that refunds are for; with `restocked` only those that went back to the stock."""
        counted = (refund for refund in self.refunds if refund.holds and (refund.restock or not restocked))
        return sum(refund.lines.get(line_id, 0) for refund in counted)

    # Payment ---------------------------------------------------------------------------------------------------------

    def opened(self, session_id: str, url: str | None, expires_at: datetime) -> Order:
        """With its checkout session; a hold that was ended stays so. Unchanged if it was settled meanwhile."""
        if not self.is_pending or self.payment.is_opened:
            return self
        end = min(expires_at, self.payment.expires_at)
        due_at = min(self.created_at + ASK_AFTER, end + GRACE)
        return replace(self, payment=self.payment.opened(session_id, url, end, due_at))

    def end_hold(self, now: datetime) -> Order:
        """An unpaid order whose hold is over now: what is due then expires its session and returns its units."""
        if not self.is_pending or self.hold_until <= now:
            return self
        return replace(self, payment=replace(self.payment, expires_at=now - GRACE, due_at=now))

    def retry_checkout(self, now: datetime, hold: timedelta) -> Order:
        """With another attempt at a checkout session, after the vendor has refused the previous one."""
        if not self.is_pending or self.payment.is_opened:
            return self
        return replace(self, payment=replace(Payment.begun(now, hold), attempt=self.payment.attempt + 1))

    def pay(self, capture: Capture) -> Order:
        """Paid: confirm all parts. A known capture changes nothing; a wrong amount is stored as a mismatch.

        Raises Conflict when the order was closed before: see `is_late_payment`.
        """
        if self._knows(capture):
            return self
        if self.is_late_payment(capture):
            raise illegal("pay", self.status)
        if not self.is_pending or capture.amount != self.total:
            return replace(self, payment=replace(self.payment, mismatch=capture))
        return replace(self._paid(capture), wait=None)._move_all(Transition.CONFIRM)

    def is_late_payment(self, capture: Capture) -> bool:
        """The right amount, but after the order was closed: either `revive` or `refund_late_payment` follows."""
        return self.payment.status in CLOSED and capture.amount == self.total and not self._knows(capture)

    def revive(self, capture: Capture) -> Order:
        """Confirm an order whose payment is late, and take all units out of the stock again."""
        self._require_late_payment(capture)
        return self._paid(capture)._move_all(Transition.REVIVE)

    def refund_late_payment(self, capture: Capture, refund_id: str, now: datetime) -> Order:
        """Stay cancelled and reserve a full refund: no stock left, a shop may not sell, or the buyer had cancelled."""
        self._require_late_payment(capture)
        reason = "The order could not be sold any more when its payment came."
        return self._paid(capture)._refund_rest(self.fulfilments, refund_id, reason, self.buyer_id, now)

    def close_unpaid(self, status: PaymentStatus, failure: Failure | None = None) -> Order:
        """Close an order that was not paid and return all units to the stock. One that is not pending is unchanged."""
        if status not in CLOSED:
            raise ValueError(f"an unpaid order is not closed as {status}")
        if not self.is_pending:
            return self
        closed = replace(self, payment=self.payment.closed(status, failure), wait=None)
        return closed._move_all(Transition.CLOSE)

    def cancel_closed(self) -> Order:
        """The buyer had cancelled it before it was closed unpaid: a late payment is refunded and does not revive it."""
        if self.payment.status not in CLOSED:
            raise illegal(Transition.CANCEL, self.status)
        return replace(self, payment=replace(self.payment, status=PaymentStatus.CANCELLED))

    # Fulfilment ------------------------------------------------------------------------------------------------------

    def advance(self, seller_id: str, wanted: Status, now: datetime, completes_after: timedelta) -> Order:
        """Its seller moves a fulfilment to `wanted`. Not for cancelling, which refunds: see `cancel_fulfilment`."""
        transition = SELLER_TRANSITIONS.get(wanted)
        fulfilment = self.fulfilment(seller_id)
        if transition is None or transition is Transition.CANCEL:
            raise illegal(f"set to {wanted}", fulfilment.status)
        if transition is Transition.DELIVER:
            return self._with(fulfilment.deliver(now, now + completes_after))
        moved = fulfilment.move(transition)
        if transition in (Transition.PROCESS, Transition.SHIP) and self._is_refunded_whole(fulfilment):
            # Refunded before such a part was cancelled by that.
            raise Conflict("All of it has been refunded. You can cancel it only.", code="nothing_to_ship")
        return self._with(moved)

    def tracked(self, seller_id: str, carrier: str | None, tracking_number: str | None) -> Order:
        """With the parcel's newest carrier and number; None keeps the old one. Raises Conflict for an unpaid part."""
        part = self.fulfilment(seller_id)
        if part.status in (Status.PENDING, Status.CANCELLED):
            raise illegal("track", part.status)
        return self._with(
            replace(part, carrier=carrier or part.carrier, tracking_number=tracking_number or part.tracking_number)
        )

    def complete_overdue(self, now: datetime) -> Order:
        """Complete the parts that were delivered long enough ago."""
        overdue = [part for part in self.fulfilments if _is_due(part.completes_at, now)]
        order = self
        for fulfilment in overdue:
            order = order._with(fulfilment.move(Transition.COMPLETE))
        return order

    def cancel(self, refund_id: str, now: datetime) -> Order:
        """The buyer cancels a paid order, until any part has shipped. An unpaid order is closed instead."""
        live = tuple(part for part in self.fulfilments if part.is_live)
        stopped = next((part for part in live if part.status not in MOVES[Transition.CANCEL]), None)
        if stopped is not None or not live:
            raise illegal(Transition.CANCEL, stopped.status if stopped else self.status)
        return self._cancel(live, refund_id, "Cancelled by the buyer.", self.buyer_id, now)

    def cancel_fulfilment(self, seller_id: str, refund_id: str, now: datetime) -> Order:
        """A seller cancels its own part, until it has shipped."""
        fulfilment = self.fulfilment(seller_id)
        return self._cancel((fulfilment,), refund_id, "Cancelled by the seller.", seller_id, now)

    # Refunds ---------------------------------------------------------------------------------------------------------

    def reserve_refund(self, refund: Refund) -> Order:
        """Reserve a refund's amount until the vendor has settled it. With `restock` its lines go back to the stock.

        A part with nothing left to ship is cancelled, and stays so if the vendor fails to refund: the refund can be
        requested again, as after a cancellation. Its units go back to the stock, but for those of refunds that said no.

        Raises Conflict `refund_exceeds_capture` when less is left of a seller's part, or fewer units of a line.
        """
        if len(self.refunds) >= MOST_REFUNDS:
            raise Conflict(f"An order has at most {MOST_REFUNDS} refunds.", code="too_many_refunds")
        for seller_id, share in refund.shares.items():
            left = self.refundable(seller_id)
            if share.amount > left.amount or share.amount <= 0:
                raise _exceeds(f"At most {left} {self.currency} of this can go back.")
        for line in self.lines:
            if self.refunded_units(line.id) + refund.lines.get(line.id, 0) > line.quantity:
                raise _exceeds(f"Line {line.id} has fewer units than that left to refund.")
        reserved = self._holding(refund)
        return (reserved._restock(refund) if refund.restock else reserved)._without_refunded(refund)

    def settle_refund(self, settled: Refund) -> Order:
        """With the refund of the same id replaced by `settled`."""
        return replace(self, refunds=tuple(settled if refund.id == settled.id else refund for refund in self.refunds))

    # The sweeper and the workflow ------------------------------------------------------------------------------------

    def reschedule_payment(self, now: datetime) -> Order:
        """With a later `due_at` for a payment that is due, and later each time."""
        if not _is_due(self.payment.due_at, now):
            return self
        return replace(self, payment=replace(self.payment, due_at=self._next_ask(now)))

    def reschedule_refund(self, refund_id: str, now: datetime) -> Order:
        """With a later `due_at` for a refund that is due, and later each time."""
        refund = self.refund(refund_id)
        if refund is None or not _is_due(refund.due_at, now):
            return self
        return self.settle_refund(refund.reschedule(now))

    def _next_ask(self, now: datetime) -> datetime:
        """An open page: when the order is twice as old, at the latest when its hold ends; else after RECHECK_AFTER."""
        if not self.payment.is_opened or now >= self.hold_until:
            return now + RECHECK_AFTER
        return min(now + max(ASK_AFTER, now - self.created_at), self.hold_until)

    @property
    def needs_workflow(self) -> bool:
        """It is unpaid, and no execution waits for its payment."""
        return self.is_pending and self.wait is None

    def restart(self) -> Order:
        """A new run of a workflow that has vanished."""
        return replace(self, run=self.run + 1, wait=None) if self.is_pending else self

    # Plumbing --------------------------------------------------------------------------------------------------------

    def _knows(self, capture: Capture) -> bool:
        known = (self.payment.capture, self.payment.mismatch)
        return any(old is not None and old.intent_id == capture.intent_id for old in known)

    def _require_late_payment(self, capture: Capture) -> None:
        if not self.is_late_payment(capture):
            raise illegal("pay", self.status)

    def _paid(self, capture: Capture) -> Order:
        return replace(self, payment=self.payment.captured(capture))

    def _cancel(
        self, parts: tuple[Fulfilment, ...], refund_id: str, reason: str, requested_by: str, now: datetime
    ) -> Order:
        order = self
        for part in parts:
            order = order._with(self._with_unsent(part.move(Transition.CANCEL)))
        return order._refund_rest(parts, refund_id, reason, requested_by, now)

    def _refund_rest(
        self, parts: tuple[Fulfilment, ...], refund_id: str, reason: str, requested_by: str, now: datetime
    ) -> Order:
        """Reserve a refund of everything not refunded yet of `parts`; unchanged when that is nothing."""
        left: Mapping[str, Money] = {part.seller_id: self.refundable(part.seller_id) for part in parts}
        shares = {seller_id: amount for seller_id, amount in left.items() if amount.amount > 0}
        if not shares:
            return self
        refund = Refund(refund_id, shares, reason, requested_by, created_at=now, due_at=now + RECHECK_AFTER)
        return self._holding(refund)

    def _holding(self, refund: Refund) -> Order:
        if self.refund(refund.id):
            raise ValueError(f"the order already has a refund {refund.id}: one result would settle both")
        return replace(self, refunds=(*self.refunds, refund))

    def _restock(self, refund: Refund) -> Order:
        """Units that an earlier, failed refund returned to the stock are not returned twice."""

        def restocked(line: Line) -> Line:
            if line.id not in refund.lines:
                return line
            return line.with_returned(max(line.returned, self.refunded_units(line.id, restocked=True)))

        changed = (replace(part, lines=tuple(map(restocked, part.lines))) for part in self.fulfilments)
        return replace(self, fulfilments=tuple(changed))

    def _without_refunded(self, refund: Refund) -> Order:
        """With those parts cancelled of which `refund` leaves nothing to ship: no unit, or no money."""
        order = self
        for part in self.fulfilments:
            if part.seller_id not in refund.shares or part.status not in MOVES[Transition.REFUND]:
                continue
            if self._is_refunded_whole(part):
                moved = part.move(Transition.REFUND)
                order = order._with(moved if refund.restock is False else self._with_unsent(moved))
        return order

    def _is_refunded_whole(self, part: Fulfilment) -> bool:
        """No unit of the part is left, or no money."""
        is_whole = all(self.refunded_units(line.id) == line.quantity for line in part.lines)
        return is_whole or self.refundable(part.seller_id).amount == 0

    def _with_unsent(self, part: Fulfilment) -> Fulfilment:
        """With all units back in the stock that no refund has kept out of it."""

        def returned(line: Line) -> Line:
            kept_out = sum(one.lines.get(line.id, 0) for one in self.refunds if one.holds and one.restock is False)
            return line.with_returned(max(line.returned, line.quantity - kept_out))

        return replace(part, lines=tuple(map(returned, part.lines)))

    def _move_all(self, transition: Transition) -> Order:
        return replace(self, fulfilments=tuple(part.move(transition) for part in self.fulfilments))

    def _with(self, changed: Fulfilment) -> Order:
        parts = (changed if part.seller_id == changed.seller_id else part for part in self.fulfilments)
        return replace(self, fulfilments=tuple(parts))

    def _sum(self, part: Callable[[Fulfilment], Money]) -> Money:
        return total(map(part, self.fulfilments), self.currency)


def _is_due(due_at: datetime | None, now: datetime) -> bool:
    return due_at is not None and due_at <= now


def _exceeds(detail: str) -> Conflict:
    return Conflict(detail, code="refund_exceeds_capture")
