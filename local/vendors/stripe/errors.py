"""Stripe's errors as this stand-in gives them, in its envelope and mostly in its words."""

from __future__ import annotations

from typing import Any

from local.vendors.server import Response, json_response

INVALID = "invalid_request_error"


class Refused(Exception):
    """Ends a call without effect. `decline_code` belongs to a card's refusal."""

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        decline_code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        given = {"code": code, "param": param, "decline_code": decline_code}
        self.document: dict[str, Any] = {
            "error": {"type": kind, "message": message} | {name: value for name, value in given.items() if value}
        }

    def response(self) -> Response:
        return json_response(self.status, self.document)


def invalid(message: str, param: str | None = None, code: str | None = None) -> Refused:
    return Refused(400, INVALID, message, code=code, param=param)


def no_such(kind: str, object_id: str) -> Refused:
    return Refused(404, INVALID, f"No such {kind}: '{object_id}'", code="resource_missing", param="id")


def unauthorized(message: str) -> Refused:
    return Refused(401, INVALID, message)


def key_reused(key: str) -> Refused:
    message = (
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request."
    )
    return Refused(400, "idempotency_error", message)


def key_in_use(key: str) -> Refused:
    message = f"There is currently another in-progress request using this Idempotency Key: {key}."
    return Refused(409, "idempotency_error", message, code="idempotency_key_in_use")


def on_demand(code: str, message: str) -> Refused:
    """What a fault of mode `refuse` asks for by its `code`."""
    words = message or f"Refused with {code}."
    match code:
        case "card_declined":
            return Refused(402, "card_error", words, code=code, decline_code="generic_decline")
        case "api_error" | "api_error_after":
            return Refused(500, "api_error", words)
        case "rate_limit" | "lock_timeout":
            return Refused(429, INVALID, words, code=code)
        case "idempotency_key_in_use":
            return Refused(409, "idempotency_error", words, code=code)
        case "invalid_api_key":
            return Refused(401, INVALID, words, code=code)
        case "permission":
            return Refused(403, INVALID, words, code=code)
    return Refused(400, INVALID, words, code=code)
