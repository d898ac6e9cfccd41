"""`@endpoint`: turns a function of one Request into a Lambda handler for its routes.

It reads and validates the request, identifies the caller, checks roles, turns every domain error into its problem
document, and writes one line that is both log and metric. What is declared here is all there is about an endpoint:
`make openapi` writes the gateway's routes in template.yaml, docs/openapi.json and README's table from it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from souk.aws.idempotency import IdempotencyKey, Replayed
from souk.http.error_responses import problem
from souk.http.messages import Caller, Request, Response, caller_from, from_event, to_event, without_body
from souk.shared.clock import utc_now
from souk.shared.errors import FieldProblem, Forbidden, InvalidRequest, SoukError, Unauthenticated

if TYPE_CHECKING:
    from souk.http.fields import Wire
    from souk.http.uploads import FilesForm

ANYONE: Final = None
"""No token is needed: the route has no authorizer."""
SIGNED_IN: Final[frozenset[str]] = frozenset()
"""Any account."""

BASE_PATH: Final = "/api/v1"
CATCH_ALL: Final = "$default"
"""The route of requests that no other route takes."""

_NONE: Final[Mapping[Any, Any]] = {}
_LONGEST_WAIT = 25
_LONGEST_KEY = 255
_MOST_SAID = 5


class AtRoot(str):
    """A route whose path is not below BASE_PATH: `AtRoot("GET /openapi.json")`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """What an endpoint declares, as it was written; `tooling.contract` makes the contract of it."""

    routes: Mapping[str, str]
    summary: str
    roles: frozenset[str] | None
    body: type[Wire] | None
    query: type[Wire] | None
    choices: Mapping[str, tuple[int, ...]]
    form: FilesForm | None
    returns: Any
    status: int
    answers: Mapping[int, Any]
    content_types: tuple[str, ...]
    headers: tuple[str, ...]
    errors: tuple[int, ...]
    idempotent: bool
    if_match: bool
    waits: bool


def endpoint(
    route: str,
    *,
    roles: frozenset[str] | None,
    also: Mapping[str, str] = _NONE,
    body: type[Wire] | None = None,
    query: type[Wire] | None = None,
    choices: Mapping[str, tuple[int, ...]] = _NONE,
    form: FilesForm | None = None,
    returns: Any = None,
    status: int = 200,
    answers: Mapping[int, Any] = _NONE,
    content_types: tuple[str, ...] = (),
    headers: tuple[str, ...] = (),
    errors: tuple[int, ...] = (),
    replay: Callable[[Request, str], Any] | None = None,
    if_match: bool = False,
    reload: Callable[[Caller], Caller] | None = None,
    waits: bool = False,
) -> Callable[[Callable[[Request], Any]], Callable[[Mapping[str, Any], Any], dict[str, Any]]]:
    """Declare an endpoint.

    route: `"POST /orders"`, below BASE_PATH; AtRoot for a path that is not, CATCH_ALL for what no route takes.
    roles: ANYONE (the gateway then asks for no token), SIGNED_IN, or the roles of which the caller must have one.
    also: further routes. Each is an operation of its own, named `<file>_<key>`: `{"signup": "POST /auth/signup"}`.
    body, query: pydantic models of the JSON body and of the query string.
    choices: parameters of the query that may be left out, each one of some numbers: `{"width": (320, 960)}`. They take
        no model, and so not the 60 ms of processor time to import pydantic.
    form: files that may come as multipart/form-data in place of the JSON body; the handler reads them itself.
    returns: model of the answer (may be `list[Model]`); `status` is that of success.
    answers: further statuses of success, each with its model: `{202: ListingOut}`.
    content_types: of an answer that is not JSON of a model.
    headers: of a success, beyond those that follow from the rest (ETag, Link, Location, Idempotent-Replayed, ...).
    errors: statuses of problems beyond those that follow from the rest (400 of a body, 404 of a path parameter, ...).
    replay: honours Idempotency-Key; answers again from (request, entity id).
    if_match: honours If-Match; without it `Request.if_match` cannot be read.
    reload: the caller as its account is now, where revoked roles must count before the token expires.
    waits: honours `Prefer: wait=N`.
    """

    def decorate(handler: Callable[[Request], Any]) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
        declaration = Declaration(
            routes={"": route, **also},
            summary=(handler.__doc__ or "").strip().split("\n")[0],
            roles=roles,
            body=body,
            query=query,
            choices=choices,
            form=form,
            returns=returns,
            status=status,
            answers=answers,
            content_types=content_types,
            headers=headers,
            errors=errors,
            idempotent=replay is not None,
            if_match=if_match,
            waits=waits,
        )

        def prepare(event: Mapping[str, Any], context: Any) -> Request:
            request = from_event(event)
            caller = None if roles is ANYONE else _require(caller_from(event, utc_now()), roles)
            if reload is not None and caller is not None:
                caller = _require(reload(caller), roles)
            idempotency = None if replay is None or caller is None else _key(request, caller, context.function_name)
            problems: list[FieldProblem] = []
            parsed_query = _validate(query, dict(request.raw_query), "query", problems) if query else None
            chosen = {name: _choice(name, offered, request, problems) for name, offered in choices.items()}
            parsed_body = _read_body(body, request, form, problems)
            if problems:
                raise InvalidRequest(_sentence(problems), problems)
            return replace(
                request,
                body=parsed_body,
                query=parsed_query,
                choices=chosen,
                signed_in=caller,
                idempotency=idempotency,
                wait_seconds=_wait(request) if waits else None,
                takes_if_match=if_match,
            )

        def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
            started = time.perf_counter()
            request_id = event["requestContext"]["requestId"]
            failure: Exception | None = None
            request: Request | None = None
            try:
                request = prepare(event, context)
                try:
                    answer = _as_response(handler(request))
                except Replayed as done:
                    if replay is None:
                        raise
                    answer = _as_response(replay(request, done.entity_id))
                    answer = replace(answer, headers={**answer.headers, "Idempotent-Replayed": "true"})
                reply = to_event(answer, status, request_id)
            except SoukError as error:
                failure, reply = error, to_event(problem(error, request_id), status, request_id)
            except Exception as error:  # noqa: BLE001 - the last gate: logged with its trace, answered as an id only
                unknown = SoukError("Something went wrong on our side.")
                failure, reply = error, to_event(problem(unknown, request_id), status, request_id)
            if event["requestContext"]["http"]["method"] == "HEAD":
                reply = without_body(reply)
            _observe(event, context, request, reply["statusCode"], failure, time.perf_counter() - started)
            return reply

        handle.declaration = declaration  # type: ignore[attr-defined]
        handle.__doc__ = handler.__doc__
        return handle

    return decorate


