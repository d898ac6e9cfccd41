"""Phone numbers by Google's plans of all countries (`phonenumbers`)."""

from __future__ import annotations


class PhoneNumbers:
    """Numbers in the form of E.164. The library takes 17 ms to import, so that is done at the first number."""

    def e164(self, typed: str, country: str | None) -> str | None:
        """`typed` as in +442079460018, without an extension; None when no country's plan knows it.

        `country`: where it is dialled, as a code of ISO 3166-1 or an English name; unknown ones count as None.
        """
        import phonenumbers

        try:
            number = phonenumbers.parse(typed, _region(country))
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_valid_number(number):
            return None
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _region(country: str | None) -> str | None:
    from iso3166 import countries

    found = countries.get(country, None) if country else None
    return found.alpha2 if found else None
