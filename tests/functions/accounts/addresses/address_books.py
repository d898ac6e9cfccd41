"""Addresses added through the API, and the invariant of every address book."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.functions.cloud import Answer, Cloud, Person

HOME = {
    "full_name": "John Doe",
    "address_line1": "123 Main St",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country": "USA",
}

_numbers = count(1)


def add(cloud: Cloud, who: Person, key: str | None = None, **more: Any) -> Answer:
    """Add an address. `key`: the Idempotency-Key; a new one for each call by default."""
    headers = {"Idempotency-Key": key or f"key-{next(_numbers)}"}
    return cloud.call("create_address", caller=who, json={**HOME, **more}, headers=headers)


def listed(cloud: Cloud, who: Person) -> list[dict[str, Any]]:
    answer = cloud.call("list_addresses", caller=who, query={"limit": "100"})
    assert answer.status == 200
    found: list[dict[str, Any]] = answer.json
    return found


def require_sound(cloud: Cloud, who: Person) -> None:
    """The stored count is right, and there is exactly one default, which exists, if there are addresses."""
    addresses = listed(cloud, who)
    defaults = [address["id"] for address in addresses if address["is_default"]]
    assert len(defaults) == (1 if addresses else 0)
    [profile] = [
        item for item in cloud.items("IdentityTable") if (item["pk"], item["sk"]) == (f"ACCOUNT#{who.id}", "PROFILE")
    ]
    assert profile["addresses"] == len(addresses)
    assert profile.get("default_address") == (defaults[0] if defaults else None)
