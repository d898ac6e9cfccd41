"""docs/cost.md: what listings cost on AWS, with its arithmetic.

    python -m benchmarks.cost > docs/cost.md

How often things happen is counted by benchmarks/units.py, what each function uses was measured by
benchmarks/receipts.py, and prices stand in benchmarks/prices.py. What a client does besides is assumed, here and
nowhere else.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from benchmarks.prices import AS_OF, PLACE, STANDING, STORED_GB_MONTH, USE
from benchmarks.receipts import RECEIPTS
from benchmarks.units import Units, publish_one
from tests.functions.template import logical_id, resources, template

LISTINGS: Final = 1000
LOOKS: Final = 10
"""How often a client reads the listing while it is made and published."""
VERDICTS: Final = 2
"""How often the gateway asks the authorizer: it keeps an answer for 300 s, and a listing takes two sittings."""
MEGABYTES_OF_ONE_PROCESSOR: Final = 1769
"""AWS: with so much memory a function has one vCPU, with less of it less."""
_SWEEPS_A_MONTH: Final = 60 * 24 * 30
_GB: Final = 1024**3

_PAGE: Final = """\
# What it costs

**{listings} listings published: ${total}.** What stands there whether it is used or not: ${standing} a month.

Prices are AWS's public ones for {place} as of {as_of}, without free tiers: look them up again before relying on them.
`python -m benchmarks.cost > docs/cost.md` writes this page, and a test fails when it is not what the code does.

One listing is its creation, one photograph uploaded straight to the bucket, three pictures, a film and a text made by
the studio, the approval, and the publication at eBay; nothing goes wrong. Assumed is that the client reads the listing
{looks} times and fetches every picture and the film once, that the gateway asks the authorizer {verdicts} times, and
that X-Ray records every request, which it does while they are few.

## {listings} listings published

{use}

Kept afterwards: {stored} MB a listing, for {listings} of them ${stored_price} a month in S3.

## Lambda, for one listing

{functions}

A time is the longer of two: that by the clock where it was measured (one machine, x86, over moto, whose time it holds),
and the processor's, stretched where the memory buys less than one vCPU ({one_processor} MB do). Cold starts and the
lines that Lambda itself logs come on top.

## Every month, used or not

