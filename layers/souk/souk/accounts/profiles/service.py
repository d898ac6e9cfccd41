"""Reading and editing one's own profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from souk.accounts.profiles.model import Profile
from souk.shared.errors import DependencyUnavailable, PreconditionFailed

_ROUNDS = 5


class Stale(Exception):
    """The profile has changed since it was read."""


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
        return self._profiles.get(account_id)

    def update(self, account_id: str, changes: Mapping[str, Any], if_match: int | None) -> Profile:
        """The profile with `changes`, by field name; fields that are not named stay as they are.

        Raises PreconditionFailed unless the version is `if_match`, and Conflict `username_taken`.
        """
        for _ in range(_ROUNDS):
            before = self._profiles.get(account_id)
            if if_match not in (None, before.version):
                raise PreconditionFailed("The profile has changed since you read it.")
            if not changes:
                return before
            after = replace(before, **changes, version=before.version + 1)
            try:
                self._profiles.save(before, after)
            except Stale:
                continue
            return after
        raise DependencyUnavailable("The profile is being edited elsewhere. Try again shortly.", retry_after=1)
