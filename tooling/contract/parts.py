"""The parts of the contract that all operations share: problems, headers, parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from souk.http.error_responses import status_of
from souk.shared import errors

INTRODUCTION: Final = """\
JSON in and out.

- **Errors** are problem documents (RFC 9457) with a stable `error` code and, for bad input, the fields in `errors`.
- **Tokens**: send `Authorization: Bearer <token>` from `POST /api/v1/auth/login`; it lives 15 minutes.
- **Idempotency-Key** makes a repeated POST safe for 24 hours: the replay says `Idempotent-Replayed: true`.
- **Lists** are newest first; follow `next_cursor` or the `Link` header.
- **Prefer: wait=N** (RFC 7240) waits up to 25 seconds for the outcome of what goes on in the background.
- **ETag** and `If-Match` refuse a lost update with 412; `If-Match` takes several, as `"3", "4"`, or `*`.
- **HEAD** works where GET needs no token: the same headers without the body.
- **Numbers** in a body are JSON numbers, never texts. A body is sent as it is: 415 for any `Content-Encoding`.

A path that is not here is answered with 404, another method of one that is with 405 and `Allow`. Two refusals come from
the gateway itself, as `{"message"}`: 401 without an Authorization header, and 413 for a body over 10 MB.
"""

_DESCRIPTIONS: Final[Mapping[type[errors.SoukError], str]] = {
    errors.InvalidRequest: "The request is not valid; `errors` names the fields.",
    errors.Unauthenticated: "No access token, or one that is not good.",
    errors.Forbidden: "The caller does not have a role that this call needs.",
    errors.NotFound: "There is none, or it is somebody else's.",
    errors.MethodNotAllowed: "The path exists, the method does not.",
    errors.Conflict: "The present state does not allow it; `error` says why.",
    errors.PreconditionFailed: "It has changed since the ETag in If-Match.",
    errors.PayloadTooLarge: "The body is too large.",
    errors.UnsupportedMediaType: "The body is not of a type that is read here.",
    errors.IdempotencyKeyReused: "The Idempotency-Key was used with another request, or the vendor refused.",
    errors.TooManyRequests: "Too many calls: wait for as long as Retry-After says.",
    errors.SoukError: "A fault on our side; `request_id` finds it.",
    errors.VendorFailed: "The vendor failed or did not answer: the outcome is not known.",
    errors.DependencyUnavailable: "Something that this call needs is down; try again shortly.",
}

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457, with the members that every client looks for.",
    "required": ["type", "title", "status", "detail", "error", "message", "request_id", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "error": {"type": "string", "description": "A stable code."},
        "message": {"type": "string", "description": "The same as `detail`."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "description": f"At most {errors.MOST_PROBLEMS}; `detail` says how many more there are.",
            "maxItems": errors.MOST_PROBLEMS,
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "A path of names, the name of a header, or `body` or `query` for the whole. "
                        "A long path is cut.",
                    },
                    "code": {
                        "type": "string",
                        "enum": list(errors.FIELD_CODES),
                        "description": "\n".join(f"- `{code}`: {why}" for code, why in errors.FIELD_CODES.items()),
                    },
                    "message": {"type": "string", "description": "For people; goes after the name of the field."},
                    "limit": {"type": "number", "description": "The bound that was passed, where there is one."},
                },
            },
        },
        "vendor": {"type": "string", "description": "Who refused or failed."},
        "vendor_errors": {
            "type": "array",
            "description": "The vendor's own codes and words.",
            "items": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}

# The gateway refuses some calls before any function sees them: without Authorization, or with a body over 10 MB.
_BY_THE_GATEWAY: Final[dict[str, Any]] = {
    "application/json": {
        "schema": {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}},
        "example": {"message": "Refused"},
    }
}

HEADERS: Final[dict[str, Any]] = {
    "X-Request-Id": {"description": "Names this request in our logs.", "schema": {"type": "string"}},
    "ETag": {"description": "The version of what is answered, for If-Match.", "schema": {"type": "string"}},
    "Cache-Control": {"description": "How long it may be kept.", "schema": {"type": "string"}},
    "Location": {"description": "Where to look for it.", "schema": {"type": "string", "format": "uri-reference"}},
    "Link": {"description": 'The next page, as `<...>; rel="next"`.', "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}},
    "WWW-Authenticate": {"description": "RFC 6750.", "schema": {"type": "string"}},
    "Allow": {"description": "The methods of this path.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "The deed of this Idempotency-Key had been done before.",
        "schema": {"type": "string", "const": "true"},
    },
    "Preference-Applied": {"description": "The wait that was honoured.", "schema": {"type": "string"}},
}

PARAMETERS: Final[dict[str, Any]] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A text of your choice for this deed: makes repeating the call safe for 24 hours.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag that the change is based on, or several; `*` for any.",
        "schema": {"type": "string", "pattern": r'^(\*|(W/)?"[0-9]{1,18}"(, *(W/)?"[0-9]{1,18}"){0,19})$'},
    },
    "PreferWait": {
        "name": "Prefer",
        "in": "header",
        "description": "`wait=N`: wait for the outcome, 25 seconds at most.",
        "schema": {"type": "string"},
    },
}

SECURITY: Final[dict[str, Any]] = {
    "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "ES256, 15 minutes."}
}


def header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def parameter(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def problem(status: int) -> dict[str, str]:
    error = next(error for error in _DESCRIPTIONS if status_of(error) == status)
    return {"$ref": f"#/components/responses/{error.__name__}"}


def problems() -> dict[str, Any]:
    """One response for each status that is an error."""
    return {error.__name__: _problem(status_of(error), error, text) for error, text in _DESCRIPTIONS.items()}


def _problem(status: int, error: type[errors.SoukError], text: str) -> dict[str, Any]:
    named = {429: ["Retry-After"], 503: ["Retry-After"], 401: ["WWW-Authenticate"], 405: ["Allow"]}.get(status, [])
    too_long = {"field": "title", "code": "too_long", "message": "at most 80 characters", "limit": 80}
    example = {
        "type": f"urn:souk:error:{error.code}",
        "title": error.title,
        "status": status,
        "detail": text,
        "error": error.code,
        "message": text,
        "request_id": "JKJaXmPLvHcESHA=",
        "errors": [too_long] if status == 400 else [],
    }
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    return {
        "description": text,
        "headers": {name: header(name) for name in ("X-Request-Id", *named)},
        "content": {**content, **_BY_THE_GATEWAY} if status in (401, 413) else content,
    }
