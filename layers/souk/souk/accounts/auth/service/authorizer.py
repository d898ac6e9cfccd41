"""What the gateway's authorizer answers: always yes, with its verdict beside it.

An HTTP API turns a refusal into a bare 403, and clients need a 401 to know that they must refresh: so the endpoint
refuses, by this verdict (souk.http.request.caller_from). Verdicts are cached by the gateway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from souk.accounts.auth.service.access_tokens import Claims
from souk.shared.errors import Unauthenticated


def verdict(headers: Mapping[str, str], verify: Callable[[str], Claims]) -> dict[str, Any]:
    """The simple response (payload format 2.0) for a request with these headers, lower-case names.

    Raises DependencyUnavailable when no verdict can be had: the gateway then answers 500 and caches nothing.
    """
    try:
        claims = verify(_bearer(headers.get("authorization", "")))
    except Unauthenticated as error:
        return _answer({"verdict": "invalid", "reason": error.detail, "code": error.code})
    return _answer(
        {
            "verdict": "valid",
            "reason": "",
            "subject": claims.subject,
            "roles": " ".join(claims.roles),
            "session_id": claims.session_id,
            "token_id": claims.token_id,
            "expires_at": str(int(claims.expires_at.timestamp())),
        }
    )


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("This call needs an access token: Authorization: Bearer <token>.", code="invalid_token")
    return token.strip()


def _answer(context: dict[str, str]) -> dict[str, Any]:
    return {"isAuthorized": True, "context": context}
