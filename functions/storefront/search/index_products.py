"""Stream of the catalogue table: update the search index."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.storefront.search.stream import changes
from souk.wiring.search import catalogue_indexer


@step
def handler(event: Mapping[str, Any]) -> None:
    """Changed products are read again from the table, so a batch can be delivered twice and in any order."""
    batch = changes(event)
    catalogue_indexer().apply(batch.product_ids, batch.shop_ids)
