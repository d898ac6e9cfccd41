"""What countries want of an address, by Google's data and our deviations from it."""

from __future__ import annotations

import pytest
from iso3166 import countries

from souk.accounts.addresses.adapters.postal_data import PostalData
from souk.accounts.addresses.model.postal_rules import NOT_NEEDED, CountryRules
from souk.shared.errors import InvalidValue

DATA = PostalData()
_COUNTRIES = sorted(country.alpha2 for country in countries)


@pytest.mark.parametrize("country", _COUNTRIES)
def test_every_country_has_rules_that_take_their_own_examples(country: str) -> None:
    rules = DATA.rules(country)
    assert rules.needs <= {"city", "postal_code"}
    if rules.postal_code is not None:
        assert [rules.written_postal_code(example.replace(" ", "").lower()) for example in rules.examples] == list(
            rules.examples
        )


@pytest.mark.parametrize(
    "country", ["JM", "GH", "PA", "TT", "CW", "AE", "HK", "IE", "VN", "NG", "CL", "TR", "RO", "CN", "CO", "IL"]
)
def test_a_postal_code_is_not_demanded_where_there_is_none_or_people_leave_it_out(country: str) -> None:
    assert "postal_code" not in DATA.rules(country).needs


@pytest.mark.parametrize("country", ["US", "CA", "GB", "DE", "FR", "NL", "JP", "AU", "BR", "SG", "IN"])
def test_a_postal_code_is_demanded_where_parcels_are_sorted_by_it(country: str) -> None:
    assert "postal_code" in DATA.rules(country).needs


def test_a_city_is_demanded_but_where_the_country_is_one_or_people_write_none() -> None:
    without = {country for country in _COUNTRIES if "city" not in DATA.rules(country).needs}
    assert without >= {"HK", "MO", "SG", "VA", "MC", "JP", "AE"}
    assert not without & {"US", "GB", "DE", "FR", "IT", "CN", "BR"}


def test_each_deviation_is_of_a_country_that_there_is() -> None:
    # The islands of Ascension and Tristan da Cunha have addresses of their own, and share the country code SH.
    assert {country for reasons in NOT_NEEDED.values() for country in reasons} - set(_COUNTRIES) <= {"TA", "AC"}


@pytest.mark.parametrize(
    ("country", "typed", "written"),
    [
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "bfpo61", "BFPO 61"),
        ("US", "10001", "10001"),
        ("US", "221621010", "22162-1010"),
        ("CA", "k1a0b1", "K1A 0B1"),
        ("NL", "1234ab", "1234 AB"),
        ("JP", "\u3012\uff11\uff15\uff14\uff0d\uff10\uff10\uff12\uff13", "154-0023"),
        ("IR", "\u06f1\u06f1\u06f9\u06f3\u06f6\u06f1\u06f2\u06f3\u06f4\u06f5", "11936-12345"),
        ("DE", "D-10115", "10115"),
        ("SE", "SE-11455", "114 55"),
        ("LV", "1073", "LV-1073"),
        ("LV", "lv 1073", "LV-1073"),
        ("AD", "100", "AD100"),
        ("BB", "23026", "BB23026"),
        ("VG", "1110", "VG1110"),
        ("VC", "0100", "VC0100"),
        ("IM", "2 1aa", "IM2 1AA"),
        ("JE", "1 1aa", "JE1 1AA"),
        ("GG", "gy1 1aa", "GY1 1AA"),
        ("GG", "1 1aa", "GY1 1AA"),
        ("KY", "11100", "KY1-1100"),
        ("IE", "d02x285", "D02 X285"),
        ("BR", "40301110", "40301-110"),
        ("PL", "00950", "00-950"),
        ("PT", "2725 079", "2725-079"),
        ("CZ", "10000", "100 00"),
        ("AR", "c1070aam", "C1070AAM"),
        ("KY", "ky11100", "KY1-1100"),
        ("HK", "999077", "999077"),
        ("AE", "00000", "00000"),
    ],
)
def test_a_postal_code_is_written_as_its_country_does(country: str, typed: str, written: str) -> None:
    assert DATA.rules(country).written_postal_code(typed) == written


