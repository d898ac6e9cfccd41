"""eBay's rules for items, besides their shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element

from local.vendors.ebay import catalogue, rejections
from local.vendors.ebay.rejections import Rejection
from local.vendors.ebay.shapes import NAMESPACE
from local.vendors.ebay.store import HostedPicture

_TAG = re.compile(r"</?(a|b|big|br|center|div|em|font|h[1-6]|i|img|p|script|small|span|strong|table|u)\b[^>]*>", re.I)
_ACTIVE = re.compile(
    r"<\s*(script|iframe|object|embed|applet|form|meta|base|link)\b|<[^>]*\son\w+\s*=|<[^>]*javascript\s*:", re.I
)
_HTTP_RESOURCE = re.compile(r"<[^>]*\b(src|href)\s*=\s*[\"']?http://", re.I)


def text(element: Element, path: str) -> str:
    """The text at `path` (`PrimaryCategory/CategoryID`), or nothing."""
    return element.findtext("/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))) or ""


def all_at(element: Element, path: str) -> list[Element]:
    return element.findall("/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/")))


@dataclass(frozen=True, slots=True)
class Rules:
    """`hosted` finds a picture hosted here by its URL. `site_number` is from the request's header."""

    site_number: str
    hosted: Callable[[str], HostedPicture | None]

    def of_new_item(self, item: Element) -> Iterator[Rejection]:
        yield from self._site(item)
        if text(item, "ListingType") not in ("", "FixedPriceItem"):
            yield rejections.NOT_FIXED_PRICE
        if not (text(item, "Location") or text(item, "PostalCode")):
            yield rejections.NO_LOCATION
        if not all_at(item, "PictureDetails/PictureURL"):
            yield rejections.invalid("Item.PictureDetails", "At least one picture is needed.")
        category = text(item, "PrimaryCategory/CategoryID")
        if catalogue.is_category(category) and catalogue.needs_condition(category) and not text(item, "ConditionID"):
            yield rejections.NO_CONDITION
        yield from _required_specifics(item, category)
        yield from _terms(item)
        yield from self.of_any_item(item)

    def of_any_item(self, item: Element) -> Iterator[Rejection]:
        """The rules for a new item, and for the fields that a revision contains."""
        yield from _title(item)
        yield from _category(item)
        yield from _specifics(item)
        if text(item, "ConditionID") and text(item, "ConditionID") not in catalogue.CONDITIONS:
            yield rejections.BAD_CONDITION
        description = text(item, "Description")
        if _ACTIVE.search(description) or _HTTP_RESOURCE.search(description):
            yield rejections.ACTIVE_CONTENT
        if text(item, "StartPrice") and Decimal(text(item, "StartPrice")) <= 0:
            yield rejections.invalid("Item.StartPrice", "A price is above zero.")
        if all_at(item, "Quantity") and int(text(item, "Quantity") or 0) < 1:
            yield rejections.invalid("Item.Quantity", "At least one piece is offered.")
        yield from self._pictures(item)
        site = next((code for code, (number, _) in catalogue.SITES.items() if number == self.site_number), "")
        for service in all_at(item, "ShippingDetails/ShippingServiceOptions/ShippingService"):
            if not catalogue.is_shipping_service(site, service.text or ""):
                yield rejections.NO_SHIPPING

    def warnings(self, item: Element) -> Iterator[Rejection]:
        options = all_at(item, "ShippingDetails/ShippingServiceOptions")
        if any(not text(option, "ShippingServiceAdditionalCost") for option in options):
            yield rejections.COPIED_POSTAGE
        if text(item, "ReturnPolicy/RefundOption") and self.site_number not in ("0", "100"):
            yield rejections.REFUND_IGNORED
        if any(0 < self._longest_side(url) < 1000 for url in self._urls(item)):
            yield rejections.LOW_QUALITY

    def _site(self, item: Element) -> Iterator[Rejection]:
        code = text(item, "Site")
        number, currencies = catalogue.SITES.get(code or "US", ("", ()))
        if number != self.site_number:
            yield rejections.invalid("Item.Site", "It does not agree with the site of the request.")
        if currencies and text(item, "Currency") not in currencies:
            yield rejections.invalid("Item.Currency", "It is not the currency of the site.")
        for tag in ("StartPrice", "ShippingServiceCost", "ShippingServiceAdditionalCost"):
            for amount in item.iter(f"{{{NAMESPACE}}}{tag}"):
                if amount.get("currencyID") != text(item, "Currency"):
                    yield rejections.invalid(f"Item.{tag}", "Its currency is not that of the item.")

    def _pictures(self, item: Element) -> Iterator[Rejection]:
        urls = self._urls(item)
        ours = [self.hosted(url) for url in urls]
        if any(ours) and not all(ours):
            yield rejections.invalid("Item.PictureDetails.PictureURL", "Pictures of eBay and of others are mixed.")
        for url, picture in zip(urls, ours, strict=True):
            if picture is None and (not url.startswith("https://") or ";" in url or " " in url):
                yield rejections.invalid("Item.PictureDetails.PictureURL", "It is not an https address.")
            elif 0 < self._longest_side(url) < 500:
                yield rejections.SMALL_PICTURE

    def _urls(self, item: Element) -> list[str]:
        return [element.text or "" for element in all_at(item, "PictureDetails/PictureURL")]

    def _longest_side(self, url: str) -> int:
        picture = self.hosted(url)
        return max(picture.width or 0, picture.height or 0) if picture else 0


