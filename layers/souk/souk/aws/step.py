"""`@step` and `@timed_step`: turn a function of one event into a Lambda handler for a workflow, a stream or a schedule.

They write one log line with ids and outcome. Errors pass through: a workflow matches on the name of their class.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

type Handler = Callable[[Mapping[str, Any], Any], Any]

# The members of an event that are logged. Ids only: logs must hold nothing private.
LOGGED_IDS = ("owner_id", "listing_id", "buyer_id", "order_id", "run", "marketplace")


def step(handler: Callable[[Mapping[str, Any]], Any]) -> Handler:
    return _logged(handler, lambda event, _: handler(event))


def timed_step(handler: Callable[[Mapping[str, Any], Callable[[], float]], Any]) -> Handler:
    """A step that also gets how many seconds it has left, as a function, so that it ends in time by itself."""
    return _logged(
        handler, lambda event, context: handler(event, lambda: context.get_remaining_time_in_millis() / 1000)
    )


def _logged(handler: Callable[..., Any], call: Handler) -> Handler:
    def handle(event: Mapping[str, Any], context: Any) -> Any:
        from souk.aws.logging import logger
        from souk.shared.errors import SoukError

        started = time.perf_counter()
        ids = {name: event[name] for name in LOGGED_IDS if name in event}
        outcome = "failed"
        try:
            answer = call(event, context)
            outcome = "done"
            return answer
        except SoukError as error:
            outcome = error.code
            raise
        finally:
            logger().info(
                "step",
                extra={
                    **ids,
                    "function": context.function_name,
                    "outcome": outcome,
                    "milliseconds": round((time.perf_counter() - started) * 1000, 1),
                },
            )

    handle.__doc__ = handler.__doc__
    return handle
