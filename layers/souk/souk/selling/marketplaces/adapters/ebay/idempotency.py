"""The key with which eBay lists an attempt at most once. Pure."""

from __future__ import annotations

from uuid import UUID, uuid5

# Must never change: with another value live attempts would get a second key, and so a second listing.
_ATTEMPTS = UUID("6f1d2c60-5a0e-5f0b-9c55-0d7c2f9a41be")


def attempt_uuid(listing_id: str, attempt: int) -> str:
    """Item.UUID of one publishing attempt: 32 upper-case hex digits.

    It depends on its arguments only, so that a restored table sends the same key again; and not on the listing's
    content, so that an edit after the restore does not publish a second listing (docs/adr/0003).
    """
    return uuid5(_ATTEMPTS, f"{listing_id}/{attempt}").hex.upper()
