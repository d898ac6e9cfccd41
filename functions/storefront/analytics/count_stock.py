"""Stream of the catalogue table: count sellers' products and their stock."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.storefront.analytics.stream.product_stock import stock_changes
from souk.wiring.analytics import stock_counter


@step
def handler(event: Mapping[str, Any]) -> None:
    """The newest state of each product; the first that fails stops the batch, and the stream delivers it again."""
    stock_counter().count(stock_changes(event))
