"""Refunds: never more than was charged, at once or, when asked for, later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.vendors.stripe import forms, lists
from local.vendors.stripe.amounts import check_multiple
from local.vendors.stripe.errors import invalid, no_such
from local.vendors.stripe.events import Events
from local.vendors.stripe.sessions import CHARGE, INTENT, Work
from local.vendors.stripe.store import Store

REFUND = "refund"
OUTCOMES = ("succeeded", "pending", "failed")


class Refunds:
    """`outcome` is what becomes of the next ones."""

    def __init__(self, store: Store, events: Events, clock: Callable[[], float], new_id: Callable[[str], str]) -> None:
        self._store = store
        self._events = events
        self._clock = clock
        self._new_id = new_id
        self.outcome = "succeeded"

    def create(self, form: str) -> Work:
        wanted = forms.read(form, forms.REFUND)
        if ("payment_intent" in wanted) == ("charge" in wanted):
            raise invalid("One of the following params should be provided for this request: payment_intent or charge.")

        def work() -> dict[str, Any]:
            charge = self._charge_of(wanted)
            left = charge["amount"] - charge["amount_refunded"]
            amount = int(wanted.get("amount", left))
            check_multiple(amount, charge["currency"], "amount")
            if left == 0:
                raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
            if amount > left:
                raise invalid(
                    f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).", "amount"
                )
            return self._make(charge, amount, wanted)

        return work

    def get(self, refund_id: str) -> dict[str, Any]:
        found = self._store.get(REFUND, refund_id)
        if found is None:
            raise no_such(REFUND, refund_id)
        return found

    def page(self, query: str) -> dict[str, Any]:
        """Newest first, of one payment or of all."""
        wanted = forms.read(query, forms.REFUNDS)
        intent = self._charge_of(wanted)["payment_intent"] if "charge" in wanted else wanted.get("payment_intent")
        return lists.page("/v1/refunds", REFUND, self._store.all(REFUND, intent), wanted)

    def settle(self, refund_id: str, status: str) -> None:
        """What the bank says of a pending one, or (failed) of one that had succeeded. Raises ValueError."""
        with self._store.transaction():
            refund = self._store.get(REFUND, refund_id)
            if refund is None or status not in ("succeeded", "failed") or refund["status"] in (status, "failed"):
                raise ValueError(f"refund {refund_id} cannot become {status}")
            refund["status"] = status
            if status == "failed":
                refund["failure_reason"] = "expired_or_canceled_card"
                charge = self._store.get(CHARGE, refund["charge"])
                assert charge is not None, "a refund has a charge"
                self._count(charge, -refund["amount"])
            self._store.put(refund, refund["payment_intent"])
            self._events.emit("refund.updated", refund)
            if status == "failed":
                self._events.emit("refund.failed", refund)

    def _make(self, charge: dict[str, Any], amount: int, wanted: dict[str, Any]) -> dict[str, Any]:
        failed = self.outcome == "failed"
        refund = {
            "id": self._new_id("re"),
            "object": REFUND,
            "amount": amount,
            "charge": charge["id"],
            "created": int(self._clock()),
            "currency": charge["currency"],
            "failure_reason": "declined" if failed else None,
            "metadata": wanted.get("metadata", {}),
            "payment_intent": charge["payment_intent"],
            "reason": wanted.get("reason"),
            "status": self.outcome,
        }
        self._store.put(refund, charge["payment_intent"])
        self._events.emit("refund.created", refund)
        if failed:
            self._events.emit("refund.failed", refund)
        else:
            self._events.emit("charge.refunded", self._count(charge, amount))
        return refund

    def _count(self, charge: dict[str, Any], amount: int) -> dict[str, Any]:
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._store.put(charge)
        return charge

    def _charge_of(self, wanted: dict[str, Any]) -> dict[str, Any]:
        charge_id = wanted.get("charge")
        if charge_id is None:
            intent = self._store.get(INTENT, wanted["payment_intent"])
            if intent is None:
                raise no_such(INTENT, wanted["payment_intent"])
            charge_id = intent["latest_charge"]
            if charge_id is None:
                raise invalid(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
        charge = self._store.get(CHARGE, charge_id)
        if charge is None:
            raise no_such(CHARGE, charge_id)
        return charge
