"""Every minute: settle the orders and payments that are overdue.

`{"starting": true}` looks at everything unfinished, and compares what was paid lately with the orders: the local cloud
does that when it starts, and a person after the table was restored. `{"starting": true, "after": ...}` continues a call
that answered `unfinished` and `after`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from souk.aws.step import timed_step
from souk.shared.sweeping import Swept, sweep_all
from souk.wiring.orders import sweep_at_start, sweeper


@timed_step
def handler(event: Mapping[str, Any], seconds_left: Callable[[], float]) -> Swept:
    """How many orders and payments were touched, and whether that was all."""
    if event.get("starting") is True:
        return sweep_at_start().sweep(event.get("after"), seconds_left)
    return sweep_all([sweeper()], seconds_left, everything=False)
