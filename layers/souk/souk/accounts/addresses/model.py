"""Postal addresses and the address book."""

from __future__ import annotations

from dataclasses import dataclass

from souk.shared.errors import FieldProblem, InvalidRequest

MOST_ADDRESSES = 50

# Countries without postal codes (Universal Postal Union). Everywhere else a parcel without one is lost or late.
_WITHOUT_POSTAL_CODES = frozenset(
    {
        *("AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BS", "BW", "BZ", "CD", "CF", "CG", "CI", "CK"),
        *("CM", "DJ", "DM", "ER", "FJ", "GA", "GD", "GM", "GQ", "GY", "HK", "KI", "KM", "KN", "KP", "ML"),
        *("MO", "MR", "MW", "NR", "NU", "QA", "RW", "SB", "SC", "SL", "SR", "ST", "TD", "TG", "TK", "TO"),
        *("TV", "UG", "VU", "YE", "ZW"),
    }
)


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Where something is sent to. `country` is ISO 3166-1 alpha-2."""

    full_name: str
    line1: str
    line2: str | None
    city: str
    state: str | None
    postal_code: str | None
    country: str
    phone: str | None


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


def require_complete(address: Address) -> None:
    """Raises InvalidRequest when the country uses postal codes and the address has none."""
    if address.postal_code is None and address.country not in _WITHOUT_POSTAL_CODES:
        detail = f"{address.country} needs a postal code."
        raise InvalidRequest(detail, [FieldProblem("postal_code", "needed in this country")])
