"""A seller's settings: their defaults, and what is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from souk.selling.marketplaces.adapters.ebay.settings import EbaySettings
from souk.selling.marketplaces.adapters.ebay.sites import SITES
from tests.unit.selling.marketplaces.ebay_builders import settings

POLICIES = {"shipping_id": "1", "return_id": "2", "payment_id": "3"}
UK_SHIPPING = [{"service": "UK_RoyalMailSecondClassStandard", "cost": 3.39}]


def test_the_default_settings_are_enough_for_a_listing_on_the_us_site() -> None:
    chosen = EbaySettings.model_validate({})
    assert (chosen.site, chosen.country, chosen.currency, chosen.location) == ("US", "US", "USD", "United States")
    assert chosen.shipping
    assert chosen.returns.accepted


def test_settings_created_without_arguments_are_the_defaults() -> None:
    assert EbaySettings() == EbaySettings.model_validate({})


def test_country_and_currency_follow_the_site() -> None:
    chosen = settings(site="UK", shipping=UK_SHIPPING)
    assert (chosen.country, chosen.currency, chosen.location) == ("GB", "GBP", "UK")


@pytest.mark.parametrize("empty", ["", "  ", "\u200b"])
def test_an_empty_country_or_currency_is_that_of_the_site(empty: str) -> None:
    chosen = settings(site="UK", country=empty, currency=empty, shipping=UK_SHIPPING)
    assert (chosen.country, chosen.currency) == ("GB", "GBP")


def test_blanks_around_a_site_change_nothing() -> None:
    given = {"policies": POLICIES}
    assert settings(site=" Canada ", **given) == settings(site="Canada", **given)


def test_a_seller_may_sell_on_a_site_from_another_country() -> None:
    assert settings(site="US", country="CA").country == "CA"


@pytest.mark.parametrize("code", SITES)
def test_every_site_works_with_business_policies_alone(code: str) -> None:
    assert settings(site=code, policies=POLICIES).marketplace_site is SITES[code]


def test_settings_survive_a_round_trip_with_numbers_on_the_wire() -> None:
    chosen = settings(shipping=[{"service": "USPSPriority", "cost": 8.95, "additional_cost": 0.1}])
    wire = chosen.model_dump_json()
    assert json.loads(wire)["shipping"][0] == {"service": "USPSPriority", "cost": 8.95, "additional_cost": 0.1}
    assert EbaySettings.model_validate_json(wire) == chosen
    assert chosen.shipping[0].cost == Decimal("8.95")


def test_unknown_fields_are_ignored() -> None:
    assert settings(colour="blue") == EbaySettings()


@pytest.mark.parametrize(
    "given",
    [
        {"site": "Atlantis"},
        {"site": 0},
        {"site": None},
        {"country": "USA"},
        {"country": "us"},
        {"currency": "usd"},
        {"currency": "EUR"},
        {"site": "UK"},
        {"site": "UK", "shipping": UK_SHIPPING, "currency": "USD"},
        {"location": "x" * 46},
        {"location": "two\nlines"},
        {"location": ""},
        {"postal_code": "<b>"},
        {"postal_code": "1" * 13},
        {"dispatch_days": -1},
        {"dispatch_days": 31},
        {"shipping": []},
        {"shipping": [{"service": "USPSPriority", "cost": 1}] * 5},
        {"shipping": [{"service": "USPS Priority", "cost": 1}]},
        {"shipping": [{"service": "USPSPriority", "cost": -0.01}]},
        {"shipping": [{"service": "USPSPriority", "cost": 1.005}]},
        {"shipping": [{"service": "USPSPriority", "cost": "NaN"}]},
        {"shipping": [{"service": "USPSPriority"}]},
        {"returns": {"within_days": 31}},
        {"returns": {"paid_by": "nobody"}},
        {"policies": {"shipping_id": "1"}},
        {"policies": {"shipping_id": "1", "return_id": "2"}},
        {"policies": {**POLICIES, "payment_id": "abc"}},
        {"policies": {**POLICIES, "payment_id": "1" * 20}},
    ],
    ids=str,
)
def test_settings_that_ebay_could_never_take_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EbaySettings.model_validate(given)


@pytest.mark.parametrize("given", [None, [], "US", 7])
def test_settings_that_are_not_an_object_are_refused(given: object) -> None:
    with pytest.raises(ValidationError):
        EbaySettings.model_validate(given)
