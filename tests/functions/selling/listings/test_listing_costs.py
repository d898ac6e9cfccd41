"""The measured reads and writes of each function, compared with docs/access-patterns.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from souk.selling.listings.mapping import from_listing
from souk.selling.listings.model import Listing, Status
from souk.shared.clock import new_id, utc_now
from tests.functions.capacity import billed, table_of
from tests.functions.cloud import Cloud, sample
from tests.functions.selling.listings.sellers import Seller, pending_photo, task_of
from tests.functions.template import ROOT
from tests.harness.vendors import FakeEbay, FakeStudio
from tests.unit.selling.listings.listing_builders import in_status

DOCUMENT = ROOT / "docs" / "access-patterns.md"
PHOTO = {"files": [{"content_type": "image/jpeg", "size": 9}]}
type Work = Callable[[Seller], Callable[[], Any]]


def calling(function: str, status: Status | None = None, **request: Any) -> Work:
    """A request to a function, on a listing in `status`."""

    def prepared(john: Seller) -> Callable[[], Any]:
        listing_id = john.has(status).id if status else None

        def act() -> None:
            answer = john.call(function, listing_id, **request)
            assert answer.status < 300, answer.body

        return act

    return prepared


def stepping(function: str, status: Status, **more: Any) -> Work:
    """A workflow's step on a listing in `status`."""

    def prepared(john: Seller) -> Callable[[], Any]:
        task = task_of(john.has(status), **more)
        return lambda: john.cloud.invoke(function, task)

    return prepared


def _judging(john: Seller) -> Callable[[], Any]:
    photo = replace(pending_photo(), requested_at=utc_now() - timedelta(hours=2))
    listing = john.has(Status.DRAFT, photos=(photo,), due_at=utc_now() + timedelta(hours=1))
    event = {"detail": {"object": {"key": f"incoming/listings/{john.id}/{listing.id}/{photo.id}"}}}
    return lambda: john.cloud.invoke("process_upload", event)


def _dispatching(john: Seller) -> Callable[[], Any]:
    event = sample("dispatch_listings")
    return lambda: john.cloud.invoke("dispatch_listings", event)


def _sweeping(john: Seller) -> Callable[[], Any]:
    john.has(Status.GENERATING, due_at=utc_now() - timedelta(minutes=1))
    return lambda: john.cloud.invoke("sweep_overdue", {})


WORK: dict[str, Work] = {
    "create a listing": calling("create_listing"),
    "list listings": calling("list_listings", query={"limit": "20"}),
    "list listings of a status": calling("list_listings", query={"limit": "20", "status": "draft"}),
    "read a listing": calling("get_listing", Status.DRAFT),
    "edit a listing": calling("update_listing", Status.DRAFT),
    "edit a published listing": calling("update_listing", Status.PUBLISHED),
    "delete a listing": calling("delete_listing", Status.DRAFT),
    "delete a published listing": calling("delete_listing", Status.PUBLISHED),
    "add photos": calling("add_photos", Status.DRAFT, json=PHOTO),
    "generate media": calling("generate_media", Status.DRAFT),
    "approve media": calling("approve_media", Status.MEDIA_READY),
    "reject media": calling("reject_media", Status.MEDIA_READY),
    "ask what it would cost": calling("preflight_listing", Status.DRAFT),
    "publish": calling("publish_listing", Status.APPROVED),
    "make pictures": stepping("generate_images", Status.GENERATING),
    "publish at a marketplace": stepping("publish_to_marketplace", Status.PUBLISHING, marketplace="ebay"),
    "give up publishing": stepping("give_up_publishing", Status.PUBLISHING, marketplace="ebay", code="x", detail="x"),
    "judge a photo": _judging,
    "start or resume a workflow": _dispatching,
    "sweep, one overdue": _sweeping,
}
READS = ("list listings", "list listings of a status", "read a listing")


@pytest.fixture
def seller(cloud: Cloud, john: Seller, ebay: FakeEbay, studio: FakeStudio, monkeypatch: pytest.MonkeyPatch) -> Seller:
    monkeypatch.setattr(ebay, "publish", lambda _offer, _key: _published())
    john.connect()
    return john


def _published() -> Any:
    from souk.selling.marketplaces.model import Published

    return Published("110", "https://www.ebay.com/itm/110")


def _fill(cloud: Cloud, john: Seller, count: int) -> None:
    """`count` drafts of the same size, written without the functions."""
    from boto3.dynamodb.types import TypeSerializer

    serialize = TypeSerializer().serialize
    client, table = cloud.client("dynamodb"), cloud.physical["ListingsTable"]
    for start in range(0, count, 25):
        drafts = [_draft(john) for _ in range(min(25, count - start))]
        puts = [
            {"PutRequest": {"Item": {name: serialize(value) for name, value in from_listing(one).items()}}}
            for one in drafts
        ]
        client.batch_write_item(RequestItems={table: puts})


def _draft(john: Seller) -> Listing:
    return replace(in_status(Status.DRAFT), id=new_id(), user_id=john.id)


def _measure(cloud: Cloud, john: Seller, name: str) -> str:
    act = WORK[name](john)
    with billed(cloud) as bill:
        act()
    # The table does not count S3 and Step Functions, and the order of the shards depends on an id.
    bill.requests = sorted(one for one in bill.requests if one.startswith("dynamodb:"))
    return bill.row()


def test_every_call_costs_what_the_document_says(cloud: Cloud, seller: Seller) -> None:
    _fill(cloud, seller, 30)
    said = table_of(DOCUMENT.read_text(), "Listings")
    del said["pattern"]
    assert {name: _measure(cloud, seller, name) for name in WORK} == said


def test_a_read_is_one_request_and_a_list_is_one_query(cloud: Cloud, seller: Seller) -> None:
    _fill(cloud, seller, 30)
    said = [_measure(cloud, seller, name).split(" | ")[0] for name in READS]
    assert said == ["Query", "Query", "GetItem"]


# moto copies every table for every transaction, so transactions are measured with fewer items.
@pytest.mark.parametrize(("names", "few", "many"), [(READS, 100, 2_000), (tuple(WORK), 20, 200)], ids=["reads", "all"])
def test_the_cost_does_not_depend_on_the_number_of_listings(
    cloud: Cloud, seller: Seller, names: tuple[str, ...], few: int, many: int
) -> None:
    _fill(cloud, seller, few)
    before = {name: _measure(cloud, seller, name) for name in names}
    _fill(cloud, seller, many - few)
    assert {name: _measure(cloud, seller, name) for name in names} == before


def test_no_function_of_listings_scans(cloud: Cloud, seller: Seller) -> None:
    cloud.calls.clear()
    for name in WORK:
        WORK[name](seller)()
    assert {call.operation for call in cloud.calls if call.service == "dynamodb"} <= {
        "GetItem",
        "Query",
        "PutItem",
        "DeleteItem",
        "TransactWriteItems",
    }
