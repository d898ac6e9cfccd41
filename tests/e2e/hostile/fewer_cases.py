"""Leaves out what schemathesis tries over and over: a hook, loaded by its command (SCHEMATHESIS_HOOKS).

For one operation it sends each of 180 currencies as a valid one, up to six wrong types for every field, and every
method that the path does not have. Cases that it describes in the same words reach the same lines of code.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import schemathesis
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario
from schemathesis.generation.modes import GenerationMode

_MOST_ALIKE = {GenerationMode.POSITIVE: 1, GenerationMode.NEGATIVE: 2}
_tried: Counter[tuple[str, ...]] = Counter()


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:
    """Whether a case is sent: always, but for one like those that were sent before."""
    if case.meta is None or not isinstance(case.meta.phase.data, CoveragePhaseData):
        return True
    data = case.meta.phase.data
    is_method = data.scenario is CoverageScenario.UNSPECIFIED_HTTP_METHOD
    description = "" if is_method else data.description
    alike = (
        case.operation.label,
        data.scenario.value,
        str(data.parameter_location),
        data.parameter or "",
        data.location or "",
        description,
    )
    _tried[alike] += 1
    return _tried[alike] <= _MOST_ALIKE[case.meta.generation.mode]
