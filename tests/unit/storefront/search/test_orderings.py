"""The integers that products are ordered by."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from souk.shared.money import Money
from souk.storefront.search.adapters.index import ordering
from souk.storefront.sellers.model import Rating

PRICES = st.integers(0, 10**15 - 1).map(lambda minor: Money.from_minor(minor, "KWD"))
IDS = st.uuids().map(str)
RATINGS = st.integers(0, 10**6).flatmap(lambda count: st.builds(Rating, st.integers(count, 5 * count), st.just(count)))
FITS = 1 << 63


@given(PRICES, PRICES, IDS, IDS)
def test_a_higher_price_is_a_greater_integer_whatever_the_ids(
    one: Money, other: Money, first: str, second: str
) -> None:
    left, right = ordering.by_price(one, first), ordering.by_price(other, second)
    assert 0 <= left < FITS
    if one != other:
        assert (left < right) == (one.amount < other.amount)


@given(RATINGS, RATINGS, IDS, IDS)
def test_a_better_mean_is_a_greater_integer(one: Rating, other: Rating, first: str, second: str) -> None:
    left, right = ordering.by_rating(one, first), ordering.by_rating(other, second)
    assert 0 <= left < FITS
    if ordering.rating_value(one) != ordering.rating_value(other):
        assert (left < right) == (ordering.rating_value(one) < ordering.rating_value(other))


@given(st.integers(0, 4_000_000_000), IDS, IDS)
def test_a_later_time_is_a_greater_integer(second_of: int, first: str, second: str) -> None:
    aware = datetime.fromtimestamp(second_of, UTC)
    later = aware.replace(microsecond=2000)
    assert 0 <= ordering.by_time(aware, first) < ordering.by_time(later, second) < FITS


def test_what_costs_the_same_is_told_apart() -> None:
    price = Money(Decimal("99.99"), "USD")
    ids = [f"id-{number}" for number in range(100_000)]
    assert len({ordering.by_price(price, one) for one in ids}) == len(ids)
    assert len({ordering.by_rating(Rating(), one) for one in ids}) == len(ids)


@given(st.decimals(0, 5, places=4), st.integers(1, 1000), st.data())
def test_a_least_rating_is_exactly_that(stars: Decimal, count: int, data: st.DataObject) -> None:
    total = data.draw(st.integers(count, 5 * count))
    reached = ordering.rating_value(Rating(total, count)) >= ordering.least_rating(stars)
    assert reached == (Decimal(total) / count >= stars)
