"""Count stock that inventories missed: on no route, only for callers that may invoke functions."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.wiring.analytics import recount_stock


@step
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    """`{"after"?}` -> `{"products","counted","following"}`: a page of all; call again with `following` as `after`.

    Safe to run at any time and again: no product is counted twice, and the newest state of each stays.
    """
    done = recount_stock(event.get("after"))
    return {"products": done.read, "counted": done.counted, "following": done.following}
