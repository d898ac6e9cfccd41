"""Accounts, platforms and listings among many: all listings are of the seller who asks."""

from __future__ import annotations

from typing import Any

from benchmarks.growing import Act, Copies, Growing, Prepare
from souk.selling.listings.model import Status
from souk.shared.clock import new_id
from tests.functions.accounts.addresses import address_books
from tests.functions.accounts.auth import accounts
from tests.functions.cloud import Answer, Cloud
from tests.functions.selling.listings.sellers import Seller
from tests.unit.storefront.payments.stripe_in_process import Stripe


def listings(cloud: Cloud, _stripe: Stripe) -> Growing:
    seller = Seller(cloud)
    seller.connect()
    for _ in range(20):
        seller.has(Status.DRAFT)
    owner, listing = f"USER#{seller.id}", seller.has(Status.DRAFT).id
    account = accounts.register(cloud, "many@example.com").id
    copies = (
        Copies("ListingsTable", (owner, f"LISTING#{listing}"), lambda copy: (owner, f"LISTING#{copy}")),
        Copies("IdentityTable", (f"ACCOUNT#{account}", "ACCOUNT"), lambda copy: (f"ACCOUNT#{copy}", "ACCOUNT")),
    )
    return Growing(copies, _calls(cloud, seller))


def _calls(cloud: Cloud, seller: Seller) -> dict[str, Prepare]:
    def as_caller(path: str, **request: Any) -> Prepare:
        return lambda: lambda: cloud.call(path, caller=seller.person, **request)

    def on_listing(function: str, status: Status | None = None, **request: Any) -> Prepare:
        def prepare() -> Act:
            listing = seller.has(status).id if status else None
            return lambda: seller.call(function, listing, **request)

        return prepare

    def registering() -> Answer:
        body = {"email": f"{new_id()}@example.com", "password": accounts.PASSWORD}
        return cloud.call("register_account", json=body)

    def signing_in() -> Act:
        email = accounts.register(cloud, f"{new_id()}@example.com").email
        return lambda: cloud.call("log_in", json={"email": email, "password": accounts.PASSWORD})

    def refreshing() -> Act:
        token = accounts.register(cloud, f"{new_id()}@example.com").refresh_token
        return lambda: cloud.call("refresh_session", json={"refresh_token": token})

    def editing_an_address() -> Act:
        address = address_books.add(cloud, seller.person).json["id"]
        return lambda: cloud.call("update_address", caller=seller.person, params={"id": address})

    return {
        "register": lambda: registering,
        "sign in": signing_in,
        "refresh": refreshing,
        "the caller": as_caller("get_current_account"),
        "the profile": as_caller("get_profile"),
        "edit the profile": as_caller("update_profile", json={"bio": "x"}),
        "add an address": lambda: lambda: address_books.add(cloud, seller.person),
        "edit an address": editing_an_address,
        "list platforms": as_caller("list_platforms"),
        "save settings": as_caller("save_platform_settings"),
        "read settings": as_caller("get_platform_settings"),
        "list listings": on_listing("list_listings", query={"limit": "20"}),
        "list listings of a status": on_listing("list_listings", query={"limit": "20", "status": "draft"}),
        "create a listing": on_listing("create_listing"),
        "read a listing": on_listing("get_listing", Status.DRAFT),
        "edit a listing": on_listing("update_listing", Status.DRAFT),
        "delete a listing": on_listing("delete_listing", Status.DRAFT),
        "add photos": on_listing("add_photos", Status.DRAFT),
        "generate media": on_listing("generate_media", Status.DRAFT),
        "approve media": on_listing("approve_media", Status.MEDIA_READY),
        "reject media": on_listing("reject_media", Status.MEDIA_READY),
        "publish": on_listing("publish_listing", Status.APPROVED),
    }
