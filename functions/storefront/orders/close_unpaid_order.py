"""Workflow step: the hold of an order is over; it was paid at the last moment, or it is cancelled and restocked."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.wiring.orders import settlement


@step
def handler(event: Mapping[str, Any]) -> dict[str, str]:
    """Answers the order's status."""
    return {"status": settlement().close_unpaid(event["buyer_id"], event["order_id"]).status}
