"""Every minute: look at whatever has been under way for too long. `{"starting": true}` looks at everything."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.shared.sweeping import sweep_all
from souk.wiring.catalogue import photo_sweeper
from souk.wiring.listings import sweeper


@step
def handler(event: Mapping[str, Any]) -> dict[str, int]:
    """Answers how many listings, and products with photos that wait, were touched."""
    everything = event.get("starting") is True
    return {"touched": sweep_all((sweeper(), photo_sweeper()), everything=everything)}
