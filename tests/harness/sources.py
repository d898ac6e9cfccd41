"""The functions of functions/ as modules of the harness's own, found by name or by ARN."""

from __future__ import annotations

from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from tests.functions.template import ROOT, logical_id
from tooling.contract.template import place_of


@cache
def module_of(name: str) -> Any:
    """A function's module of our own: others may have imported theirs over another wiring."""
    spec = spec_from_file_location(f"harness_{name}", ROOT / "functions" / place_of(name) / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _names() -> dict[str, str]:
    found = (ROOT / "functions").glob("*/*/*.py")
    return {logical_id(file.stem): file.stem for file in found}


def name_of(arn: str) -> str:
    return _names()[arn.rsplit(":", 1)[-1]]
