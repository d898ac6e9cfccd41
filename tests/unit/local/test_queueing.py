"""Heavy functions leave room for all others, and photos do not wait for films."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from local.patches.lambdas import HEAVY, HEAVY_IN_FLIGHT, queue_above_the_bound
from tests.template.stack import resources

MAKING, TAKING_IN = HEAVY
_MANY = HEAVY_IN_FLIGHT + 3


def _function(handler: str) -> dict[str, Any]:
    return {"config": {"Handler": handler, "MemorySize": 3008}}


class Lambdas(SimpleNamespace):
    """Functions that wait go on until `done`; `most` of each group have run at once."""

    def __init__(self, waiting: frozenset[str]) -> None:
        super().__init__(_invoke_depth=SimpleNamespace(get=lambda: 0))
        self.running: Counter[frozenset[str]] = Counter()
        self.most: Counter[frozenset[str]] = Counter()
        self.full, self.done = threading.Event(), threading.Event()
        self._waiting = waiting
        self._lock = threading.Lock()

    def _execute_function(self, func: dict[str, Any], event: Any) -> str:
        handler = func["config"]["Handler"]
        if handler in self._waiting:
            group = next(group for group in HEAVY if handler in group)
            with self._lock:
                self.running[group] += 1
                self.most[group] = max(self.most[group], self.running[group])
                if self.running[group] == HEAVY_IN_FLIGHT:
                    self.full.set()
            assert self.done.wait(30)
            with self._lock:
                self.running[group] -= 1
        return f"answer {event}"


@pytest.mark.parametrize(("busy", "other"), [(MAKING, TAKING_IN), (TAKING_IN, MAKING)])
def test_no_more_heavy_functions_run_than_there_are_processors_and_others_do_not_wait_for_them(
    busy: frozenset[str], other: frozenset[str]
) -> None:
    lambdas = Lambdas(busy)
    queue_above_the_bound(lambdas)
    handlers = sorted(busy)
    with ThreadPoolExecutor(_MANY) as pool:
        heavy = [
            pool.submit(lambdas._execute_function, _function(handlers[number % len(handlers)]), number)
            for number in range(_MANY)
        ]
        assert lambdas.full.wait(30)
        for handler in ("log_in.handler", *other):
            answers = [lambdas._execute_function(_function(handler), number) for number in range(40)]
            assert answers == [f"answer {number}" for number in range(40)]
        assert not any(one.done() for one in heavy)
        lambdas.done.set()
        assert [one.result(30) for one in heavy] == [f"answer {number}" for number in range(_MANY)]
    assert lambdas.most == {busy: HEAVY_IN_FLIGHT}


def test_what_is_heavy_is_in_the_template() -> None:
    handlers = {one["Handler"] for one in resources("AWS::Serverless::Function").values()}
    assert handlers >= MAKING | TAKING_IN


def test_what_has_the_most_memory_is_heavy() -> None:
    """A function that is given so much works for long, or holds a whole photo."""
    functions = resources("AWS::Serverless::Function").values()
    large = {one["Handler"] for one in functions if int(one.get("MemorySize", 0)) >= 3008}
    assert large <= MAKING | TAKING_IN
