"""The keys of the orders table. Ids are UUIDv7, so that items of one kind sort by time.

Records of an Idempotency-Key are there too: see `souk.aws.idempotency`.
"""

from __future__ import annotations

from typing import Final

from souk.aws.items import Row

order_key: Final = Row("USER#{}", "ORDER#{}")
"""Of a buyer: an order, the only source of truth about it. In the index `due` while it is due."""
sale_key: Final = Row("USER#{}", "SALE#{}")
"""Of a seller, by order id: that seller's part of the order, written in the same transaction."""
tracking_key: Final = Row("ORDER#{}", "TRACKING")
"""The order's buyer, its tracking entries, oldest first, and how many each seller has added."""
bought_key: Final = Row("USER#{}", "BOUGHT#{}")
"""Of a buyer, by product id: the product was delivered, so that the buyer may review it."""
event_key: Final = Row("EVENT#{}", "EVENT")
"""An event of the payment vendor that took effect; removed by TTL."""


unmatched_key: Final = Row("UNMATCHED#{}", "UNMATCHED")
"""A payment for an order that does not exist, by the vendor's id of the payment. In the index `due` until settled."""


def tracking_count(seller_id: str) -> str:
    """The attribute of a TRACKING item that counts the entries of one seller."""
    return f"told#{seller_id}"
