"""Which amounts Stripe takes, and how it counts them: https://docs.stripe.com/currencies (read on 2026-11-30).

Stripe's minimum depends on the currency that the account settles in, at a rate that only Stripe knows. The rules here
are those of an account that settles in the currency of the charge. Where Stripe lists no minimum for a currency, or
converts to another one, Stripe may still refuse a small payment when its page is opened.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from functools import cache
from typing import Final

from souk.shared.money import ChargeRules, Money, minor_digits

VENDOR: Final = "stripe"

DIGITS: Final = {"ISK": 2, "UGX": 2, "MGA": 0}
"""The decimals of Stripe's units, where they differ from ISO 4217: whole ISK and UGX are counted in hundredths."""
# Of the third decimal in BHD, JOD, KWD, OMR and TND Stripe's partners take none but 0.
_MOST_DECIMALS: Final = 2
_MINIMUMS: Final = {
    "0.30": "GBP",
    "0.50": "ARS AUD BRL CAD CHF COP EUR IDR ILS INR NZD PHP RUB SGD USD ZAR",
    "2.00": "AED MYR PLN RON",
    "2.50": "DKK",
    "3.00": "NOK SEK",
    "4.00": "HKD",
    "10.00": "MXN THB",
    "15.00": "CZK",
    "50": "JPY KRW",
    "175.00": "HUF",
}
_LEAST: Final = {code: Decimal(amount) for amount, codes in _MINIMUMS.items() for code in codes.split()}
# How many digits an amount in Stripe's units may have. For cards Stripe now says twelve and leaves the rest to the card
# networks; these are the bounds that it has documented for all of its payment methods.
_LONGEST: Final = 8
_LONGER: Final = {"INR": 9, "COP": 10, "HUF": 10, "JPY": 10, "LBP": 11, "IDR": 12}


@cache
def charge_rules(currency: str) -> ChargeRules:
    """What Stripe takes in `currency` (ISO 4217)."""
    digits = DIGITS.get(currency, minor_digits(currency))
    decimals = min(minor_digits(currency), digits, _MOST_DECIMALS)
    step = Decimal(1).scaleb(-decimals)
    longest = Decimal(10 ** _LONGER.get(currency, _LONGEST) - 1).scaleb(-digits)
    return ChargeRules(
        vendor=VENDOR,
        step=Money(step, currency),
        least=Money(_LEAST.get(currency, step), currency),
        most=Money(longest.quantize(step, ROUND_FLOOR), currency),
    )
