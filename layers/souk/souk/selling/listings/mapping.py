"""A listing as an item of its table, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from souk.aws.actions import Item
from souk.aws.items import Codec, due_members
from souk.selling.listings.keys import listing_key, status_key
from souk.selling.listings.model import Listing, Publication
from souk.selling.photos.mapping import PHOTO
from souk.shared.failure_reason import Failure

_FAILURE: Final = Codec(Failure, sparse=("vendor_errors",))
_PUBLICATION: Final = Codec(Publication, _FAILURE, sparse=("sent",))
_LISTING: Final = Codec(
    Listing, _FAILURE, _PUBLICATION, PHOTO, currency_of="price", sparse=("quantity_version", "deleting")
)


def from_listing(listing: Listing) -> Item:
    return {
        **listing_key(listing.user_id, listing.id),
        **_LISTING.encode(listing),
        **(due_members(listing.id, listing.due_at) if listing.due_at else {}),
        "status_pk": status_key.partition(listing.user_id, listing.status),
    }


def to_listing(item: Mapping[str, Any]) -> Listing:
    return _LISTING.decode(item)
