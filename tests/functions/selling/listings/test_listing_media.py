"""Generate, approve and reject media; and the workflow's steps that generate them."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from PIL import Image

from souk.aws import clients
from souk.selling.listings.model import Status
from souk.selling.listings.service.media_steps import Superseded
from souk.selling.media.adapters.bedrock.text import _TOOL_NAME as TOOL
from souk.shared.failure_reason import Failure
from souk.wiring import listings, storage
from tests.functions.cloud import Cloud
from tests.functions.selling.listings.sellers import Seller, pending_photo, ready_photo, task_of
from tests.harness.vendors import FakeStudio

# Generate ------------------------------------------------------------------------------------------------------------


def test_generating_answers_202_and_is_in_progress(cloud: Cloud, john: Seller) -> None:
    listing_id = john.create()
    answer = john.call("generate_media", listing_id)
    assert (answer.status, answer.json["status"]) == (202, "generating_media")
    assert answer.headers["location"] == f"/api/v1/listings/{listing_id}"
    assert "preference-applied" not in answer.headers
    assert john.listing(listing_id).due_at is not None


def test_repeating_the_call_with_the_same_key_is_the_same_run(cloud: Cloud, john: Seller) -> None:
    listing_id = john.create()
    john.call("generate_media", listing_id, key="k")
    again = john.call("generate_media", listing_id, key="k")
    assert (again.status, again.headers["idempotent-replayed"]) == (202, "true")
    assert john.listing(listing_id).run == 1
    assert john.call("generate_media", listing_id).status == 409


def test_pending_photos_are_waited_for(cloud: Cloud, john: Seller) -> None:
    answer = john.call("generate_media", john.has(Status.DRAFT, photos=(pending_photo(),)).id)
    assert (answer.status, answer.json["error"]) == (409, "photos_not_ready")


def test_the_daily_quota_holds_and_refusals_do_not_count(
    cloud: Cloud, john: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.functions.cloud.resolve", _with_quota("2"))
    listings.listings.cache_clear()
    monkeypatch.setenv("SOUK_GENERATIONS_PER_DAY", "2")
    busy = john.has(Status.GENERATING)
    assert john.call("generate_media", busy.id).status == 409
    for _ in range(2):
        assert john.call("generate_media", john.create(), key=None).status == 202
    refused = john.create()
    answer = john.call("generate_media", refused)
    assert (answer.status, answer.json["error"]) == (429, "generation_quota")
    now = datetime.now(UTC)
    assert abs(int(answer.headers["retry-after"]) - (86400 - now.hour * 3600 - now.minute * 60 - now.second)) <= 2
    assert john.listing(refused).status is Status.DRAFT


def _with_quota(quota: str) -> Any:
    from tests.functions.template import resolve

    def resolved(value: Any, physical: dict[str, str]) -> str:
        return quota if value == {"Ref": "GenerationsPerDay"} else resolve(value, physical)

    return resolved


def test_a_wait_that_times_out_is_a_202_that_says_so(cloud: Cloud, john: Seller) -> None:
    answer = john.call("generate_media", john.create(), headers={"prefer": "wait=0"})
    assert (answer.status, answer.headers["preference-applied"]) == (202, "wait=0")


def test_a_wait_answers_the_outcome(cloud: Cloud, john: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    listing_id = john.create()
    _meanwhile(monkeypatch, lambda: _finish(john, listing_id))
    answer = john.call("generate_media", listing_id, headers={"prefer": "wait=5"})
    assert (answer.status, answer.json["status"]) == (200, "media_ready")


def test_a_wait_answers_a_failure_as_a_problem_document(
    cloud: Cloud, john: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing_id = john.create()
    _meanwhile(monkeypatch, lambda: _fail(john, listing_id))
    answer = john.call("generate_media", listing_id, headers={"prefer": "wait=5"})
    assert (answer.status, answer.json["error"], answer.json["detail"]) == (422, "vendor_refused", "Not this prompt.")


def _meanwhile(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """The workflow's work while a call waits for it."""
    import souk.http.waiting as waiting

    wait = waiting.wait_until

    def paused(*given: Any) -> Any:
        return wait(*given, pause=lambda _seconds: act())

    monkeypatch.setattr("souk.selling.listings.presenter.wait_until", paused)


