"""Lambda workers by fork: a parent imports the libraries that most functions need, and each worker starts from it.

A worker has the environment it is given, the standard library, its layers and its code, as a process of its own has.
Of its parent it has what was imported, with the seed of `hash` and the interpreter's own variables (PYTHON*, TZ). What
was imported comes from the layers that hold the libraries below: another layer must not bring other versions of them.
Workers share the memory of all that. Linux only, because others cannot fork safely.

The parent's side of this file is run by a bare interpreter, which has nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

INTERPRETER = getattr(sys, "_base_executable", sys.executable)  # outside of any virtual environment
SUPPORTED = sys.platform == "linux"
_NUMBER = struct.Struct("!I")
_PATIENCE = 60.0  # seconds for a fork, of which the first waits for the imports
_GRACE = 5.0
_LAYERS = "_LAMBDA_LAYERS_DIRS"  # MiniStack's own variable
_LIBRARIES = (
    "aws_lambda_powertools.logging",
    "aws_lambda_powertools.metrics",
    "botocore.client",
    "botocore.handlers",
    "botocore.httpsession",
    "botocore.parsers",
    "botocore.retries.standard",
    "botocore.session",
    "souk",
)
"""What the parent imports where the layers have it, with all modules of a package. Importing reads no function's own
variables."""


class ForkServers:
    """Starts workers, from one parent for each set of libraries. `started` gets the pid and name of every process."""

    def __init__(self, started: Callable[[int, str], None]) -> None:
        self._started = started
        self._parents: dict[tuple[str, ...], _Parent] = {}
        self._lock = threading.Lock()

    def start(self, name: str, script: str, folder: str, environment: Mapping[str, str]) -> Forked:
        """Run `script` in a fork that has `environment` alone, in `folder`, with pipes for its standard streams."""
        given = filter(None, environment.get(_LAYERS, "").split(os.pathsep))
        layers = tuple(filter(_holds_libraries, map(os.path.realpath, given)))
        request = {"script": script, "folder": folder, "environment": dict(environment)}
        with self._lock:
            forked = self._fork(layers, request) or self._fork(layers, request)
        if forked is None:
            raise RuntimeError("The parent of the Lambda workers ended twice.")
        self._started(forked.pid, name)
        return forked

    def _fork(self, layers: tuple[str, ...], request: Mapping[str, Any]) -> Forked | None:
        """None when the parent cannot fork any more: the next call makes another."""
        parent = self._parents.get(layers)
        if parent is None:
            parent = self._parents[layers] = _Parent(layers, request["environment"])
            self._started(parent.pid, __name__)
        try:
            return parent.fork(request)
        except (OSError, EOFError):
            self._parents.pop(layers).stop()
            return None

    def stop(self) -> None:
        """End the parents; their workers go on until their own input ends."""
        with self._lock:
            for parent in self._parents.values():
                parent.stop()
            self._parents.clear()


class _Parent:
    """A process that imports the libraries of `layers` and then forks. It ends when this object's socket is closed."""

    def __init__(self, layers: tuple[str, ...], environment: Mapping[str, str]) -> None:
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(_PATIENCE)
        with theirs:
            self._process = subprocess.Popen(
                [INTERPRETER, "-S", "-P", __file__, str(theirs.fileno()), *layers],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
                # The first worker's, for the variables that all functions have: libraries read those.
                env=environment,
            )
        self.pid = self._process.pid

    def stop(self) -> None:
        self._socket.close()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def fork(self, request: Mapping[str, Any]) -> Forked:
        with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
            workers_input, stdin = _pipe(theirs, ours)
            stdout, workers_output = _pipe(ours, theirs)
            stderr, workers_log = _pipe(ours, theirs)
            body = json.dumps(request).encode()
            socket.send_fds(self._socket, [_NUMBER.pack(len(body))], [workers_input, workers_output, workers_log])
            self._socket.sendall(body)
            [pid] = _NUMBER.unpack(_exactly(self._socket, _NUMBER.size))
            forked = Forked(pid, stdin, stdout, stderr)
            ours.pop_all()  # the worker's now
            return forked


def _pipe(reader: contextlib.ExitStack, writer: contextlib.ExitStack) -> tuple[int, int]:
    """The two ends of a pipe, each closed at the end of its stack."""
    read, write = os.pipe()
    reader.callback(os.close, read)
    writer.callback(os.close, write)
    return read, write


class Forked:
    """A worker, as far as MiniStack uses subprocess.Popen. Its parent is another process: a pidfd says when it ends."""

    def __init__(self, pid: int, stdin: int, stdout: int, stderr: int) -> None:
        self.pid = pid
        self._pidfd = os.pidfd_open(pid)
        self.stdin = os.fdopen(stdin, "w", buffering=1)
        self.stdout, self.stderr = os.fdopen(stdout), os.fdopen(stderr)

    def __del__(self) -> None:
        os.close(self._pidfd)

    def poll(self) -> int | None:
        return 0 if self._ended(0) else None

    def wait(self, timeout: float | None = None) -> int:
        if not self._ended(timeout):
            raise subprocess.TimeoutExpired("a Lambda worker", timeout or 0)
        return 0

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, number)

    def _ended(self, timeout: float | None) -> bool:
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(None if timeout is None else timeout * 1000))


def _holds_libraries(layer: str) -> bool:
    return any(Path(layer, "python", name.partition(".")[0]).exists() for name in _LIBRARIES)


def _exactly(source: socket.socket, size: int) -> bytes:
    """Raises EOFError when the other side has ended."""
    received = b""
    while len(received) < size:
        if not (part := source.recv(size - len(received))):
            raise EOFError
        received += part
    return received


def _import_libraries(layers: list[str]) -> None:
    own = sys.path[:]
    for layer in layers:  # in the order of MiniStack's worker: the last comes first
        sys.path[:0] = [layer, str(Path(layer, "python"))]
    for name in _LIBRARIES:
        _import_all(name)
    sys.path[:] = own
    # Workers share these objects: collecting garbage must not write to them.
    gc.collect()
    gc.freeze()


def _import_all(name: str) -> None:
    # A function that needs what is missing or broken says so itself.
    with contextlib.suppress(Exception):
        package = importlib.import_module(name)
        for module in pkgutil.iter_modules(getattr(package, "__path__", ()), f"{name}."):
            _import_all(module.name)


def _serve(requests: socket.socket) -> dict[str, Any] | None:
    """Fork at every request. Returns the request in the fork, and None in the parent at the end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel collects workers that have ended
    while True:
        head, pipes, *_ = socket.recv_fds(requests, _NUMBER.size, 3)
        if not head:
            return None
        request: dict[str, Any] = json.loads(_exactly(requests, _NUMBER.unpack(head)[0]))
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            for stream, pipe in enumerate(pipes):
                os.dup2(pipe, stream)
        for pipe in pipes:
            os.close(pipe)
        if pid == 0:
            return request
        requests.sendall(_NUMBER.pack(pid))


def _run(request: Mapping[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv[1:] = []
    runpy.run_path(request["script"], run_name="__main__")


if __name__ == "__main__":
    _import_libraries(sys.argv[2:])
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        request = _serve(requests)
    if request is not None:
        _run(request)
