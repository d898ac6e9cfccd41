"""Keys of uploads in the media bucket."""

from __future__ import annotations


def upload_key(kind: str, owner_id: str, entity_id: str, photo_id: str) -> str:
    """The key of a raw upload. `kind` says what has the photo: "listings" or "products"."""
    return f"incoming/{kind}/{owner_id}/{entity_id}/{photo_id}"


def parse_upload_key(kind: str, key: str) -> tuple[str, str, str] | None:
    """(owner id, entity id, photo id) from the key of an upload of this kind, or None for any other key."""
    parts = key.split("/")
    if len(parts) != 5 or parts[:2] != ["incoming", kind] or not all(parts):
        return None
    return parts[2], parts[3], parts[4]
