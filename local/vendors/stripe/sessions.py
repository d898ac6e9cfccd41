"""Checkout Sessions: made, paid or declined on their page, expired by hand or by time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from local.vendors.stripe import forms, lists
from local.vendors.stripe.amounts import check_multiple, check_total
from local.vendors.stripe.errors import invalid, no_such
from local.vendors.stripe.events import Events
from local.vendors.stripe.store import Store

SESSION, INTENT, CHARGE = "checkout.session", "payment_intent", "charge"
_LINES = "lines"
_SHORTEST, _LONGEST = 30 * 60, 24 * 60 * 60

type Work = Callable[[], dict[str, Any]]


class Sessions:
    """`base_url` is this stand-in's own address, asked when a page's address is made; `new_id` makes an id from its
    prefix.
    """

    def __init__(
        self,
        store: Store,
        events: Events,
        clock: Callable[[], float],
        base_url: Callable[[], str],
        new_id: Callable[[str], str],
    ) -> None:
        self._store = store
        self._events = events
        self._clock = clock
        self._base_url = base_url
        self._new_id = new_id

    def create(self, form: str) -> Work:
        """Checks everything at once; the work is done by the answer. Raises Refused."""
        wanted = forms.read(form, forms.SESSION)
        now = int(self._clock())
        expires_at = int(wanted.get("expires_at", now + _LONGEST))
        if not now + _SHORTEST <= expires_at <= now + _LONGEST:
            raise invalid(
                "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
                "expires_at",
            )
        lines = [_line(entry) for entry in wanted["line_items"]]
        if len({line["currency"] for line in lines}) != 1:
            raise invalid("All line items must have the same currency.", "line_items")
        currency, total = lines[0]["currency"], sum(line["amount_total"] for line in lines)
        check_total(total, currency)
        session_id = self._new_id("cs_test")
        document = {
            "id": session_id,
            "object": SESSION,
            "amount_subtotal": total,
            "amount_total": total,
            "cancel_url": wanted.get("cancel_url"),
            "client_reference_id": wanted.get("client_reference_id"),
            "created": now,
            "currency": currency,
            "customer": None,
            "customer_details": None,
            "customer_email": wanted.get("customer_email"),
            "expires_at": expires_at,
            "livemode": False,
            "metadata": wanted.get("metadata", {}),
            "mode": "payment",
            "payment_intent": None,
            "payment_method_types": wanted.get("payment_method_types", ["card"]),
            "payment_status": "unpaid" if total else "no_payment_required",
            "status": "open",
            "success_url": wanted["success_url"],
            "ui_mode": "hosted_page",
            "url": f"{self._base_url()}/c/pay/{session_id}",
        }
        more = {"id": f"lines_{session_id}", "object": _LINES, "data": lines}
        more["intent"] = wanted.get("payment_intent_data", {})

        def work() -> dict[str, Any]:
            self._put(document)
            self._store.put(more)
            return document

        return work

    def get(self, session_id: str) -> dict[str, Any]:
        """As it is at this moment. Raises Refused."""
        with self._store.transaction():
            document = self._store.get(SESSION, session_id)
            if document is None:
                raise no_such(SESSION, session_id)
            return self._expired_by_time(document)

    def lines(self, session_id: str) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = self._more(session_id)["data"]
        return lines

    def all(self) -> list[dict[str, Any]]:
        """Newest first."""
        return self._store.all(SESSION)

    def page(self, query: str) -> dict[str, Any]:
        """Newest first. Raises Refused."""
        wanted = forms.read(query, forms.SESSIONS)
        since = int(wanted.get("created", {}).get("gte", 0))
        found = [one for one in self._store.all(SESSION, wanted.get("status")) if one["created"] >= since]
        return lists.page("/v1/checkout/sessions", SESSION, found, wanted)

    def expire(self, session_id: str) -> Work:
        self.get(session_id)

        def work() -> dict[str, Any]:
            document = self.get(session_id)
            if document["status"] != "open":
                status = document["status"]
                raise invalid(f'Only Checkout Sessions with a status in ["open"] can be expired, this is {status}.')
            return self._expire(document)

        return work

    def expire_overdue(self) -> None:
        """What time has done to open sessions."""
        now = self._clock()
        for document in self._store.all(SESSION, "open"):
            if document["expires_at"] <= now:
                self.get(document["id"])

    def pay(self, session_id: str) -> dict[str, Any]:
        """The buyer pays; who has paid already sees the same. Raises Refused when the page has expired."""
        with self._store.transaction():
            document = self._open(session_id)
            if document["status"] == "complete":
                return document
            intent = self._intent(document)
            charge = self._charge(document, intent)
            intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
            intent["last_payment_error"] = None
            document |= {"status": "complete", "url": None, "payment_intent": intent["id"]}
            document["customer_details"] = {"email": document["customer_email"], "name": None}
            if document["amount_total"]:
                document["payment_status"] = "paid"
            self._store.put(intent)
            self._store.put(charge)
            self._put(document)
            self._events.emit("payment_intent.succeeded", intent)
            self._events.emit("charge.succeeded", charge)
            self._events.emit("checkout.session.completed", document)
            return document

    def decline(self, session_id: str) -> dict[str, Any]:
        """The card is refused; the page stays open for another try. Raises Refused when it has expired."""
        with self._store.transaction():
            document = self._open(session_id)
            if document["status"] == "complete":
                return document
            intent = self._intent(document)
            intent["last_payment_error"] = {
                "type": "card_error", "code": "card_declined", "decline_code": "generic_decline",
                "message": "Your card was declined.",
            }  # fmt: skip
            document["payment_intent"] = intent["id"]
            self._store.put(intent)
            self._put(document)
            self._events.emit("payment_intent.payment_failed", intent)
            return document

    def _put(self, session: dict[str, Any]) -> None:
        self._store.put(session, session["status"])

    def _open(self, session_id: str) -> dict[str, Any]:
        document = self.get(session_id)
        if document["status"] == "expired":
            raise invalid("This Checkout Session has expired.", code="checkout_session_expired")
        return document

    def _more(self, session_id: str) -> dict[str, Any]:
        found = self._store.get(_LINES, f"lines_{session_id}")
        if found is None:
            raise no_such(SESSION, session_id)
        return found

    def _intent(self, session: dict[str, Any]) -> dict[str, Any]:
        """The session's PaymentIntent, made when the buyer first tries to pay."""
        if session["payment_intent"] and (known := self._store.get(INTENT, session["payment_intent"])):
            return known
        return {
            "id": self._new_id("pi"),
            "object": INTENT,
            "amount": session["amount_total"],
            "amount_received": 0,
            "created": int(self._clock()),
            "currency": session["currency"],
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": self._more(session["id"])["intent"].get("metadata", {}),
            "status": "requires_payment_method",
        }

    def _charge(self, session: dict[str, Any], intent: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self._new_id("ch"),
            "object": CHARGE,
            "amount": session["amount_total"],
            "amount_captured": session["amount_total"],
            "amount_refunded": 0,
            "captured": True,
            "created": int(self._clock()),
            "currency": session["currency"],
            "livemode": False,
            "metadata": intent["metadata"],
            "paid": True,
            "payment_intent": intent["id"],
            "refunded": False,
            "status": "succeeded",
        }

    def _expired_by_time(self, document: dict[str, Any]) -> dict[str, Any]:
        if document["status"] == "open" and document["expires_at"] <= self._clock():
            return self._expire(document)
        return document

    def _expire(self, document: dict[str, Any]) -> dict[str, Any]:
        expired = document | {"status": "expired", "url": None}
        self._put(expired)
        self._events.emit("checkout.session.expired", expired)
        return expired


def _line(entry: dict[str, Any]) -> dict[str, Any]:
    price, quantity = entry["price_data"], int(entry["quantity"])
    check_multiple(int(price["unit_amount"]), price["currency"], "line_items")
    return {
        "id": f"li_{secrets.token_hex(12)}",
        "object": "item",
        "amount_total": int(price["unit_amount"]) * quantity,
        "currency": price["currency"],
        "description": price["product_data"]["name"],
        "price": {"unit_amount": int(price["unit_amount"]), "currency": price["currency"]},
        "quantity": quantity,
    }