def _require(caller: Caller, roles: frozenset[str] | None) -> Caller:
    if roles and not roles & caller.roles:
        raise Forbidden(f"This call needs one of the roles: {', '.join(sorted(roles))}.")
    return caller


def _as_response(answer: Any) -> Response:
    return answer if isinstance(answer, Response) else Response(answer)


def _key(request: Request, caller: Caller, operation: str) -> IdempotencyKey | None:
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not (0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        words = f"must be 1 to {_LONGEST_KEY} printable ASCII characters"
        raise InvalidRequest(f"Idempotency-Key {words}.", [FieldProblem("Idempotency-Key", words, "wrong_format")])
    # The path is part of the request: the same key on another entity is another request.
    digest = hashlib.sha256(request.path.encode() + b"\n" + request.lasting_body).hexdigest()
    return IdempotencyKey(caller.id, operation, key, digest)


def _wait(request: Request) -> int | None:
    """`Prefer: wait=N` (RFC 7240), at most 25 seconds; other preferences are not ours to honour."""
    for preference in request.headers.get("prefer", "").replace(";", ",").split(","):
        name, _, value = preference.strip().partition("=")
        seconds = value.strip().strip('"')
        if name.strip().lower() == "wait" and seconds.isascii() and seconds.isdigit():
            return min(int(seconds[:4]), _LONGEST_WAIT)
    return None


def _choice(name: str, offered: tuple[int, ...], request: Request, problems: list[FieldProblem]) -> int | None:
    given = request.raw_query.get(name)
    if given is None:
        return None
    by_text = {str(number): number for number in offered}
    if given not in by_text:
        problems.append(FieldProblem(name, f"must be one of {', '.join(by_text)}", "unknown_value"))
    return by_text.get(given)


def _read_body(model: type[Wire] | None, request: Request, form: FilesForm | None, problems: list[FieldProblem]) -> Any:
    if model is None:
        return None
    request.require_uncompressed()
    if form is not None and request.content_type == form.content_type:
        return None
    return _validate(model, request.json_body(), "body", problems)


def _validate(model: type[Wire], given: Any, root: str, problems: list[FieldProblem]) -> Any:
    from pydantic import ValidationError

    try:
        # In a body "1" and 1 differ. In a query everything is text, and its numbers are those of http/fields.py.
        if isinstance(given, bytes):
            return model.model_validate_json(given, strict=model.strict_json or None)
        return model.model_validate(given)
    except ValidationError as error:
        from souk.http.validation import problems_of

        problems += problems_of(error, root)
        return None


def _sentence(problems: list[FieldProblem]) -> str:
    more = [f"and {len(problems) - _MOST_SAID} more"] if len(problems) > _MOST_SAID else []
    return "; ".join([*(f"{one.field}: {one.message}" for one in problems[:_MOST_SAID]), *more])


def _observe(
    event: Mapping[str, Any],
    context: Any,
    request: Request | None,
    status: int,
    failure: Exception | None,
    seconds: float,
) -> None:
    milliseconds = round(seconds * 1000, 1)
    fields: dict[str, Any] = {
        "route": event["routeKey"],
        "request_id": event["requestContext"]["requestId"],
        "status": status,
        "milliseconds": milliseconds,
    }
    if request and request.signed_in:
        fields["account_id"] = request.signed_in.id
    if isinstance(failure, SoukError):
        fields["error"] = failure.code
    elif failure is not None:
        from souk.aws.logging import logger

        logger().error("request", extra={**fields, "function": context.function_name}, exc_info=failure)
    record_request(context.function_name, milliseconds, fields)


def record_request(function: str, milliseconds: float, fields: Mapping[str, Any]) -> None:
    """Write one line in CloudWatch's embedded metric format: the latency by function, and `fields`.

    The format allows members that are not metrics, so the same line is the log line.
    """
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    with single_metric("Latency", MetricUnit.Milliseconds, milliseconds, namespace="Souk") as metric:
        metric.add_dimension("Function", function)
        for name, value in {"level": "INFO", "message": "request", **fields}.items():
            metric.add_metadata(name, value)


__all__ = [
    "ANYONE",
    "BASE_PATH",
    "CATCH_ALL",
    "SIGNED_IN",
    "AtRoot",
    "Declaration",
    "Request",
    "Response",
    "Unauthenticated",
    "endpoint",
]
