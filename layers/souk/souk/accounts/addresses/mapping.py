"""Postal addresses as items of the identity table."""

from __future__ import annotations

from souk.accounts.addresses.keys import address_key
from souk.accounts.addresses.model import Address
from souk.accounts.profiles.keys import profile_key
from souk.aws.tables import Item, Read


def from_address(address: Address) -> Item:
    return {
        **address_key(address.account_id, address.id),
        "id": address.id,
        "account_id": address.account_id,
        "full_name": address.full_name,
        "line1": address.line1,
        "line2": address.line2,
        "city": address.city,
        "state": address.state,
        "postal_code": address.postal_code,
        "country": address.country,
        "phone": address.phone,
        "version": address.version,
    }


def to_address(item: Item) -> Address:
    return Address(
        id=item["id"],
        account_id=item["account_id"],
        full_name=item["full_name"],
        line1=item["line1"],
        line2=item["line2"],
        city=item["city"],
        state=item["state"],
        postal_code=item["postal_code"],
        country=item["country"],
        phone=item["phone"],
        version=int(item["version"]),
    )


def read_address(table: str, account_id: str, address_id: str) -> Read[Address]:
    return Read(table, address_key(account_id, address_id), to_address)


def read_default_address_id(table: str, account_id: str) -> Read[str | None]:
    return Read(table, profile_key(account_id), lambda item: item.get("default_address"))
