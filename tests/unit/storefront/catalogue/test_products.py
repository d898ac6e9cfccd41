"""Products, their categories and their images, without any storage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from souk.selling.photos.model import LOOK_AGAIN, MOST_PHOTOS, UPLOAD_LIFE, Photo, PhotoStatus
from souk.shared.errors import Conflict, InvalidRequest
from souk.storefront.catalogue.mapping import from_product, to_product
from souk.storefront.catalogue.model import (
    CATEGORIES,
    InsufficientInventory,
    LinkedImage,
    Stock,
    category_named,
    category_of,
)
from tests.unit.storefront.catalogue.product_builders import NOW, a_photo, a_product

LINK = LinkedImage("https://images.example/1.jpg")
READY = a_photo("a", PhotoStatus.READY)
PENDING = a_photo("b")


# Categories ----------------------------------------------------------------------------------------------------------


def test_categories_have_one_id_and_one_name_each() -> None:
    ids, names = [one.id for one in CATEGORIES], [one.name.casefold() for one in CATEGORIES]
    assert len({*ids}) == len({*names}) == len(CATEGORIES)
    assert CATEGORIES[-1].id == "other"


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda one: one.id)
def test_a_category_is_found_by_its_id_and_by_its_name_in_any_case(category: object) -> None:
    assert [category_named(getattr(category, name).upper()) for name in ("id", "name")] == [category, category]


@pytest.mark.parametrize("name", ["", "Antiques", "home and garden"])
def test_an_unknown_category_name_is_other(name: str) -> None:
    assert category_named(name).id == "other"
    assert category_of(name) is None


# Shown ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("active", "removed", "offered"), [(True, False, True), (False, False, False), (True, True, False)]
)
def test_hidden_and_removed_products_are_not_offered(active: bool, removed: bool, offered: bool) -> None:
    assert a_product(is_active=active, removed=removed).is_offered is offered


def test_buyers_see_linked_images_and_ready_photos() -> None:
    rejected = replace(PENDING, id="c", status=PhotoStatus.REJECTED, reason="too small")
    assert a_product(images=(LINK, PENDING, rejected, READY)).shown_images == (LINK, READY)


# Chosen --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["a", "a" * 64, f"https://souk.example/api/v1/media/{'a' * 64}", f"/media/{'a' * 64}?width=320"]
)
def test_a_products_own_photo_can_be_chosen_by_id_hash_or_address(name: str) -> None:
    assert a_product(images=(LINK, READY)).choose_images([name, LINK.url]) == (READY, LINK)


def test_an_image_that_is_chosen_twice_is_stored_once() -> None:
    assert a_product(images=(READY,)).choose_images(["a", LINK.url, LINK.url, "a" * 64]) == (READY, LINK)


def test_pending_photos_are_kept_after_the_chosen_images() -> None:
    assert a_product(images=(PENDING, READY)).choose_images([LINK.url]) == (LINK, PENDING)


@pytest.mark.parametrize("name", ["c", "http://images.example/1.jpg", "", "/media/" + "c" * 64])
def test_an_image_that_is_neither_an_https_address_nor_an_own_photo_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        a_product(images=(READY,)).choose_images([name])
    assert [problem.field for problem in refused.value.problems] == ["images"]


def test_pending_photos_count_towards_the_limit() -> None:
    with pytest.raises(Conflict, match="at most 12"):
        a_product(images=(PENDING,)).choose_images([f"https://images.example/{n}.jpg" for n in range(MOST_PHOTOS)])


# Settled -------------------------------------------------------------------------------------------------------------


def test_a_settled_photo_takes_the_place_of_the_pending_one() -> None:
    good = replace(PENDING, status=PhotoStatus.READY, content_hash="b" * 64)
    assert a_product(images=(PENDING, LINK)).settle_photo(good).images == (good, LINK)


@pytest.mark.parametrize("images", [(), (LINK,), (READY,)], ids=["none", "a link", "settled before"])
def test_settling_a_photo_that_is_not_pending_changes_nothing(images: tuple[Photo | LinkedImage, ...]) -> None:
    product = a_product(images=images)
    assert product.settle_photo(replace(READY, content_hash="c" * 64)) is product


def test_a_product_is_due_until_its_last_photo_is_settled() -> None:
    product = a_product(images=(LINK,)).add_photos((PENDING, a_photo("c")), NOW)
    assert product.due_at == NOW + LOOK_AGAIN
    one = product.settle_photo(replace(PENDING, status=PhotoStatus.REJECTED, reason="too small"))
    both = one.settle_photo(replace(a_photo("c"), status=PhotoStatus.READY, content_hash="c" * 64))
    assert (one.due_at, both.due_at) == (product.due_at, None)


def test_further_photos_do_not_delay_the_first_ones() -> None:
    first = a_product().add_photos((PENDING,), NOW)
    later = NOW + timedelta(minutes=1)
    assert first.add_photos((replace(a_photo("c"), requested_at=later),), later).due_at == first.due_at


def test_rescheduling_keeps_a_product_due_only_while_photos_are_pending() -> None:
    over = NOW + UPLOAD_LIFE
    assert a_product(images=(PENDING,), due_at=over).reschedule(over).due_at == over + LOOK_AGAIN
    assert a_product(images=(READY,), due_at=over).reschedule(over).due_at is None


def test_rejected_photos_stay_until_their_room_is_needed() -> None:
    rejected = tuple(
        replace(PENDING, id=str(number), status=PhotoStatus.REJECTED, reason="too small")
        for number in range(MOST_PHOTOS - 2)
    )
    product = a_product(images=(READY, *rejected)).add_photos((PENDING,), NOW)
    assert product.images == (READY, *rejected, PENDING)
    assert product.add_photos((a_photo("n"),), NOW).images == (READY, PENDING, a_photo("n"))


def test_pending_and_shown_photos_are_not_dropped_to_make_room() -> None:
    for one in (PENDING, READY):
        full = a_product(images=tuple(replace(one, id=str(number)) for number in range(MOST_PHOTOS)))
        with pytest.raises(Conflict, match="at most 12"):
            full.add_photos((a_photo("n"),), NOW)


# Of a listing --------------------------------------------------------------------------------------------------------


def test_a_product_from_a_listing_can_only_be_edited_there() -> None:
    product = a_product(listing_id="l")
    refused: list[Callable[[], object]] = [
        lambda: product.edit({"title": "Mine"}),
        lambda: product.edit({"is_active": False, "images": ()}),
        lambda: product.add_photos((PENDING,), NOW),
        product.remove,
    ]
    for act in refused:
        with pytest.raises(Conflict) as error:
            act()
        assert (error.value.code, error.value.extra) == ("sold_from_listing", {"listing_id": "l"})
    assert product.edit({"is_active": False, "shipping_profile_id": "s"}).is_active is False


def test_a_product_without_a_listing_can_be_edited_and_removed() -> None:
    assert a_product().edit({"title": "Mine"}).title == "Mine"
    assert a_product().remove().removed is True


# Stored --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"images": (LINK, READY, PENDING), "due_at": NOW + UPLOAD_LIFE},
        {"shipping_profile_id": "s", "is_active": False, "removed": True},
        {"listing_id": "l", "quantity_version": 3, "version": 9},
    ],
    ids=str,
)
def test_a_product_comes_back_as_it_was_stored(changes: dict[str, object]) -> None:
    product = a_product(**changes)
    assert to_product(from_product(product)) == product


def test_only_products_with_pending_photos_are_in_the_due_index() -> None:
    waiting, settled = from_product(a_product(due_at=NOW)), from_product(a_product())
    assert {"due_at", "due_shard"} <= waiting.keys()
    assert not {"due_at", "due_shard"} & settled.keys()


def test_setting_a_stock_raises_its_version() -> None:
    assert Stock("p", 5, 3).set_to(9) == Stock("p", 9, 4)


@pytest.mark.parametrize(("left", "words"), [(0, "None are left."), (2, "Only 2 are left.")])
def test_a_refused_order_says_how_many_units_are_left(left: int, words: str) -> None:
    refusal = InsufficientInventory("p", left)
    assert (refusal.detail, refusal.code) == (words, "insufficient_inventory")
    assert refusal.extra == {"product_id": "p", "available": left}
