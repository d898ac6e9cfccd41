"""Stripe's events: made, signed, and sent until the shop has taken them."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from local.repeating import Repeating
from local.vendors.faults import Fault, FaultPlan
from local.vendors.stripe.store import Event, Store

API_VERSION = "2026-10-28.endive"
LOCAL_SECRET = "whsec_souk_local"
CALL = "webhook"

# Stripe goes on for three days; a shop that has not answered after this many tries is not there.
_TRIES = 30
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_ANSWER_SECONDS = 30.0
_IDLE_SECONDS = 0.5


def signature(secret: str, body: bytes, at: int) -> str:
    """The header Stripe-Signature."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


class Events:
    """The outbox, and the thread that empties it. `on_idle` is called between deliveries, at least twice a second.

    Faults of the call `webhook` or `webhook:<type>` befall deliveries:
    drop: never sent; delay: sent `seconds` later; fail, throttle: this try fails; lose_answer, fail_after,
    delay_answer: sent, and sent again; garbage: sent with a signature that does not fit, then again.
    """

    def __init__(
        self,
        store: Store,
        plan: FaultPlan,
        url: str,
        secret: str,
        clock: Callable[[], float],
        on_idle: Callable[[], None],
    ) -> None:
        self._store = store
        self._plan = plan
        self._url = url
        self._secret = secret
        self._clock = clock
        self._on_idle = on_idle
        self._wake = threading.Event()
        self._stopping = False
        self._connection: http.client.HTTPConnection | None = None
        self._thread = Repeating("events", self._run_once, 0)
        self.held = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Nothing is sent any more; what was on its way is sent again at the next start."""
        self._stopping = True
        self._wake.set()
        if (waiting := self._connection) is not None and waiting.sock is not None:
            with suppress(OSError):  # answered meanwhile
                waiting.sock.shutdown(socket.SHUT_RDWR)
        self._thread.stop()

    def release(self, held: bool) -> None:
        """While held, nothing is sent but by `deliver`."""
        self.held = held
        self._wake.set()

    def emit(self, kind: str, facts: Mapping[str, Any]) -> None:
        """Inside the transaction of what it reports."""
        now = self._clock()
        event_id = f"evt_{secrets.token_hex(12)}"
        document = {
            "id": event_id,
            "object": "event",
            "api_version": API_VERSION,
            "created": int(now),
            "data": {"object": facts},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self._store.add_event(event_id, kind, json.dumps(document, indent=2), now)
        self._wake.set()

    def deliver(self, event_id: str) -> None:
        """Send it now and once, whether or not it was sent before. Raises ValueError for an unknown id."""
        event = self._store.event(event_id)
        if event is None:
            raise ValueError(f"there is no event {event_id}")
        answer = self._post(event, self._secret)
        self._store.note_delivery(event.id, event.tries + 1, answer, None if _taken(answer) else event.due)

    def _run_once(self) -> None:
        """Send what is due, and wait for the next."""
        self._on_idle()
        if self._url and not self.held:
            for event in self._store.due_events(self._clock()):
                if self._stopping or self.held:
                    break
                self._try(event)
        due = self._store.next_due()
        pause = _IDLE_SECONDS if due is None or self.held else min(max(due - self._clock(), 0), _IDLE_SECONDS)
        self._wake.wait(max(pause, 0.01))
        self._wake.clear()

    def _try(self, event: Event) -> None:
        fault = self._plan.take_named(CALL, f"{CALL}:{event.type}")
        now = self._clock()
        match fault:
            case Fault(mode="drop"):
                self._store.note_delivery(event.id, event.tries, "dropped", None)
                return
            case Fault(mode="delay"):
                self._store.note_delivery(event.id, event.tries, "delayed", now + fault.seconds)
                return
            case Fault(mode="fail" | "throttle" | "refuse"):
                answer = "failed"
            case Fault(mode="garbage"):
                self._post(event, f"{self._secret}-not")
                answer = "forged"
            case Fault():
                self._post(event, self._secret)
                answer = "lost"
            case None:
                answer = self._post(event, self._secret)
        tries = event.tries + 1
        over = _taken(answer) or tries >= _TRIES
        pause = min(_FIRST_PAUSE * 2 ** min(event.tries, 10), _LONGEST_PAUSE)
        self._store.note_delivery(event.id, tries, answer, None if over else now + pause)

    def _post(self, event: Event, secret: str) -> str:
        """The status that the shop answered, or why there was none."""
        body = event.document.encode()
        parts = urlsplit(self._url)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (stand-in)",
            "Stripe-Signature": signature(secret, body, int(self._clock())),
        }
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=_ANSWER_SECONDS)
        self._connection = connection
        try:
            connection.request("POST", parts.path, body, headers)
            return str(connection.getresponse().status)
        except (OSError, http.client.HTTPException) as problem:
            return type(problem).__name__
        finally:
            self._connection = None
            connection.close()


def _taken(answer: str) -> bool:
    return answer.startswith("2")
