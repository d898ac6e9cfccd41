"""Postal addresses as items of the identity table."""

from __future__ import annotations

from typing import Final

from souk.accounts.addresses.keys import address_key
from souk.accounts.addresses.model import Address
from souk.accounts.profiles.keys import profile_key
from souk.aws.items import Codec
from souk.aws.tables import Item, Read

_ADDRESS: Final = Codec(Address, nulls=True)


def from_address(address: Address) -> Item:
    return {**address_key(address.account_id, address.id), **_ADDRESS.encode(address)}


def to_address(item: Item) -> Address:
    return _ADDRESS.decode(item)


def read_address(table: str, account_id: str, address_id: str) -> Read[Address]:
    return Read(table, address_key(account_id, address_id), to_address)


def read_default_address_id(table: str, account_id: str) -> Read[str | None]:
    return Read(table, profile_key(account_id), lambda item: item.get("default_address"))
