"""Count what the catalogue tells and inventories do not know: invoked by whoever may invoke functions, on no route."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.wiring.analytics import recount_stock


@step
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    """`{"after"?}` -> `{"products","counted","following"}`: some of all; call again with `following` as `after`.

    It may run at any time and again: what is counted is not counted twice, nor put back to what it was before.
    """
    done = recount_stock(event.get("after"))
    return {"products": done.read, "counted": done.counted, "following": done.following}
