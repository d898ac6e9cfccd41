"""Lets containers reach the local cloud, which listens on the loopback address only.

It is an HTTP proxy (RFC 9110, 7.6) on the address by which containers reach this machine. A container that is given it
as HTTP_PROXY uses the very URLs that the local cloud itself uses, so that signed URLs, payment pages and all else that
a function stores or answers are the same, and work outside of the container too.

It serves those with its password in the containers' network only: others run containers there, too, and the local cloud
takes root keys that everybody knows. It leads to the given ports of the loopback address only.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
import socket
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from local.containers.engine import Engine
from local.problems import Unusable

_HOP_BY_HOP: Final = frozenset({
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
    *("te", "trailer", "transfer-encoding", "upgrade", "expect"),
})  # fmt: skip
_DECIMAL: Final = re.compile(r"[0-9]{1,18}")
_PRINTABLE: Final = re.compile(r"[!-~]+")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})
_PATIENCE: Final = 930.0
"""Seconds that an answer may take. A function on AWS runs for fifteen minutes at most."""
_IDLE: Final = 60.0
"""Seconds that a container may take for the next piece of a request, or for the next request of its connection."""
_USER: Final = "souk"
_IP_FREEBIND: Final = 15
"""Of linux/in.h; the socket module has no name for it. The bridge may not exist before its first container runs."""


class Relay(ThreadingHTTPServer):
    """A proxy on a free port of the engine's address, to `ports` of this machine's loopback address."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, engine: Engine, ports: frozenset[int]) -> None:
        self.engine = engine
        self.ports = ports
        self._password = secrets.token_urlsafe(24)
        try:
            super().__init__((engine.listen, 0), _Handler)
        except OSError as error:
            raise Unusable(f"The address {engine.listen} of the containers' network cannot be used: {error}") from error

    @property
    def url(self) -> str:
        """Its address for containers, with the password, which is another one for each relay."""
        return f"http://{_USER}:{self._password}@{self.engine.host}:{self.server_port}"

    def knows(self, credentials: str) -> bool:
        """Whether a Proxy-Authorization header has the password (RFC 7617)."""
        expected = b64encode(f"{_USER}:{self._password}".encode())
        scheme, _, given = credentials.partition(" ")
        return scheme.lower() == "basic" and secrets.compare_digest(given.strip().encode(), expected)

    def server_bind(self) -> None:
        if sys.platform == "linux":
            self.socket.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
        # HTTPServer.server_bind would look the address up in the DNS.
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_port = self.socket.getsockname()[1]

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - socketserver's own
        """Only from the containers' network: another machine can address a packet to the bridge too."""
        return ipaddress.ip_address(client_address[0]) in self.engine.callers

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A container that ended in the middle of a request is no error here; any other is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def relaying(engine: Engine, ports: frozenset[int]) -> Iterator[Relay]:
    """A relay that serves until the end of the block."""
    with Relay(engine, ports) as relay:
        thread = threading.Thread(target=relay.serve_forever, args=(0.1,), name="souk-relay", daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            relay.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Relay
    protocol_version = "HTTP/1.1"
    timeout = _IDLE

    def _pass_on(self) -> None:
        if not self.server.knows(self.headers.get("Proxy-Authorization", "")):
            return self._refuse(HTTPStatus.PROXY_AUTHENTICATION_REQUIRED, "This proxy needs its password.")
        try:
            target = urlsplit(self.path)
            port = target.port
        except ValueError:
            return self._refuse(400, "The target is no URL.")
        if not _PRINTABLE.fullmatch(self.path):
            return self._refuse(400, "The target has characters that no URL has.")
        if target.scheme != "http" or target.hostname not in _LOOPBACK or port not in self.server.ports:
            return self._refuse(403, f"Containers reach only the local cloud through this proxy, not {self.path}.")
        if "Transfer-Encoding" in self.headers:
            return self._refuse(411, "This proxy needs a Content-Length.")
        size = self.headers.get("Content-Length", "0")
        if not _DECIMAL.fullmatch(size):
            return self._refuse(400, "The Content-Length is not a decimal number.")
        body = self.rfile.read(int(size))
        # As it was sent, because signatures are made over it: put together again, it can be another one.
        path = self.path[len(f"http://{target.netloc}") :]
        origin = HTTPConnection(target.hostname or "", port, timeout=_PATIENCE)
        try:
            self._send(origin, path if path.startswith("/") else f"/{path}", body)
            answer = origin.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            return self._refuse(502, f"{target.netloc} gave no answer: {error}")
        finally:
            origin.close()
        return self._answer(answer, content)

    def __getattr__(self, name: str) -> Callable[[], None]:
        """BaseHTTPRequestHandler looks for a method of the name `do_GET` and so on."""
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)

    def _send(self, origin: HTTPConnection, path: str, body: bytes) -> None:
        origin.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in _HOP_BY_HOP:
                origin.putheader(name, value)
        origin.endheaders(body)

    def _answer(self, answer: HTTPResponse, content: bytes) -> None:
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in {*_HOP_BY_HOP, "content-length"}:
                self.send_header(name, value)
        size = answer.headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(content))
        if answer.status not in {204, 304}:
            self.send_header("Content-Length", size)
        self.end_headers()
        self.wfile.write(content)

    def _refuse(self, status: int, reason: str) -> None:
        content = reason.encode()
        self.close_connection = True
        self.send_response_only(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            self.send_header("Proxy-Authenticate", 'Basic realm="souk"')
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet: what a function does is in its own log."""
