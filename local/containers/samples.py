"""The sample event of each function, filled with what exists in the running local cloud, and what it must answer.

An event in events/ is a complete example with made-up ids. A `Sample` says what those ids are to be here. Without a
running stack the events stay as they are; the tests of functions use them so.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import methodcaller
from pathlib import Path
from typing import Any, Final

from local.containers.accounts import Account, register
from local.containers.world import World
from local.invoking import Functions
from local.problems import Unusable
from local.stack import ROOT
from local.vendors.stripe.events import signature

type Fill = Callable[[World], Mapping[str, str]]
"""What to put in the place of which text of the event."""


@dataclass(frozen=True, slots=True)
class Sample:
    """`answers`: an HTTP status, or a test of the answer of a function without a route. `raises`: the class of the
    exception with which it must fail instead. `caller`: who sends the request: an account of `World`, or "" for nobody.
    `finish`: a last change to the event.
    """

    answers: int | Callable[[Any], bool] = 200
    caller: str = ""
    fill: Fill = lambda _: {}
    finish: Callable[[dict[str, Any], World], None] = lambda _event, _world: None
    raises: str = ""

    def accepts(self, answer: Any) -> bool:
        """Whether a function answered as it must."""
        if self.raises or error_of(answer):
            return error_of(answer) == self.raises
        if callable(self.answers):
            return self.answers(answer)
        return isinstance(answer, dict) and answer.get("statusCode") == self.answers


def sample_of(name: str) -> Sample:
    """The sample of a function. One of which nothing is said here must succeed, for a seller."""
    return SAMPLES.get(name, Sample(_is_success, "seller"))


def error_of(answer: Any) -> str:
    """The class of the exception that this answer reports; empty if it reports none."""
    failed = isinstance(answer, dict) and "errorMessage" in answer
    return str(answer.get("errorType", "Error")) if failed else ""


def sample_event(name: str, world: World, functions: Functions) -> dict[str, Any]:
    """The event of a function, by the name of its file, such as "create_listing"."""
    sample = sample_of(name)
    text = event_file(name).read_text()
    for placeholder, value in sample.fill(world).items():
        if placeholder not in text:
            raise Unusable(f"The event of {name} does not contain {placeholder}.")
        text = text.replace(placeholder, value)
    event: dict[str, Any] = json.loads(text)
    if "Records" not in event and "requestContext" in event:
        _send_as(event, getattr(world, sample.caller) if sample.caller else None, functions)
    sample.finish(event, world)
    return event


def own_event(event: dict[str, Any], name: str, world: World, functions: Functions) -> dict[str, Any]:
    """A given event of a function, with a valid sign-in if it is one of a request that needs a sign-in."""
    if event.get("requestContext", {}).get("authorizer"):
        _send_as(event, getattr(world, sample_of(name).caller or "seller"), functions)
    return event


def event_file(name: str) -> Path:
    """A function's sample event. Raises Unusable when there is no such function."""
    found = sorted((ROOT / "events").glob(f"*/*/{name}.json"))
    if not found:
        raise Unusable(f"There is no event of {name} in events/.")
    return found[0]


def _send_as(event: dict[str, Any], account: Account | None, functions: Functions) -> None:
    """With a fresh Idempotency-Key, and the context that the authorizer makes of the account's token."""
    headers, context = event.setdefault("headers", {}), event["requestContext"]
    if "idempotency-key" in headers:
        headers["idempotency-key"] = uuid.uuid4().hex
    if account is None:
        return
    headers["authorization"] = f"Bearer {account.token}"
    if "authorizer" in context:
        verdict = functions.invoke("AuthorizeFunction", {"version": "2.0", "type": "REQUEST", "headers": headers})
        context["authorizer"] = {"lambda": verdict["context"]}


# The ids of the events, by their last digits.


def _id(end: str) -> str:
    return f"01890000-0000-7000-8000-{end:0>12}"


