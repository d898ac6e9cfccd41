"""Refunds: reserved in the order, requested from the vendor under the refund's own id, settled by the answer.

A reserved amount cannot be refunded twice, so refunds never exceed what was captured. A refund whose outcome is unknown
stays pending until an event of the vendor or the sweep settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from souk.aws.idempotency import IdempotencyKey
from souk.shared.alarms import Alarm, RaiseAlarm
from souk.shared.clock import Clock, NewId
from souk.shared.errors import (
    Forbidden,
    InvalidRequest,
    InvalidValue,
    NotFound,
    VendorFailed,
    VendorProblem,
    VendorRefused,
)
from souk.shared.money import ChargeRules, Money, RulesOf, total
from souk.storefront.orders.model import (
    RECHECK_AFTER,
    Fulfilment,
    Order,
    Refund,
    RefundActor,
    RefundRequest,
    RefundStatus,
)
from souk.storefront.orders.repository import OrderRepository
from souk.storefront.payments.model import Payments, RefundOutcome, VendorRefund


class Refunds:
    """`payments` creates the vendor's adapter when it is needed; `charge_rules`: what the vendor takes."""

    def __init__(
        self,
        orders: OrderRepository,
        payments: Callable[[], Payments],
        charge_rules: RulesOf,
        raise_alarm: RaiseAlarm,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._orders = orders
        self._payments = payments
        self._charge_rules = charge_rules
        self._raise_alarm = raise_alarm
        self._clock = clock
        self._new_id = new_id

    # Requested by people ---------------------------------------------------------------------------------------------

    def request(self, actor: RefundActor, request: RefundRequest, idempotency: IdempotencyKey | None) -> Refund:
        """Refund a seller's part, for that seller or an operator.

        The refund is settled, or pending while its outcome is unknown. Raises NotFound, Forbidden, InvalidRequest,
        Conflict `refund_exceeds_capture`, VendorRefused, Replayed.
        """
        if not actor.is_operator and request.seller_id not in (None, actor.caller_id):
            raise Forbidden("You can refund your own part of an order only.")
        refund_id, now = self._new_id(), self._clock()

        def reserve(order: Order) -> Order:
            part = _part(order, request.seller_id if actor.is_operator else actor.caller_id)
            amount, units = amount_of(order, part, request, self._charge_rules(order.currency))
            return order.reserve_refund(
                Refund(
                    id=refund_id,
                    shares={part.seller_id: amount},
                    reason=request.reason,
                    requested_by=actor.caller_id,
                    created_at=now,
                    due_at=now + RECHECK_AFTER,
                    lines=units,
                    restock=request.restock,
                )
            )

        buyer_id = self._buyer(actor)
        order = self._orders.change(
            buyer_id, actor.order_id, now, reserve, idempotency=idempotency, result_id=refund_id
        )
        return self._require_not_failed(self.carry_out(order, refund_id), refund_id)

    def find(self, actor: RefundActor, refund_id: str) -> Refund:
        """A refund that was requested before; a pending one is continued. Raises NotFound, VendorRefused."""
        order = self._orders.get(self._buyer(actor), actor.order_id)
        return self._require_not_failed(self.carry_out(order, refund_id, is_new=False), refund_id)

    def _require_not_failed(self, order: Order, refund_id: str) -> Refund:
        """Raises NotFound, and VendorRefused for a refund that failed."""
        refund = order.refund(refund_id)
        if refund is None:
            raise NotFound("There is no such refund.")
        if refund.status is RefundStatus.FAILED:
            raise VendorRefused(self._payments().vendor, [VendorProblem("refund_failed", refund.failure or "")])
        return refund

    def _buyer(self, actor: RefundActor) -> str:
        if actor.is_operator:
            return self._orders.buyer_of(actor.order_id)
        return self._orders.buyer_of_sale(actor.caller_id, actor.order_id)

    # Requested from the vendor ---------------------------------------------------------------------------------------

    def resume(self, order: Order) -> Order:
        """Carry out the pending refunds of an order, which an earlier call has reserved."""
        for refund in order.pending_refunds:
            order = self.carry_out(order, refund.id, is_new=False)
        return order

    def carry_out(self, order: Order, refund_id: str, *, is_new: bool = True) -> Order:
        """Have the vendor make a refund. Without an answer it stays pending, and the sweep reconciles it.

        `is_new`: this call has just reserved it.
        """
        try:
            return self.reconcile(order, refund_id, is_new=is_new)
        except VendorFailed:
            return order

    def reconcile(self, order: Order, refund_id: str, *, is_new: bool = False) -> Order:
        """Make a refund at the vendor, or find its outcome there. Raises VendorFailed: the outcome is unknown."""
        refund, capture = order.refund(refund_id), order.payment.capture
        if refund is None or capture is None or refund.status is not RefundStatus.PENDING:
            return order
        request = VendorRefund(refund.id, order.id, order.buyer_id, capture.intent_id, refund.amount)
        vendor = self._payments()
        try:
            # The vendor's key repeats its first answer, and only for a day: look for the outcome of an older refund.
            found = None if is_new else vendor.find_refund(request)
            outcome = found or vendor.refund(request)
        except VendorRefused as refusal:
            outcome = RefundOutcome("", RefundStatus.FAILED, refusal.detail)
        return self.settle(order.buyer_id, order.id, refund.id, outcome)

    def settle(
        self, buyer_id: str, order_id: str, refund_id: str, outcome: RefundOutcome, event_id: str | None = None
    ) -> Order:
        """Store the vendor's outcome of a refund. A failed one releases its amount and raises an alarm.

        Raises NotFound, EventAlreadyProcessed.
        """
        now = self._clock()

        def decide(order: Order) -> Order:
            refund = order.refund(refund_id)
            settled = refund and _settled(refund, outcome, now)
            if settled is None or settled is refund:
                return order
            if settled.status is RefundStatus.FAILED:
                self._raise_alarm(Alarm.REFUND_FAILED, order_id=order.id, refund_id=settled.id)
            return order.settle_refund(settled)

        processed = (self._orders.mark_processed(event_id, order_id, now),) if event_id else ()
        return self._orders.change(buyer_id, order_id, now, decide, extra=processed)


def _settled(refund: Refund, outcome: RefundOutcome, now: datetime) -> Refund:
    match outcome.status:
        case RefundStatus.SUCCEEDED:
            return refund.succeeded(outcome.id, now)
        case RefundStatus.FAILED:
            return refund.failed(outcome.id or None, outcome.reason or "The vendor gave no reason.", now)
        case RefundStatus.PENDING:
            return refund


def _part(order: Order, seller_id: str | None) -> Fulfilment:
    """The part of the order that is refunded. Raises InvalidRequest."""
    parts = [part for part in order.fulfilments if seller_id in (None, part.seller_id)]
    if len(parts) != 1:
        if seller_id is not None:
            raise _unknown("seller_id", "this seller has no part of the order")
        missing = InvalidValue("it says whose part of the order is refunded", code="required")
        raise InvalidRequest(f"seller_id: {missing}", [missing.of("seller_id")])
    return parts[0]


def _unknown(field: str, words: str) -> InvalidRequest:
    unknown = InvalidValue(words, code="unknown_value")
    return InvalidRequest(f"{field}: {unknown}", [unknown.of(field)])


def amount_of(
    order: Order, part: Fulfilment, request: RefundRequest, rules: ChargeRules
) -> tuple[Money, Mapping[str, int]]:
    """The amount to refund, and the units by line id that it is for. Raises InvalidRequest."""
    left = {line.id: line.quantity - order.refunded_units(line.id) for line in part.lines}
    if request.lines is not None:
        if unknown := sorted(set(request.lines) - set(left)):
            raise _unknown("lines", f"there is no line {unknown[0]} in this part of the order")
        if not part.has_shipped and all(request.lines.get(line_id, 0) == units for line_id, units in left.items()):
            return order.refundable(part.seller_id), request.lines
        return _worth(order, part, request.lines, rules), request.lines
    if request.amount is None:
        return order.refundable(part.seller_id), {line_id: units for line_id, units in left.items() if units}
    try:
        amount = Money(request.amount, order.currency)
    except InvalidValue as error:
        raise InvalidRequest(f"amount: {error}", [error.of("amount")]) from error
    return rules.require_step(amount, "amount"), {}


def _worth(order: Order, part: Fulfilment, units: Mapping[str, int], rules: ChargeRules) -> Money:
    """The price of the units with their share of the tax: refunded one by one, the sum is the same as at once.

    Shipping and its tax are refunded only by an amount, or with everything; of what has not shipped, also with the last
    units.
    """
    before = {line.id: order.refunded_units(line.id) for line in part.lines}
    after = {line_id: count + units.get(line_id, 0) for line_id, count in before.items()}
    return _price_of(part, after, rules) - _price_of(part, before, rules)


def _price_of(part: Fulfilment, units: Mapping[str, int], rules: ChargeRules) -> Money:
    prices = total((line.unit_price * units[line.id] for line in part.lines), part.items.currency)
    taxed = (part.items + part.shipping).amount
    return prices + rules.rounded(part.tax.amount * prices.amount / taxed) if taxed else prices
