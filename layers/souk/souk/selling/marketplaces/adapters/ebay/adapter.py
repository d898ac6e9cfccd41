"""eBay behind the `Marketplace` Protocol: one seller, one site, never a second listing for one attempt."""

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

# One use case, all its calls together: a workflow step makes two of them within its function's time.
_SECONDS = 55.0
# Asked by an endpoint, which has to answer within 29 s.
_VERIFY_SECONDS = 22.0


@dataclass(frozen=True, slots=True)
class EbayEndpoints:
    """Where eBay's APIs are: Trading's one address, the Media API's base, OAuth's token address."""

    trading_url: str
    media_url: str
    token_url: str


class EbayMarketplace:
    """Implements `souk.selling.marketplaces.model.Marketplace`; that Protocol says what is raised when."""

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

        A listing that an earlier attempt left live is answered as recovered and not touched.
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
            listed = self._already_ours(reply, offer.listing_id, deadline)
        except AttemptSpent:
            raise
        except VendorRefused:
            # Having refused to list, eBay refuses to look as well: the first refusal is the one to tell.
            raise error from None
        if listed is None:
            raise error
        return Published(listed.item_id, self._url(listed), recovered=True)

    def find(self, listing_id: str) -> Published | None:
        listed = self._under_sku(listing_id, Deadline(self._clock, _SECONDS))
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
        """Our own public addresses when every picture has one, else eBay's: it does not take both in one listing."""
        own = tuple(picture.url for picture in offer.pictures if picture.url is not None and _self_hosted(picture))
        if len(own) == len(offer.pictures):
            return own
        return self._media.upload_all(offer.pictures, deadline)

    def _already_ours(self, refusal: Reply, listing_id: str, deadline: Deadline) -> ListedItem | None:
        """The live listing of this very offer that made eBay refuse another one, if there is one.

        Error 488 names the listing of our own key. 21919067 names one that eBay holds to be identical: it is ours
        only under our SKU. And whatever the words, eBay refuses a second live listing of one SKU: that finds it too.
        """
        if duplicate := refusal.fault(DUPLICATE_UUID):
            listed = self._named_by(duplicate, deadline)
            if listed is not None and listed.sku in (None, listing_id):
                if not listed.live:
                    raise AttemptSpent(VENDOR, problems(refusal))
                return listed
            if listed is None:
                return self._surely_under_sku(listing_id, deadline)
        if duplicate := refusal.fault(DUPLICATE_LISTING):
            listed = self._named_by(duplicate, deadline)
            if listed is not None and listed.sku == listing_id and listed.live:
                return listed
        return self._under_sku(listing_id, deadline)

    def _surely_under_sku(self, listing_id: str, deadline: Deadline) -> ListedItem:
        """What an earlier call under our key has made. Not to be seen is not the same as not to be there."""
        listed = self._under_sku(listing_id, deadline)
        if listed is None:
            raise VendorFailed(VENDOR, "eBay has listed under this attempt's key before, and does not show it yet.")
        return listed

    def _under_sku(self, listing_id: str, deadline: Deadline) -> ListedItem | None:
        """What is live under our SKU."""
        listed = self._look_up(messages.get_item_by_sku(listing_id), deadline)
        return listed if listed is not None and listed.sku == listing_id and listed.live else None

    def _named_by(self, duplicate: ReplyError, deadline: Deadline) -> ListedItem | None:
        item_id = duplicate.parameters.get("1")
        return self._look_up(messages.get_item(item_id), deadline) if item_id else None

    def _look_up(self, document: bytes, deadline: Deadline) -> ListedItem | None:
        """A listing, or None when eBay says that there is none. Raises every other error."""
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
        return Published(item_id, self._address(item_id, deadline), fees(reply), reply.notices)

    def _address(self, item_id: str, deadline: Deadline) -> str:
        """Where buyers see it. The listing is live already, so a question that fails only costs eBay's own spelling."""
        try:
            listed = self._look_up(messages.get_item(item_id), deadline)
        except (VendorFailed, VendorRefused):
            listed = None
        return self._url(listed) if listed else listing_url(self._settings.marketplace_site, item_id)

    def _url(self, listed: ListedItem) -> str:
        return listed.url or listing_url(self._settings.marketplace_site, listed.item_id)


def _self_hosted(picture: Picture) -> bool:
    """eBay's rules for an address of ours: https, 500 characters at most, no blank and no semicolon."""
    url = picture.url or ""
    return url.startswith("https://") and len(url) <= 500 and url.isascii() and not set(url) & {" ", ";"}


def _item_id(reply: Reply) -> str:
    item_id = reply.text("ItemID")
    if item_id is None or item_id == "0":
        raise VendorFailed(VENDOR, f"eBay accepted {reply.call} and named no listing.")
    return item_id
