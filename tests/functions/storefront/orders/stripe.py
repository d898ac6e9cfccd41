"""Stripe in the process of a test: pages and refunds by their keys, and failures on demand."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import parse_qs

import httpx

from tests.unit.storefront.payments.payment_builders import error_json, form_of, list_json, refund_json, session_json

type Reply = Callable[[httpx.Request], httpx.Response]


def refuse(message: str = "The amount is too small.", code: str = "amount_too_small") -> Reply:
    return lambda _: httpx.Response(400, json=error_json("invalid_request_error", message, code=code))


def fail(_: httpx.Request) -> httpx.Response:
    return httpx.Response(500, json=error_json("api_error"))


class FakeStripe:
    """`first`: replies that are given before it behaves, one for each call. `forms`: what pages were asked for.

    `refunds_are`: the status in which refunds begin.
    """

    def __init__(self) -> None:
        self.client = httpx.Client(transport=httpx.MockTransport(self._answer))
        self.first: list[Reply] = []
        self.asked: list[httpx.Request] = []
        self.forms: list[dict[str, str]] = []
        self.pages: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.refunds_are = "succeeded"
        self._kept: dict[str, dict[str, Any]] = {}
        self._numbers = count(1)

    def pay(self, order_id: str) -> dict[str, Any]:
        """A buyer pays on the order's page; answers the session as Stripe then tells it."""
        [page] = [page for page in self.pages.values() if page["metadata"]["order"] == order_id]
        page |= {
            "status": "complete",
            "payment_status": "paid",
            "payment_intent": f"pi_{page['id']}",
            "url": None,
        }
        return page

    def forget_keys(self) -> None:
        """What it does after a day: the same key is a new request then."""
        self._kept.clear()

    def _answer(self, sent: httpx.Request) -> httpx.Response:
        self.asked.append(sent)
        if self.first:
            return self.first.pop(0)(sent)
        match sent.method, sent.url.path.removeprefix("/v1").strip("/").split("/"):
            case "POST", ["checkout", "sessions"]:
                return self._once(sent, self._open)
            case "POST", ["checkout", "sessions", session_id, "expire"]:
                return self._expire(self.pages[session_id])
            case "GET", ["checkout", "sessions", session_id]:
                return httpx.Response(200, json=self.pages[session_id])
            case "POST", ["refunds"]:
                return self._once(sent, self._refund)
            case "GET", ["refunds"]:
                return httpx.Response(200, json=list_json(*self._refunds_of(sent)))
        raise AssertionError(f"{sent.method} {sent.url.path} is no call of ours")

    def _once(self, sent: httpx.Request, make: Callable[[dict[str, str]], dict[str, Any]]) -> httpx.Response:
        key = sent.headers["Idempotency-Key"]
        if key not in self._kept:
            self._kept[key] = dict(make(form_of(sent)))
        return httpx.Response(200, json=self._kept[key])

    def _open(self, form: dict[str, str]) -> dict[str, Any]:
        self.forms.append(form)
        number = next(self._numbers)
        page = session_json(
            id=f"cs_test_{number}",
            url=f"https://checkout.stripe.com/c/pay/{number}",
            amount_total=total_of(form),
            currency=form["line_items[0][price_data][currency]"],
            metadata={"order": form["metadata[order]"], "buyer": form["metadata[buyer]"]},
            created=int(time.time()),
            expires_at=int(form["expires_at"]),
        )
        self.pages[page["id"]] = page
        return page

    def _expire(self, page: dict[str, Any]) -> httpx.Response:
        if page["status"] != "open":
            return httpx.Response(400, json=error_json("invalid_request_error", "Only open Sessions can be expired."))
        page |= {"status": "expired", "url": None}
        return httpx.Response(200, json=page)

    def _refund(self, form: dict[str, str]) -> dict[str, Any]:
        ours = {"order": form["metadata[order]"], "buyer": form["metadata[buyer]"], "refund": form["metadata[refund]"]}
        made = refund_json(
            int(form["amount"]),
            id=f"re_{next(self._numbers)}",
            payment_intent=form["payment_intent"],
            metadata=ours,
            status=self.refunds_are,
        )
        self.refunds[str(made["id"])] = made
        return made

    def _refunds_of(self, sent: httpx.Request) -> list[dict[str, Any]]:
        [intent_id] = parse_qs(sent.url.query.decode())["payment_intent"]
        return [one for one in self.refunds.values() if one["payment_intent"] == intent_id]


def total_of(form: dict[str, str]) -> int:
    """What a page charges, in the smallest unit."""
    numbers = {name.split("]")[0].removeprefix("line_items[") for name in form if name.startswith("line_items[")}
    return sum(
        int(form[f"line_items[{number}][quantity]"]) * int(form[f"line_items[{number}][price_data][unit_amount]"])
        for number in numbers
    )
