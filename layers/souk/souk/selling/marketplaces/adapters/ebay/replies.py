"""Replies of the Trading API as values: whether eBay accepted, and every error and warning.

The HTTP status is no help (a refusal is a 200): Ack decides. SeverityCode separates warnings from errors, since eBay
sends some codes as either. Documents are parsed without DTD and entities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from souk.selling.marketplaces.model import Fee, Notice
from souk.shared.errors import VendorFailed, VendorProblem
from souk.shared.money import Money, minor_digits

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

VENDOR = "ebay"


@dataclass(frozen=True, slots=True)
class ReplyError:
    """One `Errors` entry. `parameters` is keyed by ParamID."""

    code: str
    message: str
    warning: bool
    system: bool
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def problem(self) -> VendorProblem:
        return VendorProblem(self.code, self.message)

    @property
    def notice(self) -> Notice:
        return Notice(self.code, self.message)


@dataclass(frozen=True, slots=True)
class Reply:
    """eBay's reply to one call. `message` is the HTML text beside the errors that explains error 240."""

    call: str
    accepted: bool
    errors: tuple[ReplyError, ...]
    message: str | None
    body: Element

    @property
    def notices(self) -> tuple[Notice, ...]:
        return tuple(error.notice for error in self.errors)

    @property
    def faults(self) -> tuple[ReplyError, ...]:
        """The errors that made eBay refuse; every entry when it refused with warnings only."""
        return tuple(error for error in self.errors if not error.warning) or self.errors

    def fault(self, code: str) -> ReplyError | None:
        return next((error for error in self.faults if error.code == code), None)

    def text(self, path: str) -> str | None:
        """The text at `path` below the root (`Item/SKU`), or None."""
        return _text_at(self.body, path)


@dataclass(frozen=True, slots=True)
class ListedItem:
    """A listing as GetItem returns it."""

    item_id: str
    sku: str | None
    live: bool
    url: str | None


def parse_reply(call: str, document: bytes) -> Reply:
    """Raises VendorFailed when `document` is not a reply with an Ack."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(document, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as cause:
        # ValueError and LookupError: an encoding declaration that is wrong or unknown.
        raise VendorFailed(VENDOR, f"eBay's answer to {call} is not a well-formed document.") from cause
    ack = _text_at(root, "Ack")
    if ack not in ("Success", "Warning", "Failure"):
        raise VendorFailed(VENDOR, f"eBay's answer to {call} carries no verdict.")
    errors = tuple(_error(entry) for entry in root.findall("{*}Errors"))
    if ack == "Failure" and not errors:
        raise VendorFailed(VENDOR, f"eBay refused {call} without giving a reason.")
    return Reply(call, ack != "Failure", errors, _text_at(root, "Message"), root)


def fees(reply: Reply) -> tuple[Fee, ...]:
    """The fees above zero, and always ListingFee, which is eBay's total of them.

    Raises VendorFailed when an amount is not a number.
    """
    named = ((_text_at(entry, "Name") or "", entry.find("{*}Fee")) for entry in reply.body.findall("{*}Fees/{*}Fee"))
    parsed = [Fee(name, _money(reply.call, amount)) for name, amount in named if amount is not None]
    return tuple(fee for fee in parsed if fee.amount.amount or fee.name == "ListingFee")


def listed_item(reply: Reply) -> ListedItem | None:
    """The listing in a GetItem reply, or None when the reply holds none."""
    item_id = reply.text("Item/ItemID")
    if not item_id:
        return None
    return ListedItem(
        item_id=item_id,
        sku=reply.text("Item/SKU"),
        live=reply.text("Item/SellingStatus/ListingStatus") not in ("Ended", "Completed"),
        url=reply.text("Item/ListingDetails/ViewItemURL"),
    )


def _error(entry: Element) -> ReplyError:
    code = _text_at(entry, "ErrorCode") or "unknown"
    parameters = {
        parameter.get("ParamID", ""): _text_at(parameter, "Value") or ""
        for parameter in entry.findall("{*}ErrorParameters")
    }
    return ReplyError(
        code=code,
        message=_text_at(entry, "LongMessage") or _text_at(entry, "ShortMessage") or f"eBay error {code}",
        warning=_text_at(entry, "SeverityCode") == "Warning",
        system=_text_at(entry, "ErrorClassification") == "SystemError",
        parameters=parameters,
    )


def _money(call: str, element: Element) -> Money:
    currency = element.get("currencyID", "USD")
    try:
        amount = Decimal((element.text or "").strip())
        return Money(round(amount, minor_digits(currency)), currency)
    except (InvalidOperation, ValueError) as cause:
        raise VendorFailed(VENDOR, f"eBay's answer to {call} names a fee that is not a number.") from cause


def _text_at(element: Element, path: str) -> str | None:
    found = element.find("/".join(f"{{*}}{step}" for step in path.split("/")))
    if found is None or found.text is None:
        return None
    return found.text.strip() or None
