"""Reviews, and how each of them changes a rating. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

NAMELESS = "A buyer"


@dataclass(frozen=True, slots=True)
class Review:
    """One buyer's review of one product. `rating` is 1 to 5; `seller_id` is the shop whose rating it is part of.

    `reviewer_name` is the reviewer's public name when the review was written.
    """

    id: str
    product_id: str
    seller_id: str
    reviewer_id: str
    reviewer_name: str
    rating: int
    comment: str | None
    created_at: datetime
    updated_at: datetime
    version: int

    def edit(self, *, rating: int, comment: str | None, now: datetime) -> Review:
        return replace(self, rating=rating, comment=comment, updated_at=now, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class RatingChange:
    """The change of the sum of stars and of the number of reviews."""

    stars: int
    reviews: int

    @classmethod
    def between(cls, before: Review | None, after: Review | None) -> Self:
        """`before` None: the review is new. `after` None: it is removed."""
        old, new = ((review.rating, 1) if review else (0, 0) for review in (before, after))
        return cls(new[0] - old[0], new[1] - old[1])

    def __bool__(self) -> bool:
        return bool(self.stars or self.reviews)


def public_name(username: str | None, full_name: str | None) -> str:
    """The name that everybody may see: the username, else the first name and the initial of the last name."""
    if username:
        return username
    names = (full_name or "").split()
    if not names:
        return NAMELESS
    return names[0] if len(names) == 1 else f"{names[0]} {names[-1][0]}."
