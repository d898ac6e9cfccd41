"""eBay's errors and warnings, as this stand-in returns them.

Codes and meanings follow what is publicly known. Texts are eBay's own where they are known, else ours. A code
marked (*) replaces one that is not publicly known.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rejection:
    """One `Errors` entry of a reply. `parameters` are (ParamID, value)."""

    code: str
    short: str
    long: str
    parameters: tuple[tuple[str, str], ...] = ()
    severity: str = "Error"
    classification: str = "RequestError"


class Refused(Exception):
    """Ends a call; it has no effect."""

    def __init__(self, *rejections: Rejection) -> None:
        super().__init__(", ".join(rejection.code for rejection in rejections))
        self.rejections = rejections


def invalid(tag: str, why: str = "") -> Rejection:
    long = f"Input data for tag <{tag}> is invalid or missing." + (f" {why}" if why else "")
    return Rejection("37", "Input data is invalid.", long, (("0", tag),))


def malformed(why: str) -> Rejection:
    return Rejection("5", "XML parse error.", f"The request is not well-formed XML: {why}")


def out_of_schema(why: str) -> Rejection:
    return Rejection("20170", "Schema XML request error.", f"Schema XML request error: {why}")


def unknown_call(name: str) -> Rejection:
    return Rejection(
        "2", "Unsupported API call.", f'The API call "{name}" is invalid or not supported.', (("0", name),)
    )


def bad_header(name: str) -> Rejection:
    return Rejection("10012", "Invalid header.", f'The value of the header "{name}" is invalid.', (("0", name),))


def title_too_long(length: int) -> Rejection:
    return Rejection(
        "70",
        "The title is too long.",
        f"Listing titles are limited to 80 characters. This one has {length}.",
        (("0", "80"),),
    )


def missing_specific(name: str) -> Rejection:
    return Rejection(
        "21919303",
        "Item specific missing.",
        f"The item specific {name} is missing. Add {name} to this listing, enter a valid value, and then try again.",
        (("2", name),),
    )


def duplicate_uuid(item_id: str) -> Rejection:
    return Rejection(
        "488",
        "Duplicate UUID used.",
        f"The specified UUID has already been used; ListedByRequestAppId=1, item ID={item_id}.",
        (("0", "1"), ("1", item_id)),
    )


def duplicate_listing(title: str, item_id: str) -> Rejection:
    return Rejection(
        "21919067",
        "Listing violates the Duplicate Listing policy.",
        f"This Listing is a duplicate of your item: {title} ({item_id}). Sellers can't have several fixed price "
        "listings for identical items at the same time.",
        (("0", title), ("1", item_id)),
    )


def sku_in_use(sku: str) -> Rejection:
    """(*) eBay refuses a second live listing of a SKU that tracks one; with which code is not public."""
    return invalid("Item.SKU", f'A live listing is tracked by the SKU "{sku}" already.')


def ended(item_id: str) -> Rejection:
    return Rejection(
        "21916750",
        "FixedPrice item ended.",
        f'You are not allowed to revise an ended item "{item_id}".',
        (("0", item_id),),
    )


ALREADY_CLOSED = Rejection("1047", "The auction has been closed.", "The auction has already been closed.")
NOT_YOURS = Rejection("17", "Item cannot be accessed.", "The item was deleted, or you are not its seller.")
NO_SUCH_SKU = Rejection("21916270", "No listing for this SKU.", "There is no listing of yours with this SKU.")
NO_TOKEN = Rejection("930", "No token.", "The request carries no token.")
BAD_IAF_TOKEN = Rejection("21916984", "Invalid IAF token.", "IAF token supplied is invalid.")
EXPIRED_IAF_TOKEN = Rejection("21917053", "Expired IAF token.", "IAF token supplied is expired.")
BAD_AUTH_TOKEN = Rejection("931", "Auth token is invalid.", "Validation of the authentication token failed.")
NOT_A_CATEGORY = Rejection(
    "107", "Category is not valid.", "The category is not valid. Select another category.", (("0", "CategoryID"),)
)
NOT_A_LEAF = Rejection(
    "87", "Not a leaf category.", "The category selected is not a leaf category.", (("0", "CategoryID"),)
)
NO_CONDITION = Rejection(
    "21916884", "Condition is required.", "Condition is required for this category.", (("0", "ConditionID"),)
)
BAD_CONDITION = Rejection(
    "21917121", "Condition is not applicable.", "The condition is not applicable in this category."
)
NO_RETURN_POLICY = Rejection("21916250", "Return policy missing.", "A return policy is needed in this category.")
NO_SHIPPING = Rejection("21915469", "No shipping service.", "Specify at least one valid shipping service.")
NO_LOCATION = Rejection("71", "Location missing.", "Give the location of the item or its postal code.")
NOT_FIXED_PRICE = Rejection("21916286", "Listing type not right.", "The listing type is not right for this call.")
ACTIVE_CONTENT = Rejection("353", "JavaScript is not allowed.", "The description holds JavaScript or active content.")
NO_SHIPPING_POLICY = Rejection("21919152", "Shipping policy missing.", "Shipping policy is required.")
NO_PAYMENT_POLICY = Rejection("21919153", "Payment policy missing.", "Payment policy is required.")
NO_RETURN_PROFILE = Rejection("21919154", "Return policy missing.", "Return policy is required.")
SMALL_PICTURE = Rejection("21919137", "Picture too small.", "Pictures are at least 500 pixels on their longest side.")
COPIED_POSTAGE = Rejection(
    "219026",
    "Postage cost information incomplete.",
    "You did not provide a value for additional postage cost.  The same value you provided for delivery cost has been "
    "copied to the additional postage cost field.",
    severity="Warning",
)
REFUND_IGNORED = Rejection(
    "21916711",
    "Return Policy input not applicable.",
    "The Return Policy field Refund in the input has been ignored.",
    (("0", "Refund"),),
    severity="Warning",
)
LOW_QUALITY = Rejection(
    "21916790", "Picture quality.", "Pictures of at least 1000 pixels let buyers zoom in.", severity="Warning"
)
FUNDS_HELD = Rejection(
    "21917236",
    "Funds may be held.",
    "Proceeds from sales may be pending for a period of time.",
    severity="Warning",
)

# The texts of a "refuse" fault that has no message of its own, by code.
_ON_DEMAND = {
    "518": ("Call usage limit has been reached.", "Your application has exceeded its call limit for today.", "Request"),
    "21919144": ("Too many calls.", "You are adding or revising too often. Wait, then try again.", "Request"),
    "10007": ("Internal error to the application.", "Internal error to the application.", "System"),
    "240": ("The item cannot be listed or modified.", "The item cannot be listed or modified.", "Request"),
    "931": (BAD_AUTH_TOKEN.short, BAD_AUTH_TOKEN.long, "Request"),
    "932": ("Auth token is hard expired.", "The authentication token has ended for good.", "Request"),
    "21917053": (EXPIRED_IAF_TOKEN.short, EXPIRED_IAF_TOKEN.long, "Request"),
    "21916984": (BAD_IAF_TOKEN.short, BAD_IAF_TOKEN.long, "Request"),
    "21919188": ("Selling limit reached.", "You have reached the number of items you can list.", "Request"),
}


def on_demand(code: str, message: str) -> Rejection:
    short, long, classification = _ON_DEMAND.get(code, ("Refused.", f"Refused with error {code}.", "Request"))
    return Rejection(code, short, message or long, classification=f"{classification}Error")
