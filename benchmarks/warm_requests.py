"""What `@endpoint` costs per request once warm: processor time over 2,000 requests, in interleaved blocks.

Each packaging runs in a process of its own, with the stand-in behind it, and is asked for one block after another.
"""

from __future__ import annotations

import json
import statistics
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks.packages import Packaged
from benchmarks.rows import Row
from benchmarks.starting import INTERPRETER, environment, job

REQUESTS: Final = 2_000
_BLOCKS: Final = 20
_MEASURED = ("get_listing", "create_listing")
_NAMES: Mapping[str, str] = {"framework": "(b) FastAPI + Mangum", "bare": "(c) bare boto3 handler"}
_FLOOR = "calls"
_MANY_REQUESTS = Path(__file__).with_name("many_requests.py")

type Costs = Mapping[str, Mapping[str, float]]
"""Median seconds of processor time per request, by function path and packaging."""


def measure(packaged: Mapping[str, Mapping[str, Packaged]], url: str) -> Costs:
    return {name: _measure(packaged[name], url) for name in _MEASURED}


def _measure(packaged: Mapping[str, Packaged], url: str) -> dict[str, float]:
    with ExitStack() as stack:
        running = {variant: _begin(stack, packaged[variant], variant, url) for variant in ("souk", *_NAMES, _FLOOR)}
        costs: dict[str, list[float]] = {variant: [] for variant in running}
        for _ in range(_BLOCKS):
            for variant, process in running.items():
                costs[variant].append(_block(process, REQUESTS // _BLOCKS))
    return {variant: statistics.median(times) for variant, times in costs.items()}


def _begin(stack: ExitStack, packaged: Packaged, variant: str, url: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [*INTERPRETER, str(_MANY_REQUESTS), stack.enter_context(job(packaged))],
        env=environment(packaged, f"warm-{variant}.{packaged.record['path']}", url),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    stack.callback(_end, process)
    return process


def _block(process: subprocess.Popen[str], requests: int) -> float:
    assert process.stdin
    assert process.stderr
    process.stdin.write(f"{requests}\n")
    process.stdin.flush()
    said = []
    # Frameworks warn there too.
    while line := process.stderr.readline():
        if line.startswith('{"cpu_seconds"'):
            return float(json.loads(line)["cpu_seconds"]) / requests
        said.append(line)
    raise RuntimeError("".join(said))


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    assert process.stderr
    process.stdin.close()
    process.wait(timeout=10)
    process.stderr.close()


def rows(costs: Costs) -> list[Row]:
    made = []
    for name, cost in costs.items():
        made.append(Row(f"warm {name}, processor time", cost["souk"] * 1000, "ms", f"{REQUESTS} requests"))
        made += [Row(f"warm {name} / {other}", cost["souk"] / cost[one], "x") for one, other in _NAMES.items()]
        made.append(Row(f"its requests to AWS alone / {_NAMES['framework']}", cost[_FLOOR] / cost["framework"], "x"))
    return made
