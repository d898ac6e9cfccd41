"""For each endpoint the scene in which it succeeds: what has to be stored before, and the call itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks import storefront_scenes
from souk.listings.model import Status
from tests.functions.cloud import Answer, Cloud, Person
from tests.functions.identity import accounts, address_books
from tests.functions.listings.sellers import Seller

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
    return cloud.call("identity/refresh_session", json={"refresh_token": accounts.register(cloud).refresh_token})


def _with_token(cloud: Cloud) -> Answer:
    return cloud.call("identity/log_out", token=accounts.register(cloud).token)


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
    return cloud.call("identity/list_addresses", caller=person)


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
    "identity/register_account": _plain("identity/register_account"),
    "identity/register_buyer": _plain("identity/register_buyer"),
    "identity/register_seller": _plain("identity/register_seller"),
    "identity/log_in": _logged_in("identity/log_in", "identity/register_account", "john@example.com"),
    "identity/log_in_buyer": _logged_in("identity/log_in_buyer", "identity/register_buyer", "bea@example.com"),
    "identity/log_in_seller": _logged_in("identity/log_in_seller", "identity/register_seller", "sam@example.com"),
    "identity/refresh_session": _refreshed,
    "identity/log_out": _with_token,
    "identity/get_current_account": _signed_in("identity/get_current_account"),
    "identity/get_profile": _signed_in("identity/get_profile"),
    "identity/update_profile": _signed_in("identity/update_profile"),
    "identity/list_addresses": _addresses,
    "identity/create_address": _signed_in("identity/create_address"),
    "identity/update_address": _on_an_address("identity/update_address"),
    "identity/delete_address": _on_an_address("identity/delete_address"),
    "identity/get_jwks": _plain("identity/get_jwks"),
    "listings/create_listing": _selling("create_listing"),
    "listings/list_listings": _listings,
    "listings/get_listing": _selling("get_listing", Status.MEDIA_READY),
    "listings/update_listing": _selling("update_listing", Status.DRAFT),
    "listings/delete_listing": _selling("delete_listing", Status.DRAFT),
    "listings/add_photos": _selling("add_photos", Status.DRAFT),
    "listings/generate_media": _selling("generate_media", Status.DRAFT),
    "listings/approve_media": _selling("approve_media", Status.MEDIA_READY),
    "listings/reject_media": _selling("reject_media", Status.MEDIA_READY),
    "listings/preflight_listing": _selling("preflight_listing", Status.DRAFT),
    "listings/publish_listing": _selling("publish_listing", Status.APPROVED),
    "platforms/list_platforms": _connected("platforms/list_platforms"),
    "platforms/save_platform_credentials": _signed_in("platforms/save_platform_credentials"),
    "platforms/delete_platform_credentials": _connected("platforms/delete_platform_credentials"),
    "platforms/get_platform_settings": _signed_in("platforms/get_platform_settings"),
    "platforms/save_platform_settings": _signed_in("platforms/save_platform_settings"),
    "operations/check_health": _plain("operations/check_health"),
    "operations/get_openapi": _plain("operations/get_openapi"),
    "operations/show_docs": _plain("operations/show_docs"),
    "operations/answer_unknown_route": _plain("operations/answer_unknown_route"),
    **storefront_scenes.SCENES,
}
