"""A stack for tests, with free ports and a data folder of its own, which can be stopped and killed.

It runs as users run it: `python -m local run` in the cloud's virtual environment, with an existing build. Tests reach
it over HTTP and boto3 only. They run in the same environment, or set SOUK_CLOUD_PYTHON to its interpreter.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from local.cloud import local_client
from local.running import Places, running
from local.stack import FIRST_PORTS, PORTS

ROOT = Path(__file__).parents[1]
PATIENCE: Final = 300.0
"""Seconds after which a test gives up waiting for what has to happen. Far more than a busy machine takes: a wait ends
with its condition, and a limit that is near would make the result depend on the machine.
"""


class LocalStack:
    """`settings` are environment variables (see local/settings.py) on top of the stack's own port and folder."""

    def __init__(self, data: Path, build: Path | None = None, settings: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.port = free_port()
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            **(settings or {}),
            "SOUK_DATA": str(data),
            "SOUK_BUILD": str(build or ROOT / ".aws-sam/build"),
            "PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
        }
        self._process: subprocess.Popen[str] | None = None
        self._places: Places | None = None
        self._choose_ports()

    @property
    def url(self) -> str:
        """The API, with its prefix."""
        return self.places.api

    @property
    def ebay_url(self) -> str:
        """The eBay stand-in: its pages, and its control endpoint below."""
        return self.places.ebay

    @property
    def stripe_url(self) -> str:
        """The Stripe stand-in: its payment pages, and its control endpoint below."""
        return self.places.stripe

    @property
    def places(self) -> Places:
        assert self._places is not None, "the stack has not been started"
        return self._places

    @property
    def pid(self) -> int:
        assert self._process is not None, "the stack has not been started"
        return self._process.pid

    def configure(self, **settings: str) -> None:
        """Settings for the next start."""
        self._environment |= settings

    def begin(self) -> subprocess.Popen[str]:
        """Start without waiting."""
        self._process = subprocess.Popen(
            [cloud_python(), "-m", "local", "run"],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self._process

    def start(self) -> LocalStack:
        """Start and wait until the API answers. Raises RuntimeError with the output if the stack ends before."""
        process = self.begin()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"the stack ended with {process.returncode}:\n{process.communicate()[0]}")
            if places := running(self.data):
                self._places = places
                return self
            time.sleep(0.05)
        self.kill9()
        raise RuntimeError(f"the stack did not start within {PATIENCE:.0f} s")

    def stop(self) -> tuple[int, str]:
        """Send SIGTERM. Returns exit status and output."""
        return self._end(signal.SIGTERM)

    def kill9(self) -> tuple[int, str]:
        """Send SIGKILL. Returns exit status and output."""
        return self._end(signal.SIGKILL)

    def end(self) -> None:
        """Stop it if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self.stop()

    def client(self, service: str) -> Any:
        """A boto3 client of the local account's root."""
        return local_client(service, self.places.endpoint)

    def physical(self, logical: str) -> str:
        """The physical id of a logical id."""
        found = self.client("cloudformation").describe_stack_resource(StackName="souk", LogicalResourceId=logical)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def wait_scale(self, scale: float) -> None:
        """Shorten (or restore, 1) the waits of workflows from now on."""
        import urllib.request

        body = f'{{"stepfunctions._SFN_WAIT_SCALE": {scale}}}'.encode()
        request = urllib.request.Request(f"{self.places.endpoint}/_ministack/config", data=body, method="POST")
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            answer.read()

    def _choose_ports(self) -> None:
        """Choose free ports: two stacks that start at the same time would both find the usual ones free."""
        file = self.data / PORTS
        if not file.exists():
            self.data.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps({name: free_port() for name in FIRST_PORTS}))

    def _end(self, how: signal.Signals) -> tuple[int, str]:
        assert self._process is not None, "the stack has not been started"
        if self._process.poll() is None:
            self._process.send_signal(how)
        output, _ = self._process.communicate(timeout=PATIENCE)
        return self._process.returncode, output


def wait_until[T](condition: Callable[[], T]) -> T:
    """The first true result of the condition. Raises AssertionError if there is none within PATIENCE seconds."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {PATIENCE:.0f} s")
        time.sleep(0.02)
    return answer


def cloud_python() -> str:
    """The interpreter of the cloud's virtual environment."""
    return os.environ.get("SOUK_CLOUD_PYTHON") or sys.executable


def free_port() -> int:
    """A free port below those used for outgoing connections, so that it is still free at the next start."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port of 100 is free")
