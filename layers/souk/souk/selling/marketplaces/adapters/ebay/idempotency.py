"""The key under which eBay lists an attempt at most once. Pure."""

from __future__ import annotations

from uuid import UUID, uuid5

# Fixed for ever: another value would give live attempts a second key, and so a second listing.
_ATTEMPTS = UUID("6f1d2c60-5a0e-5f0b-9c55-0d7c2f9a41be")


def attempt_uuid(listing_id: str, attempt: int) -> str:
    """Item.UUID of one publishing attempt: 32 upper-case hex digits.

    It depends on nothing but its arguments, so a store that was rolled back sends the same one again; and not on the
    listing's content, so that an edit after the rollback does not make a second listing (docs/adr/0003).
    """
    return uuid5(_ATTEMPTS, f"{listing_id}/{attempt}").hex.upper()
