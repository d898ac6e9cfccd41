"""Issues access tokens: JWTs signed by a key that never leaves KMS. adapters/token_verifier.py verifies them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from souk.accounts.auth.model import Account
from souk.accounts.auth.model.access_token import ALGORITHM, AUDIENCE, ISSUER, TYPE
from souk.shared.clock import Clock, NewId


class Signer(Protocol):
    """A P-256 key. `id` becomes the token's `kid`."""

    id: str

    def sign(self, message: bytes) -> bytes:
        """r and s, 32 bytes each."""
        ...


class AccessTokens:
    def __init__(self, signer: Signer, lifetime: timedelta, clock: Clock, new_id: NewId) -> None:
        self._signer = signer
        self._clock = clock
        self._new_id = new_id
        self.lifetime = lifetime

    def issue(self, account: Account, session_id: str) -> str:
        """A signed token for `account` with its present roles. Raises DependencyUnavailable."""
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


def _part(members: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(members, separators=(",", ":")).encode())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
