"""Money that goes back: reserved in the order, asked of the vendor under the refund's own id, settled by the answer.

What was reserved cannot be promised twice, so refunds never exceed what was captured. A refund whose outcome is not
known stays pending: the vendor tells it by an event, or the sweeper asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from souk.aws.idempotency import IdempotencyKey
from souk.shared.alarms import Alarm, RaiseAlarm
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Forbidden, InvalidRequest, NotFound, VendorFailed, VendorProblem, VendorRefused
from souk.shared.money import Money
from souk.storefront.orders.model import LOOK_AGAIN, Fulfilment, Order, Refund, RefundStatus
from souk.storefront.orders.repository import OrderRepository
from souk.storefront.payments.model import Payments, RefundOutcome, RefundRequest

_VENDOR = "stripe"


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What is to go back of one seller's part: units of `lines` by line id, or an `amount`, or with neither all of it.

    With `restock` the units go back to the stock. `seller_id` None: the caller's part, or the only one there is.
    """

    reason: str
    lines: Mapping[str, int] | None = None
    amount: Decimal | None = None
    restock: bool = False
    seller_id: str | None = None


@dataclass(frozen=True, slots=True)
class RefundDesk:
    """Who asks for a refund, and of which order."""

    caller_id: str
    is_operator: bool
    order_id: str


