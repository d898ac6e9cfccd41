"""Replacements for outside services in the wiring, by module and name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from souk.aws.tables import Tables
from souk.selling.media.model import PictureRejected, TakenPicture
from souk.wiring import catalogue, listings

if TYPE_CHECKING:
    from tests.harness.world import World


def stand_ins(current: Callable[[], World]) -> dict[str, Callable[..., Any]]:
    """They look up the `current` world at each call, since functions keep what they have imported."""

    def photo_intake() -> Any:
        from souk.selling.photos.service.intake import PhotoIntake

        found = listings.listing_repository()
        return PhotoIntake(found.find, found.change, listings.media_store(), _take_in, current().clock)

    def image_intake() -> Any:
        from souk.selling.photos.service.intake import PhotoIntake

        found = catalogue.product_repository()
        return PhotoIntake(found.find_own, found.change, catalogue.public_pictures(), _take_in, current().clock)

    return {
        "storage.tables": lambda: Tables(current().client("dynamodb"), pause=lambda _seconds: None, jitter=lambda: 0.0),
        "marketplaces.require_connected": lambda _owner, _platform: None,
        "marketplaces.marketplace": lambda _name, _owner: current().ebay,
        "media.image_provider": lambda: current().studio,
        "media.video_provider": lambda: current().studio,
        "media.text_provider": lambda: current().studio,
        "listings.photo_intake": photo_intake,
        "catalogue.photo_intake": image_intake,
        "auth.reload_caller": lambda caller: caller,
    }


def _take_in(raw: bytes) -> TakenPicture:
    if not raw.startswith(b"picture"):
        raise PictureRejected("The file is not a picture.")
    return TakenPicture(b"clean " + raw, "image/jpeg", 800, 600, "")
