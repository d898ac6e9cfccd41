"""A photo as a member of an item, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from souk.selling.photos.model import Photo, PhotoStatus
from souk.shared.clock import from_wire, to_wire


def from_photo(photo: Photo) -> dict[str, Any]:
    item = {
        "id": photo.id,
        "status": photo.status.value,
        "content_type": photo.content_type,
        "requested_at": to_wire(photo.requested_at),
        "content_hash": photo.content_hash,
        "reason": photo.reason,
    }
    return {name: value for name, value in item.items() if value is not None}


def to_photo(item: Mapping[str, Any]) -> Photo:
    return Photo(
        item["id"],
        PhotoStatus(item["status"]),
        item["content_type"],
        from_wire(item["requested_at"]),
        item.get("content_hash"),
        item.get("reason"),
    )
