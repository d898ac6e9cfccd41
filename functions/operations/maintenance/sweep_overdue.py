"""Every minute: check work that has been under way for too long. `{"starting": true}` checks all work."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.shared.sweeping import sweep_all
from souk.wiring.catalogue import photo_sweeper
from souk.wiring.listings import sweeper


@step
def handler(event: Mapping[str, Any]) -> dict[str, int]:
    """`{"touched": <number of listings, and of products with waiting photos, that were changed>}`."""
    everything = event.get("starting") is True
    return {"touched": sweep_all((sweeper(), photo_sweeper()), everything=everything)}