def _title(item: Element) -> Iterator[Rejection]:
    title = text(item, "Title")
    if len(title) > 80:
        yield rejections.title_too_long(len(title))
    if _TAG.search(title):
        yield rejections.invalid("Item.Title", "It holds HTML.")


def _category(item: Element) -> Iterator[Rejection]:
    if not all_at(item, "PrimaryCategory"):
        return
    category = text(item, "PrimaryCategory/CategoryID")
    if not catalogue.is_category(category):
        yield rejections.NOT_A_CATEGORY
    elif not catalogue.is_leaf(category):
        yield rejections.NOT_A_LEAF


def _specifics(item: Element) -> Iterator[Rejection]:
    names = [text(entry, "Name").casefold() for entry in all_at(item, "ItemSpecifics/NameValueList")]
    if len(set(names)) != len(names):
        yield rejections.invalid("Item.ItemSpecifics", "A name is used twice.")


def _required_specifics(item: Element, category: str) -> Iterator[Rejection]:
    given = {text(entry, "Name").casefold() for entry in all_at(item, "ItemSpecifics/NameValueList")}
    for name in catalogue.REQUIRED_SPECIFICS.get(category, ()):
        if name.casefold() not in given:
            yield rejections.missing_specific(name)


def _terms(item: Element) -> Iterator[Rejection]:
    """An item has three policies, or shipping and return terms instead."""
    if all_at(item, "SellerProfiles"):
        for path, missing in (
            ("SellerShippingProfile/ShippingProfileID", rejections.NO_SHIPPING_POLICY),
            ("SellerPaymentProfile/PaymentProfileID", rejections.NO_PAYMENT_POLICY),
            ("SellerReturnProfile/ReturnProfileID", rejections.NO_RETURN_PROFILE),
        ):
            if not text(item, f"SellerProfiles/{path}"):
                yield missing
        return
    if not all_at(item, "ShippingDetails/ShippingServiceOptions"):
        yield rejections.NO_SHIPPING
    if not text(item, "DispatchTimeMax"):
        yield rejections.invalid("Item.DispatchTimeMax")
    if not all_at(item, "ReturnPolicy"):
        yield rejections.NO_RETURN_POLICY
    elif text(item, "ReturnPolicy/ReturnsAcceptedOption") == "ReturnsAccepted":
        for tag in ("ReturnsWithinOption", "ShippingCostPaidByOption"):
            if not text(item, f"ReturnPolicy/{tag}"):
                yield rejections.invalid(f"Item.ReturnPolicy.{tag}")
