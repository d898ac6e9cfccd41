"""Wire shapes of reviews."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints

from souk.http.fields import Text, Wire, unsent
from souk.shared.clock import to_wire
from souk.storefront.reviews.model import Review

_LONGEST_COMMENT = 4000

Stars = Annotated[int, Field(ge=1, le=5, strict=True)]
Comment = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=_LONGEST_COMMENT)]


class NewReview(Wire):
    rating: Stars
    comment: Comment | None = None


class ReviewPatch(Wire):
    """What is left out stays; a comment of null is taken away."""

    rating: Stars = Field(default_factory=unsent)
    comment: Comment | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return self.model_dump(exclude_unset=True)


class ReviewOut(Wire):
    """`reviewer_name`: the username, else the first name and an initial, as it was when the review was written."""

    id: str
    product_id: str
    user_id: str
    reviewer_name: str
    rating: int
    comment: str | None
    version: int
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, review: Review) -> Self:
        return cls(
            id=review.id,
            product_id=review.product_id,
            user_id=review.reviewer_id,
            reviewer_name=review.reviewer_name,
            rating=review.rating,
            comment=review.comment,
            version=review.version,
            created_at=to_wire(review.created_at),
            updated_at=to_wire(review.updated_at),
        )


class ReviewsOut(Wire):
    """Newest first."""

    data: list[ReviewOut]
    next_cursor: str | None
