"""The control endpoint of all stand-ins: recorded requests, pending faults and switches."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from local.vendors.faults import FaultPlan, fault_from
from local.vendors.server import Request, Response, json_response

CONTROL_PATH = "/_control"


class Recorder:
    """The last requests, newest last. They must not contain tokens."""

    def __init__(self, keep: int = 500) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=keep)
        self._guard = threading.Lock()

    def add(self, entry: Mapping[str, Any]) -> None:
        with self._guard:
            self._entries.append(dict(entry))

    def entries(self) -> list[dict[str, Any]]:
        with self._guard:
            return list(self._entries)

    def clear(self) -> None:
        with self._guard:
            self._entries.clear()


def control(
    request: Request,
    plan: FaultPlan,
    recorder: Recorder,
    describe: Callable[[], Mapping[str, Any]],
    switch: Callable[[Mapping[str, Any]], None],
) -> Response:
    """GET describes the state, POST adds faults and sets switches, DELETE clears faults and requests.

    `switch` gets the members of a POST besides `faults`, and raises ValueError for an unknown one. Only JSON is
    accepted, because a web page cannot send it to another origin without a preflight request.
    """
    if request.method == "GET":
        state = {"faults": [asdict(fault) for fault in plan.pending()], "requests": recorder.entries(), **describe()}
        return json_response(200, state)
    if request.method == "DELETE":
        plan.clear()
        recorder.clear()
        return json_response(200, {})
    if request.method != "POST" or request.headers.get("content-type", "").partition(";")[0] != "application/json":
        return json_response(415, {"error": "POST application/json"})
    try:
        document = json.loads(request.body)
        if not isinstance(document, dict):
            raise ValueError("an object is wanted")
        faults = [fault_from(fault) for fault in document.pop("faults", [])]
        switch(document)
    except (ValueError, TypeError, KeyError) as problem:
        return json_response(400, {"error": str(problem)})
    for fault in faults:
        plan.add(fault)
    return json_response(200, {"faults": len(faults)})
