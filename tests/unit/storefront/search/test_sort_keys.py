"""The integers that products are sorted by."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from souk.shared.money import Money
from souk.storefront.search.adapters.index import sort_keys
from souk.storefront.sellers.model import Rating

PRICES = st.integers(0, 10**15 - 1).map(lambda minor: Money.from_minor(minor, "KWD"))
IDS = st.uuids().map(str)
RATINGS = st.integers(0, 10**6).flatmap(lambda count: st.builds(Rating, st.integers(count, 5 * count), st.just(count)))
FITS = 1 << 63


@given(PRICES, PRICES, IDS, IDS)
def test_a_higher_price_is_a_greater_integer_with_any_ids(one: Money, other: Money, first: str, second: str) -> None:
    left, right = sort_keys.by_price(one, first), sort_keys.by_price(other, second)
    assert 0 <= left < FITS
    if one != other:
        assert (left < right) == (one.amount < other.amount)


@given(RATINGS, RATINGS, IDS, IDS)
def test_a_better_mean_is_a_greater_integer(one: Rating, other: Rating, first: str, second: str) -> None:
    left, right = sort_keys.by_rating(one, first), sort_keys.by_rating(other, second)
    assert 0 <= left < FITS
    if sort_keys.rating_value(one) != sort_keys.rating_value(other):
        assert (left < right) == (sort_keys.rating_value(one) < sort_keys.rating_value(other))


@given(st.integers(0, 4_000_000_000), IDS, IDS)
def test_a_later_time_is_a_greater_integer(second_of: int, first: str, second: str) -> None:
    aware = datetime.fromtimestamp(second_of, UTC)
    later = aware.replace(microsecond=2000)
    assert 0 <= sort_keys.by_time(aware, first) < sort_keys.by_time(later, second) < FITS


def test_products_of_the_same_price_have_different_integers() -> None:
    price = Money(Decimal("99.99"), "USD")
    ids = [f"id-{number}" for number in range(100_000)]
    assert len({sort_keys.by_price(price, one) for one in ids}) == len(ids)
    assert len({sort_keys.by_rating(Rating(), one) for one in ids}) == len(ids)


@given(st.decimals(0, 5, places=4), st.integers(1, 1000), st.data())
def test_the_lowest_rating_is_an_exact_bound(stars: Decimal, count: int, data: st.DataObject) -> None:
    total = data.draw(st.integers(count, 5 * count))
    reached = sort_keys.rating_value(Rating(total, count)) >= sort_keys.least_rating(stars)
    assert reached == (Decimal(total) / count >= stars)
