"""A request as a handler sees it, validated; and what a handler answers."""

from __future__ import annotations

import base64
import json
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from souk.aws.idempotency import IdempotencyKey
from souk.http.conditions import is_any, names, versions
from souk.shared.errors import FieldProblem, InvalidRequest, NotFound, Unauthenticated, UnsupportedMediaType
from souk.shared.versioned import Versions

JSON = "application/json"


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
    """One HTTP request. `body` and `query` are the validated models that the endpoint declared, else None.

    `choices` has each that the endpoint declared, None where it was not made.
    """

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
    choices: Mapping[str, int | None] = field(default_factory=dict)
    signed_in: Caller | None = None
    idempotency: IdempotencyKey | None = None
    wait_seconds: int | None = None
    takes_if_match: bool = False

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

    @property
    def content_type(self) -> str:
        """The body's media type without parameters, in lower case. A client that does not say sends JSON."""
        return self.headers.get("content-type", JSON).split(";")[0].strip().lower()

    def own(self, name: str) -> str:
        """The caller's id, which the path has under `name`. Raises NotFound when that is another's."""
        if self.params[name] != self.caller.id:
            raise NotFound("There is nothing of yours here.")
        return self.caller.id

    @property
    def lasting_body(self) -> bytes:
        """What a client sends again when it tries again: the body, without the boundary, which differs each time."""
        content_type = self.headers.get("content-type", "")
        if not content_type.lower().startswith("multipart/"):
            return self.raw_body
        from email.message import Message

        header = Message()
        header["content-type"] = content_type
        boundary = header.get_boundary()
        return self.raw_body.replace(f"--{boundary}".encode(), b"--") if boundary else self.raw_body

    @property
    def if_match(self) -> Versions | None:
        """The versions that `If-Match` allows, or None for any. Raises InvalidRequest.

        Raises RuntimeError when the endpoint does not declare if_match: its contract would not name the header.
        """
        if not self.takes_if_match:
            raise RuntimeError("request.if_match is read by an endpoint that does not declare if_match=True")
        return versions(self.headers.get("if-match"))

    def knows(self, tag: str) -> bool:
        """Whether the client has what bears this ETag, by its `If-None-Match`: then the answer is 304."""
        return names(self.headers.get("if-none-match"), tag)

    @property
    def knows_any(self) -> bool:
        """Whether `If-None-Match` is `*`: the answer is 304 if there is anything."""
        return is_any(self.headers.get("if-none-match"))

    def json_body(self) -> bytes:
        """The JSON that was sent, without the mark that some editors put before UTF-8; an empty body is `{}`.

        Raises UnsupportedMediaType when it is no JSON by its Content-Type.
        """
        if self.content_type != JSON and not self.content_type.endswith("+json"):
            raise UnsupportedMediaType(f"Send application/json, not {self.content_type[:80]}.")
        return self.raw_body.removeprefix(BOM_UTF8) or b"{}"

    def require_uncompressed(self) -> None:
        """Raises UnsupportedMediaType `body_compressed`. Nothing is unpacked here, so nothing small becomes huge."""
        codings = {coding.strip().lower() for coding in self.headers.get("content-encoding", "").split(",")}
        if found := sorted(codings - {"", "identity"}):
            raise UnsupportedMediaType(
                f"Send the body as it is, without Content-Encoding: {found[0][:40]}.", code="body_compressed"
            )


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
    """The caller of a request that the gateway's authorizer has looked at.

    Raises Unauthenticated unless its authorization is there, valid, and not past the token's expiry, which is checked
    again: the gateway caches authorizations for up to 300 s.
    """
    authorization = (event["requestContext"].get("authorizer") or {}).get("lambda") or {}
    if authorization.get("verdict") != "valid":
        reason, code = authorization.get("reason"), authorization.get("code")
        raise Unauthenticated(reason or "This call needs an access token.", code=code or None)
    expires_at = datetime.fromtimestamp(int(authorization["expires_at"]), UTC)
    if expires_at <= now:
        raise Unauthenticated("The access token has expired.", code="token_expired")
    return Caller(
        id=authorization["subject"],
        roles=frozenset(filter(None, authorization["roles"].split(" "))),
        token_id=authorization["token_id"],
        expires_at=expires_at,
        session_id=authorization.get("session_id", ""),
    )


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    try:
        return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else str(body).encode()
    except ValueError as error:
        words = "cannot be read"
        raise InvalidRequest(f"The body {words}.", [FieldProblem("body", words, "wrong_format")]) from error


# Responses ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Response:
    """`body` is a pydantic model, a list of them, bytes, or None. Headers are added to the endpoint's own."""

    body: Any = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


def immutable(request: Request, tag: str, content_type: str, read: Callable[[], bytes]) -> Response:
    """What never changes under its address, from which its ETag `tag` follows; 304 to a client that has it.

    Nothing is read for a client that names the tag. `*` is any representation: only reading says that there is one.
    """
    headers = {"ETag": f'"{tag}"', "Cache-Control": "public, max-age=31536000, immutable"}
    unchanged = Response(status=304, headers=headers)
    if (is_known := request.knows(tag)) and not request.knows_any:
        return unchanged
    content = read()
    return unchanged if is_known else Response(content, headers=headers, content_type=content_type)


def to_event(response: Response, status: int, request_id: str) -> dict[str, Any]:
    """The shape that an HTTP API expects from its function."""
    headers = {"X-Request-Id": request_id, "Cache-Control": "no-store", **response.headers}
    event: dict[str, Any] = {"statusCode": response.status or status, "headers": headers}
    if response.body is None:
        return event
    headers["Content-Type"] = response.content_type
    if isinstance(response.body, bytes):
        return {**event, "body": base64.b64encode(response.body).decode(), "isBase64Encoded": True}
    return {**event, "body": encode(response.body)}


def without_body(reply: dict[str, Any]) -> dict[str, Any]:
    """The answer to HEAD from that to GET: all of it, the length included, but for the body."""
    body = reply.get("body")
    if body is None:
        return reply
    length = len(base64.b64decode(body) if reply.get("isBase64Encoded") else body.encode())
    headers = {**reply["headers"], "Content-Length": str(length)}
    return {"statusCode": reply["statusCode"], "headers": headers}


def encode(body: Any) -> str:
    """JSON text of a model, of a list of models, or of plain values."""
    if hasattr(body, "model_dump_json"):
        return str(body.model_dump_json(by_alias=True))
    if isinstance(body, list | tuple):
        return "[" + ",".join(encode(element) for element in body) + "]"
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)
