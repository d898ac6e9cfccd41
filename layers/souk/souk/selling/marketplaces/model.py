"""The Protocol of a marketplace, its arguments and its answers. Pure: no HTTP and no vendor's own terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from souk.shared.errors import VendorProblem, VendorRefused
from souk.shared.money import Money

STOREFRONT: Final = "souk"
"""Souk's own storefront, as a marketplace."""


class MarketplaceUnauthorized(VendorRefused, title="The marketplace account must be connected again"):
    """The seller's tokens are invalid and cannot be renewed: the seller has to connect the account again."""

    def __init__(self, vendor: str, problems: Sequence[VendorProblem]) -> None:
        super().__init__(vendor, problems)
        self.detail = f"{self.detail} Connect the {vendor} account again."
        self.extra["reconnect"] = True


class AttemptSpent(VendorRefused):
    """The listing published under this key has ended: publishing again needs another key."""


class PublicationEnded(VendorRefused):
    """The publication to revise has ended: it was sold out, or ended at the marketplace itself."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to publish. `load` returns its bytes; `url` is its public https URL, if it has one."""

    content_hash: str
    content_type: str
    load: Callable[[], bytes]
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ListingOffer:
    """A listing as sent to a marketplace. `category_id` and `condition_id` are eBay's, `souk_category_id` is souk's.

    `quantity_version` rises whenever the owner sets a quantity.
    """

    listing_id: str
    title: str
    description: str
    category_id: str
    condition_id: int
    price: Money
    quantity: int
    item_specifics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    souk_category_id: str = "other"
    quantity_version: int = 1


@dataclass(frozen=True, slots=True)
class Fee:
    """The price of one of a marketplace's services."""

    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning that came with a marketplace's acceptance, in its own words."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class FeeQuote:
    """The marketplace would accept the offer, for these fees."""

    fees: tuple[Fee, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """The offer is live. `external_id` is the marketplace's id, `url` the page that buyers see.

    `recovered`: an earlier call with the same key published it, so its content may be that of an older offer.
    """

    external_id: str
    url: str
    fees: tuple[Fee, ...] = ()
    notices: tuple[Notice, ...] = ()
    recovered: bool = False


class Marketplace(Protocol):
    """One marketplace, on behalf of one seller.

    Raises VendorRefused (final, with every reason), VendorThrottled (nothing took effect) and
    VendorFailed (outcome unknown; the call can be repeated with the same `key`).
    """

    def verify(self, offer: ListingOffer) -> FeeQuote:
        """Check that `offer` would be accepted. Nothing is published."""
        ...

    def publish(self, offer: ListingOffer, key: str) -> Published:
        """Publish once: every call with the same `key` returns the same publication.

        Raises AttemptSpent when that publication has ended.
        """
        ...

    def find(self, listing_id: str) -> Published | None:
        """The live publication of our listing, if there is one: for an attempt whose outcome is unknown."""
        ...

    def revise(self, external_id: str, offer: ListingOffer) -> Published:
        """Change a live publication to `offer`. Raises PublicationEnded."""
        ...

    def end(self, external_id: str) -> None:
        """End a publication; success too when it has ended before."""
        ...
