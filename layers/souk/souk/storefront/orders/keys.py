"""The keys of the orders table.

pk                sk                    what
USER#<buyer>      ORDER#<id>            an order, the one truth about it; in the index `due` while it is due
USER#<seller>     SALE#<order id>       one seller's part of it, written in the same transaction
ORDER#<id>        TRACKING              its buyer, what was told of its parcels, oldest first, and each seller's count
USER#<buyer>      BOUGHT#<product>      that a product was delivered to the buyer, who then may review it
EVENT#<id>        EVENT                 a vendor's event that took effect; ends by TTL
IDEMPOTENCY#...   <operation>#<key>     see souk.aws.idempotency

Ids are UUIDv7, so that rows of one kind sort by time.
"""

from __future__ import annotations

from typing import Final

ORDER: Final = "ORDER#"
SALE: Final = "SALE#"


def order_key(buyer_id: str, order_id: str) -> dict[str, str]:
    return under_user(buyer_id, f"{ORDER}{order_id}")


def sale_key(seller_id: str, order_id: str) -> dict[str, str]:
    return under_user(seller_id, f"{SALE}{order_id}")


def bought_key(buyer_id: str, product_id: str) -> dict[str, str]:
    return under_user(buyer_id, f"BOUGHT#{product_id}")


def tracking_key(order_id: str) -> dict[str, str]:
    return {"pk": f"{ORDER}{order_id}", "sk": "TRACKING"}


def told_by(seller_id: str) -> str:
    """The attribute of a TRACKING that counts what one seller has told."""
    return f"told#{seller_id}"


def event_key(event_id: str) -> dict[str, str]:
    return {"pk": f"EVENT#{event_id}", "sk": "EVENT"}


def under_user(user_id: str, sort_key: str) -> dict[str, str]:
    """The key of something that is one buyer's or one seller's."""
    return {"pk": f"USER#{user_id}", "sk": sort_key}
