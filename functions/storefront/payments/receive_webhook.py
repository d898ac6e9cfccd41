"""The payment vendor's events; signed, at least once, in any order."""

from souk.http.endpoint import ANYONE, Request, endpoint
from souk.storefront.payments.schemas import EventReceipt, VendorEvent
from souk.wiring.orders import unmatched_payments
from souk.wiring.payments import read_event


@endpoint("POST /payments/webhook", roles=ANYONE, body=VendorEvent, returns=EventReceipt, errors=(502,))
def handler(request: Request) -> EventReceipt:
    """Take a payment vendor's signed event; 400 when the signature does not fit."""
    event = read_event(request.raw_body, request.headers.get("stripe-signature", ""))
    if event is not None:
        unmatched_payments().handle_event(event)
    return EventReceipt()
