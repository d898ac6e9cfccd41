"""The orders table's stream, record by record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from souk.aws.tables import from_stream
from souk.storefront.orders.keys import ORDER
from souk.storefront.orders.mapping import to_order
from souk.storefront.orders.workflow import Change


def changes(event: Mapping[str, Any]) -> Iterator[Change]:
    """The changes of orders in a batch; other items of the table are nobody's business here."""
    for record in event["Records"]:
        change = record["dynamodb"]
        before, after = (from_stream(change.get(image)) for image in ("OldImage", "NewImage"))
        if change["Keys"]["sk"]["S"].startswith(ORDER) and after is not None:
            yield Change(to_order(before) if before else None, to_order(after))
