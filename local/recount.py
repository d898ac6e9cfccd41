"""`make recount`: sellers' figures are counted again from the orders, here or on AWS (STACK=...).

It counts what is missing and nothing twice, so it may run at any time. Counters that were lost come back whole.
"""

from __future__ import annotations

from local.invoking import Functions
from local.settings import Settings
from local.terminal import Terminal


def recount(settings: Settings, terminal: Terminal) -> int:
    """Invoke rebuild_analytics for page after page of the orders. Raises Unusable."""
    functions = Functions(settings)
    orders = counted = 0
    after = None
    while True:
        done = functions.invoke("RebuildAnalyticsFunction", {"after": after})
        orders, counted, after = orders + done["orders"], counted + done["counted"], done["following"]
        if after is None:
            break
    terminal.line(f"{orders} orders were read; {counted} payments and refunds were not counted before.")
    return 0
