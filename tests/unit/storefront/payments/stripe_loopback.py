"""A stand-in on a free port with a clock that tests set, and a shop that receives its events."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

import httpx

from local.vendors.server import LoopbackServer, Request, Response
from local.vendors.stripe.standin import StripeStandIn
from souk.storefront.payments.adapters.stripe.adapter import StripePayments
from souk.storefront.payments.adapters.stripe.api import Value, encode
from tests.unit.storefront.payments.payment_builders import KEY, NOW, adapter

SECRET = "whsec_loopback"
_PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One delivery."""

    body: bytes
    signature: str

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event


class Shop:
    """Where events are sent; answers the statuses that it was given, then 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self._heard: Queue[Heard] = Queue()
        self._server = LoopbackServer(self._answer)
        self._server.start()

    @property
    def url(self) -> str:
        return f"{self._server.url}/api/v1/payments/webhook"

    def hear(self) -> Heard:
        """The next delivery, when it comes."""
        return self._heard.get(timeout=_PATIENCE)

    def hear_all(self, count: int) -> list[str]:
        """The types of the next `count` deliveries."""
        return [self.hear().event["type"] for _ in range(count)]

    @property
    def is_silent(self) -> bool:
        return self._heard.empty()

    def close(self) -> None:
        self._server.stop()

    def _answer(self, request: Request) -> Response:
        self._heard.put(Heard(request.body, request.headers.get("stripe-signature", "")))
        return Response(self.statuses.pop(0) if self.statuses else 200)


class Stripe:
    """`pass_time` moves the stand-in's clock."""

    def __init__(self, folder: Path, webhook: str = "") -> None:
        self.now = NOW.timestamp()
        self.server = StripeStandIn(folder, webhook=webhook, secret=SECRET, clock=lambda: self.now)
        self.server.start()
        self.http = httpx.Client(base_url=self.server.url, verify=False)  # no TLS on loopback
        self.payments: StripePayments = adapter(self.http, self.server.url, alarms=[])

    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    def press(self, session_id: str, button: str) -> httpx.Response:
        """What a buyer does on the page: `pay` or `decline`."""
        return self.http.post(f"/c/pay/{session_id}/{button}", follow_redirects=True)

    def post(self, path: str, form: dict[str, Value], key: str = "", **headers: str) -> httpx.Response:
        """A raw request, as no adapter of ours would send it."""
        sent = {
            "Authorization": f"Bearer {KEY}",
            "Stripe-Version": "2026-10-28.endive",
            "Content-Type": "application/x-www-form-urlencoded",
            **({"Idempotency-Key": key} if key else {}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.http.post(f"/v1{path}", content=encode(form), headers=sent)

    def control(self, **document: Any) -> httpx.Response:
        return self.http.post("/_control", json=document)

    def fault(self, call: str, mode: str, **more: Any) -> None:
        self.control(faults=[{"call": call, "mode": mode, **more}]).raise_for_status()

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.http.get("/_control").json()
        return state

    def calls(self) -> list[str]:
        return [entry["call"] for entry in self.state()["requests"]]

    def close(self) -> None:
        self.http.close()
        self.server.stop()


def form(**changes: Value) -> dict[str, Value]:
    """The smallest form that makes a session."""
    usual: dict[str, Value] = {
        "mode": "payment",
        "success_url": "https://shop.example/ok",
        "line_items": [line()],
        "payment_intent_data": {"metadata": {"order": "1"}},
        "metadata": {"order": "1"},
    }
    return usual | changes


def line(name: str = "Cup", unit_amount: Value = 1250, quantity: Value = 1, currency: str = "usd") -> dict[str, Value]:
    price = {"currency": currency, "unit_amount": unit_amount, "product_data": {"name": name}}
    return {"quantity": quantity, "price_data": price}
