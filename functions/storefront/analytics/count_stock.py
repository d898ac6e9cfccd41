"""Stream of the catalogue table: count sellers' products and their stock, and end the holds of suspended shops."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.storefront.analytics.stream.product_stock import stock_changes
from souk.storefront.sellers.stream import suspended_shops
from souk.wiring.analytics import stock_counter
from souk.wiring.orders import suspensions


@step
def handler(event: Mapping[str, Any]) -> None:
    """The newest state of each product; the first that fails stops the batch, and the stream delivers it again."""
    stock_counter().count(stock_changes(event))
    if suspended := tuple(suspended_shops(event)):
        suspensions().end_holds(suspended)
