"""Records of the orders table's stream as facts to count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from souk.aws.tables import from_stream
from souk.storefront.analytics.model.counters import Fact
from souk.storefront.analytics.model.facts import new_facts
from souk.storefront.orders.keys import order_key
from souk.storefront.orders.mapping import to_order


def facts(event: Mapping[str, Any]) -> Iterator[Fact]:
    """The new facts of the orders in a batch; other items have none."""
    for record in event["Records"]:
        change = record["dynamodb"]
        before, after = (from_stream(change.get(image)) for image in ("OldImage", "NewImage"))
        if not change["Keys"]["sk"]["S"].startswith(order_key.prefix) or after is None:
            continue
        yield from new_facts(to_order(before) if before else None, to_order(after))
