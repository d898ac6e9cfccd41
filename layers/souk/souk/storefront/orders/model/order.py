"""An order and what may be done with it. Pure: every method answers a new order or raises Conflict.

No method reads a clock or touches a `version`: the repository counts writes. What the stock, the sellers and the
sweeper have to learn of a change follows from the order before and after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from souk.shared.errors import Conflict, PreconditionFailed
from souk.shared.failure_reason import Failure
from souk.shared.money import Money, total
from souk.storefront.orders.model.fulfilment import (
    MOVES,
    PROGRESS,
    SELLER_ACTIONS,
    Action,
    Fulfilment,
    Line,
    Status,
    illegal,
)
from souk.storefront.orders.model.payment import CLOSED, LOOK_AGAIN, Capture, Payment, PaymentStatus, Refund
from souk.storefront.orders.model.purchase import ShipTo
from souk.storefront.payments.model import RefundStatus

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

    # What it says ----------------------------------------------------------------------------------------------------

    @property
    def status(self) -> Status:
        """That of the least advanced live fulfilment; refunded once all that was captured has gone back."""
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
        """What has gone back for certain."""
        done = (refund.amount for refund in self.refunds if refund.status is RefundStatus.SUCCEEDED)
        return total(done, self.currency)

    @property
    def is_pending(self) -> bool:
        return self.payment.status is PaymentStatus.AWAITING

    @property
    def is_paid(self) -> bool:
        return self.payment.status is PaymentStatus.PAID

    @property
    def pending_refunds(self) -> tuple[Refund, ...]:
        return tuple(refund for refund in self.refunds if refund.status is RefundStatus.PENDING)

    @property
    def due_at(self) -> datetime | None:
        """When somebody has to look after it: at its payment, a refund, or a delivery that time completes."""
        times = (
            self.payment.due_at,
            *(refund.due_at for refund in self.refunds),
            *(fulfilment.completes_at for fulfilment in self.fulfilments),
        )
        return min(filter(None, times), default=None)

    def fulfilment(self, seller_id: str) -> Fulfilment:
        return next(one for one in self.fulfilments if one.seller_id == seller_id)

    def demand_part(self, seller_id: str, version: int | None) -> Order:
        """`If-Match`: refuse to act on a seller's part that is not as it was read. Raises PreconditionFailed."""
        if version not in (None, self.fulfilment(seller_id).version):
            raise PreconditionFailed("Your part of the order has changed since you read it.")
        return self

    def refund(self, refund_id: str) -> Refund | None:
        return next((one for one in self.refunds if one.id == refund_id), None)

    def refundable(self, seller_id: str) -> Money:
        """What of one seller's part has been captured and neither gone back nor been asked back."""
        if not self.is_paid:
            return Money.from_minor(0, self.currency)
        held = (one.shares[seller_id] for one in self.refunds if one.holds and seller_id in one.shares)
        return self.fulfilment(seller_id).total - total(held, self.currency)

    def refunded_units(self, line_id: str, *, restocked: bool = False) -> int:
        """Units of a line that refunds are for; with `restocked` those only that came back to the stock."""
        counted = (one for one in self.refunds if one.holds and (one.restock or not restocked))
        return sum(one.lines.get(line_id, 0) for one in counted)

    # Payment ---------------------------------------------------------------------------------------------------------

    def opened(self, session_id: str, url: str | None, expires_at: datetime) -> Order:
        """The vendor has opened the payment's page. An order that was settled meanwhile stays as it is."""
        if not self.is_pending or self.payment.is_opened:
            return self
        return replace(self, payment=self.payment.opened(session_id, url, expires_at))

    def ask_anew(self, now: datetime, hold: timedelta) -> Order:
        """Another attempt at the payment's page, after the vendor has definitely refused the one before."""
        if not self.is_pending or self.payment.is_opened:
            return self
        return replace(self, payment=replace(Payment.begun(now, hold), attempt=self.payment.attempt + 1))

    def pay(self, capture: Capture) -> Order:
        """The money is there. What was heard before changes nothing; what does not fit is kept as a mismatch.

        One that comes after the order was given up is refused here: see `pays_late`.
        """
        if self._knows(capture):
            return self
        if self.pays_late(capture):
            raise illegal("pay", self.status)
        if not self.is_pending or capture.amount != self.total:
            return replace(self, payment=replace(self.payment, mismatch=capture))
        return replace(self._paid(capture), wait=None)._move_all(Action.CONFIRM)

    def pays_late(self, capture: Capture) -> bool:
        """Right, but only after the order was given up: `revive` it, or `give_up_late`."""
        return self.payment.status in CLOSED and capture.amount == self.total and not self._knows(capture)

    def revive(self, capture: Capture) -> Order:
        """Confirm an order whose payment comes late, and take every unit out of the stock again."""
        self._demand_late(capture)
        return self._paid(capture)._move_all(Action.REVIVE)

    def give_up_late(self, capture: Capture, refund_id: str, now: datetime) -> Order:
        """The stock is gone, a shop sells no more, or its buyer wants it no more: stay cancelled, and give it back."""
        self._demand_late(capture)
        reason = "The payment came after the order was cancelled."
        return self._paid(capture)._give_back(self.fulfilments, refund_id, reason, self.buyer_id, now)

    def close_unpaid(self, status: PaymentStatus, failure: Failure | None = None) -> Order:
        """Give up an order that was not paid: all of it goes back to the stock. Once; later it changes nothing."""
        if status not in CLOSED:
            raise ValueError(f"an order is not given up as {status}")
        if not self.is_pending:
            return self
        closed = replace(self, payment=self.payment.closed(status, failure), wait=None)
        return closed._move_all(Action.CLOSE)

    # Fulfilment ------------------------------------------------------------------------------------------------------

    def advance(self, seller_id: str, wanted: Status, now: datetime, completes_after: timedelta) -> Order:
        """Its seller moves a fulfilment on. Cancelling has a method of its own, since money goes back."""
        action = SELLER_ACTIONS.get(wanted)
        fulfilment = self.fulfilment(seller_id)
        if action is None or action is Action.CANCEL:
            raise illegal(f"set to {wanted}", fulfilment.status)
        if action is Action.DELIVER:
            return self._with(fulfilment.deliver(now, now + completes_after))
        return self._with(fulfilment.move(action))

    def tracked(self, seller_id: str, carrier: str | None, tracking_number: str | None) -> Order:
        """With the parcel's newest carrier and number; what is not told stays. Only what is paid goes on its way."""
        one = self.fulfilment(seller_id)
        if one.status in (Status.PENDING, Status.CANCELLED):
            raise illegal("track", one.status)
        return self._with(
            replace(one, carrier=carrier or one.carrier, tracking_number=tracking_number or one.tracking_number)
        )

    def complete_overdue(self, now: datetime) -> Order:
        """Complete what was delivered long enough ago."""
        overdue = [one for one in self.fulfilments if one.completes_at is not None and one.completes_at <= now]
        order = self
        for fulfilment in overdue:
            order = order._with(fulfilment.move(Action.COMPLETE))
        return order

    def cancel(self, refund_id: str, now: datetime) -> Order:
        """The buyer cancels what is paid, until anything has shipped. What is unpaid is closed instead."""
        live = tuple(one for one in self.fulfilments if one.is_live)
        stopped = next((one for one in live if one.status not in MOVES[Action.CANCEL]), None)
        if stopped is not None or not live:
            raise illegal(Action.CANCEL, stopped.status if stopped else self.status)
        return self._cancel(live, refund_id, "Cancelled by the buyer.", self.buyer_id, now)

    def cancel_fulfilment(self, seller_id: str, refund_id: str, now: datetime) -> Order:
        """A seller cancels its own part, until it has shipped."""
        fulfilment = self.fulfilment(seller_id)
        return self._cancel((fulfilment,), refund_id, "Cancelled by the seller.", seller_id, now)

    # Refunds ---------------------------------------------------------------------------------------------------------

    def reserve_refund(self, refund: Refund) -> Order:
        """Hold a refund's amount until the vendor has settled it. With `restock` its lines go back to the stock.

        Raises Conflict `refund_exceeds_capture` when a seller's part has less left, or a line fewer units.
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
        return reserved._restock(refund) if refund.restock else reserved

    def settle_refund(self, settled: Refund) -> Order:
        """Keep what became of a refund: `Refund.succeeded` or `.failed` of the one that is here."""
        return replace(self, refunds=tuple(settled if one.id == settled.id else one for one in self.refunds))

    # The sweeper and the workflow ------------------------------------------------------------------------------------

    def look_again(self, now: datetime) -> Order:
        """Whatever of payment and refunds is due is looked at again later; a refund ever more rarely."""
        payment = replace(self.payment, due_at=now + LOOK_AGAIN) if _is_due(self.payment.due_at, now) else self.payment
        refunds = tuple(one.look_again(now) if _is_due(one.due_at, now) else one for one in self.refunds)
        return replace(self, payment=payment, refunds=refunds)

    def restart(self) -> Order:
        """A new run of a workflow that has vanished."""
        return replace(self, run=self.run + 1, wait=None) if self.is_pending else self

    # Plumbing --------------------------------------------------------------------------------------------------------

    def _knows(self, capture: Capture) -> bool:
        known = (self.payment.capture, self.payment.mismatch)
        return any(one is not None and one.intent_id == capture.intent_id for one in known)

    def _demand_late(self, capture: Capture) -> None:
        if not self.pays_late(capture):
            raise illegal("pay", self.status)

    def _paid(self, capture: Capture) -> Order:
        return replace(self, payment=self.payment.captured(capture))

    def _cancel(
        self, parts: tuple[Fulfilment, ...], refund_id: str, reason: str, requested_by: str, now: datetime
    ) -> Order:
        order = self
        for part in parts:
            order = order._with(part.move(Action.CANCEL))
        return order._give_back(parts, refund_id, reason, requested_by, now)

    def _give_back(
        self, parts: tuple[Fulfilment, ...], refund_id: str, reason: str, requested_by: str, now: datetime
    ) -> Order:
        """Reserve a refund of all that is left of `parts`; none when nothing is."""
        left: Mapping[str, Money] = {part.seller_id: self.refundable(part.seller_id) for part in parts}
        shares = {seller_id: amount for seller_id, amount in left.items() if amount.amount > 0}
        if not shares:
            return self
        refund = Refund(refund_id, shares, reason, requested_by, created_at=now, due_at=now + LOOK_AGAIN)
        return self._holding(refund)

    def _holding(self, refund: Refund) -> Order:
        if self.refund(refund.id):
            raise ValueError(f"the order has a refund {refund.id} already: two that one id settles count twice")
        return replace(self, refunds=(*self.refunds, refund))

    def _restock(self, refund: Refund) -> Order:
        """Units that an earlier, failed refund brought back are not brought back twice."""

        def restocked(line: Line) -> Line:
            if line.id not in refund.lines:
                return line
            return line.with_returned(max(line.returned, self.refunded_units(line.id, restocked=True)))

        changed = (replace(one, lines=tuple(map(restocked, one.lines))) for one in self.fulfilments)
        return replace(self, fulfilments=tuple(changed))

    def _move_all(self, action: Action) -> Order:
        return replace(self, fulfilments=tuple(one.move(action) for one in self.fulfilments))

    def _with(self, changed: Fulfilment) -> Order:
        return replace(
            self,
            fulfilments=tuple(changed if one.seller_id == changed.seller_id else one for one in self.fulfilments),
        )

    def _sum(self, part: Callable[[Fulfilment], Money]) -> Money:
        return total(map(part, self.fulfilments), self.currency)


def _is_due(due_at: datetime | None, now: datetime) -> bool:
    return due_at is not None and due_at <= now


def _exceeds(detail: str) -> Conflict:
    return Conflict(detail, code="refund_exceeds_capture")
