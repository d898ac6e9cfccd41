"""eBay's Trading API: five calls, checked and carried out as by eBay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from local.vendors.ebay import catalogue, rejections
from local.vendors.ebay.access import Access
from local.vendors.ebay.items import item_element, listed, revised
from local.vendors.ebay.pictures import HOSTED_PATH
from local.vendors.ebay.rejections import Refused, Rejection
from local.vendors.ebay.rules import Rules, text
from local.vendors.ebay.shapes import NAMESPACE, REQUESTS, check
from local.vendors.ebay.store import HostedPicture, Listing, Store
from local.vendors.server import Request, Response

_VERSION = "1487"
_FEES = (
    "AuctionLengthFee", "BoldFee", "BuyItNowFee", "CategoryFeaturedFee", "FeaturedFee", "GalleryPlusFee",
    "FeaturedGalleryFee", "FixedPriceDurationFee", "GalleryFee", "GiftIconFee", "HighLightFee", "InsertionFee",
    "InternationalInsertionFee", "ListingDesignerFee", "ListingFee", "PhotoDisplayFee", "PhotoFee", "ReserveFee",
    "SchedulingFee", "SubtitleFee", "BorderFee", "ProPackBundleFee", "BasicUpgradePackBundleFee", "ValuePackBundleFee",
    "PrivateListingFee", "ProPackPlusBundleFee", "MotorsGermanySearchFee",
)  # fmt: skip
_CHARGED = {"InsertionFee": "0.35", "ListingFee": "0.35"}


@dataclass(frozen=True, slots=True)
class Call:
    """A request with valid headers, token and shape."""

    name: str
    seller: str
    root: Element
    rules: Rules


@dataclass(frozen=True, slots=True)
class Result:
    """What a call adds to the fields that all replies have."""

    fields: Sequence[Element] = ()
    warnings: Sequence[Rejection] = ()


class Trading:
    """`duplicate_policy`: refuse a second live listing with the same title. `base_url` returns this server's URL."""

    def __init__(self, store: Store, access: Access, base_url: Callable[[], str]) -> None:
        self._store = store
        self._access = access
        self._base_url = base_url
        self.duplicate_policy = False

    def answer(self, request: Request) -> tuple[Response, Element]:
        """The HTTP response and the reply in it."""
        name = request.headers.get("x-ebay-api-call-name", "")
        message_id = ""
        try:
            call = self._validated(name, request)
            message_id = text(call.root, "MessageID")
            result = self._carry_out(call)
        except Refused as refusal:
            reply = _reply(name, "Failure", refusal.rejections, message_id)
        else:
            reply = _reply(name, "Warning" if result.warnings else "Success", result.warnings, message_id)
            reply.extend(result.fields)
        return _response(reply), reply

    def refuse(self, name: str, code: str, message: str, reply_message: str) -> Response:
        """A refusal that a fault requests."""
        return _response(_reply(name, "Failure", (rejections.on_demand(code, message),), "", reply_message))

    def hosted(self, url: str) -> HostedPicture | None:
        """The picture stored here under `url`. The port is ignored: it may have changed since the upload."""
        host, marker, picture_id = url.partition(HOSTED_PATH)
        return self._store.picture(picture_id) if marker and host.startswith("http://127.0.0.1:") else None

    def _validated(self, name: str, request: Request) -> Call:
        if name not in REQUESTS:
            raise Refused(rejections.unknown_call(name))
        site_number = request.headers.get("x-ebay-api-siteid", "")
        if site_number not in catalogue.SITE_NUMBERS:
            raise Refused(rejections.bad_header("X-EBAY-API-SITEID"))
        if not request.headers.get("x-ebay-api-compatibility-level", "").isdigit():
            raise Refused(rejections.bad_header("X-EBAY-API-COMPATIBILITY-LEVEL"))
        if request.headers.get("content-type", "").partition(";")[0].strip() != "text/xml":
            raise Refused(rejections.bad_header("Content-Type"))
        token = request.headers.get("x-ebay-api-iaf-token")
        if not token:
            raise Refused(rejections.NO_TOKEN)
        seller = self._access.seller(token)
        try:
            root = fromstring(request.body, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError) as problem:
            raise Refused(rejections.malformed(str(problem))) from problem
        if wrong := check(name, root):
            raise Refused(*wrong)
        return Call(name, seller, root, Rules(site_number, self.hosted))

    def _carry_out(self, call: Call) -> Result:
        match call.name:
            case "AddFixedPriceItem":
                return self._add(call)
            case "VerifyAddFixedPriceItem":
                return self._verify(call)
            case "ReviseFixedPriceItem":
                return self._revise(call)
            case "EndFixedPriceItem":
                return self._end(call)
        return self._get(call)

    def _add(self, call: Call) -> Result:
        with self._store.transaction():
            item = self._checked(call)
            now = datetime.now(UTC)
            listing = listed(item, self._store.next_item_id(), call.seller, now, self.hosted)
            self._store.put(listing)
        return Result(
            (
                _element("ItemID", listing.item_id),
                *((_element("SKU", listing.sku),) if listing.sku else ()),
                *_period(listing),
                _fees(listing.currency),
            ),
            tuple(call.rules.warnings(item)),
        )

    def _verify(self, call: Call) -> Result:
        item = self._checked(call)
        return Result((_element("ItemID", "0"), _fees(text(item, "Currency"))), tuple(call.rules.warnings(item)))

    def _checked(self, call: Call) -> Element:
        """The item, if it may be listed. Raises Refused; a used UUID is reported before anything else."""
        item = _item(call.root)
        uuid, sku, title = text(item, "UUID"), text(item, "SKU"), text(item, "Title")
        if uuid and (same := self._store.by_uuid(call.seller, uuid)):
            raise Refused(rejections.duplicate_uuid(same.item_id))
        if wrong := tuple(dict.fromkeys(call.rules.of_new_item(item))):
            raise Refused(*wrong)
        if text(item, "InventoryTrackingMethod") == "SKU":
            if not sku:
                raise Refused(rejections.invalid("Item.SKU"))
            if (tracked := self._store.by_sku(call.seller, sku)) and tracked.live:
                raise Refused(rejections.sku_in_use(sku))
        if self.duplicate_policy and (twin := self._live_duplicate(call.seller, title)):
            raise Refused(rejections.duplicate_listing(title, twin.item_id))
        return item

    def _live_duplicate(self, seller: str, title: str) -> Listing | None:
        ours = (listing for listing in self._store.listings() if listing.seller == seller and listing.live)
        return next((listing for listing in ours if listing.title == title), None)

    def _revise(self, call: Call) -> Result:
        item = _item(call.root)
        with self._store.transaction():
            listing = self._own(call.seller, text(item, "ItemID"))
            if not listing.live:
                raise Refused(rejections.ended(listing.item_id))
            if listing.tracked_by_sku and (
                text(item, "InventoryTrackingMethod") != "SKU" or text(item, "SKU") != listing.sku
            ):
                raise Refused(rejections.invalid("Item.SKU", "A listing tracked by SKU is revised with it."))
            if wrong := tuple(dict.fromkeys(call.rules.of_any_item(item))):
                raise Refused(*wrong)
            changed = revised(listing, item, text(call.root, "DeletedField"), self.hosted)
            missing = [
                rejections.missing_specific(name)
                for name in catalogue.REQUIRED_SPECIFICS.get(changed.category, ())
                if name.casefold() not in {given.casefold() for given, _ in changed.specifics}
            ]
            if missing:
                raise Refused(*missing)
            self._store.put(changed)
        fields = (_element("ItemID", changed.item_id), *_period(changed), _fees(changed.currency))
        return Result(fields, tuple(call.rules.warnings(item)))

    def _end(self, call: Call) -> Result:
        with self._store.transaction():
            listing = self._wanted(call)
            if not listing.live:
                raise Refused(rejections.ALREADY_CLOSED)
            now = _iso(datetime.now(UTC))
            ended = replace(listing, ended_because=text(call.root, "EndingReason"), ends_at=now)
            self._store.put(ended)
        return Result((_element("EndTime", ended.ends_at),))

    def _get(self, call: Call) -> Result:
        item_id = text(call.root, "ItemID")
        listing = self._store.listing(item_id) if item_id else self._wanted(call)
        if listing is None:
            raise Refused(rejections.NOT_YOURS)
        return Result((item_element(listing, self._base_url()),))

    def _wanted(self, call: Call) -> Listing:
        """The caller's own listing, by ItemID or by the SKU that tracks it."""
        item_id, sku = text(call.root, "ItemID"), text(call.root, "SKU")
        if item_id:
            return self._own(call.seller, item_id)
        if not sku:
            raise Refused(rejections.invalid("ItemID"))
        found = self._store.by_sku(call.seller, sku)
        if found is None:
            raise Refused(rejections.NO_SUCH_SKU)
        return found

    def _own(self, seller: str, item_id: str) -> Listing:
        listing = self._store.listing(item_id)
        if listing is None or listing.seller != seller:
            raise Refused(rejections.NOT_YOURS)
        return listing


