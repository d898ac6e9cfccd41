"""Shipping profiles: made, listed and changed by their seller alone."""

from __future__ import annotations

from typing import Any

import pytest

from souk.storefront.shipping.repository import ShippingProfileRepository
from tests.functions.cloud import Cloud
from tests.functions.storefront.catalogue.merchants import PARCEL, Merchant

ABROAD = {"first": 20, "additional": 5}


def change(bea: Merchant, profile: str, if_match: str = "*", **changes: Any) -> Any:
    return bea.call("update_shipping_profile", {"id": profile}, json=changes, if_match=if_match)


def listed(bea: Merchant, **query: str) -> Any:
    return bea.call("list_shipping_profiles", query=query).json


def test_a_profile_is_created_and_listed(bea: Merchant) -> None:
    answer = bea.call("create_shipping_profile", json={**PARCEL, "country": "usa", "international": ABROAD})
    assert answer.status == 201
    wanted = {**PARCEL, "country": "US", "currency": "USD", "international": ABROAD, "version": 1}
    assert {name: answer.json[name] for name in wanted} == wanted
    assert answer.headers["etag"] == '"1"'
    assert listed(bea) == {"data": [answer.json], "next_cursor": None}


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"country": "Atlantis"},
        {"country": None},
        {"currency": "usd"},
        {"domestic": None},
        {"domestic": {"first": 5}},
        {"domestic": {"first": -1, "additional": 0}},
        {"domestic": {"first": 1.001, "additional": 0}},
        {"currency": "JPY", "domestic": {"first": 1.5, "additional": 0}},
        {"currency": "KWD", "domestic": {"first": 1, "additional": 1.234}},
        {"international": {"first": 1, "additional": 0.001}},
    ],
    ids=str,
)
def test_a_malformed_profile_is_refused_with_the_fields_at_fault(bea: Merchant, changes: dict[str, Any]) -> None:
    answer = bea.call("create_shipping_profile", json={**PARCEL, **changes})
    assert (answer.status, bool(answer.json["errors"])) == (400, True)
    assert listed(bea)["data"] == []


def test_a_repeated_call_answers_with_what_the_first_has_created(bea: Merchant) -> None:
    first, again = (bea.call("create_shipping_profile", key="once") for _ in range(2))
    assert (again.status, again.json, again.headers["idempotent-replayed"]) == (201, first.json, "true")
    assert len(listed(bea)["data"]) == 1


def test_only_fields_that_are_sent_change(bea: Merchant) -> None:
    profile = bea.ships(international=ABROAD)
    answer = change(bea, profile, domestic={"first": 6, "additional": 1.5})
    assert (answer.status, answer.json["domestic"]) == (200, {"first": 6, "additional": 1.5})
    assert (answer.json["name"], answer.json["international"], answer.json["version"]) == ("Parcel", ABROAD, 2)
    assert change(bea, profile, international=None).json["international"] is None


def test_a_price_that_cannot_be_charged_is_refused_in_a_change_too(bea: Merchant) -> None:
    profile = bea.ships(currency="KWD")
    answer = change(bea, profile, domestic={"first": 1.234, "additional": 0})
    assert (answer.status, [one["field"] for one in answer.json["errors"]]) == (400, ["domestic"])
    assert change(bea, profile, domestic={"first": 1.23, "additional": 0}).status == 200


@pytest.mark.parametrize(
    "changes",
    [{}, {"name": None}, {"country": "Atlantis"}, {"domestic": None}, {"domestic": {"first": 0.001, "additional": 0}}],
    ids=str,
)
def test_a_bad_change_is_refused(bea: Merchant, changes: dict[str, Any]) -> None:
    assert change(bea, bea.ships(), **changes).status == 400


def test_another_sellers_profile_is_not_found(cloud: Cloud, bea: Merchant) -> None:
    profile, rival = bea.ships(), Merchant(cloud, "rival@example.com")
    assert change(rival, profile, name="Mine").status == 404
    assert listed(rival)["data"] == []


def test_a_lost_update_is_refused(bea: Merchant) -> None:
    profile = bea.ships()
    assert change(bea, profile, '"1"', name="First").status == 200
    assert change(bea, profile, '"1"', name="Second").status == 412


def test_a_change_that_meets_a_conflict_is_made_on_the_current_version(
    bea: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = bea.ships()
    save = ShippingProfileRepository.save

    def interrupted(repository: ShippingProfileRepository, *given: Any) -> None:
        monkeypatch.setattr(ShippingProfileRepository, "save", save)
        change(bea, profile, name="In between")
        save(repository, *given)

    monkeypatch.setattr(ShippingProfileRepository, "save", interrupted)
    changed = change(bea, profile, country="CA").json
    assert (changed["name"], changed["country"], changed["version"]) == ("In between", "CA", 3)


def test_profiles_are_listed_newest_first_by_page(bea: Merchant) -> None:
    made = [bea.ships(name=f"Parcel {number}") for number in range(3)]
    first = listed(bea, limit="2")
    second = listed(bea, limit="2", cursor=first["next_cursor"])
    assert [[one["id"] for one in page["data"]] for page in (first, second)] == [[made[2], made[1]], [made[0]]]
    assert second["next_cursor"] is None