class Refunds:
    """`payments` makes the vendor: most calls never need it."""

    def __init__(
        self,
        orders: OrderRepository,
        payments: Callable[[], Payments],
        raise_alarm: RaiseAlarm,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._orders = orders
        self._payments = payments
        self._raise_alarm = raise_alarm
        self._clock = clock
        self._new_id = new_id

    # Asked for by people ---------------------------------------------------------------------------------------------

    def request(self, desk: RefundDesk, wish: RefundWish, idempotency: IdempotencyKey | None) -> Refund:
        """Refund a seller's part: that seller does, or an operator.

        Answers it settled, or pending when the vendor's answer is not known yet. Raises NotFound, Forbidden,
        InvalidRequest, Conflict `refund_exceeds_capture`, VendorRefused, Replayed.
        """
        if not desk.is_operator and wish.seller_id not in (None, desk.caller_id):
            raise Forbidden("You can refund your own part of an order only.")
        refund_id, now = self._new_id(), self._clock()

        def reserve(order: Order) -> Order:
            part = _part(order, wish.seller_id if desk.is_operator else desk.caller_id)
            amount, units = amount_of(order, part, wish)
            return order.reserve_refund(
                Refund(
                    id=refund_id,
                    shares={part.seller_id: amount},
                    reason=wish.reason,
                    requested_by=desk.caller_id,
                    created_at=now,
                    due_at=now + LOOK_AGAIN,
                    lines=units,
                    restock=wish.restock,
                )
            )

        buyer_id = self._buyer(desk)
        order = self._orders.change(buyer_id, desk.order_id, now, reserve, idempotency=idempotency, made=refund_id)
        return _told(self.ask(order, refund_id), refund_id)

    def find(self, desk: RefundDesk, refund_id: str) -> Refund:
        """A refund that was requested before; one left unfinished is taken up. Raises NotFound, VendorRefused."""
        order = self._orders.get(self._buyer(desk), desk.order_id)
        return _told(self.ask(order, refund_id, is_new=False), refund_id)

    def _buyer(self, desk: RefundDesk) -> str:
        if desk.is_operator:
            return self._orders.buyer_of(desk.order_id)
        return self._orders.buyer_of_sale(desk.caller_id, desk.order_id)

    # Asked of the vendor ---------------------------------------------------------------------------------------------

    def ask_unfinished(self, order: Order) -> Order:
        """Have the vendor carry out whatever was reserved before."""
        for refund in order.pending_refunds:
            order = self.ask(order, refund.id, is_new=False)
        return order

    def ask(self, order: Order, refund_id: str, *, is_new: bool = True) -> Order:
        """Have the vendor carry out a refund. Without an answer it stays pending, and the sweeper pursues it.

        Only one that this very call has reserved `is_new`. Vendors take days over some, and forget keys after one.
        """
        try:
            return self.pursue(order, refund_id, is_new=is_new)
        except VendorFailed:
            return order

    def pursue(self, order: Order, refund_id: str, *, is_new: bool = False) -> Order:
        """Carry out a refund, or learn what became of it. Raises VendorFailed: the outcome is not known."""
        refund, capture = order.refund(refund_id), order.payment.capture
        if refund is None or capture is None or refund.status is not RefundStatus.PENDING:
            return order
        request = RefundRequest(refund.id, order.id, order.buyer_id, capture.intent_id, refund.amount)
        vendor = self._payments()
        try:
            # A key answers what it answered at first, and for a day: what is not new is looked for instead.
            found = None if is_new else vendor.find_refund(request)
            outcome = found or vendor.refund(request)
        except VendorRefused as refusal:
            outcome = RefundOutcome("", RefundStatus.FAILED, refusal.detail)
        return self.settle(order.buyer_id, order.id, refund.id, outcome)

    def settle(
        self, buyer_id: str, order_id: str, refund_id: str, outcome: RefundOutcome, event_id: str | None = None
    ) -> Order:
        """Keep what the vendor says of a refund. One that failed holds nothing any more, and calls for a person.

        Raises NotFound, EventHeard.
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

        heard = (self._orders.heard(event_id, order_id, now),) if event_id else ()
        return self._orders.change(buyer_id, order_id, now, decide, extra=heard)


def _settled(refund: Refund, outcome: RefundOutcome, now: datetime) -> Refund:
    match outcome.status:
        case RefundStatus.SUCCEEDED:
            return refund.succeeded(outcome.id, now)
        case RefundStatus.FAILED:
            return refund.failed(outcome.id or None, outcome.reason or "The vendor gave no reason.", now)
        case RefundStatus.PENDING:
            return refund


def _told(order: Order, refund_id: str) -> Refund:
    """A refund as its requester hears of it. Raises NotFound, and VendorRefused for one that failed."""
    refund = order.refund(refund_id)
    if refund is None:
        raise NotFound("There is no such refund.")
    if refund.status is RefundStatus.FAILED:
        raise VendorRefused(_VENDOR, [VendorProblem("refund_failed", refund.failure or "")])
    return refund


def _part(order: Order, seller_id: str | None) -> Fulfilment:
    """The part of the order that is refunded. Raises InvalidRequest."""
    parts = [one for one in order.fulfilments if seller_id in (None, one.seller_id)]
    if len(parts) != 1:
        raise InvalidRequest("Say by seller_id whose part of the order is refunded.")
    return parts[0]


def amount_of(order: Order, part: Fulfilment, wish: RefundWish) -> tuple[Money, Mapping[str, int]]:
    """How much goes back, and for which units by line id. Raises InvalidRequest."""
    left = {line.id: line.quantity - order.refunded_units(line.id) for line in part.lines}
    if wish.lines is not None:
        if strangers := sorted(set(wish.lines) - set(left)):
            raise InvalidRequest(f"There is no line {strangers[0]} in this part of the order.")
        return _worth(order, part, wish.lines), wish.lines
    if wish.amount is None:
        return order.refundable(part.seller_id), {line_id: units for line_id, units in left.items() if units}
    try:
        return Money(wish.amount, order.currency), {}
    except ValueError as error:
        raise InvalidRequest(f"amount: {error}") from error


def _worth(order: Order, part: Fulfilment, units: Mapping[str, int]) -> Money:
    """The price of the units with their share of the tax; piece by piece it makes the same as all at once.

    Shipping and its tax were paid for bringing them: they go back by an amount, or with everything.
    """
    before = {line.id: order.refunded_units(line.id) for line in part.lines}
    after = {line_id: count + units.get(line_id, 0) for line_id, count in before.items()}
    return _up_to(part, after) - _up_to(part, before)


def _up_to(part: Fulfilment, units: Mapping[str, int]) -> Money:
    prices = sum(line.unit_price.minor * units[line.id] for line in part.lines)
    taxed = (part.items + part.shipping).minor
    tax = int((part.tax.minor * Decimal(prices) / taxed).to_integral_value(ROUND_HALF_UP)) if taxed else 0
    return Money.from_minor(prices + tax, part.items.currency)
