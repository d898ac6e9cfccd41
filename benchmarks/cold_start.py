"""Cold starts of all API functions, interleaved: each beside the handlers it is compared with, round by round.

(a) is the same function; (b) and (c) do the work of its shape (benchmarks/shapes.py).

The bars are held by processor time. A start waits for nothing (the stand-in answers at once), so on an idle machine
that is its duration; by the clock, on a machine that others use too, it is mostly the others that are measured. The
ratios by the clock are printed beside it.
"""

from __future__ import annotations

import os
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.packages import Packaged
from benchmarks.rows import Row
from benchmarks.starting import Start, start

# The bar on every single function against the bare handler wants more than one look; the medians over all do not.
_ROUNDS: Mapping[str, int] = {"souk": 3, "bare": 3, "plain": 1, "framework": 1}
_NAMES: Mapping[str, str] = {
    "plain": "(a) plain sam build",
    "framework": "(b) FastAPI + Mangum",
    "bare": "(c) bare boto3 handler",
}

type Starts = Mapping[str, Mapping[str, Sequence[Start]]]


def measure(packaged: Mapping[str, Mapping[str, Packaged]], url: str) -> Starts:
    """All starts, by function and packaging."""
    found: dict[str, dict[str, list[Start]]] = defaultdict(lambda: defaultdict(list))

    def measure_all_of(name: str, number: int) -> None:
        for variant, rounds in _ROUNDS.items():
            package = packaged[name].get(variant)
            if package is not None and number < rounds:
                slot = f"{name}-{variant}-{number}.{package.record['path']}"
                found[name][variant].append(start(package, slot, url))

    for number in range(max(_ROUNDS.values())):
        # Functions beside each other, one for each processor; the packagings of one function after each other.
        with ThreadPoolExecutor(os.process_cpu_count()) as pool:
            for done in [pool.submit(measure_all_of, name, number) for name in packaged]:
                done.result()
    return found


def rows(starts: Starts) -> list[Row]:
    median = statistics.median(_cpu(by_variant["souk"]) for by_variant in starts.values())
    made = [Row("cold start, processor time", median * 1000, "ms", "median over all endpoints")]
    for variant, name in _NAMES.items():
        by_cpu = _ratios(starts, variant, _cpu)
        by_clock = statistics.median(_ratios(starts, variant, _clock).values())
        note = f"median of {len(by_cpu)}; by the clock {by_clock:.2f}"
        made.append(Row(f"cold start / {name}", statistics.median(by_cpu.values()), "x", note))
    by_cpu = _ratios(starts, "bare", _cpu)
    worst = max(by_cpu, key=lambda path: by_cpu[path])
    made.append(Row("cold start / (c), the worst function", by_cpu[worst], "x", worst))
    return made


def details(starts: Starts) -> dict[str, dict[str, float]]:
    """Median milliseconds of processor time by function and packaging."""
    return {
        path: {variant: round(_cpu(times) * 1000, 1) for variant, times in by_variant.items()}
        for path, by_variant in starts.items()
    }


def _ratios(starts: Starts, variant: str, figure: Any) -> dict[str, float]:
    return {
        path: figure(by_variant["souk"]) / figure(by_variant[variant])
        for path, by_variant in starts.items()
        if variant in by_variant
    }


def _cpu(starts: Sequence[Start]) -> float:
    return statistics.median(one.cpu_seconds for one in starts)


def _clock(starts: Sequence[Start]) -> float:
    return statistics.median(one.seconds for one in starts)
