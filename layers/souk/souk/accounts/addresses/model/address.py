"""Postal addresses and the address book. Codes are beside what people wrote, never in its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from souk.shared.errors import FieldProblem, InvalidRequest, InvalidValue

if TYPE_CHECKING:
    from souk.accounts.addresses.model.postal_rules import CountryRules

MOST_ADDRESSES = 50


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Where something is sent to. `country` is ISO 3166-1 alpha-2.

    `state` and `phone` are as people wrote them. `state_code` is the second part of ISO 3166-2, or an abbreviation of
    the country's post; `phone_e164` is a number as in +442079460018. Both are None where no table knows them, and in
    addresses that were stored before there were any.
    """

    full_name: str
    line1: str
    line2: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str
    phone: str | None
    state_code: str | None = None
    phone_e164: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address(PostalAddress):
    """A postal address of an account. Ids sort by time of creation."""

    id: str
    account_id: str
    version: int


@dataclass(frozen=True, slots=True)
class AddressBook:
    """All addresses of an account, newest first. `default_id` is the id of one of them; None for an empty book."""

    addresses: tuple[Address, ...]
    default_id: str | None

    def find(self, address_id: str) -> Address | None:
        return next((address for address in self.addresses if address.id == address_id), None)

    def page(self, limit: int, after: str | None) -> tuple[tuple[Address, ...], str | None]:
        """At most `limit` addresses older than the address `after`, and the `after` of the next page or None."""
        older = tuple(address for address in self.addresses if after is None or address.id < after)
        return older[:limit], older[limit - 1].id if len(older) > limit else None

    def next_default(self, without: str) -> str | None:
        """The id of the newest address besides `without`, or None."""
        return next((address.id for address in self.addresses if address.id != without), None)


def completed(address: Address, rules: CountryRules) -> Address:
    """`address` as its country writes one: with its postal code in form, and the code of its area.

    Raises InvalidRequest with everything that the country needs and the address does not have.
    """
    problems = [
        FieldProblem(field, f"is required in {rules.country}", "required")
        for field in sorted(rules.needs)
        if getattr(address, field) is None
    ]
    postal_code = address.postal_code
    try:
        postal_code = None if postal_code is None else rules.written_postal_code(postal_code)
    except InvalidValue as error:
        problems.append(error.of("postal_code"))
    if problems:
        raise InvalidRequest("; ".join(f"{one.field}: {one.message}" for one in problems), problems)
    state, code = address.state, rules.area_code(address.state, postal_code)
    # A code in small letters means the same; a name is kept as it was typed.
    written = code if state and code and state.casefold() == code.casefold() else state
    return replace(address, postal_code=postal_code, state=written, state_code=code)
