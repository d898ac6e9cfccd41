"""Where public pictures of products can be read, and the pictures themselves in smaller sizes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from souk.shared.errors import NotFound

_HASH = re.compile(r"[0-9a-f]{64}")


class PictureStore(Protocol):
    """The public pictures, by the hash of their content."""

    def holds(self, content_hash: str) -> bool: ...

    def find(self, content_hash: str) -> bytes | None: ...

    def url(self, content_hash: str, method: str) -> str:
        """A presigned address for GET or HEAD, as `method` says, valid for 15 minutes."""
        ...


class RenditionStore(Protocol):
    """Renditions of one width, by the hash of the picture that they are made of."""

    def find(self, content_hash: str) -> bytes | None: ...

    def put_as(self, content_hash: str, content: bytes, content_type: str) -> None: ...


def picture_url(content_hash: str, method: str, pictures: PictureStore) -> str:
    """Raises NotFound."""
    _require_hash(content_hash)
    if not pictures.holds(content_hash):
        raise NotFound("There is no such picture.")
    return pictures.url(content_hash, method)


def rendition_tag(content_hash: str, width: int) -> str:
    """What names this rendition for ever: neither the picture nor what is made of it changes. Raises NotFound.

    It does not say that there is one. A client that has it got it with the picture, or made it from the address.
    """
    _require_hash(content_hash)
    return f"{content_hash[:32]}-{width}"


def rendition(
    content_hash: str, pictures: PictureStore, renditions: RenditionStore, resize: Callable[[bytes], bytes]
) -> bytes:
    """A public picture in the size that `resize` makes: a JPEG. Raises NotFound.

    It is made at the first request and kept. Several first requests at once make and store the same bytes under the
    same key. A rendition is made of a public picture only, so what is found among them is public, too.
    """
    _require_hash(content_hash)
    kept = renditions.find(content_hash)
    if kept is not None:
        return kept
    picture = pictures.find(content_hash)
    if picture is None:
        raise NotFound("There is no such picture.")
    made = resize(picture)
    renditions.put_as(content_hash, made, "image/jpeg")
    return made


def _require_hash(content_hash: str) -> None:
    if not _HASH.fullmatch(content_hash):
        raise NotFound("There is no such picture.")
