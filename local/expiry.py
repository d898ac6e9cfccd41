"""Removes objects that are older than the lifecycle rules of their bucket allow, as S3 does once a day.

MiniStack 1.5.33 neither takes these rules from a template nor applies them, and uploads are left to them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

_EVERY = 3600.0
_MOST_AT_ONCE = 1000
"""Objects that one request can remove."""

_log = logging.getLogger("souk.expiry")


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


def expire(s3: Any, bucket: str, rule: Rule, now: datetime) -> int:
    """Remove what has expired in `bucket`; returns how many objects that were."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=rule.prefix)
    objects = (entry for page in pages for entry in page.get("Contents", ()))
    expired = [{"Key": entry["Key"]} for entry in objects if now - entry["LastModified"] > rule.life]
    for first in range(0, len(expired), _MOST_AT_ONCE):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": expired[first : first + _MOST_AT_ONCE], "Quiet": True})
    return len(expired)


class Expiry:
    """Applies a template's rules now and every hour, on a thread of its own. `name_of`: a bucket by its logical id."""

    def __init__(self, template: Mapping[str, Any], name_of: Callable[[str], str], s3: Any) -> None:
        self._rules = tuple(rules_of(template))
        self._name_of = name_of
        self._s3 = s3
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="souk-expiry", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def _run(self) -> None:
        while True:
            for rule in self._rules:
                try:
                    if bucket := self._name_of(rule.bucket):
                        expire(self._s3, bucket, rule, datetime.now(UTC))
                except Exception:  # noqa: BLE001 - shown, and tried again
                    _log.exception("old objects could not be removed; the next hour tries again")
            if self._stop.wait(_EVERY):
                return
