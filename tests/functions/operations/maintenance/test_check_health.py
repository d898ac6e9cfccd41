"""check_health"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from souk.aws.tables import Tables
from souk.wiring import storage
from tests.functions.cloud import Cloud
from tests.functions.operations.calling import call


def test_health_is_ok_after_a_real_read(cloud: Cloud) -> None:
    answer = cloud.call("check_health")
    assert (answer.status, answer.json) == (200, {"status": "ok", "db": "connected"})
    assert cloud.operations() == ["dynamodb:GetItem"]


def test_health_is_503_when_the_data_store_does_not_answer(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="none")

    broken: Any = SimpleNamespace(get_item=unreachable)
    monkeypatch.setattr(storage, "tables", lambda: Tables(broken))
    reply = call("check_health")
    assert reply.status == 503
    assert reply.headers["Retry-After"] == "1"
    assert json.loads(reply.body)["error"] == "dependency_unavailable"
