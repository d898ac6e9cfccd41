"""Calls every endpoint once over moto and writes down what it asked of AWS and what it was answered.

    python -m benchmarks.recording FILE

The stand-in answers from this file, and the handlers that Souk is compared with are generated from it: so they make the
same requests as the real functions, in the same order, also after the real ones have changed.
"""

from __future__ import annotations

import base64
import copy
import http.server
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import pytest
from moto import mock_aws

from benchmarks.packages import BUILD
from benchmarks.scenes import SCENES
from souk.aws import clients
from tests.functions.cloud import Cloud, create_keys, forget
from tests.functions.template import REGION, logical_id, resolve, resources, variables_of
from tests.unit.marketplaces.ebay_builders import fees_xml, reply_xml

_SERVICES = ("dynamodb", "kms", "secretsmanager", "stepfunctions", "s3")
_VENDOR = {
    "VerifyAddFixedPriceItem": reply_xml("VerifyAddFixedPriceItem", "Success", body=fees_xml(InsertionFee="0.35"))
}


class Recorder(Cloud):
    """Keeps the last call: its event, its answer, and all that it asked of AWS."""

    def __init__(self, environment: pytest.MonkeyPatch, suffix: str, vendor_url: str) -> None:
        super().__init__(environment, suffix)
        self._vendor_url = vendor_url
        self.last: dict[str, Any] = {}

    def handler(self, path: str) -> Callable[[Any, Any], Any]:
        found = super().handler(path)
        self._environment.setenv("EBAY_API_URL", self._vendor_url)
        return found

    def invoke(self, path: str, event: Any) -> Any:
        self.last = {
            "path": path,
            "function": logical_id(path.split("/")[1]),
            "event": _lasting(event),
            "exchanges": [],
            "presigned": [],
            "vendor": [],
        }
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

        def answered(response_dict: dict[str, Any], event_name: str, **_: Any) -> None:
            _event, service, operation = event_name.split(".")
            body = response_dict["body"]
            self.last["exchanges"].append(
                {
                    "service": service,
                    "operation": operation,
                    "request": pending["request"],
                    "status": response_dict["status_code"],
                    "content_type": response_dict["headers"].get("content-type", "application/x-amz-json-1.0"),
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


def _reference(shape: Any) -> dict[str, str] | None:
    """How generated code imports and names a wire shape: a model, or a list of one."""
    if shape is None:
        return None
    [model] = get_args(shape) or [shape]
    name = model.__name__
    return {"module": model.__module__, "name": name, "annotation": f"list[{name}]" if get_args(shape) else name}


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


@contextmanager
def _vendor(asked: list[tuple[str, str]]) -> Iterator[str]:
    """An eBay that answers the one call that endpoints make to it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            call = self.headers["X-EBAY-API-CALL-NAME"]
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((call, _VENDOR[call].decode()))
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(_VENDOR[call])))
            self.end_headers()
            self.wfile.write(_VENDOR[call])

        def log_message(self, *_: Any) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def endpoints() -> set[str]:
    """Logical ids of the functions that the API calls."""
    return {
        name
        for name, properties in resources("AWS::Serverless::Function").items()
        if any(event["Type"] == "HttpApi" for event in properties.get("Events", {}).values())
    }


def record() -> list[dict[str, Any]]:
    """Every endpoint's success. Raises RuntimeError when one has no scene, or does not succeed in it."""
    if missing := endpoints() ^ {logical_id(path.split("/")[1]) for path in SCENES}:
        raise RuntimeError(f"benchmarks/scenes.py and template.yaml differ in {', '.join(sorted(missing))}")
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        keys = create_keys()
        return [_record(path, environment, keys) for path in SCENES]


def _record(path: str, environment: pytest.MonkeyPatch, keys: dict[str, str]) -> dict[str, Any]:
    asked: list[tuple[str, str]] = []
    with _vendor(asked) as vendor_url:
        cloud = Recorder(environment, "-" + path.split("/")[1].replace("_", "-"), vendor_url)
        cloud.create(keys)
        answer = SCENES[path](cloud)
    expected = 404 if path == "operations/answer_unknown_route" else 299
    if answer.status > expected or cloud.last["path"] != path:
        raise RuntimeError(f"{path} answered {answer.status}: {answer.body[:300]}")
    return {**cloud.last, "vendor": asked}


def main() -> None:
    sys.path.append(str(BUILD / "DocsLayer/python"))
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()):
        recorded = record()
    Path(sys.argv[1]).write_text(json.dumps(recorded))


if __name__ == "__main__":
    main()
