"""The files of ours that a call runs through, and how often it goes from one package to another until it commits."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any, Final

from tests.functions.cloud import Cloud
from tests.functions.template import ROOT

_LIBRARY: Final = ROOT / "layers" / "souk" / "souk"
_FUNCTIONS: Final = ROOT / "functions"
_LEAVES: Final = {"items", "clock", "money"}
"""Small modules that everything calls: going there and back says nothing about how a use case is cut."""


@dataclass
class Trace:
    """`visits`: the file of each function that was called until the first transaction, in order."""

    files: set[Path] = field(default_factory=set)
    visits: list[Path] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return sum(len(file.read_text().splitlines()) for file in self.files)

    def changes(self, depth: int) -> list[tuple[str, str]]:
        """From which package to which: by context at `depth` 1 (storefront, http), by domain at 2."""
        packages = [_package(file, depth) for file in self.visits if file.stem not in _LEAVES]
        return [(before, after) for before, after in pairwise(packages) if before != after]


def trace(cloud: Cloud, call: Callable[[], object]) -> Trace:
    """Make `call`, and note each Python function of the library and of functions/ that it calls."""
    found = Trace()
    cloud.calls.clear()
    committed = False

    def note(frame: FrameType, event: str, _: Any) -> None:
        nonlocal committed
        name = frame.f_code.co_filename
        if event != "call" or not name.startswith((str(_LIBRARY), str(_FUNCTIONS))):
            return
        file = Path(name)
        found.files.add(file)
        committed = committed or any(made.operation == "TransactWriteItems" for made in cloud.calls)
        if not committed:
            found.visits.append(file)

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return found


def _package(file: Path, depth: int) -> str:
    if file.is_relative_to(_FUNCTIONS):
        return "functions"
    packages = file.relative_to(_LIBRARY).parent.parts
    return ".".join(packages[:depth])
