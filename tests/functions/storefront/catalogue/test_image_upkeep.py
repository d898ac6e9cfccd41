"""Photos of products that nobody settled: the sweep brings them up again, and gives them up in the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from souk.selling.photos.model import LOOK_AGAIN, MOST_PHOTOS, PAUSES, UPLOAD_LIFE, PhotoStatus
from souk.shared.clock import utc_now
from souk.storefront.catalogue.repository import ProductRepository
from souk.wiring import catalogue
from tests.functions.cloud import Cloud, sample
from tests.functions.selling.listings.test_listing_photos import JPEG_FILE, a_jpeg
from tests.functions.storefront.catalogue.merchants import Merchant
from tests.functions.storefront.catalogue.test_product_images import announce, arrive, has_pending, stored


def sweep(cloud: Cloud, *, starting: bool = False) -> Any:
    event = {"starting": True} if starting else sample("sweep_overdue")
    return cloud.invoke("sweep_overdue", event)


def test_a_photo_whose_upload_never_came_is_rejected(
    cloud: Cloud, bea: Merchant, invoked: list[dict[str, Any]]
) -> None:
    product = bea.offers()
    photo = has_pending(bea, product, timedelta(minutes=61))
    assert sweep(cloud) == {"touched": 1}
    [event] = invoked
    assert event["detail"]["object"]["key"] == f"incoming/products/{bea.id}/{product}/{photo.id}"
    assert event["function"] == "ProcessImageFunction"
    cloud.invoke("process_image", event)
    [photo] = bea.products()["products"][0]["photos"]
    assert (photo["status"], photo["reason"]) == ("rejected", "The upload never arrived.")
    assert stored(product).product.due_at is None
    assert sweep(cloud, starting=True) == {"touched": 0}


def test_an_upload_whose_event_was_lost_is_processed_by_the_sweep(
    cloud: Cloud, bea: Merchant, invoked: list[dict[str, Any]]
) -> None:
    product = bea.offers()
    announce(cloud, bea, product, a_jpeg())
    assert sweep(cloud) == {"touched": 0}
    assert sweep(cloud, starting=True) == {"touched": 1}
    [event] = invoked
    cloud.invoke("process_image", event)
    [photo] = stored(product).product.photos
    assert photo.status is PhotoStatus.READY


def test_an_upload_that_kills_the_function_is_noted_each_time_the_sweep_asks_for_it(
    cloud: Cloud, bea: Merchant, invoked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_out(*_: Any) -> None:
        raise MemoryError

    product = bea.offers()
    key = announce(cloud, bea, product, a_jpeg())
    monkeypatch.setattr(catalogue.photo_intake(), "_take_in", run_out)
    with pytest.raises(MemoryError):
        arrive(cloud, key)
    assert stored(product).product.photos[0].tried == ()
    sweep(cloud, starting=True)
    with pytest.raises(MemoryError):
        cloud.invoke("process_image", invoked.pop())
    assert len(stored(product).product.photos[0].tried) == 1
    sweep(cloud, starting=True)
    assert invoked == []


def test_a_photo_whose_tries_have_all_failed_is_rejected(
    cloud: Cloud, bea: Merchant, invoked: list[dict[str, Any]]
) -> None:
    product = bea.offers()
    has_pending(bea, product, timedelta(minutes=50), tried=len(PAUSES))
    assert sweep(cloud) == {"touched": 1}
    assert invoked == []
    [photo] = stored(product).product.photos
    assert (photo.status, photo.reason) == (PhotoStatus.REJECTED, "The photo could not be processed.")


def test_a_swept_product_is_rescheduled(cloud: Cloud, bea: Merchant, invoked: list[dict[str, Any]]) -> None:
    product = bea.offers()
    has_pending(bea, product, timedelta(minutes=61))
    sweep(cloud)
    due_at = stored(product).product.due_at
    assert due_at is not None
    assert timedelta(0) < due_at - utc_now() <= LOOK_AGAIN
    assert sweep(cloud) == {"touched": 0}
    assert len(invoked) == 1


def test_the_sweep_at_a_start_delays_nothing(cloud: Cloud, bea: Merchant, invoked: list[dict[str, Any]]) -> None:
    product = bea.offers()
    announce(cloud, bea, product)
    before = stored(product)
    assert sweep(cloud, starting=True) == {"touched": 1}
    assert stored(product) == before
    assert len(invoked) == 1


def test_a_photo_that_cannot_be_processed_is_rejected_and_makes_room(
    cloud: Cloud, bea: Merchant, invoked: list[dict[str, Any]]
) -> None:
    product = bea.offers()
    has_pending(bea, product, 2 * UPLOAD_LIFE + timedelta(minutes=1))
    assert sweep(cloud) == {"touched": 1}
    assert invoked == []
    [photo] = bea.products()["products"][0]["photos"]
    assert (photo["status"], photo["reason"]) == ("rejected", "The photo could not be processed.")
    assert stored(product).product.due_at is None
    assert bea.on("add_images", product, json={"files": [JPEG_FILE] * MOST_PHOTOS}).status == 201


def test_photos_of_a_removed_product_are_settled_too(
    cloud: Cloud, bea: Merchant, invoked: list[dict[str, Any]]
) -> None:
    product = bea.offers()
    has_pending(bea, product, 3 * UPLOAD_LIFE)
    assert bea.on("delete_product", product).status == 204
    assert sweep(cloud) == {"touched": 1}
    [photo] = stored(product).product.photos
    assert (photo.status, stored(product).product.removed) == (PhotoStatus.REJECTED, True)


def test_a_product_that_is_not_due_any_more_is_skipped_although_the_index_names_it(
    cloud: Cloud, bea: Merchant, monkeypatch: pytest.MonkeyPatch, invoked: list[dict[str, Any]]
) -> None:
    settled, unknown = bea.offers(), "01890000-0000-7000-8000-0000000000ff"
    monkeypatch.setattr(ProductRepository, "due", lambda *_: iter((settled, unknown)))
    assert sweep(cloud) == {"touched": 0}
    assert invoked == []


def test_one_product_that_cannot_be_settled_does_not_keep_the_others_waiting(
    cloud: Cloud, bea: Merchant, monkeypatch: pytest.MonkeyPatch, invoked: list[dict[str, Any]]
) -> None:
    poisoned, other = bea.offers(), bea.offers()
    for product in (poisoned, other):
        has_pending(bea, product, timedelta(minutes=61))
    find = ProductRepository.find

    def refuse(repository: ProductRepository, product_id: str) -> Any:
        if product_id == poisoned:
            raise RuntimeError("poisoned")
        return find(repository, product_id)

    with monkeypatch.context() as broken:
        broken.setattr(ProductRepository, "find", refuse)
        with pytest.raises(ExceptionGroup, match="could not be settled"):
            sweep(cloud)
    assert [event["detail"]["object"]["key"].split("/")[3] for event in invoked] == [other]