def _new(what: str) -> Callable[[World], Any]:
    """What this method of the world makes."""
    return methodcaller(what)


def _ids(**fill: Callable[[World], str]) -> Fill:
    """`_ids(xaa=_new("listing"))`: the id that ends with aa is that of a new listing."""
    return lambda world: {_id(end[1:]): make(world) for end, make in fill.items()}


def _all(*fills: Fill) -> Fill:
    return lambda world: {name: value for fill in fills for name, value in fill(world).items()}


def _after(make: Callable[[World], object]) -> Fill:
    """Nothing in the event: it needs what is made to be there."""

    def fill(world: World) -> dict[str, str]:
        make(world)
        return {}

    return fill


def _pair(first: str, second: str, make: Callable[[World], tuple[str, str]]) -> Fill:
    return lambda world: dict(zip((_id(first), _id(second)), make(world), strict=True))


def _seller(world: World) -> str:
    return world.seller.id


def _buyer(world: World) -> str:
    return world.buyer.id


def _shop(world: World) -> str:
    return world.shop.id


def _unpaid(world: World) -> str:
    return str(world.placed()["order_id"])


def _new_email(email: str) -> Fill:
    return lambda _: {email: f"sam-local-{uuid.uuid4().hex[:12]}@example.com"}


def _registered(email: str, role: str) -> Fill:
    return lambda world: {email: str(register(world.places.api, role)["user"]["email"])}


def _current(world: World) -> dict[str, str]:
    """If-Match names the version that the listing has."""
    listing = world.listing()
    return {_id("aa"): listing, '"\\"1\\""': f'"\\"{world.version(listing)}\\""'}


def _run(make: Callable[[World], tuple[str, int]]) -> Fill:
    def fill(world: World) -> dict[str, str]:
        listing, run = make(world)
        return {_id("a"): world.seller.id, _id("aa"): listing, '"run": 1': f'"run": {run}'}

    return fill


def _upload(make: Callable[[World], tuple[str, ...]], owned: str) -> Fill:
    def fill(world: World) -> dict[str, str]:
        thing, photo = make(world)[:2]
        bucket = world.variables["SOUK_MEDIA_BUCKET"]
        return {"souk-media": bucket, _id("a"): world.seller.id, _id(owned): thing, _id("bb"): photo}

    return fill


def _payment(world: World) -> dict[str, str]:
    order = _unpaid(world)
    session = world.payment_session(order)
    return {
        "cs_test_sample": session["id"],
        '\\"amount_total\\": 14950': f'\\"amount_total\\": {session["amount_total"]}',
        "evt_sample": f"evt_{uuid.uuid4().hex}",
        _id("ee"): order,
        _id("b"): world.buyer.id,
    }


def _sign(event: dict[str, Any], world: World) -> None:
    event["headers"]["stripe-signature"] = signature(world.webhook_secret(), event["body"].encode(), int(time.time()))


def _token(world: World) -> dict[str, str]:
    return {"Bearer sample": f"Bearer {world.seller.token}"}


def _nothing(answer: Any) -> bool:
    return answer is None


def _is_success(answer: Any) -> bool:
    return not isinstance(answer, dict) or int(answer.get("statusCode", 200)) < 400


def _counts(*names: str) -> Callable[[Any], bool]:
    return lambda answer: isinstance(answer, dict) and all(isinstance(answer.get(name), int) for name in names)


def _is(**wanted: Any) -> Callable[[Any], bool]:
    return lambda answer: isinstance(answer, dict) and all(answer.get(name) == one for name, one in wanted.items())


def _has_images(answer: Any) -> bool:
    return bool(answer["images"]) and all(len(image["content_hash"]) == 64 for image in answer["images"])


def _has_video(answer: Any) -> bool:
    return answer["done"] is True and answer["video"]["content_type"] == "video/mp4"


def _has_text(answer: Any) -> bool:
    return isinstance(answer["text"], str)


