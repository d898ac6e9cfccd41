"""Lists by page: `limit` and an opaque `cursor` that carries where the last page ended."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from pydantic import Field

from souk.http.fields import QueryInteger, Wire
from souk.http.messages import Request
from souk.shared.errors import FieldProblem, InvalidRequest

_LONGEST_CURSOR = 1024


class PageQuery(Wire):
    """The query of every list: 20 by default, at most 100."""

    limit: Annotated[QueryInteger, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(max_length=_LONGEST_CURSOR)] | None = None


def to_cursor(key: Mapping[str, str] | None) -> str | None:
    """Where a page ended, as opaque text. The owner's part of a key never goes in: it is put back by the reader."""
    if key is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def from_cursor(cursor: str | None, *fields: str) -> dict[str, str] | None:
    """The reverse of `to_cursor`; only `fields`, each text. Raises InvalidRequest on anything else."""
    if not cursor:  # empty: a form sends what it has no value for
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        key = None
    if not isinstance(key, dict) or set(key) != set(fields) or not all(_is_text(part) for part in key.values()):
        raise InvalidRequest(
            "The cursor is not one that this list gave.", [FieldProblem("cursor", "is not a cursor", "wrong_format")]
        )
    return key


def _is_text(part: object) -> bool:
    # Printable also rules out halves of surrogate pairs, which the data store cannot be asked about.
    return isinstance(part, str) and part.isprintable()


def next_link(request: Request, cursor: str | None) -> dict[str, str]:
    """The Link header of a bare array's next page."""
    if cursor is None:
        return {}
    query = urlencode({**request.raw_query, "cursor": cursor})
    return {"Link": f'<{request.path}?{query}>; rel="next"'}
