"""docs/cost.md: what listings and orders cost on AWS, with the arithmetic. `make openapi` writes it.

benchmarks/units.py counts how often things happen, benchmarks/receipts.py has measured what each function uses, and
benchmarks/prices.py has the prices. Assumptions about clients are in this module only.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.prices import AS_OF, PLACE, STANDING, STORED_GB_MONTH, USE
from benchmarks.receipts import RECEIPTS
from benchmarks.units import Units, deliver_one, function_of, publish_one
from tests.functions.template import resources
from tooling.contract.routes import routes
from tooling.contract.template import read_template

MANY: Final = 1000
"""How many listings and orders the page is about."""
LOOKS: Final = 10
"""How often a client reads the listing while it is made and published, and the buyer the order until it is there."""
VERDICTS: Final = 2
"""How often the gateway asks the authorizer: it keeps an answer for 300 s, and a listing takes two sittings."""
ORDER_VERDICTS: Final = 5
"""The same for an order: the buyer comes twice, and the seller for each step."""
MEGABYTES_OF_ONE_PROCESSOR: Final = 1769
"""AWS: with so much memory a function has one vCPU, and in proportion with less or more."""
_SWEEPS_A_MONTH: Final = 60 * 24 * 30
_GB: Final = 1024**3

_SWEEPS: Final = ("sweep_overdue", "sweep_orders")

_PAGE: Final = """\
# What it costs

**{many} listings published: ${listings.total:.2f}. {many} orders delivered: ${orders.total:.2f}.** Fixed cost,
used or not: ${standing:.2f} a month.

Prices are AWS's public ones for {place} as of {as_of}, without free tiers: look them up again before relying on them.
`make openapi` writes this page, and a test fails when it is not what the code does.

One listing: created, one photograph uploaded straight to the bucket, three pictures, a video and a text made by the
studio, approved, and published on eBay, without errors. It is assumed that the client reads the listing
{looks} times and fetches every picture and the video once, and that the gateway asks the authorizer {verdicts} times.

One order is one product of one seller: previewed, placed, paid, processed, shipped, delivered, and completed two weeks
later. The search index gets the new stock, and the seller's figures count the sale and the stock. It is assumed that
the buyer reads the order {looks} times, that the gateway asks the authorizer {order_verdicts} times, and that streams
deliver each change alone, the most expensive case. Stripe's own fees are not included.

In both, X-Ray records every request and event, as it does at low traffic.

## {many} listings published

{listings_use}

Stored afterwards: {stored} MB a listing, for {many} of them ${stored_price} a month in S3.

## {many} orders delivered

{orders_use}

## Lambda, for one listing

{listings_functions}

