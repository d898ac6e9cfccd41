"""Count whatever the orders tell and the counters do not know: invoked by whoever may invoke functions, on no route."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.wiring.analytics import recount


@step
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    """`{"after"?}` -> `{"orders","counted","following"}`: some of all orders; call again with `following` as `after`.

    It may run at any time and again: what is counted is not counted twice.
    """
    done = recount(event.get("after"))
    return {"orders": done.read, "counted": done.counted, "following": done.following}
