"""Pictures of products: linked, or uploaded, judged and public from then on."""

from __future__ import annotations

import io
import sys
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from souk.aws.clients import client
from souk.selling.photos.adapters.s3 import S3MediaStore
from souk.selling.photos.model import LOOK_AGAIN, MOST_PHOTOS, Photo, PhotoStatus
from souk.shared.clock import utc_now
from souk.storefront.catalogue.model import ProductWithStock
from souk.storefront.catalogue.repository import ProductRepository
from souk.wiring import catalogue
from tests.functions.cloud import Answer, Cloud, sample
from tests.functions.selling.listings.test_listing_photos import (
    JPEG_FILE,
    MISNAMED,
    MULTIPART,
    a_jpeg,
    a_picture,
    objects,
)
from tests.functions.storefront.catalogue.merchants import Merchant, seen
from tests.harness.journey import multipart

LINKS = ["https://images.example/1.jpg", "https://images.example/2.jpg"]
ORIGIN = "http://souk.execute-api.us-east-1.amazonaws.com"


def arrive(cloud: Cloud, key: str) -> None:
    event = sample("process_image")
    event["detail"]["object"]["key"] = key
    cloud.invoke("process_image", event)


def announce(
    cloud: Cloud, bea: Merchant, product: str, content: bytes | None = None, declared: str = "image/jpeg"
) -> str:
    """The key of one announced photo, which has arrived when there is `content`."""
    file = {**JPEG_FILE, "content_type": declared}
    [upload] = bea.on("add_images", product, json={"files": [file]}).json["uploads"]
    key: str = upload["fields"]["key"]
    if content is not None:
        cloud.client("s3").put_object(Bucket=cloud.physical["MediaBucket"], Key=key, Body=content)
    return key


def stored(product: str) -> ProductWithStock:
    found = catalogue.product_repository().find(product)
    assert found is not None
    return found


def has_pending(bea: Merchant, product: str, age: timedelta, *, tried: int = 0) -> Photo:
    """A photo of the product that was announced, and tried so often, so long ago, as it would stand in the table."""
    before, at = stored(product), utc_now() - age
    photo = Photo("01890000-0000-7000-8000-0000000000b0", PhotoStatus.PENDING, "image/jpeg", at, tried=(at,) * tried)
    changed = before.product.add_photos((photo,), photo.requested_at)
    catalogue.product_repository().save(before, changed, utc_now())
    return photo


# Announced and sent --------------------------------------------------------------------------------------------------


def test_photos_are_announced_and_their_uploads_are_bounded(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers(images=LINKS)
    answer = bea.on("add_images", product, json={"files": [JPEG_FILE, {"content_type": "image/png", "size": 9}]})
    assert answer.status == 201
    assert answer.headers["location"] == f"/api/v1/products/{product}"
    assert [(one["status"], one["url"]) for one in answer.json["photos"]] == [("pending", None)] * 2
    keys = [one["fields"]["key"] for one in answer.json["uploads"]]
    assert keys == [f"incoming/products/{bea.id}/{product}/{one['id']}" for one in answer.json["photos"]]
    # Buyers see what there is to see.
    assert seen(cloud, product).json["images"] == LINKS


def test_photos_are_sent_through_the_api(cloud: Cloud, bea: Merchant) -> None:
    product, picture = bea.offers(), a_jpeg()
    answer = bea.on("add_images", product, body=multipart(("file", "a.jpg", "image/jpeg", picture)), headers=MULTIPART)
    [photo] = answer.json["photos"]
    key = f"incoming/products/{bea.id}/{product}/{photo['id']}"
    assert (answer.status, answer.json["uploads"], objects(cloud)) == (201, [], {key: picture})


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "sent"])
def test_a_replay_answers_for_the_same_photos(cloud: Cloud, bea: Merchant, announced: bool) -> None:
    product = bea.offers()
    sent: dict[str, Any] = (
        {"json": {"files": [JPEG_FILE]}}
        if announced
        else {"body": multipart(("file", "a.jpg", "image/jpeg", a_jpeg())), "headers": MULTIPART}
    )
    first, again = (bea.on("add_images", product, key="once", **sent) for _ in range(2))
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json["photos"] == first.json["photos"]
    assert len(again.json["uploads"]) == announced


