"""Starts the vendors' stand-ins as processes, each with its port, state and log in the data folder."""

from __future__ import annotations

import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from local.children import Children
from local.problems import Unusable

_START_LIMIT = 20.0


@dataclass(slots=True)
class StandIn:
    """`local.vendors.<name>` on `port` of 127.0.0.1; `title` is the vendor's name as the vendor spells it."""

    name: str
    title: str
    port: int
    data: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def problem(self) -> str:
        """What went wrong since the start, as a sentence; empty if nothing did."""
        if self._process is None or self._process.poll() is None:
            return ""
        return f"The {self.title} stand-in ended by itself; its log is {self._log}."

    def start(self, children: Children, *arguments: str) -> None:
        state = self.data / self.name
        state.mkdir(exist_ok=True)
        usual = ("--port", str(self.port), "--state", str(state))
        self._process = children.start(f"local.vendors.{self.name}", *usual, *arguments, log=self._log)

    def wait(self) -> None:
        """Wait until it accepts connections. Raises Unusable if it does not."""
        deadline = time.monotonic() + _START_LIMIT
        while not _accepts(self.port):
            if self.problem or time.monotonic() > deadline:
                raise Unusable(f"The {self.title} stand-in does not start; its log is {self._log}.")
            time.sleep(0.02)

    @property
    def _log(self) -> Path:
        return self.data / f"{self.name}.log"


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
