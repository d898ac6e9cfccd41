"""Calls of every API function, recorded from the tests of functions, with what AWS and vendors answered.

    python -m benchmarks.recording FILE

The first call of a function that succeeds in tests/functions is written down: its event, each request to AWS or to a
vendor with the answer, and its own answer. So a new function needs a test, which it has, and nothing here.
"""

from __future__ import annotations

import ast
import base64
import copy
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from botocore.response import StreamingBody

from benchmarks.packages import BUILD
from local.vendors.stripe.events import signature
from souk.accounts.auth.adapters import passwords
from souk.aws import clients
from tests.functions.cloud import Cloud, forget, sample
from tests.functions.template import REGION, ROOT, logical_id, resolve, variables_of
from tooling.contract.routes import routes

_SERVICES: Final = ("dynamodb", "kms", "secretsmanager", "stepfunctions", "s3")
_S3_METHODS: Final = {"GetObject": "GET", "HeadObject": "HEAD"}
_S3_HEADERS: Final = ("content-type", "content-length", "etag", "last-modified")
_JSON_HEADERS: Final = ("content-type",)
_MEASURING: Final = ("_costs", "_patterns")
_NOT_FOUND: Final = "answer_unknown_route"
# Stripe's signature and the authorizer's answer have to be valid for as long as the benchmarks run.
_FAR_FUTURE: Final = 4102444800
_WEBHOOK_SECRET: Final = "whsec_sample"
_VENDORS: Final = {"stripe": "api.stripe.com", "ebay": "api.ebay.com"}
_ARGON2_KIB: Final = passwords._MEMORY_KIB

type Record = dict[str, Any]


class Recorder:
    """A plugin of pytest. `records` by function; tests that could add none are skipped."""

    def __init__(self) -> None:
        self.wanted = api_functions()
        self.records: dict[str, Record] = {}
        self._invoke = Cloud.invoke

    @pytest.hookimpl
    def pytest_sessionstart(self) -> None:
        def invoke(cloud: Cloud, name: str, event: Mapping[str, Any]) -> Any:
            return self.invoke(cloud, name, event)

        Cloud.invoke = invoke  # type: ignore[method-assign, assignment]

    @pytest.hookimpl
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Those of shapes and of what a call costs come first: they call as a client usually does."""
        items.sort(key=lambda item: (item.path.stem != "test_shapes", not item.path.stem.endswith(_MEASURING)))

    @pytest.hookimpl
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if not any(name in _text_of(item.path) for name in self.wanted - self.records.keys()):
            pytest.skip("every function that it calls is recorded")

    @pytest.hookimpl
    def pytest_runtest_call(self) -> None:
        # Tests hash passwords with less memory.
        passwords._MEMORY_KIB = _ARGON2_KIB
        passwords._hasher.cache_clear()

    def invoke(self, cloud: Cloud, name: str, event: Any) -> Any:
        if name not in self.wanted or name in self.records:
            return self._invoke(cloud, name, event)
        forget()
        record: Record = {
            "path": name,
            "function": logical_id(name),
            "event": _lasting(event),
            "exchanges": [],
            "vendor": [],
            "presigned": [],
        }
        with _listening(record):
            answer = self._invoke(cloud, name, event)
        if answer["statusCode"] < 400 or name == _NOT_FOUND:
            variables = variables_of(record["function"]).items()
            record["environment"] = {variable: resolve(value, cloud.physical) for variable, value in variables}
            self.records[name] = {**record, "answer": answer}
        return answer


def record() -> list[Record]:
    """Every API function's first success. Raises RuntimeError when one has none in its tests."""
    recorder = Recorder()
    options = ["-q", "--no-header", "-p", "no:xdist", "-p", "no:cacheprovider", "--rootdir", str(ROOT)]
    pytest.main([*options, str(ROOT / "tests/functions")], plugins=[recorder])
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        for name in recorder.wanted - recorder.records.keys():  # those that need no storage are tested without one
            recorder.invoke(Cloud(environment), name, sample(name))
    if missing := recorder.wanted - recorder.records.keys():
        raise RuntimeError(f"no call that succeeds in tests/functions: {', '.join(sorted(missing))}")
    return [recorder.records[name] for name in sorted(recorder.records)]


