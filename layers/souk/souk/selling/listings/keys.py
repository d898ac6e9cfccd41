"""Keys of the listings table.

pk                sk                          what
USER#<owner>      LISTING#<id>                a listing; also in the index by_status, and in due while it has `due_at`
USER#<owner>      GENERATIONS#<UTC day>       how many generations the owner has started that day
IDEMPOTENCY#...   <operation>#<key>           see souk.aws.idempotency
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from souk.aws.attributes import Row
from souk.selling.listings.model import Status

listing_key: Final = Row("USER#{}", "LISTING#{}")
"""Of an owner, by listing id."""


def status_key(owner_id: str, status: Status) -> str:
    """Partition of the index by_status."""
    return f"USER#{owner_id}#{status}"


def generations_key(owner_id: str, now: datetime) -> dict[str, str]:
    return {"pk": f"USER#{owner_id}", "sk": f"GENERATIONS#{now:%Y-%m-%d}"}
