"""Stream of the orders table: start and resume workflows."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.storefront.orders.stream import changes
from souk.wiring.orders import dispatcher


@step
def handler(event: Mapping[str, Any]) -> None:
    """In order; the first record that fails stops the batch, and the stream brings it again."""
    for change in changes(event):
        dispatcher().dispatch(change)
