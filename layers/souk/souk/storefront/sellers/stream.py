"""Records of the catalogue's stream as the shops that were suspended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from souk.aws.tables import from_stream
from souk.storefront.sellers.keys import shop_key
from souk.storefront.sellers.model import Verification


def suspended_shops(event: Mapping[str, Any]) -> Iterator[str]:
    """The ids of the shops that a record has suspended; other items of the table are skipped."""
    for record in event["Records"]:
        change = record["dynamodb"]
        if change["Keys"]["sk"]["S"] != shop_key.prefix:
            continue
        before, after = (
            (from_stream(change.get(image)) or {}).get("verification") for image in ("OldImage", "NewImage")
        )
        if after == Verification.SUSPENDED and before != after:
            yield change["Keys"]["pk"]["S"].partition("#")[2]
