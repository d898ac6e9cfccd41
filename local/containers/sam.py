"""Runs `sam local` on the running stack."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import PIPE, Popen, TimeoutExpired
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from local.build import build_if_needed
from local.cloud import REGION, local_client
from local.containers import template
from local.containers.engine import find_engine
from local.containers.relay import relaying
from local.invoking import PATIENCE
from local.problems import Unusable
from local.running import Places, running
from local.settings import Settings, own_architecture
from local.stack import ROOT
from local.terminal import Terminal

_IMAGE: Final = "public.ecr.aws/lambda/python:3.13-{}"
_TEMPLATE: Final = "template.json"
_START_LIMIT: Final = 120.0
_END_LIMIT: Final = 60.0
"""Seconds to remove containers in."""
_TOOLS: Final = ROOT / ".venv/bin"


@dataclass(frozen=True, slots=True)
class Sam:
    """`scratch`: a folder of this command alone, with the template for `sam local`. `functions`: those of the running
    stack, as `template.deployed_functions` answers them. `pulls`: whether the image has to be pulled.
    """

    places: Places
    scratch: Path
    functions: Mapping[str, Mapping[str, Any]]
    pulls: bool

    def command(self, name: str, *arguments: str) -> list[str]:
        """`sam local <name>`."""
        # An image that is here already is used as it is: to ask the registry each time takes seconds.
        pull = () if self.pulls else ("--skip-pull-image",)
        return [str(_TOOLS / "sam"), "local", name, "--template", str(self.scratch / _TEMPLATE), *pull, *arguments]

    @property
    def environment(self) -> dict[str, str]:
        """SAM asks STS for the account that it fills in for AWS::AccountId: here it asks the local cloud."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **kept,
            "PATH": f"{_TOOLS}{os.pathsep}{kept.get('PATH', '')}",
            "SAM_CLI_TELEMETRY": "0",
            # SAM keeps its locks there. One that an interrupted run left behind makes the next one wait for minutes.
            "TMPDIR": str(self.scratch),
            "AWS_ENDPOINT_URL": self.places.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    @contextmanager
    def serving(self, name: str, port: int, *arguments: str, output: IO[bytes] | None = None) -> Iterator[Popen[bytes]]:
        """`sam local <name>` on a port of 127.0.0.1, once it accepts connections, until the end of the block.

        `output`: where it writes, instead of the terminal. Raises Unusable when it does not start, or the port is busy.
        """
        if _accepts(port):
            raise Unusable(f"Port {port} of 127.0.0.1 is busy: choose another one with SAM_PORT=...")
        command = self.command(name, "--port", str(port), *arguments)
        with self._running(command, stdout=output, stderr=output) as process:
            deadline = time.monotonic() + _START_LIMIT
            while not _accepts(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise Unusable(f"`sam local {name}` does not start on port {port} of 127.0.0.1.")
                time.sleep(0.1)
            yield process

    def invoke(self, function: str, event: Any) -> Any:
        """The answer of a function. Its log goes to the terminal. Raises Unusable when there is none."""
        command = self.command("invoke", function, "--event", "-")
        with self._running(command, stdin=PIPE, stdout=PIPE) as process:
            try:
                output, _ = process.communicate(json.dumps(event).encode(), timeout=PATIENCE)
            except TimeoutExpired as error:
                raise Unusable(f"`sam local invoke` gave no answer within {PATIENCE:.0f} s.") from error
        if process.returncode:
            raise Unusable(f"`sam local invoke` failed with exit code {process.returncode}.")
        return parsed(function, output)

    @contextmanager
    def _running(self, command: list[str], **streams: Any) -> Iterator[Popen[bytes]]:
        """It is ended by SIGINT, at which it removes its containers; at SIGTERM it leaves them running. In a session of
        its own it gets one SIGINT at Ctrl-C: a second one would end it before it has removed them. If it does not end
        then, it is killed.
        """
        with Popen(command, env=self.environment, start_new_session=True, **streams) as process:
            try:
                yield process
            finally:
                _end(process)


@contextmanager
def containers(settings: Settings, terminal: Terminal) -> Iterator[Sam]:
    """`sam local` for the present sources, and the relay to the local cloud until the end of the block.

    Raises Unusable without a running stack, without a container engine, or when the build fails.
    """
    if not (places := running(settings.data)):
        raise Unusable("No stack runs here: start it with `make run`, and try again while it runs.")
    engine = find_engine(_IMAGE.format(own_architecture()))
    build_if_needed(ROOT, settings, terminal)
    client = partial(local_client, endpoint=places.endpoint)
    functions = template.deployed_functions(client)
    assume = partial(template.assume, client("sts"))
    ports = template.local_ports(places.endpoint, functions)
    with relaying(engine, ports) as relay, TemporaryDirectory(prefix="souk-sam-") as scratch:
        common = template.common_variables(places.endpoint, relay.url)
        filled = template.fill_in(settings.build, functions, common, assume)
        template.write(filled, Path(scratch) / _TEMPLATE)
        yield Sam(places, Path(scratch), functions, pulls=not engine.has_image)


def parsed(function: str, answer: bytes) -> Any:
    """The answer of a function that `sam local` ran. Raises Unusable for none, as of a function that took too long."""
    try:
        return json.loads(answer)
    except ValueError as error:
        raise Unusable(
            f"{function} gave no answer; why is in its log. {answer[:400].decode(errors='replace')}"
        ) from error


def _end(process: Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_END_LIMIT)
        except TimeoutExpired:
            process.kill()


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
