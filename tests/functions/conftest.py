"""Functions over moto, in this process: `cloud` is the storage of template.yaml, empty for each test."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws
from moto.dynamodb.models.table import Table

from souk.accounts.auth.adapters import passwords
from souk.aws import clients
from souk.aws.logging import logger
from tests.functions.cloud import Call, Cloud, forget
from tests.functions.storage import Storage, copy_of_a_table
from tests.functions.template import REGION


@pytest.fixture(scope="session")
def _aws() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            environment.setenv(name, "testing")
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        logger()
        [handler] = logging.getLogger("souk").handlers
        assert isinstance(handler, logging.StreamHandler)
        handler.stream = _Stdout()
        with mock_aws():
            yield


@pytest.fixture(scope="session")
def _made(_aws: None) -> Iterator[tuple[dict[str, str], Storage]]:
    """What the template's storage is called, and the storage, empty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Table, "__deepcopy__", copy_of_a_table, raising=False)
        made = Cloud(patch)
        made.create()
        yield made.physical, Storage()


@pytest.fixture
def cloud(_made: tuple[dict[str, str], Storage], monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """The storage of the template, empty, and its functions; what they ask of AWS is noted in `cloud.calls`."""
    physical, storage = _made
    storage.put_back()
    forget()
    # What a password costs is measured in the unit tests; here it would only be waiting.
    monkeypatch.setattr(passwords, "_MEMORY_KIB", 8)
    passwords._hasher.cache_clear()
    made = Cloud(monkeypatch)
    made.use(physical)
    listening: dict[str, Any] = {}
    real = clients.client

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        made.calls.append(Call(model.service_model.service_name, model.name, params))

    def client(service: str) -> Any:
        if service not in listening:
            listening[service] = real(service).meta.events
            listening[service].register("provide-client-params", note)
        return real(service)

    monkeypatch.setattr(clients, "client", client)
    yield made
    passwords._hasher.cache_clear()
    for events in listening.values():
        events.unregister("provide-client-params", note)


@pytest.fixture
def invoked(cloud: Cloud) -> Iterator[list[dict[str, Any]]]:
    """What functions were asked to run with, under `function` its name; nothing runs."""
    asked: list[dict[str, Any]] = []

    def take(params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        asked.append({"function": params["url_path"].split("/")[-2], **json.loads(params["body"])})
        return SimpleNamespace(status_code=202), {"StatusCode": 202}

    events = clients.client("lambda").meta.events
    events.register("before-call.lambda.Invoke", take)
    yield asked
    events.unregister("before-call.lambda.Invoke", take)


class _Stdout:
    """What stdout is at the moment: a logger outlives a test, and what pytest puts in its place does not."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()
