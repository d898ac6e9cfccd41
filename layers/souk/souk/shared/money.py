"""Amounts of money: an exact decimal and its currency, never a float."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Self

from souk.shared.errors import InvalidRequest, InvalidValue

# ISO 4217, list one of 2026-01-01, by number of decimals. Precious metals, funds, units of account and test codes are
# left out, because nothing is priced in them.
_CODES = {
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
        CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
        KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
        NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
        TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
    """,
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
_MINOR_DIGITS: Final = {code: digits for digits, codes in _CODES.items() for code in codes.split()}
CURRENCIES: Final = frozenset(_MINOR_DIGITS)
"""ISO 4217 codes that a price may have."""
MOST: Final = Decimal("9999999999.99")
"""The largest amount on the wire. Up to it a JSON number is exact in every client, even with three decimals."""


def minor_digits(currency: str) -> int:
    """The number of decimals of a currency (ISO 4217 code); 2 for a code that is unknown or no longer in use."""
    return _MINOR_DIGITS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in `currency` (ISO 4217). Raises InvalidValue when it has more decimals than the currency."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not self.amount.is_finite():
            raise InvalidValue("an amount of money is a finite number")
        digits = minor_digits(self.currency)
        if self.amount != round(self.amount, digits):
            raise InvalidValue(f"{self.currency} has {digits} decimals", code="too_precise", limit=digits)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Self:
        """`minor` counts the currency's smallest unit: cents for USD."""
        return cls(Decimal(minor).scaleb(-minor_digits(currency)), currency)

    @property
    def minor(self) -> int:
        """The amount in the currency's smallest unit."""
        return int(self.amount.scaleb(minor_digits(self.currency)))

    def __add__(self, other: Money) -> Money:
        """Raises ValueError when the currencies differ; so does `-`."""
        self._require_same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._require_same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.amount * times, self.currency)

    def _require_same_currency(self, other: Money) -> None:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")

    def __str__(self) -> str:
        """The number with the currency's decimals and without the currency: `12.50`."""
        return f"{self.amount:.{minor_digits(self.currency)}f}"


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of `amounts`, all in `currency`; zero if there are none. Raises ValueError for another currency."""
    return sum(amounts, Money.from_minor(0, currency))


class CurrencyMismatch(InvalidRequest, code="currency_mismatch"):
    """The items of one request have prices in different currencies."""


def requested_price(amount: Decimal, currency: str) -> Money:
    """A price from a request. Raises InvalidRequest when it has more decimals than the currency."""
    try:
        return Money(amount, currency)
    except InvalidValue as error:
        raise InvalidRequest(f"price: {error}", [error.of("price")]) from error