def api_functions() -> set[str]:
    """Names of the functions that the API calls."""
    return {route.name for route in routes()}


@cache
def _text_of(test: Path) -> str:
    """A test's module and the modules beside it that are no tests."""
    helpers = [file for file in test.parent.glob("*.py") if not file.name.startswith("test_")]
    return "\n".join(file.read_text() for file in (test, *helpers))


@contextmanager
def _listening(record: Record) -> Iterator[None]:
    pending: dict[str, str] = {}

    def asked(params: dict[str, Any], **_: Any) -> None:
        pending["request"] = repr(params)

    def answered(response_dict: dict[str, Any], parsed_response: dict[str, Any], event_name: str, **_: Any) -> None:
        _event, service, operation = event_name.replace("-", "").split(".")
        is_stream = "Body" in parsed_response
        body = parsed_response["Body"].read() if is_stream else response_dict["body"]
        if is_stream:
            parsed_response["Body"] = StreamingBody(io.BytesIO(body), len(body))
        headers = {name.lower(): value for name, value in response_dict["headers"].items()}
        kept = _S3_HEADERS if service == "s3" else _JSON_HEADERS
        record["exchanges"].append(
            {
                "service": service,
                "operation": operation,
                "target": _target(operation, pending["request"]),
                "request": pending["request"],
                "status": response_dict["status_code"],
                "answer_headers": {name: headers[name] for name in kept if name in headers},
                "body": base64.b64encode(body).decode(),
            }
        )

    heard = [clients.client(service).meta.events for service in _SERVICES]
    for events in heard:
        events.register("provide-client-params", asked)
        events.register("response-received", answered)
    with pytest.MonkeyPatch.context() as patch:
        _note_vendors(patch, record["vendor"])
        s3 = clients.client("s3")
        for name in ("generate_presigned_url", "generate_presigned_post"):
            patch.setattr(s3, name, _noting(getattr(s3, name), record["presigned"]))
        try:
            yield
        finally:
            for events in heard:
                events.unregister("provide-client-params", asked)
                events.unregister("response-received", answered)


def _noting(real: Callable[..., Any], noted: list[tuple[str, str]]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        noted.append((real.__name__, repr((arguments, named))))
        return real(*arguments, **named)

    return call


def _note_vendors(patch: pytest.MonkeyPatch, noted: list[dict[str, Any]]) -> None:
    real = httpx.Client.send

    def send(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        reply = real(client, request, **options)
        vendor = next((name for name, host in _VENDORS.items() if request.url.host == host), None)
        if vendor is None:
            return reply
        path = request.url.path.strip("/") if vendor == "stripe" else ""
        noted.append(
            {
                "target": f"{request.method} {vendor}/{path}".rstrip("/"),
                "status": reply.status_code,
                "answer_headers": {"content-type": reply.headers["content-type"]},
                "body": base64.b64encode(reply.read()).decode(),
            }
        )
        return reply

    patch.setattr(httpx.Client, "send", send)


def _lasting(event: Any) -> Any:
    """The event, with an authorizer's answer and a signature that outlive the benchmarks."""
    kept = copy.deepcopy(event)
    if authorizer := kept.get("requestContext", {}).get("authorizer"):
        authorizer["lambda"]["expires_at"] = str(_FAR_FUTURE)
    if "stripe-signature" in kept.get("headers", {}) and kept.get("isBase64Encoded"):
        body = base64.b64decode(kept["body"])
        kept["headers"]["stripe-signature"] = signature(_WEBHOOK_SECRET, body, _FAR_FUTURE)
    return kept


def _target(operation: str, request: str) -> str:
    """How the stand-in recognizes a request: by the operation in a header, and S3's by method and path."""
    if operation not in _S3_METHODS:
        return operation
    given: Mapping[str, Any] = ast.literal_eval(request)
    return f"{_S3_METHODS[operation]} {given['Bucket']}/{given['Key']}"


def main() -> None:
    sys.path.append(str(BUILD / "DocsLayer/python"))
    Path(sys.argv[1]).write_text(json.dumps(record()))


if __name__ == "__main__":
    main()
