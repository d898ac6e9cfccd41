"""Wire shapes of reviews."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from souk.http.fields import Moment, Text, Wire, unsent

_LONGEST_COMMENT = 4000

Stars = Annotated[int, Field(ge=1, le=5, strict=True)]
Comment = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=_LONGEST_COMMENT)]


class NewReview(Wire):
    rating: Stars
    comment: Comment | None = None


class ReviewPatch(Wire):
    """Fields that are left out keep their value; null removes the comment."""

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
    created_at: Moment
    updated_at: Moment


class ReviewsOut(Wire):
    """Newest first."""

    data: list[ReviewOut]
    next_cursor: str | None
