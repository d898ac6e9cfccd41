"""Every bar of speed and size, measured and held: `python -m benchmarks`.

Prints a table, writes benchmarks/results.json, and exits with 1 when a bar is missed. Absolute times are this
machine's; what counts are the ratios, which were measured side by side.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import cold_start, growth, local_cloud, media, search, sizes, warm_requests
from benchmarks.packages import BUILD, WORKSHOP, prepare
from benchmarks.rows import Row, table
from benchmarks.starting import stand_in
from tests.functions.template import ROOT

_RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    if not BUILD.is_dir():
        sys.exit("There is nothing to measure yet: run `make build` first.")
    began = time.monotonic()
    starts, costs = _against_others()
    rows = [*cold_start.rows(starts), *warm_requests.rows(costs)]
    measures = {
        "sizes": _sizes,
        "growth": growth.measure,
        "search": search.measure,
        "media": media.measure,
        "local cloud": _local_cloud,
    }
    for name, measure in measures.items():
        rows += _timed(name, measure)
    _RESULTS.write_text(
        json.dumps(
            {
                "rows": [row.as_json() for row in rows],
                "cold_start_processor_milliseconds": cold_start.details(starts),
            },
            indent=1,
        )
        + "\n"
    )
    print(table(rows))
    missed = [row for row in rows if not row.is_met]
    print(f"\n{len(rows)} rows in {time.monotonic() - began:.0f} s; {len(missed)} missed.")
    return 1 if missed else 0


def _against_others() -> tuple[cold_start.Starts, warm_requests.Costs]:
    """Cold starts and warm requests of Souk and of what it is compared with."""
    recording = WORKSHOP / "recording.json"
    WORKSHOP.mkdir(parents=True, exist_ok=True)
    _timed("recording", lambda: _record(recording))
    packaged = prepare(json.loads(recording.read_text()))
    with stand_in(recording) as url:
        starts = _timed("cold starts", lambda: cold_start.measure(packaged, url))
        costs = _timed("warm requests", lambda: warm_requests.measure(packaged, url))
    return starts, costs


def _record(into: Path) -> None:
    """In a process of its own, so that nothing of moto stays in this one."""
    command = [sys.executable, "-m", "benchmarks.recording", str(into)]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


def _sizes() -> list[Row]:
    return sizes.measure(BUILD)


def _local_cloud() -> list[Row]:
    return local_cloud.measure(BUILD)


def _timed[T](what: str, measure: Callable[[], T]) -> T:
    """Progress on stderr: the table alone is the answer."""
    began = time.monotonic()
    answer = measure()
    print(f"{what}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return answer


if __name__ == "__main__":
    sys.exit(main())
