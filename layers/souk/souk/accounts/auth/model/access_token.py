"""What an access token contains. It is a JWT (RFC 9068).

Issuer and audience are names, not addresses, because the same deployment can be reached under several addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

ISSUER: Final = "souk"
AUDIENCE: Final = "souk-api"
ALGORITHM: Final = "ES256"
TYPE: Final = "at+jwt"


@dataclass(frozen=True, slots=True)
class Claims:
    """The verified contents of an access token. `subject` is the account's id."""

    subject: str
    roles: tuple[str, ...]
    session_id: str
    token_id: str
    expires_at: datetime
