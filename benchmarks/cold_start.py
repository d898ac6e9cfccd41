"""Cold starts of all API functions, interleaved: each beside the handlers it is compared with, round by round.

(a) is the same function; (b) and (c) do the work of its shape (benchmarks/shapes.py).

The bars are held by processor time. A start waits for nothing (the stand-in answers at once), so on an idle machine
that is its duration; by the clock, on a machine that others use too, it is mostly the others that are measured. The
ratios by the clock are printed beside it.
"""

from __future__ import annotations

import heapq
import os
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from benchmarks.packages import Packaged
from benchmarks.rows import Row
from benchmarks.starting import Start, start

# The bar on every single function against the bare handler wants more than one look; the medians over all do not.
_ROUNDS: Mapping[str, int] = {"souk": 3, "bare": 3, "plain": 1, "framework": 1}
# The worst of seventy may be one that was disturbed twice in three starts: the slowest few are started some more.
_SLOWEST: Final = 5
_MORE_ROUNDS: Mapping[str, int] = {"souk": 6, "bare": 6}
_NAMES: Mapping[str, str] = {
    "plain": "(a) plain sam build",
    "framework": "(b) FastAPI + Mangum",
    "bare": "(c) bare boto3 handler",
}

type Starts = Mapping[str, Mapping[str, Sequence[Start]]]


def measure(packaged: Mapping[str, Mapping[str, Packaged]], url: str) -> Starts:
    """All starts, by function and packaging."""
    found: dict[str, dict[str, list[Start]]] = defaultdict(lambda: defaultdict(list))

    def start_each(name: str, variants: Iterable[str]) -> None:
        for variant in variants:
            if package := packaged[name].get(variant):
                starts = found[name][variant]
                slot = f"{name}-{variant}-{len(starts)}.{package.record['path']}"
                starts.append(start(package, slot, url))

    def measure_rounds(names: Iterable[str], rounds: Mapping[str, int]) -> None:
        for number in range(max(rounds.values())):
            variants = [variant for variant, most in rounds.items() if number < most]
            # Functions beside each other, one for each processor; the packagings of one function after each other.
            with ThreadPoolExecutor(os.process_cpu_count()) as pool:
                for done in [pool.submit(start_each, name, variants) for name in names]:
                    done.result()

    measure_rounds(packaged, _ROUNDS)
    by_cpu = _ratios(found, "bare", _cpu)
    measure_rounds(heapq.nlargest(_SLOWEST, by_cpu, key=lambda name: by_cpu[name]), _MORE_ROUNDS)
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
    note = f"{worst}; medians of {len(starts[worst]['souk'])} starts"
    made.append(Row("cold start / (c), the worst function", by_cpu[worst], "x", note))
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
