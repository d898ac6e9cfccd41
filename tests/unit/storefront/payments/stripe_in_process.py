"""The stand-in in the process of a test: no server, no socket, what it was asked, and failures on demand."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx

from local.vendors.control import CONTROL_PATH
from local.vendors.in_process import client_of
from local.vendors.stripe.events import API_VERSION
from local.vendors.stripe.standin import StripeApp
from tests.unit.storefront.payments.payment_builders import form_of

_PAGES = "https://checkout.stripe.com"
_SESSIONS = "/v1/checkout/sessions"
_HEADERS = {"Authorization": "Bearer sk_test_reader", "Stripe-Version": API_VERSION}


class Stripe:
    """`client` is what functions get; `asked` are the requests that they sent. Ids count up: `cs_test_1`, `pi_1`."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(1))
        self._app = StripeApp(
            None, lambda: _PAGES, clock=clock, new_id=lambda prefix: f"{prefix}_{next(numbers[prefix])}"
        )
        self._own = client_of(self._app.answer)
        self._own.base_url = httpx.URL(_PAGES)
        self._own.headers.update(_HEADERS)
        self.asked: list[httpx.Request] = []
        self.client = client_of(self._app.answer)
        self.client.event_hooks = {"request": [self.asked.append]}

    def close(self) -> None:
        self._app.close()

    @property
    def forms(self) -> list[dict[str, str]]:
        """The forms that sessions were asked for with."""
        return [form_of(sent) for sent in self.asked if (sent.method, sent.url.path) == ("POST", _SESSIONS)]

    @property
    def sessions(self) -> list[dict[str, Any]]:
        """Every Checkout Session, oldest first."""
        ids = [session["id"] for session in self._own.get(CONTROL_PATH).json()["sessions"]]
        return [self._own.get(f"{_SESSIONS}/{session_id}").json() for session_id in reversed(ids)]

    @property
    def refunds(self) -> list[dict[str, Any]]:
        """Every refund, newest first."""
        found: list[dict[str, Any]] = self._own.get("/v1/refunds", params={"limit": "100"}).json()["data"]
        return found

    def pay(self, order_id: str) -> dict[str, Any]:
        """The buyer pays on the order's page. Answers the session as Stripe's event has it."""
        [session] = [one for one in self.sessions if one["client_reference_id"] == order_id]
        self._own.post(f"/c/pay/{session['id']}/pay")
        [paid] = [one for one in self.sessions if one["id"] == session["id"]]
        assert paid["payment_status"] == "paid"
        return paid

    def post(self, path: str, form: Mapping[str, str]) -> httpx.Response:
        """The answer to a form that our adapter would not send."""
        return self._own.post(path, data=dict(form))

    # What goes wrong --------------------------------------------------------------------------------------------------

    def fault(self, mode: str, **more: Any) -> None:
        """A fault of local/vendors/faults.py that befalls the next request, or what `more` says."""
        self.control(faults=[{"call": "*", "mode": mode, **more}])

    def refuse(self, message: str = "The amount is too small.", code: str = "amount_too_small", **more: Any) -> None:
        self.fault("refuse", message=message, code=code, **more)

    @contextmanager
    def down(self) -> Iterator[None]:
        """Every request fails with a 500 and does nothing."""
        self.fault("fail", times=1000)
        yield
        self._own.delete(CONTROL_PATH).raise_for_status()

    def before_next_answer(self, act: Callable[[], object]) -> None:
        """Call `act` once when the next request has had its effect, before its answer arrives."""

        def once(_: httpx.Response) -> None:
            self.client.event_hooks = {"request": [self.asked.append]}
            act()

        self.client.event_hooks = {"request": [self.asked.append], "response": [once]}

    def control(self, **document: Any) -> None:
        """Faults and switches, as the stand-in's control endpoint takes them."""
        self._own.post(CONTROL_PATH, json=document).raise_for_status()
