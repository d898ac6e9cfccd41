"""Where public pictures of products can be read."""

from __future__ import annotations

import re
from typing import Protocol

from souk.shared.errors import NotFound

_HASH = re.compile(r"[0-9a-f]{64}")


class PictureStore(Protocol):
    def holds(self, content_hash: str) -> bool: ...

    def url(self, content_hash: str) -> str:
        """A presigned address to read it, valid for 15 minutes."""
        ...


def picture_url(content_hash: str, pictures: PictureStore) -> str:
    """Raises NotFound."""
    if not _HASH.fullmatch(content_hash) or not pictures.holds(content_hash):
        raise NotFound("There is no such picture.")
    return pictures.url(content_hash)
