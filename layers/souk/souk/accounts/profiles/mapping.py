"""Profiles as items of the identity table.

The item also holds which address is the default and how many addresses there are. Those belong to
souk.accounts.addresses.repository, so an existing item is changed attribute by attribute and never replaced.
"""

from __future__ import annotations

import json
from typing import Final

from souk.accounts.profiles.keys import profile_key
from souk.accounts.profiles.model import Profile
from souk.aws.items import Codec
from souk.aws.tables import Item

_PROFILE: Final = Codec(
    Profile,
    nulls=True,
    # As text, because DynamoDB has no floats and clients put them into preferences.
    preferences=(lambda preferences: json.dumps(dict(preferences), separators=(",", ":")), json.loads),
)


def new_item(account_id: str, email: str) -> Item:
    """The item of a new account: an empty profile and an empty address book."""
    return {**profile_key(account_id), "id": account_id, "email": email, "version": 1, "addresses": 0}


def from_profile(profile: Profile) -> Item:
    """The attributes that an edit changes."""
    item = _PROFILE.encode(profile)
    del item["id"], item["email"]
    return item


def to_profile(item: Item) -> Profile:
    return _PROFILE.decode(item)
