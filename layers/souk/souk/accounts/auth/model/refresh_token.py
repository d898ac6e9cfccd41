"""The refresh token: account, session, generation, and a code that only the key service can derive from these.

A token holds nothing random, so its successor can be derived again: that is how a call repeated within the grace
period gets the same answer. Only the digest of a token is stored.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from souk.accounts.auth.model.session import InvalidRefreshToken

type Derive = Callable[[bytes], bytes]

# Lets a scanner for leaked secrets recognize what it has found.
_PREFIX = "souk_rt_"
_PURPOSE = b"souk refresh token 1\0"
_LAYOUT = struct.Struct(">16s16sI32s")


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """The contents of a refresh token. `code` proves that it was issued here."""

    account_id: str
    session_id: str
    generation: int
    code: bytes = field(repr=False)

    @classmethod
    def make(cls, account_id: str, session_id: str, generation: int, derive: Derive) -> RefreshToken:
        """The token of one generation, counted from 1. The ids are UUIDs as text."""
        return cls(account_id, session_id, generation, derive(_message(account_id, session_id, generation)))

    @classmethod
    def parse(cls, text: str) -> RefreshToken:
        """The token that `text` spells; its code is not verified yet. Raises InvalidRefreshToken."""
        encoded = text.removeprefix(_PREFIX)
        try:
            packed = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
            account, session, generation, code = _LAYOUT.unpack(packed)
        except (binascii.Error, struct.error, ValueError) as error:
            raise InvalidRefreshToken from error
        token = cls(str(UUID(bytes=account)), str(UUID(bytes=session)), generation, code)
        # Base64 allows several spellings of the same bytes. One is accepted, so tokens can be compared as text.
        if token.text != text:
            raise InvalidRefreshToken
        return token

    @property
    def text(self) -> str:
        return _PREFIX + base64.urlsafe_b64encode(self._packed()).decode().rstrip("=")

    @property
    def digest(self) -> str:
        return hashlib.sha256(self._packed()).hexdigest()

    def is_genuine(self, derive: Derive) -> bool:
        """Whether this system issued the token, now or earlier. Calls the key service."""
        expected = derive(_message(self.account_id, self.session_id, self.generation))
        return hmac.compare_digest(expected, self.code)

    def _packed(self) -> bytes:
        return _LAYOUT.pack(UUID(self.account_id).bytes, UUID(self.session_id).bytes, self.generation, self.code)


def _message(account_id: str, session_id: str, generation: int) -> bytes:
    return _PURPOSE + struct.pack(">16s16sI", UUID(account_id).bytes, UUID(session_id).bytes, generation)
