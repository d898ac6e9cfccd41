"""`make recount`: sellers' figures are counted again from the orders and the catalogue, here or on AWS (STACK=...).

It counts what is missing and nothing twice, so it may run at any time. Counters that were lost come back whole.
"""

from __future__ import annotations

from local.invoking import Functions
from local.settings import Settings
from local.terminal import Terminal


def recount(settings: Settings, terminal: Terminal) -> int:
    """Invoke rebuild_analytics for page after page of the orders, and rebuild_inventory of the catalogue.

    Raises Unusable.
    """
    functions = Functions(settings)
    orders, counted = _through(functions, "RebuildAnalyticsFunction", "orders")
    terminal.line(f"{orders} orders were read; {counted} payments and refunds were not counted before.")
    products, counted = _through(functions, "RebuildInventoryFunction", "products")
    terminal.line(f"{products} products were read; the stock of {counted} was not counted, or not as it is.")
    return 0


def _through(functions: Functions, name: str, what: str) -> tuple[int, int]:
    """Call until everything was read: how many of `what` there were, and how much of it was not counted."""
    read = counted = 0
    after = None
    while True:
        done = functions.invoke(name, {"after": after})
        read, counted, after = read + done[what], counted + done["counted"], done["following"]
        if after is None:
            return read, counted
