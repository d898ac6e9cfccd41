"""Preflight, publish and its workflow step; the dispatcher and the sweeper with real tables."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from souk.selling.listings.mapping import from_listing
from souk.selling.listings.model import Listing, Status, Wait
from souk.shared.clock import utc_now
from souk.shared.errors import Conflict, VendorFailed
from souk.wiring import listings, platforms, storage
from tests.functions.accounts.auth.accounts import remove_account
from tests.functions.cloud import Cloud, forget, sample
from tests.functions.selling.listings.sellers import Seller, pending_photo, publications, task_of
from tests.harness.vendors import FakeEbay
from tests.unit.selling.marketplaces.ebay_builders import (
    PICTURE_TAKEN,
    TOKEN_ISSUED,
    ScriptedEbay,
    fees_xml,
    item_xml,
    reply_xml,
)

# Preflight -----------------------------------------------------------------------------------------------------------


def test_preflight_returns_fees_and_stores_nothing(cloud: Cloud, john: Seller, ebay: FakeEbay) -> None:
    listing = john.has(Status.MEDIA_READY)
    answer = john.call("preflight_listing", listing.id)
    assert answer.status == 200
    assert answer.json == {
        "data": [
            {
                "marketplace": "ebay",
                "fees": [{"name": "InsertionFee", "amount": 0.35, "currency": "USD"}],
                "notices": [],
            }
        ]
    }
    assert john.listing(listing.id) == listing


def test_preflight_returns_a_refusal_in_the_marketplaces_words(
    cloud: Cloud, john: Seller, ebay: FakeEbay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ebay, "verify", _refusing)
    answer = john.call("preflight_listing", john.has(Status.MEDIA_READY).id)
    assert (answer.status, answer.json["error"], answer.json["detail"]) == (422, "vendor_refused", "Colour is missing.")
    assert answer.json["vendor_errors"] == [{"code": "21919303", "message": "Colour is missing."}]


def test_preflight_of_a_marketplace_that_does_not_answer_is_a_502(
    cloud: Cloud, john: Seller, ebay: FakeEbay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ebay, "verify", _silent)
    assert john.call("preflight_listing", john.has(Status.MEDIA_READY).id).status == 502


def _refusing(_offer: Any) -> Any:
    from souk.shared.errors import VendorProblem, VendorRefused

    raise VendorRefused("ebay", [VendorProblem("21919303", "Colour is missing.")])


def _silent(_offer: Any) -> Any:
    raise VendorFailed("ebay", "eBay did not answer.")


@pytest.mark.parametrize("function", ["preflight_listing", "publish_listing"])
def test_without_a_connection_no_marketplace_is_called(cloud: Cloud, john: Seller, function: str) -> None:
    listing = john.has(Status.APPROVED)
    answer = john.call(function, listing.id)
    assert (answer.status, answer.json["error"]) == (409, "platform_not_connected")
    assert john.listing(listing.id) == listing


@pytest.mark.parametrize("function", ["preflight_listing", "publish_listing"])
@pytest.mark.parametrize(
    "body",
    [{"marketplaces": []}, {"marketplaces": ["amazon"]}, {"marketplaces": "ebay"}, {"marketplaces": [7]}],
    ids=str,
)
def test_an_unknown_marketplace_is_a_400(cloud: Cloud, john: Seller, function: str, body: dict[str, Any]) -> None:
    assert john.call(function, john.has(Status.APPROVED).id, json=body).status == 400


@pytest.mark.parametrize("function", ["preflight_listing", "publish_listing"])
def test_a_token_that_outlives_its_account_publishes_nothing(cloud: Cloud, john: Seller, function: str) -> None:
    listing = john.has(Status.APPROVED)
    remove_account(cloud, john.id)
    assert john.call(function, listing.id).status == 401
    assert john.listing(listing.id) == listing


# Publish -------------------------------------------------------------------------------------------------------------


def test_publishing_answers_202_and_is_in_progress(cloud: Cloud, john: Seller) -> None:
    john.connect()
    listing = john.has(Status.APPROVED)
    answer = john.call("publish_listing", listing.id)
    assert (answer.status, answer.json["status"]) == (202, "publishing")
    assert answer.headers["location"] == f"/api/v1/listings/{listing.id}"
    assert answer.json["publications"][0]["status"] == "publishing"


def test_publishing_again_is_the_same_attempt_under_any_key(cloud: Cloud, john: Seller) -> None:
    john.connect()
    listing = john.has(Status.APPROVED)
    answers = [john.call("publish_listing", listing.id, key=key) for key in ("k", "k", "another")]
    assert [answer.status for answer in answers] == [202, 202, 202]
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in answers[2].headers
    assert john.listing(listing.id).publications["ebay"].attempt == 1


def test_a_key_used_for_another_choice_is_refused(cloud: Cloud, john: Seller) -> None:
    john.connect()
    listing = john.has(Status.APPROVED)
    john.call("publish_listing", listing.id, key="k")
    answer = john.call("publish_listing", listing.id, key="k", json={"marketplaces": ["ebay", "ebay"]})
    assert answer.status == 422


@pytest.mark.parametrize("status", [Status.DRAFT, Status.GENERATING, Status.MEDIA_READY], ids=str)
def test_a_listing_without_approval_is_not_published(cloud: Cloud, john: Seller, status: Status) -> None:
    john.connect()
    assert john.call("publish_listing", john.has(status).id).status == 409


def test_an_approval_of_older_content_does_not_publish(cloud: Cloud, john: Seller) -> None:
    """Publishing compares the approval with the content, also after a change that bypassed the model."""
    john.connect()
    listing = john.has(Status.APPROVED)
    other = replace(listing, title="Slipped in")
    listings.listing_repository().save(other, utc_now())
    answer = john.call("publish_listing", listing.id)
    assert (answer.status, answer.json["error"]) == (409, "not_approved")


def test_a_live_listing_is_answered_with_its_url(cloud: Cloud, john: Seller) -> None:
    john.connect()
    published = john.has(Status.PUBLISHED)
    listing = john.has(Status.PUBLISHED, publications=publications(published, url="https://www.ebay.com/itm/110"))
    body = john.call("get_listing", listing.id).json
    assert (body["ebay_item_id"], body["ebay_url"]) == ("110", "https://www.ebay.com/itm/110")


def test_a_wait_ends_with_the_item_or_the_refusal(
    cloud: Cloud, john: Seller, ebay: FakeEbay, monkeypatch: pytest.MonkeyPatch
) -> None:
    import souk.http.waiting as waiting

    john.connect()
    listings = [john.has(Status.APPROVED, media=_stored(john)) for _ in range(2)]
    listings = [_approved(john, one) for one in listings]
    current: list[Listing] = []
    wait = waiting.wait_until

    def paused(*given: Any) -> Any:
        return wait(*given, pause=lambda _: cloud.invoke("publish_to_marketplace", _step(john, current[0])))

    monkeypatch.setattr("souk.selling.listings.presenter.wait_until", paused)
    current[:] = [listings[0]]
    good = john.call("publish_listing", listings[0].id, headers={"prefer": "wait=5"})
    assert (good.status, good.json["ebay_item_id"]) == (200, ebay.items[0].id)
    assert good.headers["preference-applied"] == "wait=5"
    ebay.refuse = "Colour is missing."
    current[:] = [listings[1]]
    bad = john.call("publish_listing", listings[1].id, headers={"prefer": "wait=5"})
    assert (bad.status, bad.json["error"], bad.json["detail"]) == (422, "vendor_refused", "Colour is missing.")


def _stored(john: Seller) -> Any:
    from souk.selling.listings.model import Media, MediaObject

    return Media((MediaObject(john.stored(b"picture"), "image/jpeg", "main"),), None)


def _approved(john: Seller, listing: Listing) -> Listing:
    approved = replace(listing, approved_hash=listing.content_hash)
    return listings.listing_repository().save(approved, utc_now())


def _step(john: Seller, listing: Listing) -> dict[str, Any]:
    return task_of(john.listing(listing.id), marketplace="ebay")


# Steps ---------------------------------------------------------------------------------------------------------------


def publishing(john: Seller, **fields: Any) -> Listing:
    return john.has(Status.PUBLISHING, media=_stored(john), **fields)


def test_the_step_publishes_once_however_often_it_is_run(cloud: Cloud, john: Seller, ebay: FakeEbay) -> None:
    listing = publishing(john)
    answers = [cloud.invoke("publish_to_marketplace", _step(john, listing)) for _ in range(2)]
    assert answers == [{"status": "live"}] * 2
    assert len(ebay.items) == 1
    assert john.listing(listing.id).status is Status.PUBLISHED
    [fee] = john.call("get_listing", listing.id).json["publications"][0]["fees"]
    assert (fee["name"], fee["currency"]) == ("InsertionFee", "USD")


@pytest.mark.parametrize("change", [{"run": 99}, {"listing_id": "gone"}, {"marketplace": "souk"}], ids=str)
def test_a_step_without_a_requested_publication_does_nothing(
    cloud: Cloud, john: Seller, ebay: FakeEbay, change: dict[str, Any]
) -> None:
    task = {**_step(john, publishing(john)), **change}
    assert cloud.invoke("publish_to_marketplace", task) == {"status": "superseded"}
    give_up = {**task, "code": "vendor_failed", "detail": "eBay did not answer."}
    assert cloud.invoke("give_up_publishing", give_up) == {"status": "superseded"}
    assert ebay.items == []


def test_an_unknown_outcome_makes_the_step_be_retried(cloud: Cloud, john: Seller, ebay: FakeEbay) -> None:
    listing = publishing(john)
    ebay.mood = "mute"
    with pytest.raises(VendorFailed):
        cloud.invoke("publish_to_marketplace", _step(john, listing))
    assert john.listing(listing.id).status is Status.PUBLISHING


def test_after_a_lost_answer_and_a_disconnection_a_publication_may_still_be_live(
    cloud: Cloud, john: Seller, ebay: FakeEbay, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = publishing(john)
    ebay.mood = "mute"
    with pytest.raises(VendorFailed):
        cloud.invoke("publish_to_marketplace", _step(john, listing))
    with monkeypatch.context() as disconnected:
        disconnected.setattr("souk.wiring.marketplaces.marketplace", _not_connected)
        forget()
        assert cloud.invoke("publish_to_marketplace", _step(john, listing)) == {"status": "unconfirmed"}
    ebay.mood = "well"
    assert john.call("delete_listing", listing.id).status == 202
    forget()
    assert cloud.invoke("publish_to_marketplace", _step(john, john.listing(listing.id))) == {"status": "ended"}
    assert (len(ebay.items), ebay.live) == (1, [])
    assert john.call("get_listing", listing.id).status == 404


def _not_connected(_name: str, _owner_id: str) -> Any:
    raise Conflict("Connect your ebay account first.", code="platform_not_connected")


def test_giving_up_is_recorded_and_keeps_the_attempt(cloud: Cloud, john: Seller) -> None:
    listing = publishing(john)
    task = {**_step(john, listing), "code": "vendor_failed", "detail": "eBay did not answer."}
    assert cloud.invoke("give_up_publishing", task) == {"status": "unconfirmed"}
    body = john.call("get_listing", listing.id).json
    assert (body["status"], body["error"]["code"], body["error"]["detail"]) == (
        "error",
        "vendor_failed",
        "eBay did not answer.",
    )
    assert john.listing(listing.id).publications["ebay"].attempt == 1


def test_a_seller_who_has_disconnected_is_asked_to_connect(cloud: Cloud, john: Seller) -> None:
    listing = publishing(john)
    assert cloud.invoke("publish_to_marketplace", _step(john, listing)) == {"status": "failed"}
    error = john.listing(listing.id).error
    assert error is not None
    assert error.code == "platform_not_connected"


def test_a_wait_answers_that_the_seller_has_disconnected(
    cloud: Cloud, john: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    import souk.http.waiting as waiting

    john.connect()
    listing = _approved(john, john.has(Status.APPROVED, media=_stored(john)))
    wait = waiting.wait_until

    def disconnected(_seconds: float) -> None:
        cloud.call("delete_platform_credentials", caller=john.person, params={"platform": "ebay"})
        cloud.invoke("publish_to_marketplace", _step(john, listing))

    monkeypatch.setattr("souk.selling.listings.presenter.wait_until", lambda *given: wait(*given, pause=disconnected))
    answer = john.call("publish_listing", listing.id, headers={"prefer": "wait=5"})
    assert (answer.status, answer.json["error"]) == (409, "platform_not_connected")


def test_the_last_ended_publication_deletes_the_listing(cloud: Cloud, john: Seller, ebay: FakeEbay) -> None:
    listing = publishing(john)
    cloud.invoke("publish_to_marketplace", _step(john, listing))
    john.call("delete_listing", listing.id)
    assert cloud.invoke("publish_to_marketplace", _step(john, listing)) == {"status": "ended"}
    assert john.call("get_listing", listing.id).status == 404
    assert ebay.live == []


def _answering_ebay() -> ScriptedEbay:
    item = "<ItemID>110554433221</ItemID>"
    return ScriptedEbay(
        token=TOKEN_ISSUED,
        create_image_from_file=PICTURE_TAKEN,
        VerifyAddFixedPriceItem=reply_xml("VerifyAddFixedPriceItem", "Success", body=fees_xml(InsertionFee="0.35")),
        AddFixedPriceItem=reply_xml("AddFixedPriceItem", "Success", body=item + fees_xml(InsertionFee="0.35")),
        GetItem=reply_xml("GetItem", "Success", body=item_xml("110554433221")),
    )


@pytest.mark.parametrize("function", ["preflight_listing", "publish_to_marketplace"])
def test_ebay_is_called_with_the_sellers_tokens_renewed_after_their_expiry(
    cloud: Cloud, john: Seller, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    john.connect(refresh_token="renewable", expires_at="2020-01-01T00:00:00Z")
    secret = json.dumps({"ebay_client_id": "app", "ebay_client_secret": "secret"})
    cloud.client("secretsmanager").put_secret_value(SecretId=cloud.physical["VendorSecret"], SecretString=secret)
    scripted = _answering_ebay()
    monkeypatch.setattr(storage, "http_client", lambda: scripted.client)
    listing = publishing(john)
    if function == "preflight_listing":
        answer = john.call(function, listing.id)
        assert (answer.status, answer.json["data"][0]["fees"][0]["amount"]) == (200, 0.35)
    else:
        assert cloud.invoke(function, _step(john, listing)) == {"status": "live"}
        assert john.listing(listing.id).publications["ebay"].external_id == "110554433221"
    assert scripted.calls()[0] == "token"
    bearers = {request.headers.get("X-EBAY-API-IAF-TOKEN") for request in scripted.asked} - {None}
    assert bearers == {"renewed"}
    assert platforms.platforms().open_credentials(john.id, "ebay").access_token == "renewed"


# Dispatch ------------------------------------------------------------------------------------------------------------


def _record(before: Listing | None, after: Listing | None) -> dict[str, Any]:
    from boto3.dynamodb.types import TypeSerializer

    serialize = TypeSerializer().serialize
    images = {"OldImage": before, "NewImage": after}
    one = after or before
    assert one is not None
    keys = {"pk": {"S": f"USER#{one.user_id}"}, "sk": {"S": f"LISTING#{one.id}"}}
    written = {
        name: {key: serialize(value) for key, value in from_listing(listing).items()}
        for name, listing in images.items()
        if listing is not None
    }
    return {"eventName": "MODIFY", "dynamodb": {"Keys": keys, **written}}


def _executions(cloud: Cloud) -> list[str]:
    arn = cloud.physical["ListingWorkflow"]
    return [one["name"] for one in cloud.client("stepfunctions").list_executions(stateMachineArn=arn)["executions"]]


def test_the_sample_record_starts_the_workflow_once(cloud: Cloud) -> None:
    event = sample("dispatch_listings")
    for _ in range(2):
        cloud.invoke("dispatch_listings", event)
    assert _executions(cloud) == ["01890000-0000-7000-8000-0000000000aa-1"]


def test_other_items_of_the_table_start_nothing(cloud: Cloud) -> None:
    keys = {"pk": {"S": "IDEMPOTENCY#u1"}, "sk": {"S": "Create#k"}}
    cloud.invoke("dispatch_listings", {"Records": [{"dynamodb": {"Keys": keys, "NewImage": keys}}]})
    assert cloud.calls == []


def test_a_vanished_workflow_is_restarted_from_the_item(
    cloud: Cloud, john: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from souk.aws.workflows import StepFunctions

    tokens: list[str] = []

    def gone(_workflow: StepFunctions, token: str) -> bool:
        tokens.append(token)
        return False

    monkeypatch.setattr(StepFunctions, "resume", gone)
    before = john.has(Status.APPROVED)
    after = listings.listing_repository().save(before.request_publication(("ebay",), utc_now()), utc_now())
    for _ in range(2):
        cloud.invoke("dispatch_listings", {"Records": [_record(before, after)]})
    assert tokens == ["token", "token"]
    assert john.listing(after.id).run == after.run + 1


def test_a_waiting_workflow_is_resumed_by_its_token(cloud: Cloud, john: Seller) -> None:
    before = john.has(Status.MEDIA_READY, wait=Wait("A" * 40, Status.MEDIA_READY))
    cloud.calls.clear()
    cloud.invoke("dispatch_listings", {"Records": [_record(before, before.approve(None))]})
    [call] = cloud.calls
    assert (call.operation, call.request["taskToken"]) == ("SendTaskSuccess", "A" * 40)


# Sweep ---------------------------------------------------------------------------------------------------------------


def test_only_overdue_listings_are_swept(cloud: Cloud, john: Seller) -> None:
    overdue = john.has(Status.GENERATING, due_at=utc_now() - timedelta(seconds=1))
    waiting = john.has(Status.GENERATING, due_at=utc_now() + timedelta(minutes=1))
    assert cloud.invoke("sweep_overdue", sample("sweep_overdue")) == {"touched": 1}
    assert (john.listing(overdue.id).run, john.listing(waiting.id).run) == (2, 1)


def test_a_start_sweeps_everything(cloud: Cloud, john: Seller) -> None:
    listings = [john.has(Status.GENERATING, due_at=utc_now() + timedelta(minutes=1)) for _ in range(5)]
    assert cloud.invoke("sweep_overdue", {"starting": True}) == {"touched": 5}
    assert {john.listing(one.id).run for one in listings} == {2}


def test_a_listing_with_a_running_workflow_is_rescheduled(cloud: Cloud, john: Seller) -> None:
    listing = john.has(Status.GENERATING, due_at=utc_now() - timedelta(seconds=1), begun_at=utc_now())
    cloud.client("stepfunctions").start_execution(
        stateMachineArn=cloud.physical["ListingWorkflow"], name=f"{listing.id}-{listing.run}"
    )
    cloud.invoke("sweep_overdue", {})
    after = john.listing(listing.id)
    assert after.run == listing.run
    assert after.due_at is not None
    assert after.due_at > utc_now() + timedelta(seconds=60)


def test_an_overdue_photo_is_processed(cloud: Cloud, john: Seller, invoked: list[dict[str, Any]]) -> None:
    photo = replace(pending_photo(), requested_at=utc_now() - timedelta(minutes=61))
    listing = john.has(Status.DRAFT, photos=(photo,), due_at=utc_now() - timedelta(minutes=1))
    cloud.invoke("sweep_overdue", {})
    [event] = invoked
    assert event["detail"]["object"]["key"] == f"incoming/listings/{john.id}/{listing.id}/{photo.id}"
    cloud.invoke("process_upload", event)
    assert john.listing(listing.id).due_at is None