def _finish(john: Seller, listing_id: str) -> None:
    from dataclasses import replace

    from tests.unit.selling.listings.listing_builders import some_media

    made = replace(john.listing(listing_id), status=Status.MEDIA_READY, media=some_media(), due_at=None)
    listings.listing_repository().save(made, made.updated_at)


def _fail(john: Seller, listing_id: str) -> None:
    failed = john.listing(listing_id).fail(Failure("vendor_refused", "Not this prompt."))
    listings.listing_repository().save(failed, failed.updated_at)


# Approve and reject --------------------------------------------------------------------------------------------------


def test_media_are_approved_as_they_were_seen(cloud: Cloud, john: Seller) -> None:
    listing = john.has(Status.MEDIA_READY)
    assert listing.media is not None
    answer = john.call("approve_media", listing.id, json={"media_hash": listing.media.hash})
    assert (answer.status, answer.json["status"]) == (200, "approved")
    assert john.listing(listing.id).is_approved


def test_a_repeated_approval_answers_the_same(cloud: Cloud, john: Seller) -> None:
    listing = john.has(Status.MEDIA_READY)
    first, again = (john.call("approve_media", listing.id, key="k", json={}) for _ in range(2))
    # Each answer has its own presigned URLs, which contain the time.
    answered, repeated = ({**answer.json, "media": answer.json["media"]["hash"]} for answer in (first, again))
    assert (again.status, repeated, again.headers["idempotent-replayed"]) == (200, answered, "true")
    assert john.call("approve_media", listing.id, key="k", json={"media_hash": "0" * 64}).status == 422


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (Status.DRAFT, {}, "invalid_state"),
        (Status.MEDIA_READY, {"media_hash": "0" * 64}, "media_changed"),
        (Status.PUBLISHING, {}, "invalid_state"),
    ],
    ids=str,
)
def test_an_approval_that_is_not_allowed_is_a_409(
    cloud: Cloud, john: Seller, status: Status, body: dict[str, str], error: str
) -> None:
    answer = john.call("approve_media", john.has(status).id, json=body)
    assert (answer.status, answer.json["error"]) == (409, error)


@pytest.mark.parametrize(
    "body", [{"media_hash": "short"}, {"media_hash": 7}, {"media_hash": "0" * 63 + "\n0"}], ids=str
)
def test_a_media_hash_of_the_wrong_format_is_a_400(cloud: Cloud, john: Seller, body: dict[str, Any]) -> None:
    assert john.call("approve_media", john.has(Status.MEDIA_READY).id, json=body).status == 400


def test_rejected_media_are_dropped_and_the_reason_is_kept(cloud: Cloud, john: Seller) -> None:
    listing = john.has(Status.APPROVED)
    first, again = (john.call("reject_media", listing.id, key="k") for _ in range(2))
    assert (first.status, first.json["status"], first.json["media"]["hash"]) == (200, "draft", None)
    assert first.json["rejection_reason"] == "The pictures are too dark."
    assert (again.json, again.headers["idempotent-replayed"]) == (first.json, "true")
    assert john.call("reject_media", listing.id).status == 409


def test_a_reason_that_is_too_long_is_a_400(cloud: Cloud, john: Seller) -> None:
    assert john.call("reject_media", john.has(Status.MEDIA_READY).id, json={"reason": "x" * 1001}).status == 400


# Steps ---------------------------------------------------------------------------------------------------------------


def test_pictures_are_stored_under_their_hashes(cloud: Cloud, john: Seller, studio: FakeStudio) -> None:
    listing = john.has(Status.GENERATING, photos=(ready_photo(john.stored(b"photo")),))
    answer = cloud.invoke("generate_images", task_of(listing))
    assert [image["role"] for image in answer["images"]] == ["main", "detail", "styled"]
    assert listings.media_store().load(answer["images"][0]["content_hash"]).endswith(b"photo")


def test_a_video_is_started_once_per_run_and_polled_until_it_is_done(
    cloud: Cloud, john: Seller, studio: FakeStudio
) -> None:
    listing = john.has(Status.GENERATING, photos=(ready_photo(john.stored(b"photo")),))
    begun = cloud.invoke("start_video", task_of(listing))
    assert begun == {"done": False, "job_id": f"{listing.id}-1", "video": None}
    done = cloud.invoke("poll_video", begun)
    assert done["done"] is True
    assert done["video"]["content_type"] == "video/mp4"
    assert listings.media_store().load(done["video"]["content_hash"])


