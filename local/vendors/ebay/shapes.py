"""The shapes of the requests that this stand-in accepts: the fields that we send, in eBay's order.

Elements that are not listed here or are out of order are refused, because the real service might not accept them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from local.vendors.ebay import rejections
from local.vendors.ebay.rejections import Rejection

NAMESPACE = "urn:ebay:apis:eBLBaseComponents"

_TEXT = r"(?s).*"
_AMOUNT = r"\d{1,10}(\.\d{1,2})?"
_INTEGER = r"\d{1,9}"
_BOOLEAN = r"true|false|1|0"
_DIGITS = r"\d{1,19}"


@dataclass(frozen=True, slots=True)
class Field:
    """`fields`: the members of a group. `many`: how often it may occur. `longest`: in characters."""

    name: str
    required: bool = False
    pattern: str = _TEXT
    longest: int | None = None
    many: int = 1
    currency: bool = False
    fields: tuple[Field, ...] = ()


def _amount(name: str, *, required: bool = False) -> Field:
    return Field(name, required, _AMOUNT, currency=True)


def _one_of(name: str, *values: str, required: bool = False) -> Field:
    return Field(name, required, "|".join(map(re.escape, values)))


_COMMON = (
    _one_of("DetailLevel", "ReturnAll", "ItemReturnDescription", "ItemReturnAttributes"),
    Field("ErrorLanguage", pattern=r"[a-z]{2}_[A-Z]{2}"),
    Field("MessageID"),
    Field("Version", pattern=_INTEGER),
    _one_of("WarningLevel", "Low", "High"),
)

_SHIPPING_SERVICE = (
    Field("ShippingService", True, r"[A-Za-z0-9_]+"),
    _amount("ShippingServiceCost", required=True),
    _amount("ShippingServiceAdditionalCost"),
    Field("ShippingServicePriority", pattern=r"[1-4]"),
    Field("FreeShipping", pattern=_BOOLEAN),
)

_RETURN_POLICY = (
    _one_of("RefundOption", "MoneyBack", "MoneyBackOrReplacement", "MoneyBackOrExchange"),
    _one_of("ReturnsWithinOption", "Days_14", "Days_30", "Days_60"),
    _one_of("ReturnsAcceptedOption", "ReturnsAccepted", "ReturnsNotAccepted", required=True),
    _one_of("ShippingCostPaidByOption", "Buyer", "Seller"),
)

_PROFILES = (
    Field("SellerShippingProfile", fields=(Field("ShippingProfileID", True, _DIGITS),)),
    Field("SellerReturnProfile", fields=(Field("ReturnProfileID", True, _DIGITS),)),
    Field("SellerPaymentProfile", fields=(Field("PaymentProfileID", True, _DIGITS),)),
)


def _item(*, new: bool) -> tuple[Field, ...]:
    """An item to list, or to revise: then only ItemID is required."""
    return (
        Field("Country", new, r"[A-Z]{2}"),
        Field("Currency", new, r"[A-Z]{3}"),
        Field("Description", new, longest=500_000),
        *(() if new else (Field("ItemID", True, _DIGITS),)),
        _one_of("ListingDuration", "GTC", required=new),
        Field("ListingType", pattern=r"\w+"),
        Field("Location", longest=45),
        Field("PrimaryCategory", new, fields=(Field("CategoryID", True),)),
        Field("Quantity", pattern=_INTEGER),
        Field(
            "ShippingDetails",
            fields=(
                Field("ShippingServiceOptions", many=4, fields=_SHIPPING_SERVICE),
                _one_of("ShippingType", "Flat"),
            ),
        ),
        Field("Site", pattern=r"\w+"),
        _amount("StartPrice", required=new),
        Field("Title", new),
        Field("UUID", pattern=r"[0-9A-F]{32}"),
        Field("SKU", longest=50),
        Field("PostalCode"),
        Field("PictureDetails", fields=(Field("PictureURL", True, longest=500, many=24),)),
        Field("DispatchTimeMax", pattern=_INTEGER),
        Field(
            "ItemSpecifics",
            fields=(
                Field(
                    "NameValueList",
                    True,
                    many=45,
                    fields=(Field("Name", True, longest=65), Field("Value", True, longest=65, many=30)),
                ),
            ),
        ),
        Field("ReturnPolicy", fields=_RETURN_POLICY),
        _one_of("InventoryTrackingMethod", "ItemID", "SKU"),
        Field("ConditionID", pattern=_INTEGER),
        Field("ConditionDescription", longest=1000),
        Field("SellerProfiles", fields=_PROFILES),
    )


REQUESTS: dict[str, tuple[Field, ...]] = {
    "AddFixedPriceItem": (*_COMMON, Field("Item", True, fields=_item(new=True))),
    "VerifyAddFixedPriceItem": (*_COMMON, Field("Item", True, fields=_item(new=True))),
    "ReviseFixedPriceItem": (
        *_COMMON,
        Field("Item", True, fields=_item(new=False)),
        _one_of("DeletedField", "Item.ItemSpecifics", "Item.PostalCode", "Item.ConditionDescription"),
    ),
    "EndFixedPriceItem": (
        *_COMMON,
        Field("ItemID", pattern=_DIGITS),
        _one_of(
            "EndingReason", "LostOrBroken", "NotAvailable", "Incorrect", "OtherListingError", "Sold", required=True
        ),
        Field("SKU", longest=50),
    ),
    "GetItem": (
        *_COMMON,
        Field("ItemID", pattern=_DIGITS),
        Field("IncludeItemSpecifics", pattern=_BOOLEAN),
        Field("SKU", longest=50),
    ),
}


def check(call: str, root: Element) -> list[Rejection]:
    """All errors in the shape of a request."""
    if root.tag != f"{{{NAMESPACE}}}{call}Request":
        return [rejections.unknown_call(root.tag.rpartition("}")[2])]
    return list(_group(root, REQUESTS[call], ""))


def _group(element: Element, fields: tuple[Field, ...], path: str) -> Iterator[Rejection]:
    if (element.text or "").strip() or element.attrib:
        yield rejections.out_of_schema(f"<{path or element.tag}> contains more than elements.")
    yield from _order(element, fields, path)
    for field in fields:
        found = element.findall(f"{{{NAMESPACE}}}{field.name}")
        at = f"{path}.{field.name}".lstrip(".")
        if field.required and not found:
            yield rejections.invalid(at)
        if len(found) > field.many:
            yield rejections.invalid(at, f"It may occur {field.many} times.")
        for child in found:
            yield from _group(child, field.fields, at) if field.fields else _leaf(child, field, at)


def _order(element: Element, fields: tuple[Field, ...], path: str) -> Iterator[Rejection]:
    places = {f"{{{NAMESPACE}}}{field.name}": place for place, field in enumerate(fields)}
    reached = 0
    for child in element:
        place = places.get(child.tag)
        name = f"{path}.{child.tag.rpartition('}')[2]}".lstrip(".")
        if place is None:
            yield rejections.out_of_schema(f"encountered a child element, which is NOT expected: {name}.")
        elif place < reached:
            yield rejections.out_of_schema(f"{name} is out of order.")
        else:
            reached = place


def _leaf(element: Element, field: Field, at: str) -> Iterator[Rejection]:
    text = element.text or ""
    if len(element):
        yield rejections.out_of_schema(f"{at} may not contain elements.")
    if set(element.attrib) != ({"currencyID"} if field.currency else set()):
        yield rejections.invalid(at, "Its currencyID is missing, or it has attributes that it may not have.")
    if field.required and not text.strip():
        yield rejections.invalid(at)
    elif not re.fullmatch(field.pattern, text):
        yield rejections.invalid(at, f'"{text[:40]}" is not a value of it.')
    if field.longest is not None and len(text) > field.longest:
        yield rejections.invalid(at, f"It has {len(text)} characters; {field.longest} are allowed.")
