"""Amounts of money: an exact decimal and its currency, never a float."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Self

from souk.shared.errors import InvalidRequest, InvalidValue, VendorProblem, VendorRefused

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


@dataclass(frozen=True, slots=True)
class ChargeRules:
    """What a payment vendor takes in one currency: multiples of `step`, and in one payment from `least` to `most`.

    Known without asking the vendor, so that a price, a preview and an order are refused before anything is written.
    """

    vendor: str
    step: Money
    least: Money
    most: Money

    @property
    def _decimals(self) -> int:
        return max(0, -int(self.step.amount.normalize().as_tuple().exponent))

    def takes(self, amount: Money) -> bool:
        """Whether it is a multiple of `step`; of any size."""
        return amount.amount % self.step.amount == 0

    def rounded(self, amount: Decimal) -> Money:
        """The nearest multiple of `step`, halves up: for every amount that is computed and then charged or refunded."""
        steps = (amount / self.step.amount).quantize(Decimal(1), ROUND_HALF_UP)
        return Money(steps * self.step.amount, self.step.currency)

    def require_step(self, amount: Money, field: str) -> Money:
        """Itself. Raises InvalidRequest about `field` for an amount that could be neither charged nor refunded."""
        if not self.takes(amount):
            detail = f"amounts in {amount.currency} are multiples of {self.step}"
            unfit = InvalidValue(detail, code="too_precise", limit=self._decimals)
            raise InvalidRequest(f"{field}: {unfit}", [unfit.of(field)])
        return amount

    def require_charge(self, amounts: Sequence[Money], charged: Money) -> None:
        """Raises VendorRefused for a payment of `charged`, made up of multiples of `amounts`, that cannot be made."""
        currency = charged.currency
        if not all(map(self.takes, amounts)):
            raise self._refusal("amount_invalid", f"Amounts in {currency} must be multiples of {self.step}.")
        if charged.amount < self.least.amount:
            raise self._refusal("amount_too_small", f"A payment must be at least {self.least} {currency}.")
        if charged.amount > self.most.amount:
            raise self._refusal("amount_too_large", f"A payment must be at most {self.most} {currency}.")

    def _refusal(self, code: str, words: str) -> VendorRefused:
        return VendorRefused(self.vendor, [VendorProblem(code, words)])


type RulesOf = Callable[[str], ChargeRules]
"""The rules for a currency (ISO 4217)."""
