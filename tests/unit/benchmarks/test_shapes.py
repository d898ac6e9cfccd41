"""A function is compared with the shape that does most of what it does, and nothing that it does not."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.shapes import SHAPES, shape_of, work_of
from tests.functions.template import ROOT


def record(path: str, *operations: str, presigned: int = 0, vendor: int = 0, body: str = "") -> dict[str, Any]:
    exchanges = [dict(zip(("service", "operation"), one.split(":"), strict=True)) for one in operations]
    event = {"headers": {}, "body": body}
    asked = {"exchanges": exchanges, "presigned": ["a"] * presigned, "vendor": ["a"] * vendor}
    return {"path": path, "event": event, **asked}


READ = record("get_profile", "dynamodb:GetItem")
LIST = record("list_addresses", "dynamodb:Query")
CREATE = record("create_listing", "dynamodb:TransactWriteItems")
PAY = record("place_order", "dynamodb:BatchGetItem", "dynamodb:TransactWriteItems", vendor=1)
SHAPE_RECORDS = [READ, LIST, CREATE, PAY]


@pytest.mark.parametrize(
    ("function", "shape"),
    [
        (record("get_shop", "dynamodb:BatchGetItem"), "get_profile"),
        (record("get_order", "dynamodb:GetItem", "kms:Decrypt", presigned=1), "get_profile"),
        (record("change_shop", "dynamodb:UpdateItem"), "create_listing"),
        (record("delete_shop", "dynamodb:DeleteItem"), "create_listing"),
        (record("refund_order", "dynamodb:GetItem", "dynamodb:PutItem", vendor=2), "place_order"),
        (record("show_docs"), None),
        (LIST, "list_addresses"),
    ],
)
def test_the_shape_that_does_most_and_nothing_else(function: dict[str, Any], shape: str | None) -> None:
    assert shape_of(function, SHAPE_RECORDS) == shape


def test_passwords_signatures_and_signed_addresses_are_work() -> None:
    event = {"headers": {"stripe-signature": "t=1"}, "body": '{"password": "x"}'}
    work = work_of({**record("x", "s3:GetObject", presigned=1), "event": event})
    assert work == {"s3", "signed addresses", "signature", "password"}


def test_every_shape_has_its_handler_and_every_handler_its_shape() -> None:
    shared = {"__init__", "aws", "vendor", "gateway", "bare", "framework", "calls"}
    assert {file.stem for file in (ROOT / "benchmarks/compared").glob("*.py")} - shared == set(SHAPES)
