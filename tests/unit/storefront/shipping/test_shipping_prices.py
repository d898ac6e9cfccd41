"""What it costs to send things: the first unit, each further one, here and abroad."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.shared.errors import InvalidRequest
from souk.shared.money import Money
from souk.storefront.catalogue.mapping import from_shipping_profile, to_shipping_profile
from souk.storefront.catalogue.model import ShippingRate
from souk.storefront.payments.adapters.stripe.amounts import charge_rules
from tests.unit.storefront.catalogue.product_builders import a_profile
from tests.unit.storefront.orders.order_builders import DOLLARS

ABROAD = ShippingRate(Decimal(20), Decimal(5))
_CENTS = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)


@pytest.mark.parametrize(
    ("country", "units", "price"),
    [("US", 1, "5.00"), ("US", 3, "8.00"), (None, 2, "6.50"), ("CA", 1, "20.00"), ("CA", 2, "25.00")],
)
def test_the_first_unit_and_each_further_one_have_their_price(country: str | None, units: int, price: str) -> None:
    assert a_profile(international=ABROAD).price(country, units) == Money(Decimal(price), "USD")


def test_without_international_prices_a_product_is_not_sent_abroad() -> None:
    assert a_profile().price("CA", 1) is None
    assert a_profile().price("US", 1) is not None


@given(first=_CENTS, additional=_CENTS, units=st.integers(1, 999))
def test_one_more_unit_costs_what_a_further_one_costs(first: Decimal, additional: Decimal, units: int) -> None:
    profile = a_profile(domestic=ShippingRate(first, additional))
    one, next_one = profile.price("US", units), profile.price("US", units + 1)
    assert one is not None
    assert next_one is not None
    assert next_one.amount - one.amount == additional
    assert one.amount >= first


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"domestic": ShippingRate(Decimal("0.001"), Decimal(0))}, "domestic"),
        ({"domestic": ShippingRate(Decimal(0), Decimal("0.001"))}, "domestic"),
        ({"international": ShippingRate(Decimal("0.001"), Decimal(0))}, "international"),
        ({"currency": "JPY"}, "domestic"),
        ({"currency": "KWD", "domestic": ShippingRate(Decimal("1.234"), Decimal(0))}, "domestic"),
        ({"currency": "KWD", "international": ShippingRate(Decimal(1), Decimal("0.005"))}, "international"),
    ],
)
def test_prices_are_amounts_that_can_be_charged(changes: dict[str, Any], field: str) -> None:
    profile = a_profile(**changes)
    with pytest.raises(InvalidRequest) as refused:
        profile.checked(charge_rules(profile.currency))
    assert [problem.field for problem in refused.value.problems] == [field]


@pytest.mark.parametrize("international", [None, ABROAD])
def test_a_profile_comes_back_as_it_was_stored(international: ShippingRate | None) -> None:
    profile = a_profile(international=international, version=3).checked(DOLLARS)
    assert to_shipping_profile(from_shipping_profile(profile)) == profile
