"""Requests to Stripe's API: encoded as Stripe wants them, limited in time and size, with failures as our errors.

A request contains our secret key, so redirects are not followed and nothing is logged here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from souk.shared.alarms import Alarm, RaiseAlarm
from souk.shared.clock import Clock
from souk.shared.errors import VendorFailed, VendorProblem, VendorRefused, VendorThrottled
from souk.shared.vendor_responses import json_object, read_bounded, retry_after
from souk.storefront.payments.adapters.stripe.amounts import VENDOR
from souk.storefront.payments.model import RequestChanged

type Value = str | int | bool | Sequence[Value] | Mapping[str, Value] | None

API_VERSION: Final = "2026-10-28.endive"

# An endpoint has 29 s, and the longest use case makes two exchanges.
_SECONDS = 12.0
_CONNECT_SECONDS = 3.0
_LARGEST_ANSWER = 1024 * 1024
_LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class StripeApi:
    """`secret_key` is called for each request and its result not kept; `base_url` has no slash at its end."""

    client: httpx.Client
    base_url: str
    secret_key: Callable[[], str]
    raise_alarm: RaiseAlarm
    clock: Clock

    def get(self, what: str, path: str, query: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """`what` names the request in errors. Raises VendorRefused, VendorThrottled, VendorFailed."""
        return self._exchange(what, self.client.build_request("GET", self._url(path), params=query))

    def post(
        self, what: str, path: str, fields: Mapping[str, Value], idempotency_key: str | None = None
    ) -> Mapping[str, Any]:
        """Raises as `get`. After VendorFailed it is unknown whether the request took effect."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        request = self.client.build_request("POST", self._url(path), content=encode(fields), headers=headers)
        return self._exchange(what, request)

    def _url(self, path: str) -> str:
        return f"{self.base_url}/v1{path}"

    def _exchange(self, what: str, request: httpx.Request) -> Mapping[str, Any]:
        end = self.clock() + timedelta(seconds=_SECONDS)
        request.headers["Authorization"] = f"Bearer {self.secret_key()}"
        request.headers["Stripe-Version"] = API_VERSION
        request.extensions = {**request.extensions, "timeout": _timeout().as_dict()}
        try:
            response = self.client.send(request, stream=True, follow_redirects=False)
            try:
                body = self._read(what, response, end)
            finally:
                response.close()
        except httpx.TimeoutException as cause:
            raise VendorFailed(VENDOR, f"Stripe did not answer {what} in time.") from cause
        except httpx.RequestError as cause:
            raise VendorFailed(VENDOR, f"The connection to Stripe broke during {what}.") from cause
        if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            self.raise_alarm(Alarm.VENDOR_KEY_REFUSED, vendor=VENDOR)
        if response.status_code != httpx.codes.OK:
            raise error_of(response.status_code, response.headers, body, what)
        return json_object(body)

    def _read(self, what: str, response: httpx.Response, end: datetime) -> bytes:
        def in_time() -> None:
            if self.clock() > end:
                raise VendorFailed(VENDOR, f"Stripe took too long to answer {what}.")

        def too_large() -> VendorFailed:
            return VendorFailed(VENDOR, f"Stripe's answer to {what} is longer than any answer should be.")

        return read_bounded(response, _LARGEST_ANSWER, too_large, in_time)


def _timeout() -> httpx.Timeout:
    return httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS)


def error_of(status: int, headers: Mapping[str, str], body: bytes, what: str) -> VendorRefused | VendorFailed:
    """The error for a response that is not a success (https://docs.stripe.com/error-low-level).

    A key repeated with another request (`idempotency_error`) says nothing about the outcome of the first request, and
    a key in use (409, of the same type) nothing about the outcome of the concurrent one: both outcomes are unknown. So
    is the outcome of a 500, which Stripe stores and repeats under the key, and of a response without Stripe's error
    object, which may come from a proxy.
    """
    error = json_object(body).get("error")
    described: Mapping[str, Any] = error if isinstance(error, dict) else {}
    kind, code = str(described.get("type") or ""), str(described.get("code") or described.get("type") or status)
    message = str(described.get("message") or f"Stripe answered {what} with HTTP status {status}.")[:_LONGEST_MESSAGE]
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return VendorThrottled(VENDOR, f"Stripe asked to slow down at {what}.", retry_after=retry_after(headers))
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):  # Stripe's text may repeat part of the key
        return VendorFailed(VENDOR, f"Stripe does not accept our key for {what} (HTTP status {status}).")
    if status == HTTPStatus.CONFLICT:
        return VendorFailed(VENDOR, message, retry_after=retry_after(headers))
    if kind == "idempotency_error":
        return RequestChanged(VENDOR, message)
    if described and HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return VendorRefused(VENDOR, [VendorProblem(code, message)])
    return VendorFailed(VENDOR, f"Stripe answered {what} with HTTP status {status}.")


# Forms ---------------------------------------------------------------------------------------------------------------


def encode(fields: Mapping[str, Value]) -> bytes:
    """`fields` as application/x-www-form-urlencoded. None is left out.

    Names nest in brackets: `line_items[0][price_data][currency]=usd`.
    """
    return urlencode([pair for name, value in fields.items() for pair in _pairs(name, value)]).encode()


def _pairs(name: str, value: Value) -> Iterator[tuple[str, str]]:
    match value:
        case None:
            return
        case bool():
            yield name, "true" if value else "false"
        case str() | int():
            yield name, str(value)
        case Mapping():
            for key, inner in value.items():
                yield from _pairs(f"{name}[{key}]", inner)
        case _:
            for index, inner in enumerate(value):
                yield from _pairs(f"{name}[{index}]", inner)
