"""The request as a handler sees it: validated, with a caller that the authorizer vouches for."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from souk.aws.idempotency import IdempotencyKey
from souk.shared.errors import InvalidRequest, NotFound, Unauthenticated


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the account id, its roles, the token's id and end, and the session that the token is of."""

    id: str
    roles: frozenset[str]
    token_id: str
    expires_at: datetime
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `body` and `query` are the validated models that the endpoint declared, else None."""

    method: str
    path: str
    route: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    raw_query: Mapping[str, str]
    raw_body: bytes
    source_ip: str
    request_id: str
    body: Any = None
    query: Any = None
    signed_in: Caller | None = None
    idempotency: IdempotencyKey | None = None
    wait_seconds: int | None = None

    @property
    def caller(self) -> Caller:
        """The caller of an endpoint that is not public."""
        if self.signed_in is None:
            raise Unauthenticated("This call needs an access token.")
        return self.signed_in

    @property
    def origin(self) -> str:
        """Where this API is for this client: `https://host`. A gateway in the same machine speaks plain HTTP."""
        return f"{self.headers.get('x-forwarded-proto', 'http')}://{self.headers.get('host', 'localhost')}"

    def own(self, name: str) -> str:
        """The caller's id as it stands in the path under `name`. Raises NotFound for another's."""
        if self.params[name] != self.caller.id:
            raise NotFound("There is nothing of yours here.")
        return self.caller.id

    @property
    def lasting_body(self) -> bytes:
        """What a client sends again when it tries again: the body, without a boundary that it draws anew each time."""
        content_type = self.headers.get("content-type", "")
        if not content_type.lower().startswith("multipart/"):
            return self.raw_body
        from email.message import Message

        header = Message()
        header["content-type"] = content_type
        boundary = header.get_boundary()
        return self.raw_body.replace(f"--{boundary}".encode(), b"--") if boundary else self.raw_body

    @property
    def if_match(self) -> int | None:
        """The version that `If-Match` insists on, or None. Raises InvalidRequest."""
        tag = self.headers.get("if-match", "*").strip()
        if tag == "*":
            return None
        text = tag.removeprefix("W/").strip('"')
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise InvalidRequest("If-Match takes an ETag that this API gave.")
        return int(text)


def from_event(event: Mapping[str, Any]) -> Request:
    """Read an HTTP API event (payload format 2.0). Raises InvalidRequest on an unreadable body."""
    http = event["requestContext"]["http"]
    return Request(
        method=http["method"],
        path=event["rawPath"],
        route=event["routeKey"],
        params=event.get("pathParameters") or {},
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        raw_query=event.get("queryStringParameters") or {},
        raw_body=_body(event),
        source_ip=http["sourceIp"],
        request_id=event["requestContext"]["requestId"],
    )


def caller_from(event: Mapping[str, Any], now: datetime) -> Caller:
    """The authorizer's verdict. It fails closed: no verdict, or an outdated one, is no entry.

    Verdicts are cached by the gateway for up to 300 s, so the token's expiry is looked at again.
    """
    verdict = (event["requestContext"].get("authorizer") or {}).get("lambda") or {}
    if verdict.get("verdict") != "valid":
        raise Unauthenticated(
            verdict.get("reason") or "This call needs an access token.", code=verdict.get("code") or None
        )
    expires_at = datetime.fromtimestamp(int(verdict["expires_at"]), UTC)
    if expires_at <= now:
        raise Unauthenticated("The access token has expired.", code="token_expired")
    roles = frozenset(filter(None, verdict["roles"].split(" ")))
    return Caller(verdict["subject"], roles, verdict["token_id"], expires_at, verdict.get("session_id", ""))


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    try:
        return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else str(body).encode()
    except ValueError as error:
        raise InvalidRequest("The body cannot be read.") from error
