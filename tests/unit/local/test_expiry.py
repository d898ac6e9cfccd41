"""Objects go when the lifecycle rules of the template say so, and no others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.expiry import Expiry, Rule, expire, rules_of
from local.testing import wait_until
from tests.template.stack import template

NOW = datetime.now(UTC)
UPLOADS = Rule("MediaBucket", "incoming/", timedelta(days=1))


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="media")
        for key in ("incoming/listings/o/l/p", "media/abc", "public/abc"):
            client.put_object(Bucket="media", Key=key, Body=b"x")
        yield client


def _keys(s3: Any) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket="media")["Contents"]]


def test_uploads_live_for_a_day_by_the_template() -> None:
    assert UPLOADS in list(rules_of(template()))
    assert all(rule.prefix for rule in rules_of(template())), "a whole bucket would expire"


@pytest.mark.parametrize(("hours", "removed"), [(23, 0), (25, 1)])
def test_what_is_older_than_its_rule_is_removed(s3: Any, hours: int, removed: int) -> None:
    assert expire(s3, "media", UPLOADS, NOW + timedelta(hours=hours)) == removed
    assert ("incoming/listings/o/l/p" in _keys(s3)) == (not removed)
    assert {"media/abc", "public/abc"} <= set(_keys(s3))


def test_more_objects_than_one_request_removes_are_removed(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.expiry._MOST_AT_ONCE", 2)
    for number in range(4):
        s3.put_object(Bucket="media", Key=f"incoming/listings/o/l/{number}", Body=b"x")
    assert expire(s3, "media", UPLOADS, NOW + timedelta(days=2)) == 5
    assert _keys(s3) == ["media/abc", "public/abc"]


class Slow:
    """An S3 with two pages of expired objects. It waits until it `may` answer; `asked` is what it was asked."""

    def __init__(self, slow: str) -> None:
        self.asked: list[str] = []
        self.is_asked, self.may = threading.Event(), threading.Event()
        self._slow = slow

    def _answer(self, what: str) -> None:
        self.asked.append(what)
        if what == self._slow:
            self.is_asked.set()
            assert self.may.wait(30)

    def get_paginator(self, _: str) -> Any:
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, **_: Any) -> Iterator[dict[str, Any]]:
        for page in ("first page", "second page"):
            self._answer(page)
            yield {"Contents": [{"Key": page, "LastModified": NOW - timedelta(days=9)}]}

    def delete_objects(self, **_: Any) -> None:
        self._answer("removal")


@pytest.mark.parametrize(
    ("under_way", "asked"),
    [
        ("first page", ["first page"]),
        ("second page", ["first page", "second page"]),
        ("removal", ["first page", "second page", "removal"]),
    ],
)
def test_a_stop_waits_for_one_request_and_no_other_follows(
    under_way: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.expiry._MOST_AT_ONCE", 1)
    s3 = Slow(under_way)
    expiry = Expiry(template(), lambda _: "media", s3)
    expiry.start()
    assert s3.is_asked.wait(30)
    stopping = threading.Thread(target=expiry.stop)
    stopping.start()
    wait_until(lambda: expiry._thread.is_stopping)
    s3.may.set()
    stopping.join(30)
    assert (stopping.is_alive(), s3.asked) == (False, asked)


def test_what_cannot_be_removed_is_a_problem() -> None:
    def refuse(_: str) -> str:
        raise ConnectionError("refused")

    expiry = Expiry(template(), refuse, None)
    assert not expiry.problem
    expiry.start()
    assert "ConnectionError: refused" in wait_until(lambda: expiry.problem)
    expiry.stop()
