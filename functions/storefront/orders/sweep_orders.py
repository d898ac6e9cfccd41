"""Every minute: settle the orders that are overdue. `{"starting": true}` looks at everything unfinished."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.wiring.orders import sweeper


@step
def handler(event: Mapping[str, Any]) -> dict[str, int]:
    """Answers how many orders were touched."""
    return {"touched": sweeper().sweep(everything=event.get("starting") is True)}