def _item(root: Element) -> Element:
    item = root.find(f"{{{NAMESPACE}}}Item")
    if item is None:
        raise Refused(rejections.invalid("Item"))
    return item


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _element(tag: str, value: str | None = None) -> Element:
    element = Element(tag)
    element.text = value
    return element


def _period(listing: Listing) -> tuple[Element, Element]:
    return _element("StartTime", listing.started_at), _element("EndTime", listing.ends_at)


def _fees(currency: str) -> Element:
    fees = Element("Fees")
    for name in _FEES:
        fee = SubElement(fees, "Fee")
        SubElement(fee, "Name").text = name
        SubElement(fee, "Fee", currencyID=currency).text = _CHARGED.get(name, "0.0")
    return fees


def _reply(call: str, ack: str, rejected: Sequence[Rejection], message_id: str, message: str = "") -> Element:
    reply = Element(f"{call or 'Unknown'}Response", xmlns=NAMESPACE)
    SubElement(reply, "Timestamp").text = _iso(datetime.now(UTC))
    SubElement(reply, "Ack").text = ack
    if message_id:
        SubElement(reply, "CorrelationID").text = message_id
    reply.extend(_errors(rejection) for rejection in rejected)
    if message:
        SubElement(reply, "Message").text = message
    SubElement(reply, "Version").text = _VERSION
    SubElement(reply, "Build").text = f"E{_VERSION}_UNI_API5_00000000_R1"
    return reply


def _errors(rejection: Rejection) -> Element:
    errors = Element("Errors")
    SubElement(errors, "ShortMessage").text = rejection.short
    SubElement(errors, "LongMessage").text = rejection.long
    SubElement(errors, "ErrorCode").text = rejection.code
    SubElement(errors, "SeverityCode").text = rejection.severity
    for param_id, value in rejection.parameters:
        parameter = SubElement(errors, "ErrorParameters", ParamID=param_id)
        SubElement(parameter, "Value").text = value
    SubElement(errors, "ErrorClassification").text = rejection.classification
    return errors


def _response(reply: Element) -> Response:
    return Response(200, tostring(reply, encoding="utf-8", xml_declaration=True), "text/xml;charset=utf-8")