A time is the longer of two: the measured duration (on one x86 machine, including moto's time), and the processor time,
divided by the vCPUs that the memory gives ({one_processor} MB give one). Cold
starts and the lines that Lambda itself logs are not included.

## Lambda, for one order

{orders_functions}

## Every month, used or not

{standing_table}
"""

type Receipts = Mapping[str, Any]
type Line = tuple[str, float, float]
"""What, how many, and what one costs."""


@dataclass(frozen=True, slots=True)
class Job:
    """What happens for one: function calls by path, all requests of the API, and beside them what goes through S3."""

    units: Units
    calls: Mapping[str, int]
    requests: int
    uploads: int = 0
    fetched: int = 0
    sent_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Bill:
    lines: list[Line]

    @property
    def total(self) -> float:
        return sum(count * price for _, count, price in self.lines)


def document(listing: Units, order: Units, receipts: Receipts) -> str:
    """The whole of docs/cost.md, from what one listing and one order do."""
    functions, sizes = receipts["functions"], receipts["bytes"]
    jobs = (_listing_job(listing, sizes), _order_job(order))
    listings, orders = (_bill(job, functions) for job in jobs)
    standing = Bill(_standing(receipts))
    stored = sum(sizes.values())
    return _PAGE.format(
        many=f"{MANY:,}",
        listings=listings,
        orders=orders,
        standing=standing.total,
        place=PLACE,
        as_of=AS_OF,
        looks=LOOKS,
        verdicts=VERDICTS,
        order_verdicts=ORDER_VERDICTS,
        listings_use=_table(listings),
        orders_use=_table(orders),
        stored=f"{stored / 1e6:.1f}",
        stored_price=f"{MANY * stored / _GB * STORED_GB_MONTH:.2f}",
        listings_functions="\n".join(_functions(jobs[0].calls, functions)),
        orders_functions="\n".join(_functions(jobs[1].calls, functions)),
        one_processor=MEGABYTES_OF_ONE_PROCESSOR,
        standing_table=_table(standing),
    )


def _listing_job(units: Units, sizes: Mapping[str, int]) -> Job:
    calls = {**units.invocations, "get_listing": LOOKS, "authorize": VERDICTS}
    sent = sizes["pictures"] + sizes["film"] + sizes["pictures"]  # to the client, and the pictures to eBay
    return Job(units, calls, units.requests + LOOKS, uploads=1, fetched=4, sent_bytes=sent)


def _order_job(units: Units) -> Job:
    more = {"preview_order": 1, "get_order": LOOKS, "authorize": ORDER_VERDICTS}
    return Job(units, {**units.invocations, **more}, units.requests + 1 + LOOKS)


def _bill(job: Job, functions: Mapping[str, Any]) -> Bill:
    def of(what: str) -> float:
        return float(sum(times * functions[path][what] for path, times in job.calls.items()))

    writes = job.uploads + of("s3_writes")
    counts = {
        "API Gateway requests": job.requests,
        "Lambda requests": sum(job.calls.values()),
        "Lambda GB-seconds, arm64": sum(times * _gb_seconds(path, functions) for path, times in job.calls.items()),
        "DynamoDB read request units": of("read_units") + job.units.read_units,
        "DynamoDB write request units": of("write_units") + job.units.write_units,
        "Step Functions state transitions": job.units.states,
        "S3 writes": writes,
        "S3 reads": of("s3_reads") + job.fetched,
        "EventBridge events of S3": (writes + of("s3_deletions"))
        if job.uploads
        else 0,  # the index's bucket sends none
        "KMS requests": of("kms_requests"),
        "X-Ray traces, at most": job.requests + job.units.events + 1,
        "CloudWatch Logs GB": of("log_bytes") / _GB,
        "GB to the internet": job.sent_bytes / _GB,
    }
    return Bill([(name, MANY * counts[name], price) for name, price in USE.items() if counts[name]])


def _standing(receipts: Receipts) -> list[Line]:
    functions = receipts["functions"]
    kinds = {"KMS keys": "AWS::KMS::Key", "Secrets": "AWS::SecretsManager::Secret"}
    kinds |= {"Alarms": "AWS::CloudWatch::Alarm", "Dashboards": "AWS::CloudWatch::Dashboard"}
    counts = {name: len(resources(kind)) for name, kind in kinds.items()}
    endpoints = {route.function for route in routes()}
    seconds = sum(_gb_seconds(path, functions) for path in _SWEEPS)
    read_units = sum(functions[path]["read_units"] for path in _SWEEPS)
    return [
        *((name, counts[name] if name in counts else len(endpoints), price) for name, price in STANDING.items()),
        ("Sweeps: Lambda requests", len(_SWEEPS) * _SWEEPS_A_MONTH, USE["Lambda requests"]),
        ("Sweeps: Lambda GB-seconds", _SWEEPS_A_MONTH * seconds, USE["Lambda GB-seconds, arm64"]),
        ("Sweeps: read request units", _SWEEPS_A_MONTH * read_units, USE["DynamoDB read request units"]),
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


def _table(bill: Bill) -> str:
    rows = ["| what | number | x price, $ | = $ |", "| --- | ---: | ---: | ---: |"]
    for name, count, price in bill.lines:
        rows.append(f"| {name} | {_plain(count, 4)} | {_plain(price, 10)} | {count * price:.4f} |")
    return "\n".join([*rows, f"| **sum** | | | **{bill.total:.4f}** |"])


def _plain(number: float, decimals: int) -> str:
    return f"{number:,.{decimals}f}".rstrip("0").rstrip(".") if number % 1 else f"{number:,.0f}"


def _billed_milliseconds(path: str, functions: Mapping[str, Any]) -> int:
    measured = functions[path]
    by_processor: float = measured["processor_milliseconds"] * MEGABYTES_OF_ONE_PROCESSOR / _memory(path)
    by_clock: float = measured["milliseconds"]
    return math.ceil(max(by_clock, by_processor))


def _gb_seconds(path: str, functions: Mapping[str, Any]) -> float:
    return _billed_milliseconds(path, functions) / 1000 * _memory(path) / 1024


def _memory(path: str) -> int:
    own = resources("AWS::Serverless::Function")[function_of(path)]
    return int(own.get("MemorySize") or read_template()["Globals"]["Function"]["MemorySize"])


def read_receipts() -> Receipts:
    receipts: Receipts = json.loads(RECEIPTS.read_text())
    return receipts


def main() -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        listing, order = publish_one(), deliver_one()
    print(document(listing, order, read_receipts()), end="")


if __name__ == "__main__":
    main()
