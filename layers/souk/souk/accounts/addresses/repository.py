"""Address books in DynamoDB; the keys are `layout`'s.

The default is one attribute of the profile, so there cannot be two; and every write that could leave it pointing to
nothing is one transaction with a condition on it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from souk.accounts.addresses.model import MOST_ADDRESSES, Address, AddressBook
from souk.accounts.addresses.service import StaleBook
from souk.accounts.auth.keys import partition, profile_key, under
from souk.aws.idempotency import IdempotencyKey, record
from souk.aws.tables import Action, Check, Delete, Item, Put, Read, Tables, Update
from souk.shared.errors import Conflict, Unauthenticated

_PREFIX = "POSTAL#"


class AddressRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def book(self, account_id: str) -> AddressBook:
        """The whole book in one Query: at most 50 addresses, and the profile that sorts behind them."""
        page = self._tables.query(
            self._table,
            "#pk = :pk AND #sk BETWEEN :first AND :last",
            {"pk": partition(account_id), "first": _PREFIX, "last": profile_key(account_id)["sk"]},
            newest_first=True,
            limit=MOST_ADDRESSES + 1,
        )
        addresses = tuple(to_address(item) for item in page.items if item["sk"].startswith(_PREFIX))
        profiles = [item for item in page.items if not item["sk"].startswith(_PREFIX)]
        return AddressBook(addresses, profiles[0].get("default_address") if profiles else None)

    def get(self, account_id: str, address_id: str) -> tuple[Address | None, str | None]:
        """An address, and the id of the default one, in one request."""
        keys = (address_key(account_id, address_id), profile_key(account_id))
        found = {item["sk"]: item for item in self._tables.get_many(self._table, keys)}
        address, profile = found.get(keys[0]["sk"]), found.get(keys[1]["sk"], {})
        return (None if address is None else to_address(address), profile.get("default_address"))

    def add(
        self, address: Address, now: datetime, *, becomes_default: bool, idempotency: IdempotencyKey | None
    ) -> None:
        """The first address becomes the default in any case. Raises Conflict `too_many_addresses`, Replayed."""
        default = ":id" if becomes_default else "if_not_exists(#default_address, :id)"
        claim: tuple[Action, ...] = ()
        if idempotency is not None:
            claim = (record(self._table, idempotency, address.id, now),)
        self._tables.commit(
            *claim,
            self._update_profile(
                address,
                f"SET #default_address = {default} ADD #addresses :one",
                condition="#addresses < :most",
                values={"id": address.id, "one": 1, "most": MOST_ADDRESSES},
                otherwise=_full_or_gone,
            ),
            Put(self._table, _to_item(address), condition="attribute_not_exists(#pk)"),
        )

    def save(self, before: Address, after: Address, *, becomes_default: bool) -> None:
        """Raises StaleBook."""
        put = Put(
            self._table,
            _to_item(after),
            condition="#version = :expected",
            values={"expected": before.version},
            otherwise=StaleBook(),
        )
        if not becomes_default:
            self._tables.put(put)
            return
        pointed = self._update_profile(
            after,
            "SET #default_address = :id",
            condition="attribute_exists(#pk)",
            values={"id": after.id},
            otherwise=StaleBook(),
        )
        self._tables.commit(put, pointed)

    def remove(self, address: Address, default_after: str | None, *, was_default: bool) -> None:
        """`default_after`: what is the default when the default is removed. Raises StaleBook."""
        self._tables.commit(
            Delete(
                self._table,
                address_key(address.account_id, address.id),
                condition="#version = :expected",
                values={"expected": address.version},
                otherwise=StaleBook(),
            ),
            *(self._move_default(address, default_after) if was_default else self._count_down(address)),
        )

    def _move_default(self, address: Address, default_after: str | None) -> tuple[Action, ...]:
        if default_after is None:
            last = self._update_profile(
                address,
                "SET #addresses = :none REMOVE #default_address",
                condition="#default_address = :id AND #addresses = :one",
                values={"id": address.id, "none": 0, "one": 1},
                otherwise=StaleBook(),
            )
            return (last,)
        moved = self._update_profile(
            address,
            "SET #default_address = :next ADD #addresses :less",
            condition="#default_address = :id",
            values={"id": address.id, "next": default_after, "less": -1},
            otherwise=StaleBook(),
        )
        key = address_key(address.account_id, default_after)
        return moved, Check(self._table, key, condition="attribute_exists(#pk)", otherwise=StaleBook())

    def _count_down(self, address: Address) -> tuple[Action, ...]:
        counted = self._update_profile(
            address,
            "ADD #addresses :less",
            condition="#default_address <> :id",
            values={"id": address.id, "less": -1},
            otherwise=StaleBook(),
        )
        return (counted,)

    def _update_profile(self, address: Address, update: str, **rest: Any) -> Update:
        return Update(self._table, profile_key(address.account_id), update, **rest)


def _full_or_gone(profile: Item | None) -> Exception:
    if profile is None:
        return Unauthenticated("This account does not exist any more.", code="account_gone")
    return Conflict(f"An address book holds at most {MOST_ADDRESSES} addresses.", code="too_many_addresses")


def address_key(account_id: str, address_id: str) -> dict[str, str]:
    return under(account_id, f"{_PREFIX}{address_id}")


def _to_item(address: Address) -> Item:
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


def read_address(table: str, account_id: str, address_id: str) -> Read[Address]:
    return Read(table, address_key(account_id, address_id), to_address)


def read_default_address_id(table: str, account_id: str) -> Read[str | None]:
    return Read(table, profile_key(account_id), lambda item: item.get("default_address"))


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
