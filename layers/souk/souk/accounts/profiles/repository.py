"""Profiles in DynamoDB. A username has an item of its own, which makes it unique."""

from __future__ import annotations

from souk.accounts.profiles.keys import profile_key, username_key
from souk.accounts.profiles.mapping import from_profile, new_item, to_profile
from souk.accounts.profiles.model import Profile, canonical_username
from souk.aws.tables import Action, Delete, Put, Tables, Update
from souk.shared.errors import Conflict, Unauthenticated
from souk.shared.versioned import Stale


def creating_profile(table: str, account_id: str, email: str) -> Put:
    """The action that creates the empty profile of a new account."""
    return Put(table, new_item(account_id, email), condition="attribute_not_exists(#pk)")


class ProfileRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def get(self, account_id: str) -> Profile:
        """Raises Unauthenticated when the account is gone."""
        item = self._tables.get(self._table, profile_key(account_id))
        if item is None:
            raise Unauthenticated("This account does not exist any more.", code="account_gone")
        return to_profile(item)

    def save(self, before: Profile, after: Profile) -> None:
        """Raises Stale, and Conflict `username_taken`."""
        usernames, update = self._usernames(before, after), self._update(before, after)
        if usernames:
            self._tables.commit(*usernames, update)
        else:
            self._tables.update(update)

    def _update(self, before: Profile, after: Profile) -> Update:
        attributes = from_profile(after)
        return Update(
            self._table,
            profile_key(after.id),
            "SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
            condition="#version = :expected",
            values={**attributes, "expected": before.version},
            otherwise=Stale(),
        )

    def _usernames(self, before: Profile, after: Profile) -> list[Action]:
        old = canonical_username(before.username) if before.username else None
        new = canonical_username(after.username) if after.username else None
        actions: list[Action] = []
        if new is not None and new != old:
            actions.append(
                Put(
                    self._table,
                    {**username_key(new), "account_id": after.id},
                    condition="attribute_not_exists(#pk)",
                    otherwise=Conflict("This username is taken.", code="username_taken"),
                )
            )
        if old is not None and old != new:
            actions.append(
                Delete(
                    self._table,
                    username_key(old),
                    condition="#account_id = :owner",
                    values={"owner": before.id},
                    otherwise=Stale(),
                )
            )
        return actions
