"""Editing an address book. While it has addresses, exactly one is the default: it can be changed but not cleared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from souk.accounts.addresses.model import Address, AddressBook, completed
from souk.aws.idempotency import IdempotencyKey
from souk.shared.clock import Clock
from souk.shared.errors import Conflict, NotFound
from souk.shared.versioned import Versions, check_version, retrying

if TYPE_CHECKING:
    from souk.accounts.addresses.model.phone_plans import PhonePlans
    from souk.accounts.addresses.model.postal_rules import PostalRules

_OF_PLACE: Final = frozenset({"city", "state", "postal_code", "country"})
_OF_PHONE: Final = frozenset({"phone", "country"})
_ALL: Final = _OF_PLACE | _OF_PHONE


class AddressStore(Protocol):
    def book(self, account_id: str) -> AddressBook: ...

    def get(self, account_id: str, address_id: str) -> tuple[Address | None, str | None]:
        """An address and the id of the default address."""
        ...

    def add(
        self, address: Address, now: datetime, *, becomes_default: bool, idempotency: IdempotencyKey | None
    ) -> None:
        """The first address always becomes the default. Raises Conflict `too_many_addresses`, Replayed."""
        ...

    def save(self, before: Address, after: Address, *, becomes_default: bool) -> None:
        """Raises Stale."""
        ...

    def remove(self, address: Address, next_default: str | None, *, was_default: bool) -> None:
        """`next_default`: the address that becomes the default if this one was. Raises Stale."""
        ...


class AddressService:
    def __init__(self, store: AddressStore, postal: PostalRules, phones: PhonePlans, clock: Clock) -> None:
        self._store = store
        self._postal = postal
        self._phones = phones
        self._clock = clock

    def book(self, account_id: str) -> AddressBook:
        return self._store.book(account_id)

    def get(self, account_id: str, address_id: str) -> tuple[Address, bool]:
        """An address and whether it is the default. Raises NotFound."""
        address, default_id = self._store.get(account_id, address_id)
        if address is None:
            raise NotFound("There is no such address.")
        return address, address.id == default_id

    def add(
        self, address: Address, *, becomes_default: bool, idempotency: IdempotencyKey | None
    ) -> tuple[Address, bool]:
        """The address and whether it is the default. Raises InvalidRequest, Conflict `too_many_addresses`, Replayed."""
        address = self._completed(address)
        self._store.add(address, self._clock(), becomes_default=becomes_default, idempotency=idempotency)
        return address, becomes_default or self.get(address.account_id, address.id)[1]

    def update(
        self,
        account_id: str,
        address_id: str,
        changes: Mapping[str, Any],
        *,
        is_default: bool | None,
        if_match: Versions | None,
    ) -> tuple[Address, bool]:
        """The address with `changes`, by field name, and whether it is the default.

        `is_default`: True makes it the default, None changes nothing about that. Raises NotFound, InvalidRequest,
        PreconditionFailed, and Conflict `default_address_needed` for False when it is the default.
        """

        def attempt() -> tuple[Address, bool]:
            before, was_default = self.get(account_id, address_id)
            check_version("address", before.version, if_match)
            if is_default is False and was_default:
                raise Conflict("Make another address the default instead.", code="default_address_needed")
            becomes_default = is_default is True
            if not changes and (was_default or not becomes_default):
                return before, was_default
            after = replace(before, **changes, version=before.version + 1)
            # What an earlier rule let in is judged when it is changed, not when something beside it is.
            after = self._completed(after, changes.keys())
            self._store.save(before, after, becomes_default=becomes_default)
            return after, was_default or becomes_default

        return retrying("address", attempt)

    def remove(self, account_id: str, address_id: str, if_match: Versions | None) -> None:
        """If it was the default, the newest of the others becomes it. Raises NotFound, PreconditionFailed."""

        def attempt() -> None:
            book = self._store.book(account_id)
            address = book.find(address_id)
            if address is None:
                raise NotFound("There is no such address.")
            check_version("address", address.version, if_match)
            self._store.remove(address, book.next_default(address_id), was_default=book.default_id == address_id)

        retrying("address", attempt)

    def _completed(self, address: Address, changed: Collection[str] = _ALL) -> Address:
        """Raises InvalidRequest."""
        if not _OF_PLACE.isdisjoint(changed):
            address = completed(address, self._postal.rules(address.country))
        if not _OF_PHONE.isdisjoint(changed):
            phone = address.phone
            number = None if phone is None else self._phones.e164(phone, address.country)
            address = replace(address, phone_e164=number)
        return address
