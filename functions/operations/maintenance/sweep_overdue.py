"""Every minute: check work that has been under way for too long. `{"starting": true}` checks all work."""

from collections.abc import Callable, Mapping
from typing import Any

from souk.aws.step import timed_step
from souk.shared.sweeping import Swept, sweep_all
from souk.wiring.catalogue import photo_sweeper
from souk.wiring.listings import sweeper


@timed_step
def handler(event: Mapping[str, Any], seconds_left: Callable[[], float]) -> Swept:
    """How many listings, and products with waiting photos, were touched, and whether that was all."""
    return sweep_all((sweeper(), photo_sweeper()), seconds_left, everything=event.get("starting") is True)
