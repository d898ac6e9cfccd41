"""The shapes of endpoints, and which of them a function is compared with.

Each shape is named after a function and has a handler in benchmarks/compared that does the same work.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final

SHAPES: Final = (
    "place_order",  # a transaction under an idempotency key, and a payment at a vendor
    "preflight_listing",  # a call of a vendor in XML, with a decrypted token
    "log_in",  # a password and signed tokens
    "receive_webhook",  # a vendor's signed event
    "search_products",  # a search index in a bucket
    "get_listing",  # one item, with signed addresses of its pictures
    "create_listing",  # a validated body, written
    "list_addresses",  # a page of a list
    "get_profile",  # one item
)

# Requests to DynamoDB cost a start next to nothing; what costs is what has to be loaded, and each kind of client.
_TABLE_KINDS = {"Query": "query", "GetItem": "read", "BatchGetItem": "read"}

type Record = Mapping[str, Any]


def work_of(record: Record) -> frozenset[str]:
    """What a recorded call did, beside its requests to DynamoDB, that costs a start time."""
    services = {one["service"] for one in record["exchanges"]} - {"dynamodb"}
    also = {
        "vendor": record["vendor"],
        "signed addresses": record["presigned"],
        "signature": "stripe-signature" in record["event"]["headers"],
        "password": b'"password"' in _body(record["event"]),
    }
    return frozenset(services | {name for name, done in also.items() if done})


def shape_of(record: Record, shapes: Sequence[Record]) -> str | None:
    """The shape that does most of what this function does, and nothing costly that it does not.

    So a comparison never favours the function. Of equals: the one with the likest requests to DynamoDB, then the first
    of SHAPES. None: the function asks nothing of AWS.
    """
    if not record["exchanges"]:
        return None
    if record["path"] in SHAPES:
        return str(record["path"])
    tables = _table_work(record)
    fitting = [one for one in shapes if work_of(one) <= work_of(record)]
    fitting.sort(
        key=lambda one: (-len(work_of(one)), len(_table_work(one) ^ tables), SHAPES.index(one["path"])),
    )
    return str(fitting[0]["path"])


def _table_work(record: Record) -> set[str]:
    return {_TABLE_KINDS.get(one["operation"], "write") for one in record["exchanges"] if one["service"] == "dynamodb"}


def _body(event: Mapping[str, Any]) -> bytes:
    body: str = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
