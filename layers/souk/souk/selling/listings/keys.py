"""Keys of the listings table. Records of an Idempotency-Key are there too: see `souk.aws.idempotency`."""

from __future__ import annotations

from typing import Final

from souk.aws.items import Row

listing_key: Final = Row("USER#{}", "LISTING#{}")
"""Of an owner: a listing. Also in the index `due` while it has `due_at`."""
status_key: Final = Row("USER#{}#{}", "LISTING#{}")
"""The same listings by status, in the index `by_status`: its partition is `status_pk`."""
generations_key: Final = Row("USER#{}", "GENERATIONS#{}")
"""How many generations the owner has started on a UTC day (YYYY-MM-DD)."""
