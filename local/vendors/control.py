"""The control endpoint that all stand-ins share: what was asked of them, and which faults are to come."""

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
    """The last requests, newest last. Never given a token."""

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
    """GET tells, POST adds faults and turns switches, DELETE forgets faults and requests.

    `switch` gets the members of a POST that are not faults; it raises ValueError for one that it does not know.
    Only JSON is taken: a page in a browser cannot post that without asking first.
    """
    if request.method == "GET":
        told = {"faults": [asdict(fault) for fault in plan.pending()], "requests": recorder.entries(), **describe()}
        return json_response(200, told)
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
