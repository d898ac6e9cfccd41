"""Wire shapes of what is asked of a refund; `souk.storefront.orders.schemas` has what is answered."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from typing import Annotated, Self

from pydantic import Field, model_validator

from souk.http.fields import Amount, Line, Wire
from souk.storefront.orders.model import MOST_LINES
from souk.storefront.orders.schemas import EntityId, Quantity
from souk.storefront.orders.service.refunds import RefundWish

_LONGEST_REASON = 500


class RefundedLine(Wire):
    """Units of one line."""

    line_id: EntityId
    quantity: Quantity


class NewRefund(Wire):
    """What goes back: units of lines, or an amount, or with neither all that is left of the seller's part.

    `restock`: the units go back to the stock. `seller_id` is for operators: whose part of an order of several.
    """

    lines: Annotated[list[RefundedLine], Field(min_length=1, max_length=MOST_LINES)] | None = None
    amount: Annotated[Amount, Field(gt=0)] | None = None
    reason: Annotated[Line, Field(min_length=1, max_length=_LONGEST_REASON)]
    restock: bool = False
    seller_id: EntityId | None = None

    @model_validator(mode="after")
    def _demand_one_way(self) -> Self:
        if self.amount is not None and (self.lines is not None or self.restock):
            raise ValueError("an amount stands by itself: say lines to refund and restock units")
        if self.lines is not None and len({line.line_id for line in self.lines}) < len(self.lines):
            raise ValueError("a line is named twice")
        return self

    def to_wish(self) -> RefundWish:
        return RefundWish(
            reason=self.reason,
            lines=None if self.lines is None else {line.line_id: line.quantity for line in self.lines},
            amount=self.amount,
            restock=self.restock,
            seller_id=self.seller_id,
        )
