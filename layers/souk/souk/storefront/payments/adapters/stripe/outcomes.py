"""What an answer of Stripe means for us: who is at fault, and whether the same request may be made again."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from souk.shared.errors import VendorFailed, VendorProblem, VendorRefused, VendorThrottled
from souk.shared.vendor_responses import json_object, retry_after

VENDOR: Final = "stripe"

_LONGEST_MESSAGE = 500


def error_of(status: int, headers: Mapping[str, str], body: bytes, what: str) -> VendorRefused | VendorFailed:
    """The error to raise for an answer that is no success (https://docs.stripe.com/error-low-level).

    A key that came again with another request (`idempotency_error`) says nothing about what the first one did, and one
    in use (409) nothing about what its twin will do: both are unknown outcomes. So is a 500, which Stripe keeps and
    repeats under its key, and whatever carries no error of Stripe's own: somebody between us may have said it.
    """
    error = json_object(body).get("error")
    told: Mapping[str, Any] = error if isinstance(error, dict) else {}
    kind, code = str(told.get("type") or ""), str(told.get("code") or told.get("type") or status)
    message = str(told.get("message") or f"Stripe answered {what} with HTTP status {status}.")[:_LONGEST_MESSAGE]
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return VendorThrottled(VENDOR, f"Stripe asked to slow down at {what}.", retry_after=retry_after(headers))
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):  # the text may repeat part of the key
        return VendorFailed(VENDOR, f"Stripe does not accept our key for {what} (HTTP status {status}).")
    if status == HTTPStatus.CONFLICT or kind == "idempotency_error":
        return VendorFailed(VENDOR, message, retry_after=retry_after(headers))
    if told and HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return VendorRefused(VENDOR, [VendorProblem(code, message)])
    return VendorFailed(VENDOR, f"Stripe answered {what} with HTTP status {status}.")
