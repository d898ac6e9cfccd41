"""Every minute: settle the orders and payments that are overdue.

`{"starting": true}` looks at everything unfinished, and compares what was paid lately with the orders: the local cloud
does that when it starts, and a person after the table was restored. `{"starting": true, "after": ...}` continues a call
that answered `unfinished` and `after`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from souk.aws.step import timed_step
from souk.shared.sweeping import Swept, sweep_all
from souk.wiring.orders import sweeper, unmatched_payments


@timed_step
def handler(event: Mapping[str, Any], seconds_left: Callable[[], float]) -> Swept:
    """How many orders and payments were touched, and whether that was all.

    After an error the same call is made again. A call that continues looks only at orders that are overdue.
    """
    starting, after = event.get("starting") is True, event.get("after")
    if not starting:
        return sweep_all([sweeper()], seconds_left, everything=False)
    comparison = unmatched_payments().comparison(after)
    swept = sweep_all((sweeper(), comparison), seconds_left, everything=after is None)
    if "unfinished" in swept and comparison.reached is not None:
        swept["after"] = comparison.reached
    return swept
