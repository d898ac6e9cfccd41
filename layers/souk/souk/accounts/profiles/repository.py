"""Profiles in DynamoDB; the keys are `layout`'s. A username is an item of its own, which is what makes it unique."""

from __future__ import annotations

import json

from souk.accounts.auth.keys import profile_key
from souk.accounts.profiles.model import Profile, username_key
from souk.accounts.profiles.service import Stale
from souk.aws.tables import Action, Delete, Item, Put, Tables, Update
from souk.shared.errors import Conflict, Unauthenticated


class ProfileRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def get(self, account_id: str) -> Profile:
        """Raises Unauthenticated when the account is gone."""
        item = self._tables.get(self._table, profile_key(account_id))
        if item is None:
            raise Unauthenticated("This account does not exist any more.", code="account_gone")
        return _to_profile(item)

    def save(self, before: Profile, after: Profile) -> None:
        """Raises Stale, and Conflict `username_taken`."""
        usernames, update = self._usernames(before, after), self._update(before, after)
        if usernames:
            self._tables.commit(*usernames, update)
        else:
            self._tables.update(update)

    def _update(self, before: Profile, after: Profile) -> Update:
        # An update and not a put: the item also says which address is the default, which is not for us to touch.
        return Update(
            self._table,
            profile_key(after.id),
            "SET #avatar_url = :avatar_url, #bio = :bio, #username = :username, #gender = :gender,"
            " #interests = :interests, #preferences = :preferences, #version = :version",
            condition="#version = :expected",
            values={
                "avatar_url": after.avatar_url,
                "bio": after.bio,
                "username": after.username,
                "gender": after.gender,
                "interests": list(after.interests),
                # As text: DynamoDB has no floats, and clients put them into preferences.
                "preferences": json.dumps(dict(after.preferences), separators=(",", ":")),
                "version": after.version,
                "expected": before.version,
            },
            otherwise=Stale(),
        )

    def _usernames(self, before: Profile, after: Profile) -> list[Action]:
        old = username_key(before.username) if before.username else None
        new = username_key(after.username) if after.username else None
        actions: list[Action] = []
        if new is not None and new != old:
            actions.append(
                Put(
                    self._table,
                    {**_username_key(new), "account_id": after.id},
                    condition="attribute_not_exists(#pk)",
                    otherwise=Conflict("This username is taken.", code="username_taken"),
                )
            )
        if old is not None and old != new:
            actions.append(
                Delete(
                    self._table,
                    _username_key(old),
                    condition="#account_id = :owner",
                    values={"owner": before.id},
                    otherwise=Stale(),
                )
            )
        return actions


def _username_key(username: str) -> dict[str, str]:
    return {"pk": f"USERNAME#{username}", "sk": "USERNAME"}


def _to_profile(item: Item) -> Profile:
    return Profile(
        id=item["id"],
        email=item["email"],
        version=int(item["version"]),
        avatar_url=item.get("avatar_url"),
        bio=item.get("bio"),
        username=item.get("username"),
        gender=item.get("gender"),
        interests=tuple(item.get("interests", ())),
        preferences=json.loads(item.get("preferences", "{}")),
    )
