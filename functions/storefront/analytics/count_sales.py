"""Stream of the orders table: count payments and refunds."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.storefront.analytics.stream.sales import facts
from souk.wiring.analytics import sales_counter


@step
def handler(event: Mapping[str, Any]) -> None:
    """In order; the first record that fails stops the batch, and the stream delivers it again."""
    sales_counter().count(facts(event))
