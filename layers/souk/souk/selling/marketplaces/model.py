"""What every marketplace takes and answers. Pure: no HTTP, no vendor's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from souk.shared.errors import VendorProblem, VendorRefused
from souk.shared.money import Money

STOREFRONT: Final = "souk"
"""The marketplace that is our own."""


class MarketplaceUnauthorized(VendorRefused):
    """The seller's consent has ended and cannot be renewed: only the seller can mend it, by connecting again."""

    title = "The marketplace account must be connected again"

    def __init__(self, vendor: str, problems: Sequence[VendorProblem]) -> None:
        super().__init__(vendor, problems)
        self.detail = f"{self.detail} Connect the {vendor} account again."
        self.extra["reconnect"] = True


class AttemptSpent(VendorRefused):
    """What this key once made is not live any more: only another key can publish again."""


class PublicationEnded(VendorRefused):
    """What was to be revised is not live any more: sold out, or ended at the marketplace itself."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to publish. `load` fetches its bytes; `url` is a public https address if it has one."""

    content_hash: str
    content_type: str
    load: Callable[[], bytes]
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ListingOffer:
    """A listing as a marketplace sees it. `category_id` and `condition_id` are the marketplace's own.

    `souk_category_id` is ours; `quantity_version` rises whenever the owner says how many there are.
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
    """What a marketplace asks for one of its services."""

    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning the marketplace gave with its consent, in its own words."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class FeeQuote:
    """The marketplace would accept the offer, at these fees."""

    fees: tuple[Fee, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """The offer is live. `external_id` is the marketplace's id, `url` where buyers see it.

    `recovered`: an earlier call with the same key had made it, so it may say what the offer said then.
    """

    external_id: str
    url: str
    fees: tuple[Fee, ...] = ()
    notices: tuple[Notice, ...] = ()
    recovered: bool = False


class Marketplace(Protocol):
    """One marketplace, speaking for one seller.

    Raises VendorRefused (final, every reason kept), VendorThrottled (nothing took effect) and
    VendorFailed (outcome unknown; the same call with the same `key` may be made again).
    """

    def verify(self, offer: ListingOffer) -> FeeQuote:
        """Ask whether `offer` would be accepted; nothing is published."""
        ...

    def publish(self, offer: ListingOffer, key: str) -> Published:
        """Publish once: the same `key` answers the same publication, however often it is asked.

        Raises AttemptSpent when that publication has ended meanwhile.
        """
        ...

    def find(self, listing_id: str) -> Published | None:
        """What is live for our listing, if anything: for an attempt whose outcome was never learnt."""
        ...

    def revise(self, external_id: str, offer: ListingOffer) -> Published:
        """Make a live publication say what `offer` says. Raises PublicationEnded."""
        ...

    def end(self, external_id: str) -> None:
        """Take a publication down. One that is already down is success."""
        ...
