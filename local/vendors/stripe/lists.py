"""Lists of objects, page by page, as Stripe answers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.vendors.stripe.errors import no_such

_LIMIT = 10


def page(url: str, kind: str, found: list[dict[str, Any]], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The page of `found`, newest first, that `starting_after` and `limit` ask for. Raises Refused."""
    if after := wanted.get("starting_after"):
        place = next((number for number, one in enumerate(found) if one["id"] == after), None)
        if place is None:
            raise no_such(kind, after)
        found = found[place + 1 :]
    limit = int(wanted.get("limit", _LIMIT))
    return {"object": "list", "url": url, "has_more": len(found) > limit, "data": found[:limit]}
