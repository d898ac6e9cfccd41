"""Stripe counts money in a currency's smallest unit, and a few units otherwise than ISO 4217 does.

Source: https://docs.stripe.com/currencies#special-cases
"""

from __future__ import annotations

from decimal import Decimal

from souk.shared.money import Money, minor_digits

_DIGITS = {"ISK": 2, "UGX": 2, "MGA": 0}


def to_stripe(money: Money) -> int:
    """Raises ValueError for an amount that Stripe has no number for."""
    count = money.amount.scaleb(_digits(money.currency))
    if count != int(count):
        raise ValueError(f"Stripe takes no {money} {money.currency}")
    return int(count)


def from_stripe(count: int, currency: str) -> Money:
    """`currency` in any case. Raises ValueError for an amount that the currency does not have."""
    code = currency.upper()
    return Money(Decimal(count).scaleb(-_digits(code)), code)


def _digits(currency: str) -> int:
    return _DIGITS.get(currency, minor_digits(currency))
