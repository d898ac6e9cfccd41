"""What an error is answered with: its HTTP status and its problem document (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from souk.http.messages import Response
from souk.shared import errors
from souk.shared.errors import FieldProblem, SoukError

PROBLEM_JSON: Final = "application/problem+json"

_STATUSES: Final[Mapping[type[SoukError], int]] = {
    errors.InvalidRequest: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.PayloadTooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.IdempotencyKeyReused: 422,
    errors.VendorRefused: 422,
    errors.TooManyRequests: 429,
    SoukError: 500,
    errors.VendorFailed: 502,
    errors.DependencyUnavailable: 503,
}


def status_of(error: type[SoukError]) -> int:
    """The HTTP status of a class of errors: its own, else that of the class it derives from."""
    return next(_STATUSES[one] for one in error.__mro__ if one in _STATUSES)


def problem(error: SoukError, request_id: str) -> Response:
    """The problem document, with the members that every requirement document's clients look for."""
    status = status_of(type(error))
    document: dict[str, Any] = {
        "type": f"urn:souk:error:{error.code}",
        "title": error.title,
        "status": status,
        "detail": error.detail,
        "error": error.code,
        "message": error.detail,
        "request_id": request_id,
        "errors": [],
        **error.extra,
    }
    if isinstance(error, errors.InvalidRequest):
        document["errors"] = [_field_error(one) for one in error.problems]
    headers: dict[str, str] = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = f'Bearer error="invalid_token", error_description="{error.code}"'
    return Response(document, status, headers, PROBLEM_JSON)


def _field_error(one: FieldProblem) -> dict[str, Any]:
    limit = {} if one.limit is None else {"limit": one.limit}
    return {"field": one.field, "code": one.code, "message": one.message, **limit}