def test_uploads_that_could_not_be_stored_are_stored_by_the_repeated_call(
    cloud: Cloud, bea: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from souk.shared.errors import DependencyUnavailable

    product = bea.offers()
    sent: dict[str, Any] = {"body": multipart(("file", "a.jpg", "image/jpeg", a_jpeg())), "headers": MULTIPART}

    def refuse(*_: Any) -> None:
        raise DependencyUnavailable("down")

    with monkeypatch.context() as broken:
        broken.setattr(S3MediaStore, "put_upload", refuse)
        assert bea.on("add_images", product, key="once", **sent).status == 503
    assert bea.on("add_images", product, key="once", **sent).status == 201
    assert len(objects(cloud)) == 1


def test_a_product_has_at_most_twelve_images(bea: Merchant) -> None:
    product = bea.offers(images=LINKS)
    too_many = bea.on("add_images", product, json={"files": [JPEG_FILE] * (MOST_PHOTOS - 1)})
    assert (too_many.status, too_many.json["error"]) == (409, "too_many_images")
    assert bea.on("add_images", product, json={"files": [JPEG_FILE] * (MOST_PHOTOS - 2)}, key="last").status == 201
    again = bea.on("add_images", product, json={"files": [JPEG_FILE] * (MOST_PHOTOS - 2)}, key="last")
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    "files",
    [[], [{"content_type": "gif", "size": 9}], [{"content_type": "image/png", "size": 0}], [JPEG_FILE] * 13],
    ids=["none", "no type", "empty", "too many"],
)
def test_a_bad_announcement_is_refused(bea: Merchant, files: list[Any]) -> None:
    product = bea.offers()
    assert bea.on("add_images", product, json={"files": files}).status == 400
    assert stored(product).product.images == ()


# Judged --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "declared"), MISNAMED)
@pytest.mark.parametrize("way", ["announced", "sent"])
def test_the_bytes_of_a_picture_decide_its_type(
    cloud: Cloud, bea: Merchant, way: str, kind: str, declared: str
) -> None:
    product = bea.offers()
    if way == "announced":
        key = announce(cloud, bea, product, a_picture(kind), declared)
    else:
        body = multipart(("file", "photo.gif", declared, a_picture(kind)))
        [photo] = bea.on("add_images", product, body=body, headers=MULTIPART).json["photos"]
        key = f"incoming/products/{bea.id}/{product}/{photo['id']}"
    arrive(cloud, key)
    assert [image.status for image in stored(product).product.photos] == [PhotoStatus.READY]


