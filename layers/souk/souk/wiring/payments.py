"""The payment vendor, and the reader of its events."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import storage

if TYPE_CHECKING:
    from souk.shared.money import RulesOf
    from souk.storefront.payments.model import Event, Payments


@cache
def payments() -> Payments:
    from functools import partial

    from souk.aws.logging import raise_alarm
    from souk.aws.settings import setting
    from souk.shared.clock import utc_now
    from souk.storefront.payments.adapters.stripe.adapter import StripePayments

    key = partial(storage.secrets().get, "stripe_api_key")
    return StripePayments(storage.http_client(), setting("STRIPE_API_URL"), key, raise_alarm, utc_now)


def charge_rules() -> RulesOf:
    """What the payment vendor takes, by currency."""
    from souk.storefront.payments.adapters.stripe.amounts import charge_rules

    return charge_rules


def read_event(raw: bytes, signature: str) -> Event | None:
    """The event in a webhook's body; None for an event that does not concern us. Raises InvalidRequest, ReplyError."""
    from souk.shared.clock import utc_now
    from souk.storefront.payments.adapters.stripe import webhook

    return webhook.read_event(raw, signature, storage.vendor_secret("stripe_webhook_secret"), utc_now())
