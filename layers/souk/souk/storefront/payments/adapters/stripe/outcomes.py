"""Stripe's error responses as our errors: whether it refused for good, or the request may be repeated."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from souk.shared.errors import VendorFailed, VendorProblem, VendorRefused, VendorThrottled
from souk.shared.vendor_responses import json_object, retry_after

VENDOR: Final = "stripe"

_LONGEST_MESSAGE = 500


def error_of(status: int, headers: Mapping[str, str], body: bytes, what: str) -> VendorRefused | VendorFailed:
    """The error for a response that is not a success (https://docs.stripe.com/error-low-level).

    A key repeated with another request (`idempotency_error`) says nothing about the outcome of the first request, and a
    key in use (409) nothing about the outcome of the concurrent one: both outcomes are unknown. So is the outcome of a
    500, which Stripe stores and repeats under the key, and of a response without Stripe's error object, which may come
    from a proxy.
    """
    error = json_object(body).get("error")
    described: Mapping[str, Any] = error if isinstance(error, dict) else {}
    kind, code = str(described.get("type") or ""), str(described.get("code") or described.get("type") or status)
    message = str(described.get("message") or f"Stripe answered {what} with HTTP status {status}.")[:_LONGEST_MESSAGE]
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return VendorThrottled(VENDOR, f"Stripe asked to slow down at {what}.", retry_after=retry_after(headers))
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):  # Stripe's text may repeat part of the key
        return VendorFailed(VENDOR, f"Stripe does not accept our key for {what} (HTTP status {status}).")
    if status == HTTPStatus.CONFLICT or kind == "idempotency_error":
        return VendorFailed(VENDOR, message, retry_after=retry_after(headers))
    if described and HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return VendorRefused(VENDOR, [VendorProblem(code, message)])
    return VendorFailed(VENDOR, f"Stripe answered {what} with HTTP status {status}.")
