"""`make invoke` and `make sam-api` without a stack, without an engine, and as far as they go without containers."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from local import __main__ as program
from local import invoking
from local.containers import commands, sam
from local.containers.sam import Sam, parsed
from local.problems import Unusable
from local.running import Places
from local.settings import read_settings
from local.terminal import Terminal
from local.testing import free_port, wait_until
from tests.unit.local.containers.serving import seemingly_running, serving

COMMANDS = [["invoke", "CreateListingFunction"], ["sam-api"], ["invoke-all"]]


def _run(arguments: list[str], data: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("SOUK_DATA", str(data))
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    monkeypatch.setattr(sys, "argv", ["local", *arguments])
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    return program.main()


@pytest.mark.parametrize("arguments", COMMANDS)
def test_without_a_running_stack_it_says_so(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(arguments, tmp_path, monkeypatch) == 1
    assert (
        capsys.readouterr().out == "error: No stack runs here: start it with `make run`, and try again while it runs.\n"
    )


@pytest.mark.parametrize("arguments", COMMANDS)
def test_without_a_container_engine_it_says_so(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with seemingly_running(tmp_path):
        assert _run(arguments, tmp_path, monkeypatch) == 1
    said = capsys.readouterr().out
    assert said.startswith("error: No container engine answers at tcp://127.0.0.1:9: start Docker, or podman with ")


SCRIPT = """#!{python}
import json, os, signal, socket, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
def interrupted(*_):
    Path({seen!r}).write_text("interrupted")
    sys.exit(0)
signal.alarm(60)
signal.signal(signal.SIGINT, signal.SIG_IGN if "StubbornFunction" in sys.argv else interrupted)
signal.signal(signal.SIGTERM, lambda *_: os._exit(9))
command = sys.argv[2]
if "SlowFunction" in sys.argv or "StubbornFunction" in sys.argv:
    Path({seen!r}).write_text("started")
    time.sleep(60)
elif command == "invoke":
    given = {{name: os.environ.get(name) for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_PROFILE")}}
    print(json.dumps({{"event": json.load(sys.stdin), **given}}))
elif command == "start-lambda":
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            answer = b'{{"statusCode": 200}}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
    HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Handler).serve_forever()
elif command == "start-api":
    with socket.socket() as server:
        server.bind(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])))
        server.listen()
        time.sleep(60)
