"""The profile of an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Profile:
    """`id` is the account's. `preferences` is a JSON object of the client, stored without being interpreted."""

    id: str
    email: str
    version: int
    avatar_url: str | None = None
    bio: str | None = None
    username: str | None = None
    gender: str | None = None
    interests: tuple[str, ...] = ()
    preferences: Mapping[str, Any] = field(default_factory=dict)


def canonical_username(username: str) -> str:
    """The form in which usernames are compared: without case."""
    return username.casefold()
