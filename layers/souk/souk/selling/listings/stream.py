"""Changes of listings, from records of their table's stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from souk.aws.tables import from_stream
from souk.selling.listings.mapping import to_listing
from souk.selling.listings.model import Listing
from souk.shared.workflows import Change


def changes(event: Mapping[str, Any]) -> Iterator[Change[Listing]]:
    """The changes of listings in a batch. Records of other items are skipped."""
    for record in event["Records"]:
        change = record["dynamodb"]
        if not change["Keys"]["sk"]["S"].startswith("LISTING#"):
            continue
        before, after = (from_stream(change.get(image)) for image in ("OldImage", "NewImage"))
        yield Change(to_listing(before) if before else None, to_listing(after) if after else None)
