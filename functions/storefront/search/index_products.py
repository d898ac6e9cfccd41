"""Stream of the catalogue table: keep the search index up with it."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.storefront.search.stream import touched
from souk.wiring.search import catalogue_indexer


@step
def handler(event: Mapping[str, Any]) -> None:
    """Whatever changed is read again from the table, so a batch can come twice and in any order."""
    batch = touched(event)
    catalogue_indexer().apply(batch.product_ids, batch.shop_ids)
