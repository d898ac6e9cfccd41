"""Events reach functions: streams, buckets, rules, the start of the stack."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from local.testing import PATIENCE, LocalStack, wait_until

type Seen = Callable[..., Any]


def _put(stack: LocalStack, name: str, **attributes: str) -> None:
    item = {"pk": {"S": name}, **{key: {"S": value} for key, value in attributes.items()}}
    stack.client("dynamodb").put_item(TableName=stack.physical("Items"), Item=item)


def test_a_written_item_reaches_its_consumer_within_half_a_second(stack: LocalStack, seen: Seen) -> None:
    """Of several, one: the first starts the consumer, and a busy machine may be late with others."""
    numbers = count()

    def took() -> float:
        name = f"quick-{next(numbers)}"
        began = time.perf_counter()
        _put(stack, name, kind="listing")
        wait_until(lambda: seen(f"INSERT#{name}"))
        return time.perf_counter() - began

    wait_until(lambda: took() < 0.5)


def test_a_record_that_the_filter_excludes_is_not_delivered(stack: LocalStack, seen: Seen) -> None:
    _put(stack, "excluded", kind="account")
    _put(stack, "after-it", kind="listing")
    wait_until(lambda: seen("INSERT#after-it"))
    assert seen("INSERT#excluded") is None


def test_a_presigned_upload_reaches_the_function_through_eventbridge(stack: LocalStack, seen: Seen) -> None:
    post = stack.client("s3").generate_presigned_post(
        stack.physical("Bucket"),
        "incoming/cup.png",
        Fields={"Content-Type": "image/png"},
        Conditions=[{"Content-Type": "image/png"}, ["content-length-range", 1, 10]],
    )
    refused = httpx.post(post["url"], data=post["fields"], files={"file": b"x" * 11}, timeout=PATIENCE, trust_env=False)
    taken = httpx.post(post["url"], data=post["fields"], files={"file": b"x" * 10}, timeout=PATIENCE, trust_env=False)
    assert (refused.status_code, taken.status_code) == (400, 204)
    record = json.loads(wait_until(lambda: seen("Object Created#"))["record"]["S"])
    assert record["detail"]["object"]["key"] == "incoming/cup.png"


def test_the_sweeper_runs_once_at_the_start(seen: Seen) -> None:
    record = json.loads(wait_until(lambda: seen("invoked#"))["record"]["S"])
    assert record == {"starting": True}


def test_a_sparse_index_holds_only_items_with_its_keys(stack: LocalStack) -> None:
    _put(stack, "due", kind="listing", due_shard="DUE#1", due_at="2026-01-01T00:00:00Z")
    _put(stack, "not-due", kind="listing")
    found = stack.client("dynamodb").query(
        TableName=stack.physical("Items"),
        IndexName="due",
        KeyConditionExpression="due_shard = :shard",
        ExpressionAttributeValues={":shard": {"S": "DUE#1"}},
    )
    assert [item["pk"]["S"] for item in found["Items"]] == ["due"]


def test_a_failed_condition_returns_the_current_item(stack: LocalStack) -> None:
    _put(stack, "held", kind="listing")
    with pytest.raises(ClientError) as refused:
        stack.client("dynamodb").update_item(
            TableName=stack.physical("Items"),
            Key={"pk": {"S": "held"}},
            UpdateExpression="SET a = :a",
            ConditionExpression="kind = :a",
            ExpressionAttributeValues={":a": {"S": "x"}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert refused.value.response["Item"]["kind"] == {"S": "listing"}  # type: ignore[typeddict-item]
