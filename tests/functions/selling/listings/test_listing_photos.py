"""Photos: announced or sent through the API, and processed after their upload."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from souk.selling.listings.model import Status
from souk.selling.listings.repository import ListingRepository
from souk.selling.photos.model import LOST, MOST_PHOTOS, MOST_UPLOAD_BYTES, SENT_LIFE, PhotoStatus
from souk.shared.clock import utc_now
from souk.shared.errors import DependencyUnavailable
from souk.wiring import listings
from tests.functions.cloud import Cloud, sample
from tests.functions.selling.listings.sellers import Seller, pending_photo, ready_photo
from tests.harness.journey import BOUNDARY, multipart

MULTIPART = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
JPEG_FILE = {"content_type": "image/jpeg", "size": 250_000}


def a_picture(kind: str, side: int = 300) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (side, side), (200, 120, 40)).save(written, kind)
    return written.getvalue()


def a_jpeg(side: int = 300) -> bytes:
    return a_picture("JPEG", side)


MISNAMED = [
    ("PNG", "image/jpeg"),
    ("JPEG", "image/png"),
    ("JPEG", "image/jpg"),
    ("WEBP", "application/octet-stream"),
    ("AVIF", "image/heic"),
    ("JPEG", "image/gif"),
    ("PNG", ""),
]
"""Pictures, and what their senders take them for."""


def objects(cloud: Cloud) -> dict[str, bytes]:
    s3, bucket = cloud.client("s3"), cloud.physical["MediaBucket"]
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def arrive(cloud: Cloud, key: str) -> Any:
    event = sample("process_upload")
    event["detail"]["object"]["key"] = key
    return cloud.invoke("process_upload", event)


# Announced -----------------------------------------------------------------------------------------------------------


def test_each_announced_photo_gets_an_upload_url(cloud: Cloud, john: Seller) -> None:
    listing_id = john.create()
    answer = john.call("add_photos", listing_id, json={"files": [JPEG_FILE, {"content_type": "image/png", "size": 9}]})
    photos, uploads = answer.json["photos"], answer.json["uploads"]
    assert (answer.status, answer.headers["etag"]) == (201, '"2"')
    assert [photo["status"] for photo in photos] == ["pending", "pending"]
    assert [upload["photo_id"] for upload in uploads] == [photo["id"] for photo in photos]
    for upload, content_type in zip(uploads, ("image/jpeg", "image/png"), strict=True):
        assert upload["fields"]["key"] == f"incoming/listings/{john.id}/{listing_id}/{upload['photo_id']}"
        assert upload["fields"]["Content-Type"] == content_type
        assert cloud.physical["MediaBucket"] in upload["url"]


def test_a_repeated_announcement_returns_its_own_photos_only(cloud: Cloud, john: Seller) -> None:
    listing_id = john.create()
    body = {"files": [JPEG_FILE]}
    john.call("add_photos", listing_id, json=body)
    mine = john.call("add_photos", listing_id, key="k", json=body)
    again = john.call("add_photos", listing_id, key="k", json=body)
    assert (again.status, again.headers["idempotent-replayed"]) == (201, "true")
    assert [one["photo_id"] for one in again.json["uploads"]] == [one["photo_id"] for one in mine.json["uploads"]]
    assert len(again.json["photos"]) == 2


def test_a_repeated_announcement_gives_no_upload_url_for_a_processed_photo(cloud: Cloud, john: Seller) -> None:
    listing_id = john.create()
    body = {"files": [JPEG_FILE]}
    [upload] = john.call("add_photos", listing_id, key="k", json=body).json["uploads"]
    cloud.client("s3").put_object(Bucket=cloud.physical["MediaBucket"], Key=upload["fields"]["key"], Body=a_jpeg())
    arrive(cloud, upload["fields"]["key"])
    again = john.call("add_photos", listing_id, key="k", json=body)
    assert again.json["uploads"] == []
    assert [(photo["status"], bool(photo["url"])) for photo in again.json["photos"]] == [("ready", True)]


@pytest.mark.parametrize("given", [{}, {"content_type": ""}])
def test_a_photo_may_be_announced_without_a_type(cloud: Cloud, john: Seller, given: dict[str, Any]) -> None:
    body = {"files": [{**given, "size": MOST_UPLOAD_BYTES}]}
    [upload] = john.call("add_photos", john.create(), json=body).json["uploads"]
    assert upload["fields"]["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"files": []},
        {"files": [{"content_type": "picture", "size": 9}]},
        {"files": [{"content_type": "image/png\r\nx-other: 1", "size": 9}]},
        {"files": [{"content_type": "image/jpeg", "size": 0}]},
        {"files": [{"content_type": "image/jpeg", "size": MOST_UPLOAD_BYTES + 1}]},
        {"files": [{"content_type": "image/jpeg", "size": "9"}]},
        {"files": [{"content_type": "image/jpeg"}]},
        {"files": [JPEG_FILE] * (MOST_PHOTOS + 1)},
    ],
    ids=lambda body: str(body)[:40],
)
def test_a_bad_announcement_is_a_400_and_nothing_is_stored(cloud: Cloud, john: Seller, body: dict[str, Any]) -> None:
    listing_id = john.create()
    assert john.call("add_photos", listing_id, json=body).status == 400
    assert john.listing(listing_id).photos == ()


def test_a_thirteenth_photo_is_a_409(cloud: Cloud, john: Seller) -> None:
    listing = john.has(Status.DRAFT, photos=tuple(ready_photo("a" * 64) for _ in range(MOST_PHOTOS)))
    answer = john.call("add_photos", listing.id, json={"files": [JPEG_FILE]})
    assert (answer.status, answer.json["error"]) == (409, "too_many_photos")


def test_a_published_listing_takes_no_photos(cloud: Cloud, john: Seller) -> None:
    listing = john.has(Status.PUBLISHED)
    assert john.call("add_photos", listing.id, json={"files": [JPEG_FILE]}).status == 409


# Sent ----------------------------------------------------------------------------------------------------------------


def test_photos_sent_through_the_api_have_the_same_keys_as_uploads(cloud: Cloud, john: Seller) -> None:
    listing_id = john.create()
    body = multipart(("file", "a.jpg", "image/jpeg", b"one"), ("file", "b.png", "image/png", b"two"))
    answer = john.call("add_photos", listing_id, body=body, headers=MULTIPART)
    assert (answer.status, answer.json["uploads"]) == (201, [])
    found = objects(cloud)
    keys = [f"incoming/listings/{john.id}/{listing_id}/{photo['id']}" for photo in answer.json["photos"]]
    assert [found[key] for key in keys] == [b"one", b"two"]


def test_a_repeated_call_stores_the_files_that_the_first_could_not(
    cloud: Cloud, john: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from souk.selling.photos.adapters.s3 import S3MediaStore

    def refuse(*_: Any) -> None:
        raise DependencyUnavailable("no")

    listing_id = john.create()
    body = multipart(("file", "a.jpg", "image/jpeg", b"one"))
    with monkeypatch.context() as broken:
        broken.setattr(S3MediaStore, "put_upload", refuse)
        assert john.call("add_photos", listing_id, key="k", body=body, headers=MULTIPART).status == 503
    assert objects(cloud) == {}
    answer = john.call("add_photos", listing_id, key="k", body=body, headers=MULTIPART)
    assert (answer.status, answer.headers["idempotent-replayed"]) == (201, "true")
    assert list(objects(cloud).values()) == [b"one"]
    assert len(john.listing(listing_id).photos) == 1


def test_a_repeated_call_may_have_another_boundary_but_not_other_content(cloud: Cloud, john: Seller) -> None:
    def send(boundary: str, content: bytes) -> Any:
        body = multipart(("file", "a.jpg", "image/jpeg", content)).replace(BOUNDARY.encode(), boundary.encode())
        headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
        return john.call("add_photos", listing_id, key="k", body=body, headers=headers)

    listing_id = john.create()
    first, again, other = send("first", b"one"), send("second", b"one"), send("second", b"two")
    assert [answer.status for answer in (first, again, other)] == [201, 201, 422]
    assert again.json["photos"] == first.json["photos"]
    assert other.json["error"] == "idempotency_key_reused"
    assert len(john.listing(listing_id).photos) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"--nonsense", 400),
        (multipart(("photo", "a.jpg", "image/jpeg", b"x")), 400),
        (multipart(("file", "a.jpg", "image/jpeg", b"x" * (4 << 20))), 413),
    ],
    ids=["empty", "malformed", "another field", "too large"],
)
def test_bad_files_are_refused_and_nothing_is_stored(cloud: Cloud, john: Seller, body: bytes, status: int) -> None:
    listing_id = john.create()
    assert john.call("add_photos", listing_id, body=body, headers=MULTIPART).status == status
    assert john.listing(listing_id).photos == ()
    assert objects(cloud) == {}


# Judged --------------------------------------------------------------------------------------------------------------


def _announce(cloud: Cloud, john: Seller, content: bytes | None, content_type: str = "image/jpeg") -> tuple[str, str]:
    """(listing id, key) of one announced photo; its upload exists if there is `content`."""
    listing_id = john.create()
    files = {"files": [{"content_type": content_type, "size": 9}]}
    [upload] = john.call("add_photos", listing_id, json=files).json["uploads"]
    key = upload["fields"]["key"]
    if content is not None:
        cloud.client("s3").put_object(Bucket=cloud.physical["MediaBucket"], Key=key, Body=content)
    return listing_id, key


def test_a_good_picture_is_ready_under_its_hash_and_the_upload_stays(cloud: Cloud, john: Seller) -> None:
    listing_id, key = _announce(cloud, john, a_jpeg())
    arrive(cloud, key)
    [photo] = john.listing(listing_id).photos
    assert photo.status is PhotoStatus.READY
    assert set(objects(cloud)) == {key, f"media/{photo.content_hash}"}
    assert john.listing(listing_id).due_at is None


def test_a_photo_whose_outcome_was_lost_is_judged_again(cloud: Cloud, john: Seller) -> None:
    """As after a kill of the local cloud before it has saved what it had answered."""
    listing_id, key = _announce(cloud, john, a_jpeg())
    arrive(cloud, key)
    judged = john.listing(listing_id)
    pending = replace(judged.photos[0], status=PhotoStatus.PENDING, content_hash=None, content_type="image/jpeg")
    listings.listing_repository().save(replace(judged, photos=(pending,)), utc_now())
    arrive(cloud, key)
    assert john.listing(listing_id).photos == judged.photos


def test_a_photo_sent_through_the_api_that_was_lost_says_so_after_a_minute(cloud: Cloud, john: Seller) -> None:
    listing_id = john.create()
    body = multipart(("file", "a.jpg", "image/jpeg", a_jpeg()))
    assert john.call("add_photos", listing_id, body=body, headers=MULTIPART).status == 201
    [key] = objects(cloud)
    cloud.client("s3").delete_object(Bucket=cloud.physical["MediaBucket"], Key=key)
    sent = john.listing(listing_id)
    assert sent.due_at == sent.photos[0].requested_at + SENT_LIFE
    arrive(cloud, key)
    assert john.listing(listing_id).photos[0].status is PhotoStatus.PENDING
    old = replace(sent.photos[0], requested_at=sent.photos[0].requested_at - SENT_LIFE)
    listings.listing_repository().save(replace(sent, photos=(old,)), utc_now())
    arrive(cloud, key)
    [photo] = john.call("get_listing", listing_id).json["photos"]
    assert (photo["status"], photo["reason"]) == ("rejected", LOST)


@pytest.mark.parametrize(("kind", "declared"), MISNAMED)
@pytest.mark.parametrize("way", ["announced", "sent"])
def test_the_bytes_of_a_picture_decide_its_type(cloud: Cloud, john: Seller, way: str, kind: str, declared: str) -> None:
    content = a_picture(kind)
    if way == "announced":
        listing_id, key = _announce(cloud, john, content, declared)
    else:
        listing_id = john.create()
        body = multipart(("file", "photo.gif", declared, content))
        [photo] = john.call("add_photos", listing_id, body=body, headers=MULTIPART).json["photos"]
        key = f"incoming/listings/{john.id}/{listing_id}/{photo['id']}"
    arrive(cloud, key)
    [judged] = john.listing(listing_id).photos
    assert (judged.status, judged.content_type, judged.reason) == (PhotoStatus.READY, "image/jpeg", None)


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (a_picture("GIF"), "image/jpeg"),
        (b"<svg/>", "image/png"),
        (a_jpeg(50), "image/jpeg"),
        (a_jpeg()[:200], "image/jpeg"),
    ],
    ids=["another format", "markup", "too small", "cut off"],
)
def test_a_bad_picture_is_rejected_with_a_reason_and_not_stored(
    cloud: Cloud, john: Seller, content: bytes, declared: str
) -> None:
    listing_id, key = _announce(cloud, john, content, declared)
    arrive(cloud, key)
    [photo] = john.call("get_listing", listing_id).json["photos"]
    assert (photo["status"], photo["url"]) == ("rejected", None)
    assert photo["reason"]
    assert set(objects(cloud)) == {key}


def test_an_arrival_told_twice_is_judged_once(cloud: Cloud, john: Seller) -> None:
    listing_id, key = _announce(cloud, john, a_jpeg())
    arrive(cloud, key)
    before = john.listing(listing_id)
    arrive(cloud, key)
    assert john.listing(listing_id) == before


def test_an_upload_without_a_pending_photo_is_ignored(cloud: Cloud, john: Seller) -> None:
    key = f"incoming/listings/{john.id}/unknown/unknown"
    cloud.client("s3").put_object(Bucket=cloud.physical["MediaBucket"], Key=key, Body=b"x")
    arrive(cloud, key)
    assert set(objects(cloud)) == {key}


@pytest.mark.parametrize(
    "key", ["media/abc", "incoming/listings/b/c", "incoming/listings/b/c/d/e", "incoming/listings//c/d"]
)
def test_a_key_that_is_not_an_upload_is_ignored(cloud: Cloud, key: str) -> None:
    arrive(cloud, key)
    assert cloud.calls == []


def test_a_missing_upload_stays_pending_for_an_hour(cloud: Cloud, john: Seller) -> None:
    listing_id, key = _announce(cloud, john, None)
    arrive(cloud, key)
    assert john.listing(listing_id).photos[0].status is PhotoStatus.PENDING


def test_a_missing_upload_is_rejected_after_an_hour(cloud: Cloud, john: Seller) -> None:
    from dataclasses import replace

    late = replace(pending_photo(), requested_at=utc_now() - timedelta(minutes=61))
    listing = john.has(Status.DRAFT, photos=(late,))
    arrive(cloud, f"incoming/listings/{john.id}/{listing.id}/{late.id}")
    [photo] = john.listing(listing.id).photos
    assert (photo.status, photo.reason) == (PhotoStatus.REJECTED, "The upload never arrived.")


def test_a_concurrent_write_is_kept(cloud: Cloud, john: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner edits while the picture is being processed."""
    listing_id, key = _announce(cloud, john, a_jpeg())
    save = ListingRepository.save

    def interrupted(repository: ListingRepository, listing: Any, now: Any, **more: Any) -> Any:
        monkeypatch.setattr(ListingRepository, "save", save)
        john.call("update_listing", listing_id, json={"title": "In between"})
        return save(repository, listing, now, **more)

    monkeypatch.setattr(ListingRepository, "save", interrupted)
    arrive(cloud, key)
    listing = john.listing(listing_id)
    assert (listing.title, listing.photos[0].status) == ("In between", PhotoStatus.READY)
