"""Keeping an address book. Its default can be moved, never removed: there is one as long as there is an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from souk.accounts.addresses.model import Address, AddressBook, require_complete
from souk.aws.idempotency import IdempotencyKey
from souk.shared.clock import Clock
from souk.shared.errors import Conflict, DependencyUnavailable, NotFound, PreconditionFailed

_ROUNDS = 6


class StaleBook(Exception):
    """The address book has changed since it was read."""


class AddressStore(Protocol):
    def book(self, account_id: str) -> AddressBook: ...

    def get(self, account_id: str, address_id: str) -> tuple[Address | None, str | None]:
        """An address, and the id of the default one."""
        ...

    def add(
        self, address: Address, now: datetime, *, becomes_default: bool, idempotency: IdempotencyKey | None
    ) -> None:
        """The first address becomes the default in any case. Raises Conflict `too_many_addresses`, Replayed."""
        ...

    def save(self, before: Address, after: Address, *, becomes_default: bool) -> None:
        """Raises StaleBook."""
        ...

    def remove(self, address: Address, default_after: str | None, *, was_default: bool) -> None:
        """`default_after`: what is the default when the default is removed. Raises StaleBook."""
        ...


class AddressService:
    def __init__(self, store: AddressStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def book(self, account_id: str) -> AddressBook:
        return self._store.book(account_id)

    def get(self, account_id: str, address_id: str) -> tuple[Address, bool]:
        """An address, and whether it is the default. Raises NotFound."""
        address, default_id = self._store.get(account_id, address_id)
        if address is None:
            raise NotFound("There is no such address.")
        return address, address.id == default_id

    def add(
        self, address: Address, *, becomes_default: bool, idempotency: IdempotencyKey | None
    ) -> tuple[Address, bool]:
        """Raises InvalidRequest, Conflict `too_many_addresses`, Replayed."""
        require_complete(address)
        self._store.add(address, self._clock(), becomes_default=becomes_default, idempotency=idempotency)
        return address, becomes_default or self.get(address.account_id, address.id)[1]

    def update(
        self,
        account_id: str,
        address_id: str,
        changes: Mapping[str, Any],
        *,
        is_default: bool | None,
        if_match: int | None,
    ) -> tuple[Address, bool]:
        """The address with `changes`, by field name. `is_default` None leaves the default where it is.

        Raises NotFound, InvalidRequest, PreconditionFailed, and Conflict `default_address_needed` when the default
        is asked to be none.
        """
        for _ in range(_ROUNDS):
            before, was_default = self.get(account_id, address_id)
            _require_version(before, if_match)
            if is_default is False and was_default:
                raise Conflict("Make another address the default instead.", code="default_address_needed")
            becomes_default = is_default is True
            if not changes and (was_default or not becomes_default):
                return before, was_default
            after = replace(before, **changes, version=before.version + 1)
            require_complete(after)
            try:
                self._store.save(before, after, becomes_default=becomes_default)
            except StaleBook:
                continue
            return after, was_default or becomes_default
        raise _busy()

    def remove(self, account_id: str, address_id: str, if_match: int | None) -> None:
        """The default moves on to the newest that is left. Raises NotFound, PreconditionFailed."""
        for _ in range(_ROUNDS):
            book = self._store.book(account_id)
            address = book.find(address_id)
            if address is None:
                raise NotFound("There is no such address.")
            _require_version(address, if_match)
            try:
                self._store.remove(address, book.next_default(address_id), was_default=book.default_id == address_id)
            except StaleBook:
                continue
            return
        raise _busy()


def _require_version(address: Address, if_match: int | None) -> None:
    if if_match not in (None, address.version):
        raise PreconditionFailed("The address has changed since you read it.")


def _busy() -> DependencyUnavailable:
    return DependencyUnavailable("The addresses are being edited elsewhere. Try again shortly.", retry_after=1)
