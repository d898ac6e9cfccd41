"""Taxes on sales: a Protocol, and a table of rates by country and state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Protocol, Self

_ANY_STATE: Final = "*"
_NONE: Final = Decimal(0)


class TaxRates(Protocol):
    def rate(self, country: str, state: str | None) -> Decimal:
        """The part of a price that is added as tax: 0.08875 for 8.875 %. `country` is ISO 3166-1 alpha-2."""
        ...


class RateTable:
    """Rates by country and state; `*` stands for every state that has none of its own. Elsewhere there is no tax."""

    def __init__(self, rates: Mapping[str, Mapping[str, Decimal]]) -> None:
        self._rates = {country: {_plain(state): rate for state, rate in one.items()} for country, one in rates.items()}

    @classmethod
    def from_json(cls, text: str) -> Self:
        """`{"US": {"NY": "0.08875", "*": "0"}}`. Raises ValueError on anything else, and on a rate outside 0 to 1."""
        try:
            table = {
                str(country): {str(state): Decimal(rate) for state, rate in states.items()}
                for country, states in json.loads(text).items()
            }
        except (ArithmeticError, AttributeError, TypeError) as error:
            raise ValueError("tax rates are decimal texts by country and state") from error
        if not all(0 <= rate <= 1 for states in table.values() for rate in states.values()):
            raise ValueError("a tax rate is between 0 and 1")
        return cls(table)

    def rate(self, country: str, state: str | None) -> Decimal:
        states = self._rates.get(country, {})
        return states.get(_plain(state or _ANY_STATE), states.get(_ANY_STATE, _NONE))


def _plain(state: str) -> str:
    return state.strip().casefold()
