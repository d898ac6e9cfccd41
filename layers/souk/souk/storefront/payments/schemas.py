"""Wire shapes of a vendor's events."""

from typing import Any, Literal

from souk.http.fields import Wire


class VendorEvent(Wire):
    """An event in Stripe's format. The header Stripe-Signature signs the exact bytes of the body."""

    id: str
    type: str
    data: dict[str, Any]


class EventReceipt(Wire):
    """The event was handled or does not concern us: it need not be delivered again."""

    received: Literal[True] = True
