"""The access token: a JWT (RFC 9068) signed by a key that never leaves KMS. Verifying is `verification`'s room.

Issuer and audience are names, not addresses: the same deployment is reached under several.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from souk.accounts.auth.model import Account
from souk.aws.kms import to_coordinates
from souk.shared.clock import Clock, NewId

ISSUER = "souk"
AUDIENCE = "souk-api"
ALGORITHM = "ES256"
TYPE = "at+jwt"


class Signer(Protocol):
    """A P-256 key. `id` becomes the token's `kid`."""

    id: str

    def sign(self, message: bytes) -> bytes:
        """r and s, 32 bytes each."""
        ...


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good access token says."""

    subject: str
    roles: tuple[str, ...]
    session_id: str
    token_id: str
    expires_at: datetime


class AccessTokens:
    def __init__(self, signer: Signer, lifetime: timedelta, clock: Clock, new_id: NewId) -> None:
        self._signer = signer
        self._clock = clock
        self._new_id = new_id
        self.lifetime = lifetime

    def issue(self, account: Account, session_id: str) -> str:
        """A token for `account` as it is now. Raises DependencyUnavailable."""
        now = int(self._clock().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": account.id,
            "roles": [role.value for role in account.roles],
            "sid": session_id,
            "jti": self._new_id(),
            "iat": now,
            "exp": now + int(self.lifetime.total_seconds()),
        }
        signed = f"{_part({'alg': ALGORITHM, 'typ': TYPE, 'kid': self._signer.id})}.{_part(claims)}"
        return f"{signed}.{_base64url(self._signer.sign(signed.encode()))}"


def to_jwk(key_id: str, public_key: bytes) -> dict[str, str]:
    """A public key, DER, as a JSON Web Key (RFC 7517)."""
    x, y = to_coordinates(public_key)
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": _base64url(x),
        "y": _base64url(y),
        "kid": key_id,
        "use": "sig",
        "alg": ALGORITHM,
    }


def _part(members: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(members, separators=(",", ":")).encode())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
