"""The amounts that Stripe takes, in its own units, from https://docs.stripe.com/currencies (read on 2026-11-30).

As of an account that settles in the currency of the charge: the stand-in converts nothing.
"""

from __future__ import annotations

from local.vendors.stripe.errors import invalid

# An amount is a multiple of these; in other currencies any whole number is.
_MULTIPLES = {"bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10, "isk": 100, "ugx": 100}
_HALF = ("usd", "ars", "aud", "brl", "cad", "chf", "cop", "eur", "idr", "ils", "inr", "nzd", "php", "rub", "sgd", "zar")
_LEAST = dict.fromkeys(_HALF, 50) | {
    "aed": 200,
    "czk": 1500,
    "dkk": 250,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "jpy": 50,
    "krw": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "thb": 1000,
}
_DIGITS = 8
_MORE_DIGITS = {"inr": 9, "cop": 10, "huf": 10, "jpy": 10, "lbp": 11, "idr": 12}


def check_multiple(amount: int, currency: str, param: str) -> None:
    """Raises Refused. Stripe's code and words are known for whole kronur only; the others are given the same."""
    multiple = _MULTIPLES.get(currency, 1)
    if amount % multiple:
        message = f"Invalid amount. In {currency.upper()} charged amounts must be evenly divisible by {multiple}."
        raise invalid(message, param, "invalid_charge_amount_no_decimal_compatible")


def check_total(total: int, currency: str) -> None:
    """Of a payment page: 0 needs no payment. Raises Refused."""
    least, most = _LEAST.get(currency, 1), 10 ** _MORE_DIGITS.get(currency, _DIGITS) - 1
    if 0 < total < least:
        message = f"The Checkout Session's total amount due must add up to at least {least} {currency}."
        raise invalid(message, "line_items", "amount_too_small")
    if total > most:
        message = f"The Checkout Session's total amount due must be no more than {most} {currency}."
        raise invalid(message, "line_items", "amount_too_large")