def test_a_text_is_written_from_the_facts(cloud: Cloud, john: Seller, studio: FakeStudio) -> None:
    listing = john.has(Status.GENERATING)
    assert cloud.invoke("enrich_description", task_of(listing)) == {"text": f"For sale: {listing.title}"}


@pytest.mark.parametrize("function", ["generate_images", "start_video", "enrich_description"])
def test_a_superseded_run_generates_nothing(cloud: Cloud, john: Seller, studio: FakeStudio, function: str) -> None:
    listing = john.has(Status.GENERATING)
    for task in (
        {**task_of(listing), "run": 0},
        {**task_of(listing), "listing_id": "gone"},
        task_of(john.has(Status.MEDIA_READY)),
    ):
        with pytest.raises(Superseded):
            cloud.invoke(function, task)


def _picture() -> bytes:
    written = io.BytesIO()
    Image.effect_noise((1024, 1024), 60).convert("RGB").save(written, "PNG")
    return written.getvalue()


def test_openai_is_called_with_the_key_from_the_secret(
    cloud: Cloud, john: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        encoded = base64.b64encode(_picture()).decode()
        return httpx.Response(200, json={"data": [{"b64_json": encoded}]})

    _choose_provider(cloud, monkeypatch, "openai")
    secret = json.dumps({"openai_api_key": "sk-sample"})
    cloud.client("secretsmanager").put_secret_value(SecretId=cloud.physical["VendorSecret"], SecretString=secret)
    monkeypatch.setattr(storage, "http_client", lambda: httpx.Client(transport=httpx.MockTransport(answer)))
    made = cloud.invoke("generate_images", task_of(john.has(Status.GENERATING)))
    assert made["images"]
    assert {request.headers["authorization"] for request in asked} == {"Bearer sk-sample"}


def test_bedrock_is_called_for_pictures_a_video_and_a_text(
    cloud: Cloud, john: Seller, monkeypatch: pytest.MonkeyPatch, bedrock: list[str]
) -> None:
    _choose_provider(cloud, monkeypatch, "bedrock")
    task = task_of(john.has(Status.GENERATING))
    assert cloud.invoke("generate_images", task)["images"]
    begun = cloud.invoke("start_video", task)
    film = {"Bucket": cloud.physical["MediaBucket"], "Key": f"video/{begun['job_id'].rsplit('/', 1)[-1]}/output.mp4"}
    cloud.client("s3").put_object(**film, Body=b"\0\0\0\x18ftypmp42" + b"\0" * 64)
    cloud.invoke("poll_video", begun)
    assert cloud.invoke("enrich_description", task)["text"]
    assert {"InvokeModel", "StartAsyncInvoke", "GetAsyncInvoke", "Converse"} <= set(bedrock)


@pytest.fixture
def bedrock(cloud: Cloud) -> Iterator[list[str]]:
    """A Bedrock with made-up answers; returns the operations that were called."""
    asked: list[str] = []
    arn = "arn:aws:bedrock:us-east-1:123456789012:async-invoke/sampleinvoke"
    uri = f"s3://{cloud.physical['MediaBucket']}/video/sampleinvoke"
    picture = base64.b64encode(_picture()).decode()

    def answer(model: Any, **_: Any) -> Any:
        asked.append(model.name)
        text = {"toolUseId": "t1", "name": TOOL, "input": {"description": "A camera that works."}}
        answers: dict[str, dict[str, Any]] = {
            "InvokeModel": {
                "body": io.BytesIO(json.dumps({"images": [picture], "finish_reasons": [None], "seeds": [1]}).encode()),
                "contentType": "application/json",
            },
            "StartAsyncInvoke": {"invocationArn": arn},
            "GetAsyncInvoke": {
                "invocationArn": arn,
                "status": "Completed",
                "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": uri}},
            },
            "Converse": {
                "output": {"message": {"role": "assistant", "content": [{"toolUse": text}]}},
                "stopReason": "tool_use",
            },
        }
        return SimpleNamespace(status_code=200), answers[model.name]

    events = clients.client("bedrock-runtime").meta.events
    events.register("before-call.bedrock-runtime", answer)
    yield asked
    events.unregister("before-call.bedrock-runtime", answer)


def _choose_provider(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, provider: str) -> None:
    from tests.functions.template import resolve

    def resolved(value: Any, physical: dict[str, str]) -> str:
        return provider if value == {"Ref": "MediaProvider"} else resolve(value, physical)

    monkeypatch.setattr("tests.functions.cloud.resolve", resolved)
