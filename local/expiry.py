"""Removes objects that are older than the lifecycle rules of their bucket allow, as S3 does once a day.

MiniStack 1.5.33 neither takes these rules from a template nor applies them, and uploads are left to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from local.problems import reason
from local.repeating import Repeating

_EVERY = 3600.0
_MOST_AT_ONCE = 1000
"""Objects that one request can remove."""


class Rule(NamedTuple):
    """Objects of `bucket`, by its logical id, under `prefix` are removed when they are older than `life`."""

    bucket: str
    prefix: str
    life: timedelta


def rules_of(template: Mapping[str, Any]) -> Iterator[Rule]:
    """The rules of a template that expire objects."""
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::S3::Bucket":
            for rule in resource["Properties"].get("LifecycleConfiguration", {}).get("Rules", ()):
                if rule["Status"] == "Enabled" and "ExpirationInDays" in rule:
                    yield Rule(logical_id, rule.get("Prefix", ""), timedelta(days=rule["ExpirationInDays"]))


def expire(s3: Any, bucket: str, rule: Rule, now: datetime, is_over: Callable[[], bool] = lambda: False) -> int:
    """Remove what has expired in `bucket`; returns how many objects that were. No request is made once it `is_over`."""
    expired: list[dict[str, str]] = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=rule.prefix):
        found = page.get("Contents", ())
        expired += ({"Key": entry["Key"]} for entry in found if now - entry["LastModified"] > rule.life)
        if is_over():
            return 0
    for first in range(0, len(expired), _MOST_AT_ONCE):
        if is_over():
            return first
        s3.delete_objects(Bucket=bucket, Delete={"Objects": expired[first : first + _MOST_AT_ONCE], "Quiet": True})
    return len(expired)


class Expiry:
    """Applies a template's rules now and every hour, on a thread of its own. `name_of`: a bucket by its logical id."""

    def __init__(self, template: Mapping[str, Any], name_of: Callable[[str], str], s3: Any) -> None:
        self._rules = tuple(rules_of(template))
        self._name_of = name_of
        self._s3 = s3
        self._thread = Repeating("souk-expiry", self._expire_all, _EVERY)

    @property
    def problem(self) -> str:
        """Why old objects stay, as a sentence; empty if they do not."""
        error = self._thread.error
        return f"Old objects could not be removed, which is tried again in an hour: {reason(error)}." if error else ""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Wait for the request that is under way, and make no other."""
        self._thread.stop()

    def _expire_all(self) -> None:
        for rule in self._rules:
            if self._thread.is_stopping:
                return
            if (bucket := self._name_of(rule.bucket)) and not self._thread.is_stopping:
                expire(self._s3, bucket, rule, datetime.now(UTC), lambda: self._thread.is_stopping)
