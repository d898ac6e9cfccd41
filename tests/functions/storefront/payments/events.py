"""Events as Stripe sends them: signed over the raw body."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from itertools import count
from typing import Any

from tests.functions.cloud import Answer, Cloud

_NUMBERS = count(1)


def event(kind: str, facts: dict[str, Any]) -> dict[str, Any]:
    """A new event of this type about an object."""
    return {
        "id": f"evt_{next(_NUMBERS)}",
        "object": "event",
        "type": kind,
        "created": int(time.time()),
        "data": {"object": facts},
    }


def deliver(cloud: Cloud, sent: dict[str, Any], *, secret: str = "whsec_sample", at: int | None = None) -> Answer:
    """Send an event to the webhook, signed now or at the second `at`."""
    body = json.dumps(sent, indent=2).encode()
    at = int(time.time()) if at is None else at
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"stripe-signature": f"t={at},v1={mac}"}
    return cloud.call("receive_webhook", body=body, headers=headers)
