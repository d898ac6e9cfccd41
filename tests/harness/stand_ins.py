"""What the wiring is given in place of the outside world, by the name that it has there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from souk import wiring
from souk.aws.tables import Tables
from souk.media.pictures import PictureRejected, TakenPicture

if TYPE_CHECKING:
    from tests.harness.world import World


def stand_ins(current: Callable[[], World]) -> dict[str, Callable[..., Any]]:
    """They ask for the `current` world each time: functions keep what they once imported."""

    def photo_steps() -> Any:
        from souk.listings.steps import PhotoSteps

        return PhotoSteps(wiring.listing_repository(), wiring.media_store(), _take_in, current().clock)

    return {
        "tables": lambda: Tables(current().client("dynamodb"), pause=lambda _seconds: None, jitter=lambda: 0.0),
        "require_connected": lambda _owner, _platform: None,
        "marketplace": lambda _name, _owner: current().ebay,
        "image_provider": lambda: current().studio,
        "video_provider": lambda: current().studio,
        "text_provider": lambda: current().studio,
        "photo_steps": photo_steps,
        "admit_fresh": lambda caller: caller,
    }


def _take_in(raw: bytes, _declared: str | None) -> TakenPicture:
    if not raw.startswith(b"picture"):
        raise PictureRejected("The file is not a picture.")
    return TakenPicture(b"clean " + raw, "image/jpeg", 800, 600, "")
