"""Money: which currencies there are, and how many decimals each has."""

from __future__ import annotations

from decimal import Decimal

import pytest

from souk.shared.money import CURRENCIES, Money, minor_digits


@pytest.mark.parametrize(
    ("currency", "digits"), [("USD", 2), ("EUR", 2), ("JPY", 0), ("ISK", 0), ("KWD", 3), ("TND", 3), ("MGA", 2)]
)
def test_a_currency_has_the_decimals_of_iso_4217(currency: str, digits: int) -> None:
    assert currency in CURRENCIES
    assert minor_digits(currency) == digits


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XDR", "CHE", "DEM", "HRK", "usd", ""])
def test_a_code_that_nothing_is_priced_in_is_not_a_currency(code: str) -> None:
    assert code not in CURRENCIES


def test_every_currency_code_is_three_capital_letters() -> None:
    assert len(CURRENCIES) == 155
    assert all(len(code) == 3 and code.isascii() and code.isalpha() and code.isupper() for code in CURRENCIES)


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_minor_units_convert_there_and_back(currency: str) -> None:
    smallest = Money.from_minor(1, currency)
    assert (smallest.minor, smallest.amount) == (1, Decimal(1).scaleb(-minor_digits(currency)))
    with pytest.raises(ValueError, match="decimals"):
        Money(smallest.amount / 10, currency)
