"""Platforms, and a seller's credentials for one. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from souk.shared.errors import NotFound

LONGEST_TOKEN = 4096
"""In bytes: what the key service encrypts directly."""

type TokenKind = Literal["access_token", "refresh_token"]


class Platform(StrEnum):
    """The outside marketplaces that a seller can connect."""

    EBAY = "ebay"
    FACEBOOK = "facebook"

    @classmethod
    def parse(cls, text: str) -> Platform:
        """Raises NotFound."""
        try:
            return cls(text)
        except ValueError:
            raise NotFound("There is no such platform.") from None


@dataclass(frozen=True, slots=True)
class Credentials:
    """A seller's tokens in the clear: for the moment of a call to the marketplace, never for a log or an answer.

    `version` names the stored ones they were opened from; every writing gives another.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class SealedCredentials:
    """What is stored: each token encrypted on its own, bound to its owner, platform and kind."""

    owner_id: str
    platform: Platform
    access_token: bytes = field(repr=False)
    refresh_token: bytes | None = field(repr=False)
    expires_at: datetime | None
    updated_at: datetime
    version: str


@dataclass(frozen=True, slots=True)
class Connection:
    """Whether a seller is connected to a platform. `expires_at` is the access token's, `renewable`: by itself."""

    platform: Platform
    connected: bool
    renewable: bool = False
    expires_at: datetime | None = None
    updated_at: datetime | None = None
