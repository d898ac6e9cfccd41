"""The stand-in as a whole: its routes, its faults, its switches."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from local.vendors.control import CONTROL_PATH, Recorder, control
from local.vendors.faults import Fault, FaultPlan, befall
from local.vendors.server import LoopbackServer, Request, Response, json_response
from local.vendors.stripe import pages
from local.vendors.stripe.errors import Refused, invalid, on_demand, unauthorized
from local.vendors.stripe.events import API_VERSION, LOCAL_SECRET, Events
from local.vendors.stripe.keys import Claim, Keys
from local.vendors.stripe.refunds import OUTCOMES, Refunds
from local.vendors.stripe.sessions import Sessions, Work
from local.vendors.stripe.store import Store

_SESSIONS, _REFUNDS, _PAGE = "/v1/checkout/sessions", "/v1/refunds", "/c/pay/"
# Answers that Stripe gives before it begins; they are not kept under the request's key.
_NOT_BEGUN = frozenset({401, 403, 409, 429})


class StripeStandIn:
    """Stripe on 127.0.0.1 at `port` (0: a free one), with everything it must keep in `folder`.

    Events go to `webhook`, an http address, signed with `secret`; without one they wait. Without `secret_key` any key
    that looks like one is known. Raises OSError when the port is taken.
    """

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        webhook: str = "",
        secret: str = LOCAL_SECRET,
        secret_key: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = StripeApp(folder, lambda: self.url, webhook, secret, secret_key, clock)
        try:
            self._server = LoopbackServer(self._app.answer, port)
        except OSError:
            self._app.close()
            raise

    def start(self) -> None:
        self._server.start()
        self._app.send_events()

    def stop(self) -> None:
        self._app.stop_waiting()
        self._server.stop()
        self._app.close()

    @property
    def ended(self) -> threading.Event:
        """Set when it does not serve any more."""
        return self._server.ended

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def control_url(self) -> str:
        return self.url + CONTROL_PATH


class StripeApp:
    """Stripe without a server: answers one request at a time, in this process. `folder` None keeps all in memory.

    Addresses of payment pages begin with `base_url`. Events are sent from `send_events` on; until then they wait.
    `new_id` makes the id of an object from its prefix, such as `pi`.
    """

    def __init__(
        self,
        folder: Path | None,
        base_url: Callable[[], str],
        webhook: str = "",
        secret: str = LOCAL_SECRET,
        secret_key: str | None = None,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[str], str] = lambda prefix: f"{prefix}_{secrets.token_hex(16)}",
    ) -> None:
        self._store = Store(folder)
        self._plan = FaultPlan()
        self._recorder = Recorder()
        self._keys = Keys(self._store)
        self._secret_key = secret_key
        self._stopping = threading.Event()
        self._events = Events(self._store, self._plan, webhook, secret, clock, lambda: self._sessions.expire_overdue())
        self._sessions = Sessions(self._store, self._events, clock, base_url, new_id)
        self._refunds = Refunds(self._store, self._events, clock, new_id)

    def send_events(self) -> None:
        """Send events to the webhook, in a thread of its own."""
        self._events.start()

    def stop_waiting(self) -> None:
        """Answer at once where a fault asked for a delay."""
        self._stopping.set()

    def close(self) -> None:
        self._events.stop()
        self._store.close()

    def answer(self, request: Request) -> Response | None:
        """None: the line goes dead without an answer."""
        if request.path == CONTROL_PATH:
            return control(request, self._plan, self._recorder, self._describe, self._switch)
        if request.path.startswith("/v1/"):
            return self._call(request)
        try:
            return self._show(request)
        except Refused:
            return pages.unknown()

    # Pages ------------------------------------------------------------------------------------------------------------

    def _show(self, request: Request) -> Response:
        session_id, _, act = request.path.removeprefix(_PAGE).partition("/")
        match request.method, act:
            case "GET" | "HEAD", _ if request.path == "/":
                return pages.index(self._sessions.all())
            case _ if not request.path.startswith(_PAGE):
                return pages.unknown()
            case "GET" | "HEAD", "":
                declined = request.query.get("declined") == ["1"]
                return pages.payment(
                    self._sessions.get(session_id), self._sessions.lines(session_id), declined=declined
                )
            case "POST", "pay" | "decline":
                return self._press(session_id, act)
        return pages.unknown()

    def _press(self, session_id: str, act: str) -> Response:
        session = self._sessions.get(session_id)
        if session["status"] == "open":
            session = self._sessions.pay(session_id) if act == "pay" else self._sessions.decline(session_id)
        query = "?declined=1" if act == "decline" and session["status"] == "open" else ""
        return Response(303, headers={"Location": f"{_PAGE}{session_id}{query}"})

    # The API ----------------------------------------------------------------------------------------------------------

    def _call(self, request: Request) -> Response | None:
        name, prepare = self._route(request)
        fault: Fault | None = None
        response: Response | None
        try:
            self._check(request)
            with self._keys.claim(request) as claim:
                fault = self._plan.take(name)
                response = self._serve(claim, prepare, fault)
        except Refused as refusal:
            response = refusal.response()
        self._recorder.add(
            {
                "call": name,
                "path": request.path,
                "body": request.body.decode("utf-8", "replace"),
                "key": request.headers.get("idempotency-key"),
                "fault": fault.mode if fault else None,
                "status": response.status if response else None,
                "replayed": bool(response and "Idempotent-Replayed" in response.headers),
            }
        )
        return response

    def _route(self, request: Request) -> tuple[str, Callable[[], Work]]:
        """The call's name, and what checks it and answers the work to do."""
        form = request.body.decode("utf-8", "replace")
        under, _, act = request.path.removeprefix(f"{_SESSIONS}/").partition("/")
        refund_id = request.path.removeprefix(f"{_REFUNDS}/")
        match request.method, request.path:
            case "POST", "/v1/checkout/sessions":
                return "create_session", lambda: self._sessions.create(form)
            case "GET", "/v1/checkout/sessions":
                return "list_sessions", lambda: lambda: self._sessions.page(_query(request))
            case "GET", path if path.startswith(f"{_SESSIONS}/") and not act:
                return "get_session", lambda: lambda: self._sessions.get(under)
            case "GET", path if path.startswith(f"{_SESSIONS}/") and act == "line_items":
                return "list_line_items", lambda: lambda: _list(request.path, self._sessions.lines(under))
            case "POST", path if path.startswith(f"{_SESSIONS}/") and act == "expire":
                return "expire_session", lambda: self._sessions.expire(under)
            case "POST", "/v1/refunds":
                return "create_refund", lambda: self._refunds.create(form)
            case "GET", "/v1/refunds":
                return "list_refunds", lambda: lambda: self._refunds.page(_query(request))
            case "GET", path if path.startswith(f"{_REFUNDS}/"):
                return "get_refund", lambda: lambda: self._refunds.get(refund_id)
        return "unknown", lambda: _unknown(request)

    def _check(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not key:
            raise unauthorized("You did not provide an API key.")
        if not key.startswith("sk_") or self._secret_key not in (None, key):
            raise unauthorized(f"Invalid API Key provided: {key[:7]}***")
        if (version := request.headers.get("stripe-version")) != API_VERSION:
            raise invalid(f"Invalid Stripe API version: {version}")
        form = request.headers.get("content-type", "").partition(";")[0]
        if request.method == "POST" and form != "application/x-www-form-urlencoded":
            raise invalid(f"Invalid request content type: {form}")

    def _serve(self, claim: Claim, prepare: Callable[[], Work], fault: Fault | None) -> Response | None:
        if fault is None:
            return self._do(claim, prepare)
        return befall(
            fault, lambda: self._do(claim, prepare), lambda asked: self._refuse(claim, prepare, asked), self._stopping
        )

    def _do(self, claim: Claim, prepare: Callable[[], Work], instead: Refused | None = None) -> Response:
        """Do it, once for a key; `instead` is answered, and kept, in place of what was done."""
        if claim.stored is not None:
            return claim.stored
        work = prepare()
        with self._store.transaction():
            try:
                status, document = 200, work()
            except Refused as refusal:
                status, document = refusal.status, refusal.document
            if instead is not None:
                status, document = instead.status, instead.document
            claim.keep(status, document)
        return json_response(status, document)

    def _refuse(self, claim: Claim, prepare: Callable[[], Work], fault: Fault) -> Response:
        """A refusal on demand. Like Stripe's own it is the answer from now on, unless it came before the work began."""
        if claim.stored is not None:
            return claim.stored
        refused = on_demand(fault.code, fault.message)
        if fault.code == "api_error_after":
            return self._do(claim, prepare, refused)
        if refused.status not in _NOT_BEGUN:
            with self._store.transaction():
                claim.keep(refused.status, refused.document)
        return refused.response()

    # Control ----------------------------------------------------------------------------------------------------------

    def _describe(self) -> Mapping[str, Any]:
        sessions = (
            "id",
            "client_reference_id",
            "status",
            "payment_status",
            "payment_intent",
            "amount_total",
            "currency",
        )
        refunds = ("id", "payment_intent", "amount", "status", "metadata")
        return {
            "sessions": [{name: one[name] for name in sessions} for one in self._sessions.all()],
            "refunds": [{name: one[name] for name in refunds} for one in self._store.all("refund")],
            "events": [
                {"id": one.id, "type": one.type, "tries": one.tries, "answer": one.answer, "due": one.due}
                | {"object": json.loads(one.document)["data"]["object"]["id"]}
                for one in self._store.events()
            ],
            "hold_events": self._events.held,
            "refund_outcome": self._refunds.outcome,
        }

    def _switch(self, wanted: Mapping[str, Any]) -> None:
        unknown = set(wanted) - {"hold_events", "deliver", "expire", "refund_outcome", "settle_refund", "forget_keys"}
        if unknown:
            raise ValueError(f"unknown switches: {sorted(unknown)}")
        if "hold_events" in wanted:
            self._events.release(bool(wanted["hold_events"]))
        if "refund_outcome" in wanted:
            if wanted["refund_outcome"] not in OUTCOMES:
                raise ValueError(f"a refund is {', '.join(OUTCOMES)}")
            self._refunds.outcome = wanted["refund_outcome"]
        if wanted.get("forget_keys"):
            self._store.forget_answers()
        if "settle_refund" in wanted:
            self._refunds.settle(wanted["settle_refund"]["id"], wanted["settle_refund"]["status"])
        if "expire" in wanted:
            self._expire(wanted["expire"])
        for event_id in wanted.get("deliver", []):
            self._events.deliver(event_id)

    def _expire(self, session_id: str) -> None:
        """As if its time had come."""
        try:
            with self._store.transaction():
                self._sessions.expire(session_id)()
        except Refused as refusal:
            raise ValueError(str(refusal)) from refusal


def _query(request: Request) -> str:
    return urlencode([(name, value) for name, values in request.query.items() for value in values])


def _list(url: str, data: list[dict[str, Any]]) -> dict[str, Any]:
    return {"object": "list", "url": url, "has_more": False, "data": data}


def _unknown(request: Request) -> Work:
    message = f"Unrecognized request URL ({request.method}: {request.path})."
    raise Refused(404, "invalid_request_error", message)
