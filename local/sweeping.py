"""The sweeps at a start, which finish what an earlier run was doing when it ended: call after call, to their end."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

MOST_CALLS: Final = 100
"""Of one sweep: 200,000 pieces of work. The rest is done by the next start."""

_log = logging.getLogger("souk.sweeping")


def sweep(invoke: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> bool:
    """Whether the sweep looked at everything, and nothing failed. Each call continues where the one before stopped."""
    event: dict[str, Any] = {"starting": True}
    whole = True
    for _ in range(MOST_CALLS):
        answer = invoke(event)
        whole = whole and "failed" not in answer and "left" not in answer
        if "unfinished" not in answer:
            return whole
        if "after" not in answer:  # what is left comes due by itself
            return False
        event["after"] = answer["after"]
    return False


def start_sweeps(client: Any, names: tuple[str, ...]) -> list[threading.Thread]:
    """On a thread each: a start does not wait for them. `client`: of Lambda."""

    def run(name: str) -> None:
        def invoke(event: Mapping[str, Any]) -> Mapping[str, Any]:
            reply = client.invoke(FunctionName=name, Payload=json.dumps(event))
            answer: Mapping[str, Any] = json.loads(reply["Payload"].read())
            if "FunctionError" in reply:
                raise RuntimeError(str(answer.get("errorMessage")))
            return answer

        try:
            if not sweep(invoke):
                _log.warning(
                    "%s did not settle everything; the rest follows when it is due, or at the next start", name
                )
        except Exception as error:  # noqa: BLE001 - shown; the next start and the sweep of every minute do it again
            _log.warning("%s failed at the start: %s", name, error)

    threads = [threading.Thread(target=run, args=(name,), name="souk-sweep", daemon=True) for name in names]
    for thread in threads:
        thread.start()
    return threads