def _is_valid(answer: Any) -> bool:
    return answer["isAuthorized"] is True and answer["context"]["verdict"] == "valid"


_DRAFT = _ids(xaa=_new("listing"))
_MEDIA = _ids(xaa=_new("with_media"))
_PRODUCT = _ids(xcc=_new("product"))
_LISTING_OF_SELLER = _ids(x0a=_seller)

SAMPLES: Final[Mapping[str, Sample]] = {
    # accounts
    "create_address": Sample(201, "buyer"),
    "list_addresses": Sample(200, "buyer"),
    "update_address": Sample(200, "buyer", _ids(xb=_new("address"))),
    "delete_address": Sample(204, "buyer", _ids(xb=_new("address"))),
    "authorize": Sample(_is_valid, "", _token),
    "get_current_account": Sample(200, "seller"),
    "get_jwks": Sample(200),
    "log_in": Sample(200, "", _registered("john@example.com", "user")),
    "log_in_buyer": Sample(200, "", _registered("bea@example.com", "buyer")),
    "log_in_seller": Sample(200, "", _registered("sam@example.com", "seller")),
    "log_out": Sample(204, "visitor"),
    "refresh_session": Sample(200, "", lambda world: {"souk_rt_sample": world.visitor.refresh_token}),
    "register_account": Sample(201, "", _new_email("John@Example.com")),
    "register_buyer": Sample(201, "", _new_email("bea@example.com")),
    "register_seller": Sample(201, "", _new_email("sam@example.com")),
    "get_profile": Sample(200, "buyer"),
    "update_profile": Sample(200, "buyer"),
    # operations
    "answer_unknown_route": Sample(404),
    "get_openapi": Sample(200),
    "show_docs": Sample(200),
    "check_health": Sample(200),
    "grant_operator": Sample(lambda answer: "Operator" in answer["roles"], "", _registered("john@example.com", "user")),
    "sweep_overdue": Sample(_counts("touched")),
    # selling
    "create_listing": Sample(201, "seller"),
    "list_listings": Sample(200, "seller"),
    "get_listing": Sample(200, "seller", _DRAFT),
    "update_listing": Sample(200, "seller", _current),
    "delete_listing": Sample(204, "seller", _DRAFT),
    "add_photos": Sample(201, "seller", _DRAFT),
    "preflight_listing": Sample(200, "seller", _MEDIA),
    "generate_media": Sample(202, "seller", _DRAFT),
    "approve_media": Sample(200, "seller", _MEDIA),
    "reject_media": Sample(200, "seller", _MEDIA),
    "publish_listing": Sample(202, "seller", _ids(xaa=_new("approved"))),
    "process_upload": Sample(_nothing, "", _upload(_new("announced_photo"), "aa")),
    "dispatch_listings": Sample(_nothing, "", _all(_LISTING_OF_SELLER, _DRAFT)),
    "generate_images": Sample(_has_images, "", _run(_new("generating"))),
    "start_video": Sample(_has_video, "", _run(_new("generating"))),
    "enrich_description": Sample(_has_text, "", _run(_new("generating"))),
    # The studio's videos are done at once: its jobs cannot be asked about.
    "poll_video": Sample(raises="NotFound"),
    "publish_to_marketplace": Sample(_is(status="live"), "", _run(_new("being_revised"))),
    "give_up_publishing": Sample(_is(status="live"), "", _run(_new("being_revised"))),
    "list_platforms": Sample(200, "seller"),
    "get_platform_settings": Sample(200, "seller"),
    "save_platform_settings": Sample(200, "seller"),
    "save_platform_credentials": Sample(200, "seller", lambda world: {"sample-access-token": world.connect_ebay()}),
    "delete_platform_credentials": Sample(204, "seller", _after(_new("connect_ebay"))),
    # storefront
    "create_product": Sample(201, "seller"),
    "get_product": Sample(200, "", _PRODUCT),
    "update_product": Sample(200, "seller", _PRODUCT),
    "delete_product": Sample(204, "seller", _PRODUCT),
    "adjust_stock": Sample(200, "seller", _PRODUCT),
    "add_images": Sample(201, "seller", _PRODUCT),
    "process_image": Sample(_nothing, "", _upload(_new("product_photo"), "cc")),
    "get_media": Sample(
        302,
        "",
        lambda world: {
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08": world.product_photo()[2],
        },
    ),
    "list_categories": Sample(200),
    "list_seller_products": Sample(200, "seller", _ids(xa=_seller)),
    "create_seller_product": Sample(201, "seller", _ids(xa=_seller)),
    "update_seller_product": Sample(200, "seller", _PRODUCT),
    "browse_products": Sample(200),
    "search_products": Sample(200),
    "index_products": Sample(_nothing, "", _ids(xaa=_new("product"))),
    "rebuild_index": Sample(_counts("products")),
    "create_shipping_profile": Sample(201, "seller"),
    "list_shipping_profiles": Sample(200, "seller"),
    "update_shipping_profile": Sample(200, "seller", _ids(xcc=_new("shipping_profile"))),
    "apply_to_sell": Sample(201, "visitor"),
    "get_shop": Sample(200, "", _ids(xb=_shop)),
    "update_shop": Sample(200, "seller", _ids(xa=_seller)),
    "decide_verification": Sample(200, "operator", _ids(xb=_shop)),
    "follow_shop": Sample(200, "buyer", _ids(xb=_shop)),
    "unfollow_shop": Sample(204, "buyer", _ids(xb=_shop)),
    "list_following": Sample(200, "buyer"),
    "preview_order": Sample(200, "buyer", _ids(xb1=_new("product"), xd1=_new("address"))),
    "place_order": Sample(201, "buyer", _ids(xb1=_new("product"), xd1=_new("address"))),
    "buy_product": Sample(201, "buyer", _all(_ids(xb1=_new("product"), xa=_buyer), _after(_new("address")))),
    "get_order": Sample(200, "buyer", _ids(xc1=_unpaid)),
    "list_orders": Sample(200, "buyer"),
    "list_buyer_orders": Sample(200, "buyer", _ids(xa=_buyer)),
    "list_sales": Sample(200, "seller", _ids(xa=_seller)),
    "track_order": Sample(200, "buyer", _ids(xc1=_unpaid)),
    "cancel_order": Sample(200, "buyer", _ids(xee=_unpaid)),
    "change_order_status": Sample(200, "seller", _ids(xc1=_new("paid"))),
    "add_tracking": Sample(201, "seller", _ids(xc1=_new("processing"))),
    "refund_order": Sample(201, "seller", _ids(xee=_new("paid"))),
    "close_unpaid_order": Sample(_is(status="pending"), "", _ids(xb=_buyer, xee=_unpaid)),
    "dispatch_orders": Sample(_nothing, "", _ids(xb=_buyer, xee=_unpaid)),
    "sweep_orders": Sample(_counts("touched")),
    "receive_webhook": Sample(200, "", _payment, _sign),
    "create_review": Sample(201, "buyer", _ids(xb1=_new("delivered_product"))),
    "list_reviews": Sample(200, "", _ids(xb1=_new("product"))),
    "update_review": Sample(200, "buyer", _pair("b1", "e1", _new("reviewed"))),
    "delete_review": Sample(204, "buyer", _pair("b1", "e1", _new("reviewed"))),
    "count_sales": Sample(_nothing, "", _ids(xa=_seller, xb=_buyer)),
    "count_stock": Sample(_nothing, "", _ids(xa=_seller)),
    "get_seller_analytics": Sample(200, "seller", _ids(xa=_seller)),
    "rebuild_analytics": Sample(_counts("orders", "counted")),
    "rebuild_inventory": Sample(_counts("products", "counted")),
}
