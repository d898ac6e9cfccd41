"""Stream of the catalogue table: count what sellers have, and how much of it."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.storefront.analytics.stream.product_stock import shelves
from souk.wiring.analytics import stock_counter


@step
def handler(event: Mapping[str, Any]) -> None:
    """The newest that is told of each product; the first that fails stops the batch, and the stream brings it again."""
    stock_counter().count(shelves(event))
