"""Profiles as items of the identity table.

The item also holds which address is the default and how many addresses there are. Those belong to
souk.accounts.addresses.repository, so an existing item is changed attribute by attribute and never replaced.
"""

from __future__ import annotations

import json

from souk.accounts.profiles.keys import profile_key
from souk.accounts.profiles.model import Profile
from souk.aws.tables import Item


def new_item(account_id: str, email: str) -> Item:
    """The item of a new account: an empty profile and an empty address book."""
    return {**profile_key(account_id), "id": account_id, "email": email, "version": 1, "addresses": 0}


def from_profile(profile: Profile) -> Item:
    """The attributes that an edit changes."""
    return {
        "avatar_url": profile.avatar_url,
        "bio": profile.bio,
        "username": profile.username,
        "gender": profile.gender,
        "interests": list(profile.interests),
        # As text, because DynamoDB has no floats and clients put them into preferences.
        "preferences": json.dumps(dict(profile.preferences), separators=(",", ":")),
        "version": profile.version,
    }


def to_profile(item: Item) -> Profile:
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
