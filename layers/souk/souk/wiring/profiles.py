"""Profiles of accounts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import storage

if TYPE_CHECKING:
    from souk.accounts.profiles.service import ProfileService


@cache
def profiles() -> ProfileService:
    from souk.accounts.profiles.repository import ProfileRepository
    from souk.accounts.profiles.service import ProfileService
    from souk.aws.settings import setting

    return ProfileService(ProfileRepository(storage.tables(), setting("SOUK_IDENTITY_TABLE")))