def test_a_good_picture_is_public_under_its_hash(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers(images=LINKS)
    arrive(cloud, announce(cloud, bea, product, a_jpeg()))
    [photo] = stored(product).product.photos
    shown = f"{ORIGIN}/api/v1/media/{photo.content_hash}"
    assert seen(cloud, product).json["images"] == [*LINKS, shown]
    [listed] = bea.products()["products"]
    assert [(one["status"], one["url"]) for one in listed["photos"]] == [("ready", f"{shown}?width=320")]
    assert listed["images"] == [*LINKS, f"{shown}?width=320"]
    assert [key for key in objects(cloud) if key.startswith("public/")] == [f"public/{photo.content_hash}"]


@pytest.mark.parametrize("content", [b"GIF89a", b"<svg/>", a_jpeg(50), a_jpeg()[:200]])
def test_a_bad_picture_is_rejected_and_nobody_sees_it(cloud: Cloud, bea: Merchant, content: bytes) -> None:
    product = bea.offers()
    arrive(cloud, announce(cloud, bea, product, content))
    [photo] = bea.products()["products"][0]["photos"]
    assert (photo["status"], photo["url"], bool(photo["reason"])) == ("rejected", None, True)
    assert seen(cloud, product).json["images"] == []
    assert [key for key in objects(cloud) if key.startswith("public/")] == []


def test_an_upload_event_delivered_twice_is_processed_once(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers()
    key = announce(cloud, bea, product, a_jpeg())
    arrive(cloud, key)
    before = stored(product)
    arrive(cloud, key)
    assert stored(product) == before


def test_a_photo_is_processed_while_the_seller_edits_the_product(
    cloud: Cloud, bea: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = bea.offers()
    key = announce(cloud, bea, product, a_jpeg())
    settle = ProductRepository.settle

    def interrupted(repository: ProductRepository, *given: Any) -> Any:
        monkeypatch.setattr(ProductRepository, "settle", settle)
        bea.on("update_product", product, json={"title": "In between"})
        return settle(repository, *given)

    monkeypatch.setattr(ProductRepository, "settle", interrupted)
    arrive(cloud, key)
    shown = seen(cloud, product).json
    assert (shown["title"], len(shown["images"])) == ("In between", 1)


@pytest.mark.parametrize("key", ["incoming/products/{bea}/unknown/photo", "incoming/products/stranger/{product}/photo"])
def test_an_upload_without_a_pending_photo_is_ignored(cloud: Cloud, bea: Merchant, key: str) -> None:
    named = key.format(bea=bea.id, product=bea.offers())
    cloud.client("s3").put_object(Bucket=cloud.physical["MediaBucket"], Key=named, Body=b"x")
    arrive(cloud, named)
    assert set(objects(cloud)) == {named}


@pytest.mark.parametrize(
    "key", ["public/a", "incoming/listings/a/b/c", "incoming/products/a/b", "incoming/products//b/c"]
)
def test_an_object_that_is_not_an_upload_is_ignored(cloud: Cloud, key: str) -> None:
    arrive(cloud, key)
    assert cloud.calls == []


def test_a_product_is_due_until_its_photos_are_settled(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers(images=LINKS)
    key = announce(cloud, bea, product, a_jpeg())
    waiting = stored(product).product
    assert waiting.due_at is not None
    assert timedelta(0) <= waiting.due_at - waiting.photos[0].requested_at - LOOK_AGAIN < timedelta(seconds=5)
    assert bea.on("update_product", product, json={"images": LINKS[:1]}).status == 200
    assert stored(product).product.due_at == waiting.due_at
    arrive(cloud, key)
    assert stored(product).product.due_at is None


def test_a_photo_whose_upload_comes_too_late_is_rejected(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers()
    photo = has_pending(bea, product, timedelta(minutes=61))
    arrive(cloud, f"incoming/products/{bea.id}/{product}/{photo.id}")
    [settled] = stored(product).product.photos
    assert (settled.status, settled.reason) == (PhotoStatus.REJECTED, "The upload never arrived.")


# Chosen --------------------------------------------------------------------------------------------------------------


def test_images_can_be_reordered_and_removed(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers(images=LINKS)
    for side in (300, 301):
        arrive(cloud, announce(cloud, bea, product, a_jpeg(side)))
    one, two = seen(cloud, product).json["images"][2:]
    [first, _] = stored(product).product.photos
    chosen = bea.on("update_product", product, json={"images": [two, LINKS[1], first.id]})
    assert chosen.json["images"] == [two, LINKS[1], one]
    assert seen(cloud, product).json["images"] == [two, LINKS[1], one]
    assert bea.on("update_product", product, json={"images": []}).json["photos"] == []


def test_a_pending_photo_stays_when_other_images_are_chosen(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers(images=LINKS)
    key = announce(cloud, bea, product, a_jpeg())
    assert bea.on("update_product", product, json={"images": LINKS[:1]}).json["photos"][0]["status"] == "pending"
    arrive(cloud, key)
    assert len(seen(cloud, product).json["images"]) == 2


def test_another_products_photo_cannot_be_chosen(cloud: Cloud, bea: Merchant) -> None:
    product, other = bea.offers(), bea.offers()
    arrive(cloud, announce(cloud, bea, other, a_jpeg()))
    [photo] = stored(other).product.photos
    for name in (photo.id, str(photo.content_hash), seen(cloud, other).json["images"][0]):
        answer = bea.on("update_product", product, json={"images": [name]})
        assert (answer.status, answer.json["errors"][0]["field"]) == (400, "images")


def test_an_image_can_be_chosen_by_the_address_that_a_list_shows_it_at(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers(images=LINKS)
    arrive(cloud, announce(cloud, bea, product, a_jpeg()))
    [listed] = bea.products()["products"]
    chosen = bea.on("update_product", product, json={"images": listed["images"][::-1]})
    assert chosen.json["images"] == seen(cloud, product).json["images"]
    assert [one["id"] for one in chosen.json["photos"]] == [one["id"] for one in listed["photos"]]


# Seen ----------------------------------------------------------------------------------------------------------------


def published(cloud: Cloud, bea: Merchant, side: int = 300) -> str:
    """The hash of a public picture."""
    product = bea.offers()
    arrive(cloud, announce(cloud, bea, product, a_jpeg(side)))
    address: str = seen(cloud, product).json["images"][0]
    return address.rpartition("/")[2]


def look(cloud: Cloud, content_hash: str, width: str | None, **headers: str) -> Answer:
    query = {} if width is None else {"width": width}
    return cloud.call("get_media", params={"hash": content_hash}, query=query, headers=headers)


def test_a_public_picture_is_found_by_its_hash(cloud: Cloud, bea: Merchant) -> None:
    content_hash = published(cloud, bea)
    answer = look(cloud, content_hash, None)
    assert (answer.status, answer.body) == (302, "")
    assert f"/public/{content_hash}?" in answer.headers["location"]


@pytest.mark.parametrize(("method", "operation"), [("GET", "get_object"), ("HEAD", "head_object")])
def test_the_address_of_a_whole_picture_is_signed_for_the_method_that_asks(
    cloud: Cloud, bea: Merchant, monkeypatch: pytest.MonkeyPatch, method: str, operation: str
) -> None:
    content_hash, now = published(cloud, bea), utc_now()
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_: now)
    answer = cloud.call("get_media", method=method, params={"hash": content_hash}, query={})
    signed = client("s3").generate_presigned_url(
        operation,
        Params={"Bucket": cloud.physical["MediaBucket"], "Key": f"public/{content_hash}"},
        ExpiresIn=15 * 60,
    )
    assert (answer.status, answer.headers["location"]) == (302, signed)


@pytest.mark.parametrize(("width", "shown"), [("320", 320), ("960", 960), ("1600", 1000)])
def test_a_picture_is_answered_in_the_width_that_is_asked_for_and_never_enlarged(
    cloud: Cloud, bea: Merchant, width: str, shown: int
) -> None:
    content_hash = published(cloud, bea, 1000)
    answer = look(cloud, content_hash, width)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    content = answer.body.encode("latin-1")
    assert Image.open(io.BytesIO(content)).size == (shown, shown)
    assert objects(cloud)[f"renditions/{width}/{content_hash}"] == content


def test_a_rendition_is_made_once_and_then_read_without_pillow(
    cloud: Cloud, bea: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    content_hash = published(cloud, bea, 1000)
    first = look(cloud, content_hash, "320")
    # An import of it fails from here on.
    monkeypatch.setitem(sys.modules, "souk.storefront.catalogue.adapters.resizing", None)
    cloud.calls.clear()
    assert look(cloud, content_hash, "320") == first
    assert [one.operation for one in cloud.calls] == ["GetObject"]
    with pytest.raises(ImportError):
        catalogue.rendition(content_hash, 960)


def test_a_client_that_has_a_rendition_gets_a_304(cloud: Cloud, bea: Merchant) -> None:
    content_hash = published(cloud, bea)
    tag = look(cloud, content_hash, "320").headers["etag"]
    assert look(cloud, content_hash, "960").headers["etag"] != tag
    for known in (tag, f'"a", W/{tag}', "*"):
        answer = look(cloud, content_hash, "320", **{"if-none-match": known})
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, "", tag)
    assert look(cloud, content_hash, "320", **{"if-none-match": '"a"'}).status == 200


def test_nothing_is_read_for_a_client_that_has_a_rendition(cloud: Cloud, bea: Merchant) -> None:
    content_hash = published(cloud, bea)
    tag = look(cloud, content_hash, "320").headers["etag"]
    cloud.calls.clear()
    assert look(cloud, content_hash, "320", **{"if-none-match": tag}).status == 304
    assert not cloud.calls


def test_any_tag_is_not_that_of_a_picture_that_is_not_there(cloud: Cloud) -> None:
    for one in ("0" * 64, "nothing"):
        assert look(cloud, one, "320", **{"if-none-match": "*"}).status == 404
        assert look(cloud, one, "320", **{"if-none-match": '"nothing-320"'}).status == 404


@pytest.mark.parametrize("width", ["0", "321", "320.0", "0320", "+320", "320,960", "large", "", "\u0663\u0662\u0660"])
def test_another_width_is_refused_with_those_there_are(cloud: Cloud, bea: Merchant, width: str) -> None:
    answer = look(cloud, published(cloud, bea), width)
    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "width")
    assert "320, 960, 1600" in answer.json["detail"]
    assert not [key for key in objects(cloud) if key.startswith("renditions/")]


def test_a_page_has_every_picture_in_all_widths(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers(images=LINKS[:1])
    arrive(cloud, announce(cloud, bea, product, a_jpeg()))
    linked, ours = seen(cloud, product).json["pictures"]
    whole = seen(cloud, product).json["images"][1]
    assert linked == {"url": LINKS[0], "srcset": None}
    assert ours == {
        "url": f"{whole}?width=960",
        "srcset": f"{whole}?width=320 320w, {whole}?width=960 960w, {whole}?width=1600 1600w",
    }


@pytest.mark.parametrize("width", [None, "320"])
def test_a_picture_that_is_not_public_is_not_found(cloud: Cloud, width: str | None) -> None:
    private = S3MediaStore(lambda: cloud.client("s3"), cloud.physical["MediaBucket"], kind="listings", prefix="media")
    content_hash = private.put(a_jpeg(), "image/jpeg")
    before = set(objects(cloud))
    for one in (content_hash, "0" * 64, "nothing", "../media/x", "A" * 64, f"320/{content_hash}"):
        assert look(cloud, one, width).status == 404
    assert set(objects(cloud)) == before
