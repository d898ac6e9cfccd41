"""The `Marketplace` Protocol for eBay: one seller, one site, at most one listing per attempt."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import httpx

from souk.selling.marketplaces.adapters.ebay import messages
from souk.selling.marketplaces.adapters.ebay.error_codes import (
    DUPLICATE_LISTING,
    DUPLICATE_UUID,
    NOTHING_THERE,
    error_of,
    problems,
)
from souk.selling.marketplaces.adapters.ebay.exchange import Deadline
from souk.selling.marketplaces.adapters.ebay.media_api import MediaApi
from souk.selling.marketplaces.adapters.ebay.oauth import AppCredentials, Credentials, SellerSession
from souk.selling.marketplaces.adapters.ebay.replies import VENDOR, ListedItem, Reply, ReplyError, fees, listed_item
from souk.selling.marketplaces.adapters.ebay.settings import EbaySettings
from souk.selling.marketplaces.adapters.ebay.sites import listing_url
from souk.selling.marketplaces.adapters.ebay.trading import Trading
from souk.selling.marketplaces.model import AttemptSpent, FeeQuote, ListingOffer, Picture, PublicationEnded, Published
from souk.shared.clock import Clock
from souk.shared.errors import VendorFailed, VendorRefused

# The most that all calls of one method may take: a workflow step calls two methods within its function's timeout.
_SECONDS = 55.0
# Called by an endpoint, which has to answer within 29 s.
_VERIFY_SECONDS = 22.0


@dataclass(frozen=True, slots=True)
class EbayEndpoints:
    """URLs of the Trading API, of the Media API's base, and of OAuth's token endpoint."""

    trading_url: str
    media_url: str
    token_url: str


class EbayMarketplace:
    """Implements `souk.selling.marketplaces.model.Marketplace`, which documents the errors."""

    def __init__(
        self,
        *,
        client: httpx.Client,
        endpoints: EbayEndpoints,
        app_credentials: Callable[[], AppCredentials],
        credentials: Credentials,
        on_refreshed: Callable[[Credentials], None],
        settings: EbaySettings,
        clock: Clock,
    ) -> None:
        session = SellerSession(client, endpoints.token_url, app_credentials, credentials, on_refreshed, clock)
        self._trading = Trading(client, endpoints.trading_url, session, settings.marketplace_site)
        self._media = MediaApi(client, endpoints.media_url, session)
        self._settings = settings
        self._clock = clock

    def verify(self, offer: ListingOffer) -> FeeQuote:
        deadline = Deadline(self._clock, _VERIFY_SECONDS)
        document = messages.verify_add_fixed_price_item(offer, self._settings, self._picture_urls(offer, deadline))
        reply = self._accepted("VerifyAddFixedPriceItem", document, deadline)
        return FeeQuote(fees(reply), reply.notices)

    def publish(self, offer: ListingOffer, key: str) -> Published:
        """`key` is the attempt's `attempt_uuid`.

        A listing that an earlier call left live is returned as recovered, unchanged.
        """
        deadline = Deadline(self._clock, _SECONDS)
        urls = self._picture_urls(offer, deadline)
        document = messages.add_fixed_price_item(offer, self._settings, urls, key)
        reply = self._trading.call("AddFixedPriceItem", document, deadline)
        if reply.accepted:
            return self._published(_item_id(reply), reply, deadline)
        error = error_of(reply)
        if isinstance(error, VendorFailed):
            raise error
        try:
            listed = self._find_duplicate(reply, offer.listing_id, deadline)
        except AttemptSpent:
            raise
        except VendorRefused:
            # eBay refused the search too: the first refusal is the one that the seller needs.
            raise error from None
        if listed is None:
            raise error
        return Published(listed.item_id, self._url(listed), recovered=True)

    def find(self, listing_id: str) -> Published | None:
        listed = self._find_by_sku(listing_id, Deadline(self._clock, _SECONDS))
        return Published(listed.item_id, self._url(listed), recovered=True) if listed else None

    def revise(self, external_id: str, offer: ListingOffer) -> Published:
        deadline = Deadline(self._clock, _SECONDS)
        urls = self._picture_urls(offer, deadline)
        document = messages.revise_fixed_price_item(external_id, offer, self._settings, urls)
        reply = self._accepted("ReviseFixedPriceItem", document, deadline)
        return self._published(external_id, reply, deadline)

    def end(self, external_id: str) -> None:
        deadline = Deadline(self._clock, _SECONDS)
        with suppress(PublicationEnded):
            self._accepted("EndFixedPriceItem", messages.end_fixed_price_item(external_id), deadline)

    def _picture_urls(self, offer: ListingOffer, deadline: Deadline) -> tuple[str, ...]:
        """Our own public URLs when every picture has one, else eBay's: a listing cannot mix the two."""
        own = tuple(picture.url for picture in offer.pictures if picture.url is not None and _self_hosted(picture))
        if len(own) == len(offer.pictures):
            return own
        return self._media.upload_all(offer.pictures, deadline)

    def _find_duplicate(self, refusal: Reply, listing_id: str, deadline: Deadline) -> ListedItem | None:
        """The live listing of this offer that made eBay refuse a second one, if there is one.

        Error 488 names the listing published under our key. 21919067 names one that eBay considers identical, which is
        ours only if it has our SKU. For any other error a live listing with our SKU is looked for.
        """
        if duplicate := refusal.fault(DUPLICATE_UUID):
            listed = self._find_named(duplicate, deadline)
            if listed is not None and listed.sku in (None, listing_id):
                if not listed.live:
                    raise AttemptSpent(VENDOR, problems(refusal))
                return listed
            if listed is None:
                return self._require_by_sku(listing_id, deadline)
        if duplicate := refusal.fault(DUPLICATE_LISTING):
            listed = self._find_named(duplicate, deadline)
            if listed is not None and listed.sku == listing_id and listed.live:
                return listed
        return self._find_by_sku(listing_id, deadline)

    def _require_by_sku(self, listing_id: str, deadline: Deadline) -> ListedItem:
        """The listing published by an earlier call with our key. Raises VendorFailed while eBay does not show it."""
        listed = self._find_by_sku(listing_id, deadline)
        if listed is None:
            raise VendorFailed(VENDOR, "eBay has listed under this attempt's key before, and does not show it yet.")
        return listed

    def _find_by_sku(self, listing_id: str, deadline: Deadline) -> ListedItem | None:
        """The live listing with our SKU, or None."""
        listed = self._look_up(messages.get_item_by_sku(listing_id), deadline)
        return listed if listed is not None and listed.sku == listing_id and listed.live else None

    def _find_named(self, duplicate: ReplyError, deadline: Deadline) -> ListedItem | None:
        item_id = duplicate.parameters.get("1")
        return self._look_up(messages.get_item(item_id), deadline) if item_id else None

    def _look_up(self, document: bytes, deadline: Deadline) -> ListedItem | None:
        """A listing, or None when eBay has none. Raises every other error."""
        reply = self._trading.call("GetItem", document, deadline)
        if reply.accepted:
            return listed_item(reply)
        if any(reply.fault(code) for code in NOTHING_THERE):
            return None
        raise error_of(reply)

    def _accepted(self, call: str, document: bytes, deadline: Deadline) -> Reply:
        reply = self._trading.call(call, document, deadline)
        if not reply.accepted:
            raise error_of(reply)
        return reply

    def _published(self, item_id: str, reply: Reply, deadline: Deadline) -> Published:
        return Published(item_id, self._item_url(item_id, deadline), fees(reply), reply.notices)

    def _item_url(self, item_id: str, deadline: Deadline) -> str:
        """The page that buyers see. Without an answer from eBay it is built here: the listing is live already."""
        try:
            listed = self._look_up(messages.get_item(item_id), deadline)
        except (VendorFailed, VendorRefused):
            listed = None
        return self._url(listed) if listed else listing_url(self._settings.marketplace_site, item_id)

    def _url(self, listed: ListedItem) -> str:
        return listed.url or listing_url(self._settings.marketplace_site, listed.item_id)


def _self_hosted(picture: Picture) -> bool:
    """Whether eBay accepts our URL: https, at most 500 ASCII characters, no space and no semicolon."""
    url = picture.url or ""
    return url.startswith("https://") and len(url) <= 500 and url.isascii() and not set(url) & {" ", ";"}


def _item_id(reply: Reply) -> str:
    item_id = reply.text("ItemID")
    if item_id is None or item_id == "0":
        raise VendorFailed(VENDOR, f"eBay accepted {reply.call} and named no listing.")
    return item_id
