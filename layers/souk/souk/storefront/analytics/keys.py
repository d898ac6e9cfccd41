"""The keys of the analytics table.

pk               sk                                 what
SHOP#<seller>    DAY#<day>#<currency>               revenue, refunds, orders and units of a UTC day
SHOP#<seller>    DAY#<day>#<currency>#<product>     the same of one product, and its title at the latest sale
SEEN#<order>     <fact>                             that a fact is counted; kept as long as the counters
SHOP#<seller>    INVENTORY                          the seller's products, units in stock, and products sold out
PRODUCT#<id>     SHELF                              the snapshot of a product's stock that INVENTORY includes
"""

from __future__ import annotations

from datetime import date
from typing import Final

DAY_PREFIX: Final = "DAY#"


def day_key(seller_id: str, day: date, currency: str, product_id: str | None = None) -> dict[str, str]:
    parts = (day.isoformat(), currency, *([product_id] if product_id else []))
    return {"pk": f"SHOP#{seller_id}", "sk": DAY_PREFIX + "#".join(parts)}


def day_key_parts(sort_key: str) -> tuple[date, str, str | None]:
    """The day, currency and product of a sort key; product None: of all products."""
    day, currency, *product = sort_key.removeprefix(DAY_PREFIX).split("#")
    return date.fromisoformat(day), currency, product[0] if product else None


def days_between(seller_id: str, first: date, last: date) -> dict[str, str]:
    """The values of the key condition `#pk = :pk AND #sk BETWEEN :first AND :last` for the counters of these days."""
    return {
        "pk": f"SHOP#{seller_id}",
        "first": f"{DAY_PREFIX}{first.isoformat()}",
        # "~" sorts after every counter of the last day.
        "last": f"{DAY_PREFIX}{last.isoformat()}~",
    }


def counted_key(order_id: str, fact: str) -> dict[str, str]:
    return {"pk": f"SEEN#{order_id}", "sk": fact}


def inventory_key(seller_id: str) -> dict[str, str]:
    return {"pk": f"SHOP#{seller_id}", "sk": "INVENTORY"}


def product_stock_key(product_id: str) -> dict[str, str]:
    return {"pk": f"PRODUCT#{product_id}", "sk": "SHELF"}
