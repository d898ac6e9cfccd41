"""An HTTP client for a stand-in in this process: no server, no socket."""

from __future__ import annotations

from urllib.parse import parse_qs

import httpx

from local.vendors.server import App, Request


def client_of(app: App) -> httpx.Client:
    """Every request goes to `app`. Raises httpx.RemoteProtocolError where `app` gives no answer."""

    def send(sent: httpx.Request) -> httpx.Response:
        query = parse_qs(sent.url.query.decode())
        response = app(Request(sent.method, sent.url.path, query, dict(sent.headers), sent.content))
        if response is None:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        headers = {"Content-Type": response.content_type, **response.headers}
        return httpx.Response(response.status, headers=headers, content=response.body)

    return httpx.Client(transport=httpx.MockTransport(send))
