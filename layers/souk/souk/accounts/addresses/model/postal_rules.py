"""What a country wants of an address: the fields it needs, the form of its postal codes, and its areas.

The facts are Google's address data (`adapters/postal_data.py`). Google describes the address of a country's own post;
a shop wants the order, so the rules here are milder where people leave something out and parcels arrive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from souk.shared.errors import InvalidValue

# Deviations from Google's data --------------------------------------------------------------------------------------

_ONE_FOR_ALL = "the whole territory has one postal code"
_NOT_KNOWN = "many people do not know their postal code, and carriers do without"

NOT_NEEDED: Final[Mapping[str, Mapping[str, str]]] = {
    "postal_code": {
        **dict.fromkeys(("AS", "FK", "GI", "GS", "IO", "PN", "SH", "TA", "TC"), _ONE_FOR_ALL),
        **dict.fromkeys(("CN", "MZ", "RO", "TR", "ZA"), _NOT_KNOWN),
    },
    "city": {"VA": "the country is one city", "MC": "the country is one city"},
}
"""By field: the countries of which Google demands it, or could, and we do not, with the reason.

An area (state, province) is never demanded, anywhere: where Google demands one, the postal code says which it is, or
people write its name as their city.
"""

EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {"SE": ("114 55",)}
"""Postal codes in place of Google's: it has Sweden's without the space that the Swedish post writes."""

# Words that people put around the name of an area, or leave out.
_GENERIC_WORDS: Final = frozenset(
    {
        *("co", "county", "province", "prefecture", "state", "region", "district", "governorate", "emirate", "city"),
        *("oblast", "krai", "sheng", "shi", "do", "si", "ken", "fu", "to", "of", "the"),
    }
)


@dataclass(frozen=True, slots=True)
class Area:
    """A state, a province, or what else a country has in its addresses.

    `code` is the second part of ISO 3166-2, or the post's own abbreviation where ISO has none; None without any.
    `names` are what people write for it. `postal_codes` is a pattern of how its postal codes begin, or None.
    """

    code: str | None
    names: tuple[str, ...]
    postal_codes: str | None = None


@dataclass(frozen=True, slots=True)
class CountryRules:
    """`needs`: which of `city` and `postal_code` an address has to have.

    `postal_code` is the pattern of a whole postal code, None where the country has no such form; `examples` show how
    it is written.
    """

    country: str
    needs: frozenset[str]
    postal_code: str | None
    examples: tuple[str, ...]
    areas: tuple[Area, ...]

    def written_postal_code(self, typed: str) -> str:
        """`typed` as the country's post writes it: "sw1a1aa" is "SW1A 1AA". Raises InvalidValue.

        Where the country has no postal codes, it stays as it is: foreign forms demand one.
        """
        if self.postal_code is None:
            return typed
        pattern = re.compile(self.postal_code)
        for candidate in self._candidates(typed):
            if pattern.fullmatch(candidate):
                return candidate
        example = f", as {self.examples[0]}" if self.examples else ""
        hint = "" if "postal_code" in self.needs else ", or be left out"
        raise InvalidValue(f"must be a postal code of {self.country}{example}{hint}", code="wrong_format")

    def area_code(self, name: str | None, postal_code: str | None) -> str | None:
        """The code of the area that `name` names, else of the only one in which `postal_code` lies, else None."""
        found = self._named(name, _letters) or self._named(name, _own_letters) if name else []
        if not found and postal_code:
            found = [area for area in self.areas if area.postal_codes and re.match(area.postal_codes, postal_code)]
        codes = {area.code for area in found}
        return codes.pop() if len(codes) == 1 else None

    def _named(self, name: str, plain: Callable[[str], str]) -> list[Area]:
        wanted = plain(name)
        return [area for area in self.areas if any(plain(known) == wanted for known in self._names(area))]

    def _names(self, area: Area) -> tuple[str, ...]:
        return area.names if area.code is None else (area.code, f"{self.country}-{area.code}", *area.names)

    def _candidates(self, typed: str) -> list[str]:
        """Ways to write the same code, the country's own first."""
        signs = _signs(typed)
        digits = signs.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        prefix = _fixed_letters(self.postal_code or "")
        # A country's letters in front (D-10115, SE-114 55) are for mail from abroad. Where all codes of a country begin
        # with the same letters, people leave them out (LV-1073); other letters say where it is, and are not guessed.
        alike = [signs, *([digits] if 0 < len(signs) - len(digits) <= 3 else []), *([prefix + signs] if prefix else [])]
        return [
            *(written for one in alike for example in self.examples if (written := _like(one, example))),
            " ".join(typed.upper().split()),
            *alike,
        ]


def _fixed_letters(pattern: str) -> str:
    """The letters with which everything begins that `pattern` fits; empty when there are several ways to begin."""
    letters = re.match("(?:[A-Z](?![?*+{]))*", pattern)
    return letters[0] if letters and "|" not in pattern else ""


def _signs(typed: str) -> str:
    """The letters and digits of a postal code, as ASCII has them."""
    import unicodedata

    text = unicodedata.normalize("NFKC", typed).upper()
    ascii_digits = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
    return "".join(sign for sign in ascii_digits if sign.isascii() and sign.isalnum())


def _like(signs: str, example: str) -> str | None:
    """`signs` with what separates those of `example`, or None when there are more or fewer of them."""
    if len(signs) != sum(sign.isalnum() for sign in example):
        return None
    remaining = iter(signs)
    return "".join(next(remaining) if sign.isalnum() else sign for sign in example)


def _letters(name: str) -> str:
    """A name without case, accents and signs: `Québec` and `QUEBEC` are one."""
    return "".join(_words(name))


def _own_letters(name: str) -> str:
    """The same without generic words: `Province of Quebec` is one with these. There is a city and a county Hsinchu."""
    words = _words(name)
    return "".join([word for word in words if word not in _GENERIC_WORDS] or words)


def _words(name: str) -> list[str]:
    import unicodedata

    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign if sign.isalnum() else " " for sign in decomposed if not unicodedata.combining(sign)).split()


class PostalRules(Protocol):
    def rules(self, country: str) -> CountryRules:
        """What a country (ISO 3166-1 alpha-2) wants of an address."""
        ...
