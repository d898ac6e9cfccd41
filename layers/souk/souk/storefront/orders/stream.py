"""The orders table's stream, record by record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from souk.aws.tables import from_stream
from souk.shared.workflows import Change
from souk.storefront.orders.keys import order_key
from souk.storefront.orders.mapping import to_order
from souk.storefront.orders.model import Order


def changes(event: Mapping[str, Any]) -> Iterator[Change[Order]]:
    """The changes of orders in a batch; other items of the table are skipped."""
    for record in event["Records"]:
        change = record["dynamodb"]
        before, after = (from_stream(change.get(image)) for image in ("OldImage", "NewImage"))
        if change["Keys"]["sk"]["S"].startswith(order_key.prefix) and after is not None:
            yield Change(to_order(before) if before else None, to_order(after))
