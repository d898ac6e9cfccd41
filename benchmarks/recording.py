"""Calls every endpoint once over moto and writes down what it asked of AWS and what it was answered.

    python -m benchmarks.recording FILE

The stand-in answers from this file, and the handlers that Souk is compared with are generated from it: so they make the
same requests as the real functions, in the same order, also after the real ones have changed.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import copy
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import pytest
from botocore.response import StreamingBody
from moto import mock_aws

from benchmarks.packages import BUILD
from benchmarks.scenes import SCENES
from benchmarks.vendors import ADDRESSES, Vendors, keep_secrets
from souk.aws import clients
from souk.wiring import storage
from tests.functions.cloud import Cloud, create_keys, forget
from tests.functions.storefront.orders.stripe import FakeStripe
from tests.functions.template import REGION, logical_id, resolve, variables_of
from tooling.contract.routes import routes

_SERVICES = ("dynamodb", "kms", "secretsmanager", "stepfunctions", "s3")
_METHODS = {"GetObject": "GET", "HeadObject": "HEAD"}
_TOLD_BY_S3 = ("content-type", "content-length", "etag", "last-modified")


class Recorder(Cloud):
    """Keeps the last call: its event, its answer, and all that it asked of AWS and of vendors."""

    def __init__(self, environment: pytest.MonkeyPatch, suffix: str) -> None:
        super().__init__(environment, suffix)
        self.last: dict[str, Any] = {}
        self._vendors = Vendors()
        environment.setattr(storage, "http_client", lambda: self._vendors.client)

    def create(self, keys: Mapping[str, str] | None = None) -> None:
        super().create(keys)
        keep_secrets(self)

    def handler(self, path: str) -> Callable[[Any, Any], Any]:
        found = super().handler(path)
        for name, vendor in ADDRESSES.items():
            self._environment.setenv(name, f"https://vendors.example/{vendor}")
        return found

    @property
    def stripe(self) -> FakeStripe:
        return self._vendors.stripe

    def invoke(self, path: str, event: Any) -> Any:
        self.last = {
            "path": path,
            "function": logical_id(path),
            "event": _lasting(event),
            "exchanges": [],
            "presigned": [],
            "vendor": self._vendors.exchanges,
        }
        self._vendors.exchanges.clear()
        forget()
        with self._listening():
            answer = super().invoke(path, event)
        self.last["answer"] = answer
        declaration = getattr(self.handler(path), "declaration", None)
        if declaration is not None:
            self.last["shapes"] = {
                "body": _reference(declaration.body),
                "query": _reference(declaration.query),
                "returns": _reference(declaration.returns),
            }
        self.last["environment"] = {
            name: resolve(value, self.physical) for name, value in variables_of(self.last["function"]).items()
        }
        return answer

    @contextmanager
    def _listening(self) -> Iterator[None]:
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
            self.last["exchanges"].append(
                {
                    "service": service,
                    "operation": operation,
                    "target": _target(operation, pending["request"]),
                    "request": pending["request"],
                    "status": response_dict["status_code"],
                    "answer_headers": _told(service, headers),
                    "body": base64.b64encode(body).decode(),
                }
            )

        hooks = {"provide-client-params": asked, "response-received": answered}
        heard = [clients.client(service).meta.events for service in _SERVICES]
        for events in heard:
            for name, hook in hooks.items():
                events.register(name, hook)
        try:
            with _noting_presigned(clients.client("s3"), self.last["presigned"]):
                yield
        finally:
            for events in heard:
                for name, hook in hooks.items():
                    events.unregister(name, hook)


def _lasting(event: Any) -> Any:
    """The event with a verdict that outlives the benchmarks."""
    kept = copy.deepcopy(event)
    if authorizer := kept.get("requestContext", {}).get("authorizer"):
        authorizer["lambda"]["expires_at"] = "4102444800"
    return kept


def _reference(shape: Any) -> dict[str, Any] | None:
    """How generated code imports and names a wire shape: a model, or a list of one. `renamed`: the names of its fields
    that are others on the wire, by these.
    """
    if shape is None:
        return None
    [model] = get_args(shape) or [shape]
    name = model.__name__
    renamed = {field.serialization_alias: own for own, field in model.model_fields.items() if field.serialization_alias}
    annotation = f"list[{name}]" if get_args(shape) else name
    return {"module": model.__module__, "name": name, "annotation": annotation, "renamed": renamed}


@contextmanager
def _noting_presigned(s3: Any, noted: list[tuple[str, str]]) -> Iterator[None]:
    def noting(name: str) -> Callable[..., Any]:
        real = getattr(s3, name)

        def call(*arguments: Any, **named: Any) -> Any:
            noted.append((name, repr((arguments, named))))
            return real(*arguments, **named)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("generate_presigned_url", "generate_presigned_post"):
            patch.setattr(s3, name, noting(name))
        yield


def _target(operation: str, request: str) -> str:
    """What the stand-in knows a request by: services name their operation in a header, S3 has a method and a path."""
    if operation not in _METHODS:
        return operation
    given = ast.literal_eval(request)
    return f"{_METHODS[operation]} {given['Bucket']}/{given['Key']}"


def _told(service: str, headers: Mapping[str, str]) -> dict[str, str]:
    if service == "s3":
        return {name: headers[name] for name in _TOLD_BY_S3 if name in headers}
    return {"content-type": headers.get("content-type", "application/x-amz-json-1.0")}


def endpoints() -> set[str]:
    """Logical ids of the functions that the API calls."""
    return {route.function for route in routes()}


def record() -> list[dict[str, Any]]:
    """Every endpoint's success. Raises RuntimeError when one has no scene, or does not succeed in it."""
    if missing := endpoints() ^ {logical_id(path) for path in SCENES}:
        raise RuntimeError(f"benchmarks/scenes.py and template.yaml differ in {', '.join(sorted(missing))}")
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        keys = create_keys()
        return [_record(path, environment, keys) for path in SCENES]


def _record(path: str, environment: pytest.MonkeyPatch, keys: dict[str, str]) -> dict[str, Any]:
    cloud = Recorder(environment, "-" + path.replace("_", "-"))
    cloud.create(keys)
    answer = SCENES[path](cloud)
    expected = 404 if path == "answer_unknown_route" else 399
    if answer.status > expected or cloud.last["path"] != path:
        raise RuntimeError(f"{path} answered {answer.status}: {answer.body[:300]}")
    return {**cloud.last, "vendor": list(cloud.last["vendor"])}


def main() -> None:
    sys.path.append(str(BUILD / "DocsLayer/python"))
    with contextlib.redirect_stdout(io.StringIO()):
        recorded = record()
    Path(sys.argv[1]).write_text(json.dumps(recorded))


if __name__ == "__main__":
    main()
