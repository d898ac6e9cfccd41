"""Reading and editing the profile of an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from souk.accounts.profiles.model import Profile
from souk.shared.versioned import Versions, check_version, retrying


class Profiles(Protocol):
    def get(self, account_id: str) -> Profile:
        """Raises Unauthenticated when the account is gone."""
        ...

    def save(self, before: Profile, after: Profile) -> None:
        """Raises Stale, and Conflict `username_taken`."""
        ...


class ProfileService:
    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles

    def get(self, account_id: str) -> Profile:
        """Raises Unauthenticated when the account is gone."""
        return self._profiles.get(account_id)

    def update(self, account_id: str, changes: Mapping[str, Any], if_match: Versions | None) -> Profile:
        """The profile with `changes`, by field name. Fields that are not named stay as they are.

        Raises PreconditionFailed unless the version is one of `if_match`, and Conflict `username_taken`.
        """

        def attempt() -> Profile:
            before = self._profiles.get(account_id)
            check_version("profile", before.version, if_match)
            if not changes:
                return before
            after = replace(before, **changes, version=before.version + 1)
            self._profiles.save(before, after)
            return after

        return retrying("profile", attempt)
