"""Passwords: Argon2id, with a cost that was measured. Nothing here keeps, logs or returns one."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 8
LONGEST = 128
"""In characters, checked before any hashing, so that a long text costs nothing."""

# RFC 9106's second recommendation scaled to a function of one vCPU: 32 MiB, three passes, 79 ms measured here; above
# OWASP's floor (19 MiB, two passes). One lane, since a function of this size has one processor.
_MEMORY_KIB = 32 * 1024
_PASSES = 3

# Verified when the email is unknown, so that this takes as long as a wrong password. Made with the costs above from a
# text that was thrown away; a test holds its costs to those above.
NOBODYS_HASH = "$argon2id$v=19$m=32768,t=3,p=1$pzwj5EYBJfrLZM0y8xkgGQ$dOLgqa2+9l3J/T0iFpUE9o/mDNmZMkFrR9KKckFofmA"


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1)


def hash_password(password: str) -> str:
    """The encoded hash: salt and costs included."""
    return _hasher().hash(_canonical(password))


def is_password(password: str, encoded: str) -> bool:
    """Whether `encoded` was made from `password`."""
    from argon2.exceptions import VerifyMismatchError

    try:
        return _hasher().verify(encoded, _canonical(password))
    except VerifyMismatchError:
        return False


def has_current_cost(encoded: str) -> bool:
    return not _hasher().check_needs_rehash(encoded)


def _canonical(password: str) -> str:
    # The same keys on two systems may send composed or decomposed letters (RFC 8265, OpaqueString).
    return unicodedata.normalize("NFC", password)