{standing_table}
"""

type Receipts = Mapping[str, Any]
type Line = tuple[str, float, float]
"""What, how many, and what one costs."""


def document(units: Units, receipts: Receipts) -> str:
    """The whole of docs/cost.md."""
    calls = {**units.invocations, "listings/get_listing": LOOKS, "identity/authorize": VERDICTS}
    use = _use(units, receipts, calls)
    total = sum(count * price for _, count, price in use)
    standing = _standing(receipts)
    stored = sum(receipts["bytes"].values())
    parts = {
        "listings": f"{LISTINGS:,}",
        "total": f"{total:.2f}",
        "standing": f"{sum(count * price for _, count, price in standing):.2f}",
        "place": PLACE,
        "as_of": AS_OF,
        "looks": LOOKS,
        "verdicts": VERDICTS,
        "use": "\n".join(_table(use)),
        "stored": f"{stored / 1e6:.1f}",
        "stored_price": f"{LISTINGS * stored / _GB * STORED_GB_MONTH:.2f}",
        "functions": "\n".join(_functions(calls, receipts["functions"])),
        "one_processor": MEGABYTES_OF_ONE_PROCESSOR,
        "standing_table": "\n".join(_table(standing)),
    }
    return _PAGE.format(**parts)


def _use(units: Units, receipts: Receipts, calls: Mapping[str, int]) -> list[Line]:
    functions, sizes = receipts["functions"], receipts["bytes"]

    def of(what: str) -> float:
        return float(sum(times * functions[path][what] for path, times in calls.items()))

    uploads, fetched = 1, 4
    writes = uploads + of("s3_writes")
    requests = units.requests + LOOKS
    sent = sizes["pictures"] + sizes["film"] + sizes["pictures"]  # to the client, and the pictures to eBay
    counts = {
        "API Gateway requests": requests,
        "Lambda requests": sum(calls.values()),
        "Lambda GB-seconds, arm64": sum(times * _gb_seconds(path, functions) for path, times in calls.items()),
        "DynamoDB read request units": of("read_units") + units.read_units,
        "DynamoDB write request units": of("write_units") + units.write_units,
        "Step Functions state transitions": units.states,
        "S3 writes": writes,
        "S3 reads": of("s3_reads") + fetched,
        "EventBridge events of S3": writes + of("s3_deletions"),
        "KMS requests": of("kms_requests"),
        "X-Ray traces, at most": requests + units.invocations["listings/process_upload"] + 1,
        "CloudWatch Logs GB": of("log_bytes") / _GB,
        "GB to the internet": sent / _GB,
    }
    return [(name, LISTINGS * counts[name], price) for name, price in USE.items()]


def _standing(receipts: Receipts) -> list[Line]:
    sweep = receipts["functions"]["operations/sweep_overdue"]
    kinds = {"KMS keys": "AWS::KMS::Key", "Secrets": "AWS::SecretsManager::Secret"}
    kinds |= {"Alarms": "AWS::CloudWatch::Alarm", "Dashboards": "AWS::CloudWatch::Dashboard"}
    counts = {name: len(resources(kind)) for name, kind in kinds.items()}
    functions = resources("AWS::Serverless::Function").values()
    endpoints = [
        one for one in functions if any(event["Type"] == "HttpApi" for event in one.get("Events", {}).values())
    ]
    seconds = _gb_seconds("operations/sweep_overdue", receipts["functions"])
    return [
        *((name, counts[name] if name in counts else len(endpoints), price) for name, price in STANDING.items()),
        ("Sweeps: Lambda requests", _SWEEPS_A_MONTH, USE["Lambda requests"]),
        ("Sweeps: Lambda GB-seconds", _SWEEPS_A_MONTH * seconds, USE["Lambda GB-seconds, arm64"]),
        ("Sweeps: read request units", _SWEEPS_A_MONTH * sweep["read_units"], USE["DynamoDB read request units"]),
    ]


def _functions(calls: Mapping[str, int], functions: Mapping[str, Any]) -> Iterator[str]:
    yield "| function | calls | memory, MB | ms each | GB-seconds |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    total = 0.0
    for path, times in sorted(calls.items()):
        used = times * _gb_seconds(path, functions)
        total += used
        milliseconds = _billed_milliseconds(path, functions)
        yield f"| {path} | {times} | {_memory(path)} | {milliseconds:,} | {used:.3f} |"
    yield f"| **sum** | {sum(calls.values())} | | | **{total:.3f}** |"


def _table(lines: list[Line]) -> Iterator[str]:
    yield "| what | number | x price, $ | = $ |"
    yield "| --- | ---: | ---: | ---: |"
    for name, count, price in lines:
        yield f"| {name} | {_plain(count, 4)} | {_plain(price, 10)} | {count * price:.4f} |"
    yield f"| **sum** | | | **{sum(count * price for _, count, price in lines):.4f}** |"


def _plain(number: float, decimals: int) -> str:
    return f"{number:,.{decimals}f}".rstrip("0").rstrip(".") if number % 1 else f"{number:,.0f}"


def _billed_milliseconds(path: str, functions: Mapping[str, Any]) -> int:
    measured = functions[path]
    by_processor: float = measured["processor_milliseconds"] * max(1, MEGABYTES_OF_ONE_PROCESSOR / _memory(path))
    by_clock: float = measured["milliseconds"]
    return math.ceil(max(by_clock, by_processor))


def _gb_seconds(path: str, functions: Mapping[str, Any]) -> float:
    return _billed_milliseconds(path, functions) / 1000 * _memory(path) / 1024


def _memory(path: str) -> int:
    own = resources("AWS::Serverless::Function")[logical_id(path.split("/")[1])]
    return int(own.get("MemorySize") or template()["Globals"]["Function"]["MemorySize"])


def read_receipts() -> Receipts:
    receipts: Receipts = json.loads(RECEIPTS.read_text())
    return receipts


def main() -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        units = publish_one()
    print(document(units, read_receipts()), end="")


if __name__ == "__main__":
    main()
