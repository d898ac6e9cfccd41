"""A report made from counters."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from souk.shared.errors import InvalidRequest
from souk.storefront.analytics.model.counters import MOST_PRODUCTS, Period, ProductSales, Report, Row, Tally
from souk.storefront.analytics.model.stock import Inventory

TODAY = date(2026, 11, 21)
WEEK = Period(date(2026, 11, 15), TODAY)
NOTHING = Inventory()


def row(day: int, revenue: int, currency: str = "USD", product: str | None = None, title: str | None = None) -> Row:
    tally = Tally(revenue=revenue, orders=1, units=2)
    return Row("ana", date(2026, 11, day), currency, tally, product, title)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (None, None, 30),
        (None, date(2026, 1, 5), 30),
        (TODAY, None, 1),
        (date(2025, 11, 21), None, 366),
        (None, date.min + timedelta(days=3), 4),
    ],
)
def test_the_default_period_is_thirty_days(first: date | None, last: date | None, days: int) -> None:
    period = Period.of(first, last, TODAY)
    assert (len(period.days), period.days[0], period.days[-1]) == (days, period.first, last or TODAY)
    assert period.first == (first or period.first)


@pytest.mark.parametrize(
    ("first", "last"), [(TODAY, TODAY - timedelta(days=1)), (date(2025, 11, 20), TODAY), (date.min, date.max)]
)
def test_a_period_that_ends_before_it_begins_or_is_too_long_is_refused(first: date, last: date) -> None:
    with pytest.raises(InvalidRequest):
        Period.of(first, last, TODAY)


def test_every_day_of_the_period_is_listed_and_days_add_up_to_the_total() -> None:
    report = Report.of([row(15, 100), row(21, 50), row(21, 49, product="p", title="P")], WEEK, None, NOTHING)
    assert [day for day, _ in report.by_day] == list(WEEK.days)
    assert report.by_day[0] == (date(2026, 11, 15), Tally(revenue=100, orders=1, units=2))
    assert report.by_day[1] == (date(2026, 11, 16), Tally())
    assert report.total == Tally(revenue=150, orders=2, units=4)


def test_products_are_sorted_by_revenue_under_their_newest_title() -> None:
    rows = [
        row(16, 10, product="a", title="New name"),
        row(15, 30, product="a", title="Old name"),
        row(15, 90, product="b", title="B"),
        row(15, 40, product="0", title="C"),
    ]
    assert Report.of(rows, WEEK, "USD", NOTHING).by_product == (
        ProductSales("b", "B", Tally(revenue=90, orders=1, units=2)),
        ProductSales("0", "C", Tally(revenue=40, orders=1, units=2)),
        ProductSales("a", "New name", Tally(revenue=40, orders=2, units=4)),
    )


def test_of_very_many_products_those_with_the_highest_revenue_are_listed() -> None:
    rows = [row(15, 1 + number, product=f"p{number}", title="P") for number in range(MOST_PRODUCTS + 1)]
    listed = Report.of(rows, WEEK, "USD", NOTHING).by_product
    assert [listed[0].product_id, listed[-1].product_id, len(listed)] == [f"p{MOST_PRODUCTS}", "p1", MOST_PRODUCTS]


def test_the_default_currency_is_the_one_of_most_orders() -> None:
    rows = [row(15, 9999, "JPY"), row(15, 1, "EUR"), row(16, 2, "EUR"), row(15, 5, "JPY", "p", "P")]
    report = Report.of(rows, WEEK, None, NOTHING)
    assert (report.currency, report.currencies, report.total.revenue) == ("EUR", ("EUR", "JPY"), 3)
    assert report.by_product == ()
    asked = Report.of(rows, WEEK, "JPY", NOTHING)
    assert (asked.total.revenue, str(asked.money(asked.total.revenue))) == (9999, "9999")
    none = Report.of(rows, WEEK, "CHF", NOTHING)
    assert (none.currency, none.total) == ("CHF", Tally())


def test_between_equal_numbers_of_orders_the_name_decides_and_without_orders_it_is_dollars() -> None:
    assert Report.of([row(15, 1, "GBP"), row(15, 2, "EUR")], WEEK, None, NOTHING).currency == "EUR"
    assert Report.of([], WEEK, None, NOTHING).currency == "USD"
