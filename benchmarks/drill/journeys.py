"""Listings and orders on their way, each on a thread of its own, as clients that ask again when nobody answers."""

from __future__ import annotations

import random
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx

from benchmarks.drill.ledger import Ledger
from benchmarks.drill.patience import GaveUp, patiently
from local.testing import PATIENCE
from tests.e2e.selling import LISTING, PASSING, PHOTO, Seller
from tests.e2e.storefront.trading import Buyer

_LOOK: Final = (3.0, 9.0)
"""Seconds between two looks at something: from, to."""


class Journey(ABC, threading.Thread):
    """`stage` is where it is; `failure` what went wrong in the drill itself. It begins after `delay` seconds."""

    def __init__(self, ledger: Ledger, delay: float, until: float, seed: int) -> None:
        super().__init__(daemon=True)
        self.stage = "waiting"
        self.failure = ""
        self._ledger = ledger
        self._delay = delay
        self._until = until
        self._random = random.Random(seed)

    def run(self) -> None:
        time.sleep(self._delay)
        try:
            self.travel()
        except GaveUp as error:
            self.failure = f"{self.stage}: no answer until the end: {error}"
        except Exception as error:  # noqa: BLE001 - the report shows it, and the drill fails
            self.failure = f"{self.stage}: {type(error).__name__}: {error}"

    @abstractmethod
    def travel(self) -> None:
        """Go all the way. Raises GaveUp when nobody answers until the end."""

    def _pause(self) -> None:
        time.sleep(self._random.uniform(*_LOOK))

    @property
    def _may_go_on(self) -> bool:
        return time.monotonic() < self._until

    def _patiently(self, call: Callable[[], httpx.Response]) -> httpx.Response:
        return patiently(call, self._until)


class ListingJourney(Journey):
    """From a draft, or from a listing whose media are made, to published."""

    def __init__(self, seller: Seller, planted: str, *more: Any) -> None:
        """`planted` is a listing with media; empty: it begins with a draft, and makes them."""
        super().__init__(*more)
        self.seller = seller
        self.listings = [planted] if planted else []
        """The listing; those before it were lost."""
        self.outcome: Mapping[str, Any] = {}

    def travel(self) -> None:
        self.stage = "begins"
        if not self.listings:
            self._create()
        while self._may_go_on:
            answer = self._patiently(lambda: self.seller.ask("GET", f"/listings/{self.listings[-1]}"))
            if answer.status_code == 404:
                self._create()
                continue
            now = answer.json()
            self.stage = now["status"]
            if now["status"] in {"published", "error"}:
                self.outcome = now
                return
            if now["status"] not in PASSING:
                self._advance(now)
            self._pause()

    def _create(self) -> None:
        self.stage = "creating"
        key = uuid.uuid4().hex
        answer = self._patiently(lambda: self.seller.ask("POST", "/listings", dict(LISTING), Idempotency_Key=key))
        assert answer.status_code == 201, answer.text
        self.listings.append(str(answer.json()["id"]))
        self._ledger.add("listing", f"/listings/{self.listings[-1]}", self.seller)

    def _advance(self, now: Mapping[str, Any]) -> None:
        path = f"/listings/{now['id']}"
        match now["status"]:
            case "draft" if all(photo["status"] == "rejected" for photo in now["photos"]):
                self.stage = "sending its photo"
                self._send_photo(now["id"])
            case "draft" if any(photo["status"] == "pending" for photo in now["photos"]):
                self.stage = "its photo is checked"
            case "draft":
                self._patiently(lambda: self.seller.ask("POST", f"{path}/generate-media"))
            case "media_ready":
                self._patiently(lambda: self.seller.ask("POST", f"{path}/approve-media", {}))
            case "approved":
                key = uuid.uuid4().hex
                self._patiently(lambda: self.seller.ask("POST", f"{path}/publish", Idempotency_Key=key))

    def _send_photo(self, listing: str) -> None:
        """Announced, then sent to the bucket, as a browser does; what a kill cuts is asked again as it was."""
        content, key = PHOTO.read_bytes(), uuid.uuid4().hex
        files = {"files": [{"content_type": "image/png", "size": len(content)}]}
        path = f"/listings/{listing}/photos"
        answer = self._patiently(lambda: self.seller.ask("POST", path, files, Idempotency_Key=key))
        if answer.status_code == 404:
            return
        assert answer.status_code == 201, answer.text
        [upload] = answer.json()["uploads"]
        sent = self._patiently(
            lambda: httpx.post(
                upload["url"], data=upload["fields"], files={"file": content}, timeout=PATIENCE, trust_env=False
            )
        )
        assert sent.is_success, f"{sent.status_code} {sent.text[:300]}"


class OrderJourney(Journey):
    """Placed, paid, and looked at until the payment has arrived."""

    def __init__(self, buyer: Buyer, product: str, *more: Any) -> None:
        super().__init__(*more)
        self.buyer = buyer
        self.product = product
        self.order = ""
        self.status = ""
        self.is_paid = False
        """Whether the payment page took the buyer's payment."""

    def travel(self) -> None:
        placed = self._place()
        self.stage = "paying"
        answer = self._patiently(
            lambda: httpx.post(f"{placed['payment_url']}/pay", timeout=PATIENCE, trust_env=False),
        )
        assert answer.status_code == 303, f"{answer.status_code} {answer.text[:300]}"
        self.is_paid = True
        self.stage = "paid"
        while self._may_go_on:
            answer = self._patiently(lambda: self.buyer.ask("GET", f"/orders/{self.order}"))
            self.status = answer.json()["status"] if answer.status_code == 200 else str(answer.status_code)
            if self.status != "pending":
                self.stage = self.status
                return
            self._pause()

    def _place(self) -> dict[str, Any]:
        """Repeated under one key until there is a page to pay."""
        self.stage = "placing"
        key, body = uuid.uuid4().hex, self.buyer.wanted(self.product)
        while True:
            answer = self._patiently(lambda: self.buyer.ask("POST", "/orders", body, Idempotency_Key=key))
            assert answer.status_code == 201, f"{answer.status_code} {answer.text[:300]}"
            placed = dict(answer.json())
            if placed["order_id"] != self.order:
                self.order = str(placed["order_id"])
                self._ledger.add("order", f"/orders/{self.order}", self.buyer)
            if placed["payment_url"]:
                return placed
            self._pause()
