"""Requests to the Trading API, each a whole XML document in UTF-8.

eBay requires the elements in the order of its schema. Tests compare it with our own table and, where the file is
available, with eBay's schema.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, tostring

from souk.selling.marketplaces.adapters.ebay.description import html_description, xml_text
from souk.selling.marketplaces.adapters.ebay.settings import EbaySettings, Policies, Returns, ShippingService
from souk.selling.marketplaces.model import ListingOffer
from souk.shared.money import Money

NAMESPACE = "urn:ebay:apis:eBLBaseComponents"


def add_fixed_price_item(offer: ListingOffer, settings: EbaySettings, picture_urls: Sequence[str], uuid: str) -> bytes:
    """List `offer`. eBay lists a `uuid` (32 upper-case hex digits) at most once."""
    item = _new_item(offer, settings, picture_urls, _text("UUID", uuid))
    return _document("AddFixedPriceItem", item)


def verify_add_fixed_price_item(offer: ListingOffer, settings: EbaySettings, picture_urls: Sequence[str]) -> bytes:
    """Verify `offer`. Without a UUID, since eBay does not document whether a verification would use it up."""
    return _document("VerifyAddFixedPriceItem", _new_item(offer, settings, picture_urls, None))


def revise_fixed_price_item(
    item_id: str, offer: ListingOffer, settings: EbaySettings, picture_urls: Sequence[str]
) -> bytes:
    """Change all that an edit can change. No pictures: the listing keeps its own. No specifics: they are deleted.

    eBay requires the SKU and the tracking by SKU at each revision.
    """
    specifics = _specifics(offer)
    item = _tree(
        "Item",
        _text("Country", settings.country),
        _text("Description", html_description(offer.description)),
        _text("ItemID", item_id),
        _optional("Location", settings.location),
        _category(offer),
        _text("Quantity", str(offer.quantity)),
        _shipping_details(settings),
        _amount("StartPrice", offer.price),
        _text("Title", offer.title),
        _text("SKU", offer.listing_id),
        _optional("PostalCode", settings.postal_code),
        _pictures(picture_urls),
        _dispatch_time(settings),
        specifics,
        _return_policy(settings),
        _text("InventoryTrackingMethod", "SKU"),
        _text("ConditionID", str(offer.condition_id)),
        _seller_profiles(settings.policies),
    )
    deleted = _text("DeletedField", "Item.ItemSpecifics") if specifics is None else None
    return _document("ReviseFixedPriceItem", item, deleted)


def end_fixed_price_item(item_id: str) -> bytes:
    return _document("EndFixedPriceItem", _text("ItemID", item_id), _text("EndingReason", "NotAvailable"))


def get_item(item_id: str) -> bytes:
    return _document("GetItem", _text("ItemID", item_id))


def get_item_by_sku(sku: str) -> bytes:
    """eBay finds only listings that are tracked by SKU, as ours are."""
    return _document("GetItem", _text("SKU", sku))


def _new_item(
    offer: ListingOffer, settings: EbaySettings, picture_urls: Sequence[str], uuid: Element | None
) -> Element:
    return _tree(
        "Item",
        _text("Country", settings.country),
        _text("Currency", settings.currency),
        _text("Description", html_description(offer.description)),
        _text("ListingDuration", "GTC"),
        _text("ListingType", "FixedPriceItem"),
        _optional("Location", settings.location),
        _category(offer),
        _text("Quantity", str(offer.quantity)),
        _shipping_details(settings),
        _text("Site", settings.site),
        _amount("StartPrice", offer.price),
        _text("Title", offer.title),
        uuid,
        _text("SKU", offer.listing_id),
        _optional("PostalCode", settings.postal_code),
        _pictures(picture_urls),
        _dispatch_time(settings),
        _specifics(offer),
        _return_policy(settings),
        _text("InventoryTrackingMethod", "SKU"),
        _text("ConditionID", str(offer.condition_id)),
        _seller_profiles(settings.policies),
    )


def _category(offer: ListingOffer) -> Element:
    return _tree("PrimaryCategory", _text("CategoryID", offer.category_id))


def _pictures(urls: Sequence[str]) -> Element | None:
    return _tree("PictureDetails", *(_text("PictureURL", url) for url in urls)) if urls else None


def _specifics(offer: ListingOffer) -> Element | None:
    lists = [
        _tree("NameValueList", _text("Name", name), *(_text("Value", value) for value in values))
        for name, values in offer.item_specifics.items()
        if values
    ]
    return _tree("ItemSpecifics", *lists) if lists else None


def _shipping_details(settings: EbaySettings) -> Element | None:
    if settings.policies is not None:
        return None
    services = (
        _shipping_service(service, priority, settings.currency)
        for priority, service in enumerate(settings.shipping, start=1)
    )
    return _tree("ShippingDetails", *services, _text("ShippingType", "Flat"))


def _shipping_service(service: ShippingService, priority: int, currency: str) -> Element:
    additional = service.cost if service.additional_cost is None else service.additional_cost
    # Only the first service may be called free.
    free = _text("FreeShipping", "true") if priority == 1 and service.cost == 0 else None
    return _tree(
        "ShippingServiceOptions",
        _text("ShippingService", service.service),
        _amount("ShippingServiceCost", Money(service.cost, currency)),
        _amount("ShippingServiceAdditionalCost", Money(additional, currency)),
        _text("ShippingServicePriority", str(priority)),
        free,
    )


def _dispatch_time(settings: EbaySettings) -> Element | None:
    return _text("DispatchTimeMax", str(settings.dispatch_days)) if settings.policies is None else None


def _return_policy(settings: EbaySettings) -> Element | None:
    return _terms_of_return(settings.returns) if settings.policies is None else None


def _terms_of_return(returns: Returns) -> Element:
    if not returns.accepted:
        return _tree("ReturnPolicy", _text("ReturnsAcceptedOption", "ReturnsNotAccepted"))
    return _tree(
        "ReturnPolicy",
        _text("ReturnsWithinOption", f"Days_{returns.within_days}"),
        _text("ReturnsAcceptedOption", "ReturnsAccepted"),
        _text("ShippingCostPaidByOption", returns.paid_by.capitalize()),
    )


def _seller_profiles(policies: Policies | None) -> Element | None:
    if policies is None:
        return None
    return _tree(
        "SellerProfiles",
        _tree("SellerShippingProfile", _text("ShippingProfileID", policies.shipping_id)),
        _tree("SellerReturnProfile", _text("ReturnProfileID", policies.return_id)),
        _tree("SellerPaymentProfile", _text("PaymentProfileID", policies.payment_id)),
    )


def _document(call: str, *children: Element | None) -> bytes:
    root = _tree(f"{call}Request", _text("ErrorLanguage", "en_US"), *children)
    root.set("xmlns", NAMESPACE)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _tree(tag: str, *children: Element | None) -> Element:
    element = Element(tag)
    element.extend(child for child in children if child is not None)
    return element


def _text(tag: str, text: str) -> Element:
    element = Element(tag)
    element.text = xml_text(text)
    return element


def _optional(tag: str, text: str | None) -> Element | None:
    return _text(tag, text) if text else None


def _amount(tag: str, money: Money) -> Element:
    element = _text(tag, str(money))
    element.set("currencyID", money.currency)
    return element
