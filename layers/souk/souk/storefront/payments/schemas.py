"""Wire shapes of a vendor's events."""

from typing import Any, Literal

from souk.http.fields import Wire


class VendorEvent(Wire):
    """An event in Stripe's own shape. The header Stripe-Signature signs the body as it is sent."""

    id: str
    type: str
    data: dict[str, Any]


class EventReceipt(Wire):
    """The event is dealt with, or is no business of ours: it need not be told again."""

    received: Literal[True] = True