sys.exit(3 if command == "start-nothing" else 0)
"""


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    return tmp_path / "seen"


@pytest.fixture
def stack(tmp_path: Path, seen: Path, monkeypatch: pytest.MonkeyPatch) -> Sam:
    """`sam local` with a stand-in of `sam`, which writes to `seen` when it is interrupted."""
    script = tmp_path / "sam"
    script.write_text(SCRIPT.format(python=sys.executable, seen=str(seen)))
    script.chmod(0o755)
    monkeypatch.setattr(sam, "_TOOLS", tmp_path)
    places = Places("", "http://127.0.0.1:4566", "", "", os.getpid())
    return Sam(places, tmp_path, {}, pulls=False)


def test_sam_asks_the_local_cloud_and_not_the_account_of_the_user(stack: Sam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    answer = stack.invoke("ReadFunction", {"id": 1})
    assert answer == {
        "event": {"id": 1},
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_PROFILE": None,
    }


def test_an_image_that_is_here_is_not_pulled_again(stack: Sam) -> None:
    assert "--skip-pull-image" in stack.command("invoke")
    missing = Sam(stack.places, stack.scratch, {}, pulls=True)
    assert "--skip-pull-image" not in missing.command("invoke")


def test_sam_is_interrupted_at_the_end_so_that_it_removes_its_containers(stack: Sam, seen: Path) -> None:
    with stack.serving("start-api", free_port()) as process:
        assert process.poll() is None
        assert not seen.exists()
        # Ctrl-C reaches the group of the terminal: one SIGINT is sent here, and a second one would cut its end short.
        assert os.getpgid(process.pid) != os.getpgid(0)
    assert (process.returncode, seen.read_text()) == (0, "interrupted")


def test_a_function_that_never_answers_is_ended(stack: Sam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sam, "PATIENCE", 0.3)
    with pytest.raises(Unusable, match="gave no answer within 0 s"):
        stack.invoke("SlowFunction", {})


def test_a_program_that_does_not_end_when_interrupted_is_killed(
    stack: Sam, seen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sam, "_END_LIMIT", 0.3)
    with stack._running(stack.command("invoke", "StubbornFunction")) as process:
        wait_until(seen.exists)
    assert process.returncode == -signal.SIGKILL


def test_a_server_that_ends_at_once_is_named(stack: Sam) -> None:
    port = free_port()
    with pytest.raises(Unusable, match=f"`sam local start-nothing` does not start on port {port}"):
        stack.serving("start-nothing", port).__enter__()


def test_a_busy_port_is_named_before_anything_starts(stack: Sam, seen: Path) -> None:
    with serving(lambda _: (200, {}, b"")) as other, pytest.raises(Unusable, match=f"Port {other.port} .* is busy"):
        stack.serving("start-api", other.port).__enter__()
    assert not seen.exists()


@pytest.mark.parametrize(("end", "code"), [(program.Interrupted, 0), (None, 1)])
def test_the_api_is_ended_by_an_interruption(
    end: type[BaseException] | None, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve(*_: object) -> None:
        if end:
            raise end

    monkeypatch.setattr(commands, "serve", serve)
    assert _run(["sam-api"], tmp_path, monkeypatch) == code


def test_a_function_that_took_too_long_has_no_answer() -> None:
    assert parsed("ReadFunction", b'{"statusCode": 200}') == {"statusCode": 200}
    assert parsed("ReadFunction", b"null") is None
    with pytest.raises(Unusable, match="ReadFunction gave no answer; why is in its log"):
        parsed("ReadFunction", b"")


@pytest.mark.parametrize(
    ("text", "reason"), [(None, "cannot be read"), ("{", "is not JSON"), ("[1]", "is not a JSON object")]
)
def test_an_event_that_is_none_is_refused(text: str | None, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(Unusable, match=f"event.json {reason}"):
        commands.read_event(str(file))


@pytest.mark.parametrize(("names", "code", "right"), [("GetJwksFunction", 0, 1), ("", 1, 1)])
def test_every_function_is_invoked_and_one_wrong_answer_fails(
    names: str, code: int, right: int, stack: Sam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stand-in answers 200 always, which is wrong for a new address: 201."""
    ready = replace(stack, functions={"GetJwksFunction": {}, "CreateAddressFunction": {}})
    monkeypatch.setattr(commands, "containers", lambda *_: nullcontext(ready))
    monkeypatch.setattr(commands, "sample_event", lambda *_, **__: {})
    with seemingly_running(tmp_path):
        output = io.StringIO()
        settings = read_settings({"SOUK_DATA": str(tmp_path)})
        assert commands.invoke_all(settings, names, Terminal(output)) == code
    assert f"{right} of {len(names.split()) or 2} functions answered as they must." in output.getvalue()


@pytest.mark.parametrize("command", ["invoke", "invoke-all"])
def test_a_stack_on_aws_is_never_asked(
    command: str, stack: Sam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STACK may be set for `make operator`: what a sample event needs is made in the local cloud all the same."""
    asked: list[str] = []
    monkeypatch.setattr(invoking, "boto3", SimpleNamespace(client=lambda service, **_: asked.append(service)))
    ready = replace(stack, functions={"GetJwksFunction": {}})
    monkeypatch.setattr(commands, "containers", lambda *_: nullcontext(ready))
    monkeypatch.setattr(commands, "sample_event", lambda *_, **__: {})
    settings, terminal = read_settings({"SOUK_DATA": str(tmp_path), "STACK": "souk"}), Terminal(io.StringIO())
    with seemingly_running(tmp_path):
        if command == "invoke":
            commands.invoke(settings, "GetJwksFunction", "", terminal)
        else:
            commands.invoke_all(settings, "", terminal)
    assert asked == []


def test_what_cannot_be_made_for_an_event_is_a_wrong_answer(
    stack: Sam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Unusable("POST /listings answered 503")

    monkeypatch.setattr(commands, "containers", lambda *_: nullcontext(replace(stack, functions={"OneFunction": {}})))
    monkeypatch.setattr(commands, "sample_event", refuse)
    with seemingly_running(tmp_path):
        output = io.StringIO()
        assert commands.invoke_all(read_settings({"SOUK_DATA": str(tmp_path)}), "", Terminal(output)) == 1
    assert "POST /listings answered 503" in output.getvalue()


def test_a_right_answer_is_short_and_a_wrong_one_whole() -> None:
    answer = {"statusCode": 404, "body": "x" * 900}
    assert commands.summary(answer, whole=False) == "404"
    assert commands.summary(answer, whole=True) == json.dumps(answer)
    assert len(commands.summary({"images": ["x" * 900]}, whole=False)) < 80
