"""Verifies access tokens. Only the gateway's authorizer imports this module, because cryptography is slow to load.

A token has no say in how it is verified: one algorithm, our own keys, and any header that asks for more is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from souk.accounts.auth.model.access_token import ALGORITHM, AUDIENCE, ISSUER, TYPE, Claims
from souk.shared.errors import Unauthenticated

_LONGEST = 4096
_HEADER = frozenset({"alg", "typ", "kid"})
_REQUIRED = ("iss", "aud", "sub", "roles", "sid", "jti", "iat", "exp")
# The clocks of two functions may differ. The endpoint checks the expiry again, to the second.
_LEEWAY_SECONDS = 5


class TokenVerifier:
    """`public_keys`: for each key id, a function that returns the key as DER. It is called once per key."""

    def __init__(self, public_keys: Mapping[str, Callable[[], bytes]]) -> None:
        self._public_keys = public_keys
        self._keys: dict[str, EllipticCurvePublicKey] = {}

    def verify(self, token: str) -> Claims:
        """The claims of a valid token. Raises Unauthenticated; DependencyUnavailable if no public key can be read."""
        if len(token) > _LONGEST:
            raise _refusal()
        try:
            key = self._key_of(jwt.get_unverified_header(token))
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=_LEEWAY_SECONDS,
                options={"require": list(_REQUIRED), "strict_aud": True},
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("The access token has expired.", code="token_expired") from error
        except jwt.InvalidTokenError as error:
            raise _refusal() from error
        return _claims(claims)

    def _key_of(self, header: Mapping[str, Any]) -> EllipticCurvePublicKey:
        if set(header) != _HEADER or header["alg"] != ALGORITHM or header["typ"] != TYPE:
            raise _refusal()
        key_id = header["kid"]
        read_key = self._public_keys.get(key_id)
        if read_key is None:
            raise _refusal()
        if key_id not in self._keys:
            key = load_der_public_key(read_key())
            if not isinstance(key, EllipticCurvePublicKey):
                raise TypeError(f"{key_id} is not an elliptic curve key")
            self._keys[key_id] = key
        return self._keys[key_id]


def _claims(claims: Mapping[str, Any]) -> Claims:
    roles, expiry = claims["roles"], claims["exp"]
    texts = (claims["sub"], claims["sid"], claims["jti"], *(roles if isinstance(roles, list) else (None,)))
    if not all(isinstance(text, str) and text for text in texts) or not isinstance(expiry, int):
        raise _refusal()
    return Claims(claims["sub"], tuple(roles), claims["sid"], claims["jti"], datetime.fromtimestamp(expiry, UTC))


def _refusal() -> Unauthenticated:
    return Unauthenticated("The access token is not valid.", code="invalid_token")
