"""Heavy functions leave room for all others."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from local.patches.lambdas import HEAVY_IN_FLIGHT, queue_above_the_bound

HEAVY, LIGHT = {"config": {"MemorySize": 3008}}, {"config": {"MemorySize": 2048}}
_MANY = HEAVY_IN_FLIGHT + 3


class Lambdas(SimpleNamespace):
    """`running` heavy functions go on until `done`."""

    def __init__(self) -> None:
        super().__init__(_invoke_depth=SimpleNamespace(get=lambda: 0))
        self.running, self.most = 0, 0
        self.full, self.done = threading.Event(), threading.Event()
        self._lock = threading.Lock()

    def _execute_function(self, func: dict[str, Any], event: Any) -> str:
        if func is HEAVY:
            with self._lock:
                self.running += 1
                self.most = max(self.most, self.running)
                if self.running == HEAVY_IN_FLIGHT:
                    self.full.set()
            assert self.done.wait(30)
            with self._lock:
                self.running -= 1
        return f"answer {event}"


def test_no_more_heavy_functions_run_than_there_are_processors_and_light_ones_do_not_wait_for_them() -> None:
    lambdas = Lambdas()
    queue_above_the_bound(lambdas)
    with ThreadPoolExecutor(_MANY) as pool:
        heavy = [pool.submit(lambdas._execute_function, HEAVY, number) for number in range(_MANY)]
        assert lambdas.full.wait(30)
        assert [lambdas._execute_function(LIGHT, number) for number in range(40)] == [f"answer {n}" for n in range(40)]
        assert not any(one.done() for one in heavy)
        lambdas.done.set()
        assert [one.result(30) for one in heavy] == [f"answer {number}" for number in range(_MANY)]
    assert lambdas.most == HEAVY_IN_FLIGHT
