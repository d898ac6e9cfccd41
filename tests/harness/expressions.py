"""JSONata as in Step Functions: `{% ... %}` in any string, `$states`, variables, and its own functions.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jsonata import Jsonata  # type: ignore[import-untyped]

from souk.shared.clock import to_wire
from tests.harness.clock import VirtualClock


class QueryEvaluationError(Exception):
    """An expression failed or had no value; in Step Functions that fails the execution."""


def is_expression(text: Any) -> bool:
    return isinstance(text, str) and text.startswith("{%") and text.endswith("%}")


def expression(text: str) -> str:
    return text[2:-2].strip()


class Evaluator:
    """`$now()` is the time of the virtual clock."""

    def __init__(self, clock: VirtualClock) -> None:
        self._functions: dict[str, Any] = {
            "parse": Jsonata.JLambda(json.loads),
            "now": Jsonata.JLambda(lambda *_: to_wire(clock())),
        }

    def evaluate(self, template: Any, states: Mapping[str, Any], variables: Mapping[str, Any]) -> Any:
        """A template with every expression in it replaced by its value. Raises QueryEvaluationError."""
        if isinstance(template, dict):
            return {name: self.evaluate(part, states, variables) for name, part in template.items()}
        if isinstance(template, list):
            return [self.evaluate(part, states, variables) for part in template]
        if not is_expression(template):
            return template
        bindings = {**self._functions, **variables, "states": states}
        try:
            value = _compiled(expression(template)).evaluate(None, bindings)
        except Exception as error:
            raise QueryEvaluationError(f"{template}: {error}") from error
        if value is None:
            raise QueryEvaluationError(f"{template}: no value")
        return json.loads(json.dumps(value))


@cache
def _compiled(text: str) -> Jsonata:
    make: Callable[[str], Jsonata] = Jsonata
    return make(text)
