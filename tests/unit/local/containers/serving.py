"""An HTTP server for a test, and a stack that seems to run."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from local.running import Places


@dataclass
class Request:
    """What a server got; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Served:
    """A running server: its URL, and the requests that it got."""

    port: int
    requests: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


type Answer = Callable[[Request], tuple[int, dict[str, str], bytes]]


@contextmanager
def serving(answer: Answer) -> Iterator[Served]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            path = self.requestline.split()[1]  # http.server's own `path` begins with one slash where two were sent
            request = Request(self.command, path, headers, body)
            served.requests.append(request)
            status, named, content = answer(request)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **named}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _reply  # noqa: N815 - http.server's names

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Served(server.server_port)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def seemingly_running(data: Path) -> Iterator[Places]:
    """As a stack that runs leaves its data folder, with the lock held by another descriptor."""
    places = Places("http://127.0.0.1:9/api/v1", "http://127.0.0.1:9", "", "", os.getpid())
    (data / "running").write_text(json.dumps(asdict(places)))
    with (data / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield places
