"""Every minute: look at whatever has been under way for too long. `{"starting": true}` looks at everything."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.wiring.listings import sweeper


@step
def handler(event: Mapping[str, Any]) -> dict[str, int]:
    """Answers how many listings were touched."""
    return {"touched": sweeper().sweep(everything=event.get("starting") is True)}
