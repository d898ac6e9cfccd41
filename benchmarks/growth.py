"""Whether calls cost more when there is more: requests and capacity at 100 items and at 100,000 have to be equal.

The functions run over moto in this process. Listings lie where they are most in the way: they are all of the seller who
asks, in one partition and under one key of the index. Time is not measured: moto looks at every item, and DynamoDB at
those that it answers.
"""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, Final

import moto.dynamodb.models
import pytest
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from benchmarks.rows import Row
from souk.aws import clients
from souk.clock import new_id
from souk.listings.model import Status
from tests.functions.capacity import billed
from tests.functions.cloud import Answer, Call, Cloud, create_keys
from tests.functions.identity import accounts, address_books
from tests.functions.listings.sellers import Seller
from tests.functions.template import ACCOUNT, REGION

FEW: Final = 100
MANY: Final = 100_000

type Act = Callable[[], Answer]
type Prepare = Callable[[Cloud, Seller], Act]
"""Brings about what a call needs before, and answers the call."""


def measure(few: int = FEW, many: int = MANY) -> list[Row]:
    """Raises RuntimeError when a call does not succeed."""
    with contextlib.redirect_stdout(io.StringIO()), pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        environment.setattr(moto.dynamodb.models, "copy", SimpleNamespace(deepcopy=_copied))
        cloud = Cloud(environment, "-growth")
        cloud.create(create_keys())
        with _noting(cloud):
            at_few, at_many = _bills(cloud, few, many)
    grown = [f"{name}: {at_few[name]} -> {at_many[name]}" for name in CALLS if at_few[name] != at_many[name]]
    note = "; ".join(grown) or f"of {len(CALLS)}; requests, RRU and WRU"
    return [Row(f"calls that cost more at {many:,} items than at {few}", len(grown), "calls", 0, note)]


def _bills(cloud: Cloud, few: int, many: int) -> Iterator[dict[str, str]]:
    """By call, over `few` items and over `many`."""
    seller = Seller(cloud)
    seller.connect()
    listing, account = seller.has(Status.DRAFT).id, accounts.register(cloud, "many@example.com")
    for size in (few, many):
        _fill(cloud, "ListingsTable", f"USER#{seller.id}", f"LISTING#{listing}", size, _another_listing)
        _fill(cloud, "IdentityTable", f"ACCOUNT#{account.id}", "ACCOUNT", size, _another_account)
        yield {name: _bill(cloud, prepare(cloud, seller)) for name, prepare in CALLS.items()}


def _bill(cloud: Cloud, act: Act) -> str:
    with billed(cloud) as bill:
        answer = act()
    if answer.status >= 300:
        raise RuntimeError(f"answered {answer.status}: {answer.body}")
    return bill.row()


# Calls ---------------------------------------------------------------------------------------------------------------


def _as_caller(path: str, **request: Any) -> Prepare:
    return lambda cloud, seller: lambda: cloud.call(path, caller=seller.person, **request)


def _on_listing(function: str, status: Status | None = None, **request: Any) -> Prepare:
    def prepare(_: Cloud, seller: Seller) -> Act:
        listing = seller.has(status).id if status else None
        return lambda: seller.call(function, listing, **request)

    return prepare


def _on_address(path: str) -> Prepare:
    def prepare(cloud: Cloud, seller: Seller) -> Act:
        address = address_books.add(cloud, seller.person).json["id"]
        return lambda: cloud.call(path, caller=seller.person, params={"id": address})

    return prepare


def _adding_an_address(cloud: Cloud, seller: Seller) -> Act:
    key = {"idempotency-key": new_id()}
    return lambda: cloud.call("identity/create_address", caller=seller.person, headers=key)


def _refreshing(cloud: Cloud, _: Seller) -> Act:
    token = accounts.register(cloud, f"{new_id()}@example.com").refresh_token
    return lambda: cloud.call("identity/refresh_session", json={"refresh_token": token})


def _registering(cloud: Cloud, _: Seller) -> Act:
    body = {"email": f"{new_id()}@example.com", "password": accounts.PASSWORD}
    return lambda: cloud.call("identity/register_account", json=body)


def _signing_in(cloud: Cloud, _: Seller) -> Act:
    email = accounts.register(cloud, f"{new_id()}@example.com").email
    return lambda: cloud.call("identity/log_in", json={"email": email, "password": accounts.PASSWORD})


CALLS: dict[str, Prepare] = {
    "register": _registering,
    "sign in": _signing_in,
    "refresh": _refreshing,
    "the caller": _as_caller("identity/get_current_account"),
    "the profile": _as_caller("identity/get_profile"),
    "edit the profile": _as_caller("identity/update_profile", json={"bio": "x"}),
    "add an address": _adding_an_address,
    "edit an address": _on_address("identity/update_address"),
    "list platforms": _as_caller("platforms/list_platforms"),
    "save settings": _as_caller("platforms/save_platform_settings"),
    "read settings": _as_caller("platforms/get_platform_settings"),
    "list listings": _on_listing("list_listings", query={"limit": "20"}),
    "list listings of a status": _on_listing("list_listings", query={"limit": "20", "status": "draft"}),
    "create a listing": _on_listing("create_listing"),
    "read a listing": _on_listing("get_listing", Status.DRAFT),
    "edit a listing": _on_listing("update_listing", Status.DRAFT),
    "delete a listing": _on_listing("delete_listing", Status.DRAFT),
    "add photos": _on_listing("add_photos", Status.DRAFT),
    "generate media": _on_listing("generate_media", Status.DRAFT),
    "approve media": _on_listing("approve_media", Status.MEDIA_READY),
    "reject media": _on_listing("reject_media", Status.MEDIA_READY),
    "publish": _on_listing("publish_listing", Status.APPROVED),
}

# Items ---------------------------------------------------------------------------------------------------------------


def _fill(cloud: Cloud, logical: str, pk: str, sk: str, size: int, another: Callable[[Item], tuple[str, str]]) -> None:
    """Copies of one item under other keys, until the table holds `size`. They share what they have in common."""
    table = dynamodb_backends[ACCOUNT][REGION].tables[cloud.physical[logical]]
    pattern = table.items[DynamoType({"S": pk})][DynamoType({"S": sk})]
    for _ in range(size - sum(len(partition) for partition in table.items.values())):
        first, second = (DynamoType({"S": text}) for text in another(pattern))
        item = Item(first, second, {})
        item.attrs.update(pattern.attrs)
        item.attrs.update(pk=first, sk=second)
        table.items[first][second] = item


def _another_listing(pattern: Item) -> tuple[str, str]:
    return pattern.attrs["pk"].value, f"LISTING#{new_id()}"


def _another_account(pattern: Item) -> tuple[str, str]:
    return f"ACCOUNT#{new_id()}", pattern.attrs["sk"].value


def _copied(thing: Any) -> Any:
    """moto copies whole tables so that it can roll transactions back; none is rolled back here."""
    return thing if isinstance(thing, Table) else copy.deepcopy(thing)


@contextlib.contextmanager
def _noting(cloud: Cloud) -> Iterator[None]:
    """What functions ask of AWS is in `cloud.calls`."""

    def note(model: Any, **_: Any) -> None:
        cloud.calls.append(Call(model.service_model.service_name, model.name, {}))

    heard = [clients.client(service).meta.events for service in ("dynamodb", "kms")]
    for events in heard:
        events.register("before-call", note)
    try:
        yield
    finally:
        for events in heard:
            events.unregister("before-call", note)
