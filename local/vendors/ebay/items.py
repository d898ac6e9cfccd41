"""Maps an item of a request to a listing, and a listing to the item that GetItem returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from local.vendors.ebay import catalogue
from local.vendors.ebay.pictures import HOSTED_PATH
from local.vendors.ebay.rules import all_at, text
from local.vendors.ebay.store import HostedPicture, Listing, Shipping

HOSTED = "hosted:"
type FindPicture = Callable[[str], HostedPicture | None]


def listed(item: Element, item_id: str, seller: str, now: datetime, hosted: FindPicture) -> Listing:
    """A new listing. Good-till-cancelled listings are renewed every month."""
    return Listing(
        item_id=item_id,
        seller=seller,
        site=text(item, "Site") or "US",
        currency=text(item, "Currency"),
        quantity=int(text(item, "Quantity") or 1),
        uuid=text(item, "UUID") or None,
        sku=text(item, "SKU") or None,
        tracked_by_sku=text(item, "InventoryTrackingMethod") == "SKU",
        started_at=_iso(now),
        ends_at=_iso(now + timedelta(days=30)),
        **_plain(item),
        **_groups(item, hosted),
    )


def revised(listing: Listing, item: Element, deleted: str, hosted: FindPicture) -> Listing:
    """`listing` with the fields that `item` contains, and without the `deleted` one."""
    mentioned = {name: value for name, value in {**_plain(item), **_groups(item, hosted)}.items() if value}
    if text(item, "Quantity"):
        mentioned["quantity"] = int(text(item, "Quantity"))
    match deleted:
        case "Item.ItemSpecifics":
            mentioned["specifics"] = ()
        case "Item.PostalCode":
            mentioned["postal_code"] = ""
    return replace(listing, **mentioned)


def item_element(listing: Listing, base_url: str) -> Element:
    """The item that GetItem returns, in eBay's order."""
    item = Element("Item")
    _add(item, "Country", listing.country)
    _add(item, "Currency", listing.currency)
    _add(item, "Description", listing.description)
    _add(item, "ItemID", listing.item_id)
    details = SubElement(item, "ListingDetails")
    _add(details, "StartTime", listing.started_at)
    _add(details, "EndTime", listing.ends_at)
    _add(details, "ViewItemURL", f"{base_url}/itm/{listing.item_id}")
    _add(details, "EndingReason", listing.ended_because)
    _add(item, "ListingDuration", "GTC")
    _add(item, "ListingType", "FixedPriceItem")
    _add(item, "Location", listing.location)
    _add(SubElement(item, "PrimaryCategory"), "CategoryID", listing.category)
    _add(item, "Quantity", str(listing.quantity))
    status = SubElement(item, "SellingStatus")
    SubElement(status, "CurrentPrice", currencyID=listing.currency).text = listing.price
    _add(status, "QuantitySold", "0")
    _add(status, "ListingStatus", "Active" if listing.live else "Completed")
    _add(item, "Site", listing.site)
    SubElement(item, "StartPrice", currencyID=listing.currency).text = listing.price
    _add(item, "TimeLeft", _time_left(listing))
    _add(item, "Title", listing.title)
    _add(item, "UUID", listing.uuid)
    _add(item, "SKU", listing.sku)
    _add(item, "PostalCode", listing.postal_code)
    if listing.pictures:
        pictures = SubElement(item, "PictureDetails")
        for url in picture_urls(listing, base_url):
            _add(pictures, "PictureURL", url)
    if listing.specifics:
        specifics = SubElement(item, "ItemSpecifics")
        for name, values in listing.specifics:
            entry = SubElement(specifics, "NameValueList")
            _add(entry, "Name", name)
            for value in values:
                _add(entry, "Value", value)
    if listing.tracked_by_sku:
        _add(item, "InventoryTrackingMethod", "SKU")
    _add(item, "ConditionID", listing.condition)
    _add(item, "ConditionDisplayName", catalogue.CONDITIONS.get(listing.condition))
    return item


def picture_urls(listing: Listing, base_url: str) -> list[str]:
    """The current URLs of the pictures. Those stored here depend on this server's port."""
    return [
        f"{base_url}{HOSTED_PATH}{picture.removeprefix(HOSTED)}" if picture.startswith(HOSTED) else picture
        for picture in listing.pictures
    ]


def _plain(item: Element) -> dict[str, Any]:
    return {
        "title": text(item, "Title"),
        "description": text(item, "Description"),
        "category": text(item, "PrimaryCategory/CategoryID"),
        "price": text(item, "StartPrice"),
        "country": text(item, "Country"),
        "condition": text(item, "ConditionID"),
        "location": text(item, "Location"),
        "postal_code": text(item, "PostalCode"),
        "dispatch_days": text(item, "DispatchTimeMax"),
    }


def _groups(item: Element, hosted: FindPicture) -> dict[str, Any]:
    return {
        "pictures": tuple(_picture(url.text or "", hosted) for url in all_at(item, "PictureDetails/PictureURL")),
        "specifics": tuple(
            (text(entry, "Name"), tuple(value.text or "" for value in all_at(entry, "Value")))
            for entry in all_at(item, "ItemSpecifics/NameValueList")
        ),
        "shipping": tuple(_shipping(option) for option in all_at(item, "ShippingDetails/ShippingServiceOptions")),
        "returns": _leaves(item, "ReturnPolicy"),
        "policies": {
            tag: text(profile, tag)
            for profile in all_at(item, "SellerProfiles/*")
            for tag in ("ShippingProfileID", "ReturnProfileID", "PaymentProfileID")
            if text(profile, tag)
        },
    }


def _picture(url: str, hosted: FindPicture) -> str:
    picture = hosted(url)
    return f"{HOSTED}{picture.picture_id}" if picture else url


def _shipping(option: Element) -> Shipping:
    cost = text(option, "ShippingServiceCost")
    additional = text(option, "ShippingServiceAdditionalCost") or cost
    return Shipping(text(option, "ShippingService"), cost, additional)


def _leaves(item: Element, tag: str) -> dict[str, str]:
    return {leaf.tag.rpartition("}")[2]: leaf.text or "" for group in all_at(item, tag) for leaf in group}


def _add(parent: Element, tag: str, value: str | None) -> None:
    if value:
        SubElement(parent, tag).text = value


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _time_left(listing: Listing) -> str:
    left = datetime.fromisoformat(listing.ends_at) - datetime.now(UTC)
    seconds = max(int(left.total_seconds()), 0) if listing.live else 0
    hours, rest = divmod(seconds % 86_400, 3600)
    return f"P{seconds // 86_400}DT{hours}H{rest // 60}M{rest % 60}S"
