"""How a review changes a rating, and how a reviewer is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.storefront.reviews.model import NAMELESS, RatingChange, Review, public_name
from tests.unit.storefront.reviews.review_builders import NOW, a_review

# Who acts, and what becomes of his review: stars, or None when it is taken away.
ACTS = st.lists(st.tuples(st.sampled_from("abcde"), st.none() | st.integers(1, 5)), max_size=60)


@given(ACTS)
def test_the_sum_of_all_changes_equals_a_recount(acts: list[tuple[str, int | None]]) -> None:
    standing: dict[str, Review] = {}
    stars = reviews = 0
    for reviewer, rating in acts:
        before = standing.pop(reviewer, None)
        if rating is not None:
            standing[reviewer] = (
                before.edit(rating=rating, comment=None, now=NOW)
                if before
                else a_review(reviewer_id=reviewer, rating=rating)
            )
        change = RatingChange.between(before, standing.get(reviewer))
        stars, reviews = stars + change.stars, reviews + change.reviews
    assert (stars, reviews) == (sum(review.rating for review in standing.values()), len(standing))


def test_an_edit_of_the_comment_changes_no_rating() -> None:
    before = a_review()
    after = before.edit(rating=before.rating, comment="Better than I thought.", now=NOW)
    assert not RatingChange.between(before, after)
    assert RatingChange.between(before, after.edit(rating=1, comment=None, now=NOW))
    assert after.version == before.version + 1


@pytest.mark.parametrize(
    ("username", "full_name", "shown"),
    [
        ("johnny", "John Doe", "johnny"),
        (None, "John Doe", "John D."),
        (None, "  Ana  María  de la Cruz ", "Ana C."),
        (None, "Cher", "Cher"),
        (None, " ", NAMELESS),
        (None, None, NAMELESS),
    ],
)
def test_a_reviewer_is_shown_without_a_last_name(username: str | None, full_name: str | None, shown: str) -> None:
    assert public_name(username, full_name) == shown
