"""The profile. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Profile:
    """`id` is the account's. `preferences` is the client's own JSON object, which nothing here reads."""

    id: str
    email: str
    version: int
    avatar_url: str | None = None
    bio: str | None = None
    username: str | None = None
    gender: str | None = None
    interests: tuple[str, ...] = ()
    preferences: Mapping[str, Any] = field(default_factory=dict)


def username_key(username: str) -> str:
    """What makes a username unique: its case does not."""
    return username.casefold()
