"""Address books in DynamoDB.

The default address and the number of addresses are attributes of the profile's item, so there cannot be two defaults.
Every write that could leave the default pointing to a missing address is a transaction with a condition on it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from souk.accounts.addresses.keys import address_key
from souk.accounts.addresses.mapping import from_address, to_address
from souk.accounts.addresses.model import MOST_ADDRESSES, Address, AddressBook
from souk.accounts.profiles.keys import profile_key
from souk.aws.actions import Otherwise
from souk.aws.idempotency import IdempotencyKey, write
from souk.aws.tables import Action, Check, Item, Put, Tables, Update
from souk.aws.versioned import delete_unchanged, put_changed
from souk.shared.errors import Conflict, Unauthenticated
from souk.shared.versioned import Stale


class AddressRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def book(self, account_id: str) -> AddressBook:
        """The whole book in one Query: at most 50 addresses, and the profile, which sorts after them."""
        page = self._tables.query(
            self._table,
            "#pk = :pk AND #sk BETWEEN :first AND :last",
            {
                "pk": address_key.partition(account_id),
                "first": address_key.prefix,
                "last": profile_key(account_id)["sk"],
            },
            newest_first=True,
            limit=MOST_ADDRESSES + 1,
        )
        addresses = tuple(to_address(item) for item in page.items if item["sk"].startswith(address_key.prefix))
        profiles = [item for item in page.items if not item["sk"].startswith(address_key.prefix)]
        return AddressBook(addresses, profiles[0].get("default_address") if profiles else None)

    def get(self, account_id: str, address_id: str) -> tuple[Address | None, str | None]:
        """An address and the id of the default address, in one request."""
        keys = (address_key(account_id, address_id), profile_key(account_id))
        found = {item["sk"]: item for item in self._tables.get_many(self._table, keys)}
        address, profile = found.get(keys[0]["sk"]), found.get(keys[1]["sk"], {})
        return (None if address is None else to_address(address), profile.get("default_address"))

    def add(
        self, address: Address, now: datetime, *, becomes_default: bool, idempotency: IdempotencyKey | None
    ) -> None:
        """Add an address; the first one always becomes the default. Raises Conflict `too_many_addresses`, Replayed."""
        default = ":id" if becomes_default else "if_not_exists(#default_address, :id)"
        count_up = self._update_profile(
            address,
            f"SET #default_address = {default} ADD #addresses :one",
            condition="#addresses < :most",
            values={"id": address.id, "one": 1, "most": MOST_ADDRESSES},
            otherwise=_full_or_gone,
        )
        put = Put(self._table, from_address(address), condition="attribute_not_exists(#pk)")
        write(self._tables, self._table, (count_up, put), idempotency, address.id, now)

    def save(self, before: Address, after: Address, *, becomes_default: bool) -> None:
        """Raises Stale."""
        put = put_changed(self._table, from_address(after), before.version)
        if not becomes_default:
            self._tables.put(put)
            return
        make_default = self._update_profile(
            after,
            "SET #default_address = :id",
            condition="attribute_exists(#pk)",
            values={"id": after.id},
        )
        self._tables.commit(put, make_default)

    def remove(self, address: Address, next_default: str | None, *, was_default: bool) -> None:
        """`next_default`: the address that becomes the default if this one was. Raises Stale."""
        key = address_key(address.account_id, address.id)
        self._tables.commit(
            delete_unchanged(self._table, key, address.version),
            *(self._move_default(address, next_default) if was_default else self._count_down(address)),
        )

    def _move_default(self, address: Address, next_default: str | None) -> tuple[Action, ...]:
        if next_default is None:
            remove_default = self._update_profile(
                address,
                "SET #addresses = :none REMOVE #default_address",
                condition="#default_address = :id AND #addresses = :one",
                values={"id": address.id, "none": 0, "one": 1},
            )
            return (remove_default,)
        move = self._update_profile(
            address,
            "SET #default_address = :next ADD #addresses :less",
            condition="#default_address = :id",
            values={"id": address.id, "next": next_default, "less": -1},
        )
        key = address_key(address.account_id, next_default)
        return move, Check(self._table, key, condition="attribute_exists(#pk)", otherwise=Stale())

    def _count_down(self, address: Address) -> tuple[Action, ...]:
        count_down = self._update_profile(
            address,
            "ADD #addresses :less",
            condition="#default_address <> :id",
            values={"id": address.id, "less": -1},
        )
        return (count_down,)

    def _update_profile(
        self, address: Address, update: str, *, otherwise: Otherwise | None = None, **rest: Any
    ) -> Update:
        key = profile_key(address.account_id)
        return Update(self._table, key, update, **rest, otherwise=otherwise or Stale())


def _full_or_gone(profile: Item | None) -> Exception:
    if profile is None:
        return Unauthenticated("This account does not exist any more.", code="account_gone")
    return Conflict(f"An address book holds at most {MOST_ADDRESSES} addresses.", code="too_many_addresses")
