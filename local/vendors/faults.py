"""Faults that a test requests through the control endpoint. `mode` says what happens to a call:

fail          HTTP 500, no effect               lose_answer   has its effect, then the connection is closed
fail_after    has its effect, then HTTP 500     delay         waits `seconds`, then has its effect and answers
drop          connection closed, no effect      delay_answer  has its effect, waits `seconds`, then answers
throttle      HTTP 429, no effect               garbage       has its effect, and answers something unreadable
refuse        refused with the vendor's error `code`, no effect
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from local.vendors.server import Response

MODES = (
    "fail", "fail_after", "drop", "lose_answer", "throttle", "delay", "delay_answer", "garbage", "refuse",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """Applies to the next `times` requests to `call` (`*`: to any), after `after` requests without a fault."""

    call: str
    mode: str
    times: int = 1
    after: int = 0
    seconds: float = 0.0
    code: str = ""
    message: str = ""
    reply_message: str = ""


def fault_from(document: Mapping[str, Any]) -> Fault:
    """The fault that a document sent to the control endpoint describes. Raises ValueError."""
    unknown = set(document) - set(Fault.__dataclass_fields__)
    if unknown or not isinstance(document.get("call"), str) or document.get("mode") not in MODES:
        raise ValueError(f"a fault has a call and a mode of {', '.join(MODES)}; unknown: {sorted(unknown)}")
    if document["mode"] == "refuse" and not document.get("code"):
        raise ValueError("a refusal has a code")
    return Fault(**document)


class FaultPlan:
    """The pending faults. The first one that matches a call applies to it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._guard = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._guard:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._guard:
            self._faults.clear()

    def pending(self) -> tuple[Fault, ...]:
        with self._guard:
            return tuple(self._faults)

    def take(self, call: str) -> Fault | None:
        return self.take_named(call, "*")

    def take_named(self, *calls: str) -> Fault | None:
        """The next fault for one of `calls`, which is not a request: faults for any call (`*`) do not apply."""
        with self._guard:
            for position, fault in enumerate(self._faults):
                if fault.call not in calls:
                    continue
                if fault.after:
                    self._faults[position] = replace(fault, after=fault.after - 1)
                    return None
                if fault.times > 1:
                    self._faults[position] = replace(fault, times=fault.times - 1)
                else:
                    del self._faults[position]
                return fault
        return None


def befall(
    fault: Fault, do: Callable[[], Response], refuse: Callable[[Fault], Response], stopping: threading.Event
) -> Response | None:
    """Answer a request with `fault`. None: close the connection. Waits end early when `stopping` is set."""
    match fault.mode:
        case "fail":
            return Response(500, b"Internal Server Error")
        case "drop":
            return None
        case "throttle":
            return Response(429, b"Too Many Requests", headers={"Retry-After": "2"})
        case "refuse":
            return refuse(fault)
        case "delay":
            stopping.wait(fault.seconds)
            return do()
    response = do()
    match fault.mode:
        case "fail_after":
            return Response(500, b"Internal Server Error")
        case "delay_answer":
            stopping.wait(fault.seconds)
            return response
        case "garbage":
            return Response(200, b"<html><body>We will be right back", "text/html")
    return None  # lose_answer
