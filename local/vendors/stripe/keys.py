"""Idempotency keys as Stripe keeps them: the first answer of a request that was begun, be it a 500, is every answer.

A request with wrong parameters was not begun, and leaves its key free; so does one that never reached the work.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.vendors.server import Request, Response
from local.vendors.stripe.errors import invalid, key_in_use, key_reused
from local.vendors.stripe.store import Store

_LONGEST = 255


class Claim:
    """One request's hold on its key. Without a key it holds and keeps nothing."""

    def __init__(self, store: Store, key: str, request: str) -> None:
        self._store = store
        self._key = key
        self._request = request
        self.stored: Response | None = None
        if key and (earlier := store.answer(key)):
            if earlier[0] != request:
                raise key_reused(key)
            self.stored = Response(earlier[1], earlier[2].encode(), "application/json", {"Idempotent-Replayed": "true"})

    def keep(self, status: int, document: dict[str, Any]) -> None:
        """Inside the transaction of the effect."""
        if self._key and self.stored is None:
            self._store.keep_answer(self._key, self._request, status, json.dumps(document))


class Keys:
    """Which keys are in use is in memory only: a request does not outlive the process that serves it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._in_use: set[str] = set()
        self._guard = threading.Lock()

    @contextmanager
    def claim(self, request: Request) -> Iterator[Claim]:
        """Raises Refused for a key in use, and for one that came with another request."""
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        if len(key) > _LONGEST:
            raise invalid(f"Idempotency keys have at most {_LONGEST} characters.")
        with self._guard:
            if key in self._in_use:
                raise key_in_use(key)
            if key:
                self._in_use.add(key)
        try:
            content = f"{request.path}\n".encode() + request.body
            yield Claim(self._store, key, hashlib.sha256(content).hexdigest())
        finally:
            with self._guard:
                self._in_use.discard(key)
