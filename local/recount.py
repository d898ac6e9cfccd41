"""`make recount`: count sellers' figures again from the orders and the catalogue, here or on AWS (STACK=...).

It adds what was not counted yet and nothing twice, so it may run at any time. It also restores lost counters.
"""

from __future__ import annotations

from local.invoking import Functions
from local.settings import Settings
from local.terminal import Terminal


def recount(settings: Settings, terminal: Terminal) -> int:
    """Invoke rebuild_analytics for each page of the orders, and rebuild_inventory for each page of the catalogue.

    Raises Unusable.
    """
    functions = Functions(settings)
    orders, counted = _rebuild(functions, "RebuildAnalyticsFunction", "orders")
    terminal.line(f"{orders} orders were read; {counted} payments and refunds were not counted before.")
    products, counted = _rebuild(functions, "RebuildInventoryFunction", "products")
    terminal.line(f"{products} products were read; the stock of {counted} was not counted, or not as it is.")
    return 0


def _rebuild(functions: Functions, name: str, what: str) -> tuple[int, int]:
    """Invoke `name` until everything was read. Returns how many `what` were read and how many were newly counted."""
    read = counted = 0
    after = None
    while True:
        done = functions.invoke(name, {"after": after})
        read, counted, after = read + done[what], counted + done["counted"], done["following"]
        if after is None:
            return read, counted
