"""The gateway's authorizer: it allows every request, and passes on whether the access token is valid.

An HTTP API turns a denial into a bare 403, but clients need a 401 to know that they must refresh. So the endpoint
refuses the request (souk.http.messages.caller_from), by the context returned here: `verdict` is "valid" or "invalid".
The gateway caches the answer per token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from souk.accounts.auth.model.access_token import Claims
from souk.shared.errors import Unauthenticated


def authorize(headers: Mapping[str, str], verify: Callable[[str], Claims]) -> dict[str, Any]:
    """The authorizer's simple response (payload format 2.0). `headers` have lower-case names.

    Raises DependencyUnavailable if the token cannot be verified now: the gateway answers 500 and caches nothing.
    """
    try:
        claims = verify(_bearer(headers.get("authorization", "")))
    except Unauthenticated as error:
        return _response({"verdict": "invalid", "reason": error.detail, "code": error.code})
    return _response(
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


def _response(context: dict[str, str]) -> dict[str, Any]:
    return {"isAuthorized": True, "context": context}
