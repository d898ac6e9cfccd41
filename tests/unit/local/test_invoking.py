"""A function is invoked once, is given as long as it may take, and what goes wrong is said in a sentence."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local import invoking
from local.invoking import PATIENCE, Functions
from local.problems import Unusable
from local.running import Places
from local.settings import Settings, read_settings
from tooling.contract.template import functions, read_template

_RESOURCES = """<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries><member>
<LogicalResourceId>RebuildIndexFunction</LogicalResourceId><PhysicalResourceId>souk-rebuild</PhysicalResourceId>
</member></StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>"""
_NO_STACK = """<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id souk does not exist</Message>
</Error></ErrorResponse>"""


class FakeAws(ThreadingHTTPServer):
    """CloudFormation and Lambda as far as an invocation goes. `manner`: how a function answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.manner = "answers"
        self.has_stack = True
        self.invocations: list[tuple[str, object]] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeAws

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.path.startswith("/2015-03-31/functions/"):
            return self._answer(200, _RESOURCES) if self.server.has_stack else self._answer(400, _NO_STACK)
        self.server.invocations.append((self.path.split("/")[3], json.loads(body)))
        match self.server.manner:
            case "answers":
                return self._answer(200, '{"products": 7}')
            case "fails":
                error = '{"errorMessage": "Another rebuild began meanwhile.", "errorType": "Conflict"}'
                return self._answer(200, error, ("X-Amz-Function-Error", "Unhandled"))
            case "is throttled":
                return self._answer(429, '{"Message": "Rate exceeded"}', ("X-Amzn-ErrorType", "TooManyRequests"))
            case "breaks":
                return self._answer(503, "")
            case "hangs":
                self.server.over.wait(10)
        self.close_connection = True
        return None

    def _answer(self, status: int, body: str, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def aws() -> Iterator[FakeAws]:
    with FakeAws() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture(params=["here", "on AWS"])
def settings(
    request: pytest.FixtureRequest, aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    if request.param == "here":
        with _running(tmp_path, aws.url):
            yield replace(read_settings({}), data=tmp_path)
        return
    for name, value in (
        ("AWS_ENDPOINT_URL", aws.url),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_RETRY_MODE", "standard"),
        ("AWS_MAX_ATTEMPTS", "3"),
    ):
        monkeypatch.setenv(name, value)
    yield replace(read_settings({}), stack="souk")


@contextmanager
def _running(data: Path, endpoint: str) -> Iterator[None]:
    """As a stack that runs leaves it, with the lock held by another descriptor."""
    (data / "running").write_text(json.dumps(asdict(Places("", endpoint, "", "", os.getpid()))))
    with (data / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_what_a_function_answers_is_answered(aws: FakeAws, settings: Settings) -> None:
    assert Functions(settings).invoke("RebuildIndexFunction", {"all": True}) == {"products": 7}
    assert aws.invocations == [("souk-rebuild", {"all": True})]


@pytest.mark.parametrize("manner", ["hangs up", "is throttled", "breaks"])
def test_without_an_answer_it_is_not_invoked_again(aws: FakeAws, settings: Settings, manner: str) -> None:
    aws.manner = manner
    with pytest.raises(Unusable, match="RebuildIndexFunction gave no answer"):
        Functions(settings).invoke("RebuildIndexFunction", {})
    assert len(aws.invocations) == 1


def test_who_answers_too_late_is_not_invoked_again(
    aws: FakeAws, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoking, "PATIENCE", 0.2)
    aws.manner = "hangs"
    with pytest.raises(Unusable, match="may still be running: Read timeout"):
        Functions(settings).invoke("RebuildIndexFunction", {})
    assert len(aws.invocations) == 1


def test_every_function_may_take_its_time() -> None:
    limits = [int(properties.get("Timeout", 0)) for properties in functions(read_template()).values()]
    assert max(limits) == 900
    assert max(limits) < PATIENCE


def test_what_a_function_says_of_its_failure_is_told(aws: FakeAws, settings: Settings) -> None:
    aws.manner = "fails"
    with pytest.raises(Unusable, match=r"^Another rebuild began meanwhile\.$"):
        Functions(settings).invoke("RebuildIndexFunction", {})
    assert len(aws.invocations) == 1


def test_a_function_that_the_stack_lacks_is_named(settings: Settings) -> None:
    with pytest.raises(Unusable, match="has no OtherFunction"):
        Functions(settings).invoke("OtherFunction", {})


def test_a_stack_that_is_not_there_is_named(aws: FakeAws, settings: Settings) -> None:
    aws.has_stack = False
    with pytest.raises(Unusable, match=r"The stack souk cannot be read: .*does not exist"):
        Functions(settings).invoke("RebuildIndexFunction", {})
    assert aws.invocations == []


def test_without_a_region_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(Unusable, match="You must specify a region"):
        Functions(replace(read_settings({}), stack="souk"))
