"""For each endpoint the scene in which it succeeds: what has to be stored before, and the call itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks import storefront_scenes
from souk.selling.listings.model import Status
from tests.functions.accounts.addresses import address_books
from tests.functions.accounts.auth import accounts
from tests.functions.cloud import Answer, Cloud, Person
from tests.functions.selling.listings.sellers import Seller

type Scene = Callable[[Cloud], Answer]

_LISTED = 20


def _plain(path: str, **request: Any) -> Scene:
    return lambda cloud: cloud.call(path, **request)


def _signed_in(path: str, **request: Any) -> Scene:
    return lambda cloud: cloud.call(path, caller=_person(cloud), **request)


def _logged_in(path: str, register: str, email: str) -> Scene:
    def scene(cloud: Cloud) -> Answer:
        cloud.call(register)
        return cloud.call(path, json={"email": email, "password": accounts.PASSWORD})

    return scene


def _refreshed(cloud: Cloud) -> Answer:
    return cloud.call("refresh_session", json={"refresh_token": accounts.register(cloud).refresh_token})


def _with_token(cloud: Cloud) -> Answer:
    return cloud.call("log_out", token=accounts.register(cloud).token)


def _on_an_address(path: str) -> Scene:
    def scene(cloud: Cloud) -> Answer:
        person = _person(cloud)
        [_, second] = [address_books.add(cloud, person).json["id"] for _ in range(2)]
        return cloud.call(path, caller=person, params={"id": second})

    return scene


def _addresses(cloud: Cloud) -> Answer:
    person = _person(cloud)
    for _ in range(5):
        address_books.add(cloud, person)
    return cloud.call("list_addresses", caller=person)


def _selling(function: str, status: Status | None = None, **request: Any) -> Scene:
    """A call on a listing of a connected seller, in `status`."""

    def scene(cloud: Cloud) -> Answer:
        seller = Seller(cloud)
        seller.connect()
        return seller.call(function, seller.has(status).id if status else None, **request)

    return scene


def _listings(cloud: Cloud) -> Answer:
    seller = Seller(cloud)
    for _ in range(_LISTED):
        seller.has(Status.MEDIA_READY)
    return seller.call("list_listings", query={"limit": str(_LISTED)})


def _connected(path: str) -> Scene:
    def scene(cloud: Cloud) -> Answer:
        seller = Seller(cloud)
        seller.connect()
        return cloud.call(path, caller=seller.person)

    return scene


def _person(cloud: Cloud) -> Person:
    return Person(accounts.register(cloud).id)


SCENES: dict[str, storefront_scenes.Scene] = {
    "register_account": _plain("register_account"),
    "register_buyer": _plain("register_buyer"),
    "register_seller": _plain("register_seller"),
    "log_in": _logged_in("log_in", "register_account", "john@example.com"),
    "log_in_buyer": _logged_in("log_in_buyer", "register_buyer", "bea@example.com"),
    "log_in_seller": _logged_in("log_in_seller", "register_seller", "sam@example.com"),
    "refresh_session": _refreshed,
    "log_out": _with_token,
    "get_current_account": _signed_in("get_current_account"),
    "get_profile": _signed_in("get_profile"),
    "update_profile": _signed_in("update_profile"),
    "list_addresses": _addresses,
    "create_address": _signed_in("create_address"),
    "update_address": _on_an_address("update_address"),
    "delete_address": _on_an_address("delete_address"),
    "get_jwks": _plain("get_jwks"),
    "create_listing": _selling("create_listing"),
    "list_listings": _listings,
    "get_listing": _selling("get_listing", Status.MEDIA_READY),
    "update_listing": _selling("update_listing", Status.DRAFT),
    "delete_listing": _selling("delete_listing", Status.DRAFT),
    "add_photos": _selling("add_photos", Status.DRAFT),
    "generate_media": _selling("generate_media", Status.DRAFT),
    "approve_media": _selling("approve_media", Status.MEDIA_READY),
    "reject_media": _selling("reject_media", Status.MEDIA_READY),
    "preflight_listing": _selling("preflight_listing", Status.DRAFT),
    "publish_listing": _selling("publish_listing", Status.APPROVED),
    "list_platforms": _connected("list_platforms"),
    "save_platform_credentials": _signed_in("save_platform_credentials"),
    "delete_platform_credentials": _connected("delete_platform_credentials"),
    "get_platform_settings": _signed_in("get_platform_settings"),
    "save_platform_settings": _signed_in("save_platform_settings"),
    "check_health": _plain("check_health"),
    "get_openapi": _plain("get_openapi"),
    "show_docs": _plain("show_docs"),
    "answer_unknown_route": _plain("answer_unknown_route"),
    **storefront_scenes.SCENES,
}