@pytest.mark.parametrize(
    ("country", "typed", "hint"),
    [
        ("DE", "1011", "as 26133"),
        ("US", "1000", "as 95014"),
        ("GB", "10001", "SW|EC1Y"),
        ("IE", "D4", "or be left out"),
    ],
)
def test_what_is_no_postal_code_there_is_refused_with_an_example(country: str, typed: str, hint: str) -> None:
    with pytest.raises(InvalidValue, match=hint):
        DATA.rules(country).written_postal_code(typed)


@pytest.mark.parametrize(
    ("country", "typed"),
    [
        *(("CA", "5V 2T6"), ("GB", "1A 1AA"), ("GB", "0AA"), ("IE", "65 F4E2"), ("MT", "1130"), ("MT", "01")),
        *(("SZ", "100"), ("BN", "2328"), ("BM", "07"), ("SO", "09010"), ("SH", "1ZZ"), ("PE", "23")),
    ],
)
def test_letters_that_tell_places_apart_are_not_guessed(country: str, typed: str) -> None:
    with pytest.raises(InvalidValue, match="must be a postal code"):
        DATA.rules(country).written_postal_code(typed)


def test_a_code_that_may_have_a_letter_stays_without_one() -> None:
    assert DATA.rules("AR").written_postal_code("1070AAM") == "1070AAM"


def test_a_country_without_examples_has_its_form_nevertheless() -> None:
    rules = CountryRules("LV", frozenset(), r"LV-?\d{4}", (), ())
    assert rules.written_postal_code("1073") == "LV1073"
    with pytest.raises(InvalidValue, match="must be a postal code of LV, or be left out"):
        rules.written_postal_code("107")


@pytest.mark.parametrize(
    ("country", "name", "code"),
    [
        ("US", "New York", "NY"),
        ("US", "ny", "NY"),
        ("US", "US-NY", "NY"),
        ("US", "New York State", "NY"),
        ("US", "the state of New York", "NY"),
        ("TW", "Hsinchu County", "HSQ"),
        ("US", "Guam", "GU"),
        ("US", "Nowhere", None),
        ("CA", "Qu\u00e9bec", "QC"),
        ("CA", "quebec", "QC"),
        ("CA", "Colombie-Britannique", "BC"),
        ("JP", "Tokyo", "13"),
        ("JP", "\u6771\u4eac\u90fd", "13"),
        ("JP", "Osaka-fu", "27"),
        ("IE", "County Dublin", "D"),
        ("AU", "new south wales", "NSW"),
        ("MX", "CDMX", "CMX"),
        ("BR", "s\u00e3o paulo", "SP"),
        ("AE", "Dubai", "DU"),
        ("ES", "Barcelona", "B"),
        ("CN", "Guangdong", "44"),
        (
            "RU",
            "\u041c\u043e\u0441\u043a\u043e\u0432\u0441\u043a\u0430\u044f \u043e\u0431\u043b\u0430\u0441\u0442\u044c",
            "MOS",
        ),
        ("DE", "Bayern", None),
        ("HK", "Kowloon", None),
    ],
)
def test_an_area_has_one_code_however_it_is_called(country: str, name: str, code: str | None) -> None:
    assert DATA.rules(country).area_code(name, None) == code


@pytest.mark.parametrize(
    ("country", "name", "postal_code", "code"),
    [
        ("US", None, "10001", "NY"),
        ("US", "Nueva York", "10001", "NY"),
        ("US", "CA", "10001", "CA"),
        ("US", None, None, None),
        ("AU", None, "2000", "NSW"),
        ("JP", None, "154-0023", "13"),
        ("GB", None, "SW1A 1AA", None),
    ],
)
def test_the_postal_code_decides_where_nobody_named_an_area(
    country: str, name: str | None, postal_code: str | None, code: str | None
) -> None:
    assert DATA.rules(country).area_code(name, postal_code) == code


@pytest.mark.parametrize("country", _COUNTRIES)
def test_every_area_is_found_by_each_of_its_names(country: str) -> None:
    rules = DATA.rules(country)
    lost = {
        name: code
        for area in rules.areas
        for name in area.names
        if area.code is not None and (code := rules.area_code(name, None)) != area.code
    }
    assert lost == {}
