"""Postal addresses. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from souk.shared.errors import FieldProblem, InvalidRequest

MOST_ADDRESSES = 50

# Countries whose posts use no codes (Universal Postal Union); everywhere else a parcel without one is lost or late.
_WITHOUT_POSTAL_CODES = frozenset(
    {
        *("AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BS", "BW", "BZ", "CD", "CF", "CG", "CI", "CK"),
        *("CM", "DJ", "DM", "ER", "FJ", "GA", "GD", "GM", "GQ", "GY", "HK", "KI", "KM", "KN", "KP", "ML"),
        *("MO", "MR", "MW", "NR", "NU", "QA", "RW", "SB", "SC", "SL", "SR", "ST", "TD", "TG", "TK", "TO"),
        *("TV", "UG", "VU", "YE", "ZW"),
    }
)


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address of an account. `country` is ISO 3166-1 alpha-2; the id orders by time of making."""

    id: str
    account_id: str
    full_name: str
    line1: str
    line2: str | None
    city: str
    state: str | None
    postal_code: str | None
    country: str
    phone: str | None
    version: int


@dataclass(frozen=True, slots=True)
class AddressBook:
    """All addresses of an account, newest first. `default_id` is one of them, None only when there are none."""

    addresses: tuple[Address, ...]
    default_id: str | None

    def find(self, address_id: str) -> Address | None:
        return next((address for address in self.addresses if address.id == address_id), None)

    def page(self, limit: int, after: str | None) -> tuple[tuple[Address, ...], str | None]:
        """At most `limit` addresses that are older than the one `after`, and after which the next page starts."""
        older = tuple(address for address in self.addresses if after is None or address.id < after)
        return older[:limit], older[limit - 1].id if len(older) > limit else None

    def next_default(self, without: str) -> str | None:
        """The newest of the others."""
        return next((address.id for address in self.addresses if address.id != without), None)


def require_complete(address: Address) -> None:
    """Raises InvalidRequest when a parcel could not be sent there."""
    if address.postal_code is None and address.country not in _WITHOUT_POSTAL_CODES:
        detail = f"{address.country} needs a postal code."
        raise InvalidRequest(detail, [FieldProblem("postal_code", "needed in this country")])
