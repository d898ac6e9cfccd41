"""Amounts in Stripe's units: the smallest unit of a currency, for a few currencies other than in ISO 4217.

Source: https://docs.stripe.com/currencies#special-cases
"""

from __future__ import annotations

from decimal import Decimal

from souk.shared.money import Money, minor_digits

_DIGITS = {"ISK": 2, "UGX": 2, "MGA": 0}


def to_stripe(money: Money) -> int:
    """Raises ValueError for an amount that is not a whole number of Stripe's units."""
    count = money.amount.scaleb(_digits(money.currency))
    if count != int(count):
        raise ValueError(f"Stripe takes no {money} {money.currency}")
    return int(count)


def from_stripe(count: int, currency: str) -> Money:
    """`currency` in any case. Raises ValueError for an amount with too many decimals for the currency."""
    code = currency.upper()
    return Money(Decimal(count).scaleb(-_digits(code)), code)


def _digits(currency: str) -> int:
    return _DIGITS.get(currency, minor_digits(currency))
