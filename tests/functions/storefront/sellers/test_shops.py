"""Shops: made with a seller's account, public, edited by their owner, verified by operators."""

from __future__ import annotations

from typing import Any

import pytest

from souk.shared.errors import Conflict
from souk.storefront.sellers.mapping import shop_may_sell
from souk.storefront.sellers.model import Verification
from souk.storefront.sellers.repository import put_new_shop
from souk.wiring import storage
from tests.functions.accounts.auth.accounts import PASSWORD, log_in, refresh, register, set_standing
from tests.functions.cloud import Cloud, Person
from tests.functions.storefront.sellers.shops import (
    apply,
    decide,
    edit,
    follow,
    open_shop,
    operator,
    require_verification,
    see,
)
from tests.unit.storefront.sellers.shops import make_shop

SELLER = "01890000-0000-7000-8000-00000000000a"


def shops_in(cloud: Cloud) -> list[dict[str, Any]]:
    return [item for item in cloud.items("CatalogueTable") if item["sk"] == "SHOP"]


# With the account ----------------------------------------------------------------------------------------------------


def test_registering_as_a_seller_makes_a_shop(cloud: Cloud) -> None:
    made = cloud.call("register_seller", json={"name": "Bea", "email": "b@example.com", "password": PASSWORD})
    answer = see(cloud, made.json["id"])
    assert answer.status == 200
    assert answer.json == {
        "id": made.json["id"],
        "shop_name": "Bea",
        "logo_url": None,
        "bio": None,
        "verification": "unverified",
        "rating": None,
        "review_count": 0,
        "follower_count": 0,
        "version": 1,
        "created_at": answer.json["created_at"],
    }
    assert answer.headers["etag"] == '"1"'


@pytest.mark.parametrize("role", ["seller", "SELLER"])
def test_the_role_seller_makes_a_shop_on_the_other_route_too(cloud: Cloud, role: str) -> None:
    made = register(cloud, "bea@example.com", role=role)
    assert see(cloud, made.id).json["shop_name"] == f"Shop {made.id[-6:]}"


def test_registering_without_the_role_seller_makes_no_shop(cloud: Cloud) -> None:
    made = [register(cloud, f"{role}@example.com", role=role).id for role in ("user", "buyer", "Merchant")]
    cloud.call("register_buyer")
    assert [see(cloud, one).status for one in made] == [404, 404, 404]
    assert shops_in(cloud) == []


def test_a_refused_registration_makes_no_shop(cloud: Cloud) -> None:
    register(cloud, "bea@example.com")
    person = {"name": "Bea", "email": "bea@example.com", "password": PASSWORD}
    assert cloud.call("register_seller", json=person).status == 409
    assert shops_in(cloud) == []


def test_an_impossible_id_is_a_404(cloud: Cloud) -> None:
    assert [see(cloud, one).status for one in ("nobody", "x" * 3000, "\ud800")] == [404, 404, 404]


# Applying ------------------------------------------------------------------------------------------------------------


def test_the_sample_event_applies(cloud: Cloud) -> None:
    john = register(cloud)
    answer = cloud.call("apply_to_sell", caller=Person(john.id))
    assert (answer.status, answer.json) == (201, {"id": john.id, "status": "pending_verification"})
    assert see(cloud, john.id).json["shop_name"] == "Vintage Vault"


def test_the_role_counts_from_the_next_refresh(cloud: Cloud) -> None:
    john = register(cloud)
    apply(cloud, john.id)
    assert cloud.verdict(john.token)["roles"] == "user"
    assert cloud.verdict(refresh(cloud, john.refresh_token).json["token"])["roles"] == "user seller"
    person = {"email": john.email, "password": PASSWORD}
    assert cloud.call("log_in_seller", json=person).status == 200


def test_a_seller_who_applies_has_the_role_once(cloud: Cloud) -> None:
    bea = open_shop(cloud)
    assert apply(cloud, bea.id).status == 201
    assert log_in(cloud, bea.email).json["user"]["roles"] == ["seller"]
    assert see(cloud, bea.id).json["verification"] == "pending_verification"


def test_an_application_replaces_a_waiting_one(cloud: Cloud) -> None:
    john = register(cloud)
    apply(cloud, john.id, category="Fashion")
    assert apply(cloud, john.id, category="Books", shop_name="Books").json["status"] == "pending_verification"
    [shop] = shops_in(cloud)
    assert (shop["shop_name"], shop["application"]["category"], shop["version"]) == ("Books", "Books", 2)


def test_a_repeated_application_is_a_replay(cloud: Cloud) -> None:
    john, boss = register(cloud), operator(cloud)
    first = apply(cloud, john.id, "one")
    decide(cloud, boss, john.id, "verify")
    again = apply(cloud, john.id, "one")
    assert (again.status, again.headers["idempotent-replayed"]) == (201, "true")
    assert again.json == {**first.json, "status": "verified"}
    assert see(cloud, john.id).json["version"] == 2
    other = apply(cloud, john.id, "one", shop_name="Other")
    assert (other.status, other.json["error"]) == (422, "idempotency_key_reused")


def test_an_application_of_a_verified_shop_is_refused(cloud: Cloud) -> None:
    john, boss = register(cloud), operator(cloud)
    apply(cloud, john.id)
    decide(cloud, boss, john.id, "verify")
    answer = apply(cloud, john.id)
    assert (answer.status, answer.json["error"]) == (409, "already_verified")


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"agreed_to_terms": False}, "agreed_to_terms"),
        ({"agreed_to_terms": None}, "agreed_to_terms"),
        ({"shop_name": " "}, "shop_name"),
        ({"shop_name": "x" * 101}, "shop_name"),
        ({"category": None}, "category"),
        ({"platforms": "eBay"}, "platforms"),
        ({"platforms": ["x"] * 31}, "platforms"),
        ({"social_links": {"instagram": 1}}, "social_links.instagram"),
        ({"return_address": {"city": "x\ny"}}, "return_address.city"),
    ],
    ids=str,
)
def test_a_bad_application_is_a_400_that_names_the_field(cloud: Cloud, bad: dict[str, Any], field: str) -> None:
    answer = apply(cloud, register(cloud).id, **bad)
    assert answer.status == 400
    assert [problem["field"] for problem in answer.json["errors"]] == [field]
    assert shops_in(cloud) == []


def test_missing_fields_are_named(cloud: Cloud) -> None:
    answer = cloud.call("apply_to_sell", caller=Person(SELLER), json={})
    assert {problem["field"] for problem in answer.json["errors"]} == {"shop_name", "category", "agreed_to_terms"}


def test_a_deleted_or_suspended_account_opens_no_shop(cloud: Cloud) -> None:
    john = register(cloud)
    set_standing(cloud, john.id, "suspended")
    assert [apply(cloud, one).status for one in (john.id, "gone")] == [401, 401]
    assert shops_in(cloud) == []


def test_an_application_is_not_public(cloud: Cloud) -> None:
    john = register(cloud)
    apply(cloud, john.id, monthly_revenue="$1000-$5000", return_address={"full_name": "John", "postal_code": "10001"})
    assert "1000" not in see(cloud, john.id).body


# Editing -------------------------------------------------------------------------------------------------------------


def test_the_sample_event_edits_the_callers_shop(cloud: Cloud) -> None:
    john = register(cloud, role="seller")
    answer = cloud.call("update_shop", caller=Person(john.id), params={"id": john.id})
    assert (answer.status, answer.headers["etag"]) == (200, '"2"')
    assert (answer.json["shop_name"], answer.json["bio"]) == ("Vintage Vault", "Clothes with a past.")
    assert answer.json["logo_url"] == "https://vintage.example/logo.png"
    assert see(cloud, john.id).json == answer.json


def test_fields_left_out_keep_their_value_and_null_clears(cloud: Cloud) -> None:
    john = open_shop(cloud)
    edit(cloud, john.id, bio="Old", logo_url="https://example.com/1.png")
    edited = edit(cloud, john.id, bio=None).json
    assert (edited["bio"], edited["logo_url"], edited["shop_name"]) == (
        None,
        "https://example.com/1.png",
        "Vintage Vault",
    )


def test_if_match_refuses_a_lost_update(cloud: Cloud) -> None:
    john = open_shop(cloud)
    assert edit(cloud, john.id, '"1"', bio="one").headers["etag"] == '"2"'
    assert edit(cloud, john.id, '"1"', bio="two").status == 412
    assert see(cloud, john.id).json["bio"] == "one"


@pytest.mark.parametrize(
    "bad",
    [
        {"shop_name": None},
        {"shop_name": ""},
        {"logo_url": "http://example.com/1.png"},
        {"logo_url": "javascript:alert(1)"},
        {"logo_url": "https://a@example.com/"},
        {"bio": "x" * 2001},
        {"bio": "\u0000"},
    ],
    ids=str,
)
def test_a_bad_edit_is_a_400(cloud: Cloud, bad: dict[str, Any]) -> None:
    john = open_shop(cloud)
    answer = edit(cloud, john.id, **bad)
    assert answer.status == 400
    assert [problem["field"] for problem in answer.json["errors"]] == list(bad)


def test_editing_another_sellers_shop_is_404(cloud: Cloud) -> None:
    john, bea = open_shop(cloud), register(cloud, "bea@example.com")
    assert edit(cloud, bea.id, shop_id=john.id, bio="mine").status == 404
    assert edit(cloud, bea.id, bio="mine").status == 404
    assert see(cloud, john.id).json["bio"] is None


# Judging -------------------------------------------------------------------------------------------------------------


def test_the_sample_event_verifies_a_shop(cloud: Cloud) -> None:
    john, boss = register(cloud), operator(cloud)
    apply(cloud, john.id, return_address={"full_name": "John", "postal_code": "10001"})
    answer = cloud.call("decide_verification", caller=boss, params={"id": john.id})
    assert answer.status == 200
    assert {name: answer.json[name] for name in ("id", "status", "decision", "reason", "decided_by")} == {
        "id": john.id,
        "status": "verified",
        "decision": "verify",
        "reason": "The documents are in order.",
        "decided_by": boss.id,
    }
    assert answer.json["application"]["category"] == "Fashion"
    assert answer.json["application"]["return_address"]["post_code"] == "10001"
    assert see(cloud, john.id).json["verification"] == "verified"


def test_an_application_that_todays_rules_would_refuse_is_decided_and_shown(cloud: Cloud) -> None:
    john, boss = register(cloud), operator(cloud)
    apply(cloud, john.id, return_address={"full_name": "John", "phone": "212 555 0142"})
    address = {"full_name": {"S": " "}, "line1": {"S": "x" * 150}, "phone": {"S": "n/a"}}
    cloud.client("dynamodb").update_item(
        TableName=cloud.physical["CatalogueTable"],
        Key={"pk": {"S": f"SHOP#{john.id}"}, "sk": {"S": "SHOP"}},
        UpdateExpression="SET application.return_address = :address",
        ExpressionAttributeValues={":address": {"M": address}},
    )
    answer = decide(cloud, boss, john.id, "verify")
    assert answer.status == 200
    shown = answer.json["application"]["return_address"]
    assert (shown["full_name"], shown["address_line1"], shown["phone"]) == (" ", "x" * 150, "n/a")
    assert shown["city"] is None


def test_every_decision_is_recorded(cloud: Cloud) -> None:
    john, boss = open_shop(cloud), operator(cloud)
    for decision in ("verify", "suspend", "reinstate"):
        assert decide(cloud, boss, john.id, decision, reason=f"To {decision}.").status == 200
    kept = [item for item in cloud.items("CatalogueTable") if item["sk"].startswith("RULING#")]
    assert [(one["decision"], one["outcome"], one["reason"], one["by"]) for one in kept] == [
        ("verify", "verified", "To verify.", boss.id),
        ("suspend", "suspended", "To suspend.", boss.id),
        ("reinstate", "verified", "To reinstate.", boss.id),
    ]


def test_a_repeated_decision_is_a_replay_with_its_own_answer(cloud: Cloud) -> None:
    john, boss = open_shop(cloud), operator(cloud)
    first = decide(cloud, boss, john.id, "verify", "one")
    decide(cloud, boss, john.id, "suspend")
    again = decide(cloud, boss, john.id, "verify", "one")
    assert (again.json, again.headers["idempotent-replayed"]) == (first.json, "true")
    assert see(cloud, john.id).status == 404


def test_an_illegal_decision_is_a_409(cloud: Cloud) -> None:
    john, boss = open_shop(cloud), operator(cloud)
    for decision in ("reject", "reinstate"):
        answer = decide(cloud, boss, john.id, decision)
        assert (answer.status, answer.json["error"]) == (409, "illegal_transition")


@pytest.mark.parametrize("bad", [{"decision": "praise"}, {"reason": ""}, {"reason": None}], ids=str)
def test_a_bad_decision_is_a_400(cloud: Cloud, bad: dict[str, Any]) -> None:
    boss = operator(cloud)
    given = {"decision": "verify", "reason": "So.", **bad}
    answer = cloud.call("decide_verification", caller=boss, params={"id": boss.id}, json=given)
    assert [problem["field"] for problem in answer.json["errors"]] == list(bad)


def test_a_decision_needs_the_role_operator_at_that_moment(cloud: Cloud) -> None:
    john = open_shop(cloud)
    pretender = Person(john.id, ("seller", "Operator"))
    assert decide(cloud, Person(john.id, ("seller",)), john.id, "verify").status == 403
    assert decide(cloud, pretender, john.id, "verify").status == 403
    assert see(cloud, john.id).json["verification"] == "unverified"


def test_a_decision_about_an_unknown_shop_is_a_404(cloud: Cloud) -> None:
    boss = operator(cloud)
    assert decide(cloud, boss, "nobody", "verify").status == 404


def test_a_suspended_shop_is_not_found_until_it_is_reinstated(cloud: Cloud) -> None:
    john, boss, fan = open_shop(cloud), operator(cloud), register(cloud, "fan@example.com")
    decide(cloud, boss, john.id, "suspend")
    assert see(cloud, john.id).status == 404
    assert follow(cloud, fan.id, john.id).status == 404
    applied = apply(cloud, john.id)
    assert (applied.status, applied.json["error"]) == (409, "shop_suspended")
    decide(cloud, boss, john.id, "reinstate")
    assert see(cloud, john.id).json["verification"] == "unverified"


def test_only_verified_shops_are_shown_where_verification_is_required(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_verification(monkeypatch)
    john, boss, fan = open_shop(cloud), operator(cloud), register(cloud, "fan@example.com")
    assert (see(cloud, john.id).status, follow(cloud, fan.id, john.id).status) == (404, 404)
    assert edit(cloud, john.id, bio="mine").json["verification"] == "unverified"
    decide(cloud, boss, john.id, "verify")
    assert (see(cloud, john.id).status, follow(cloud, fan.id, john.id).status) == (200, 200)


# Selling -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verified_only", [False, True])
@pytest.mark.parametrize("verification", Verification)
def test_the_check_in_a_transaction_matches_the_model(
    cloud: Cloud, verification: Verification, verified_only: bool
) -> None:
    shop, table, tables = make_shop(verification), cloud.physical["CatalogueTable"], storage.tables()
    tables.put(put_new_shop(table, shop))
    check = shop_may_sell(table, shop.id, verified_only=verified_only)
    if shop.may_sell(verified_only=verified_only):
        tables.commit(check)
    else:
        with pytest.raises(Conflict) as refused:
            tables.commit(check)
        suspended = verification is Verification.SUSPENDED
        assert refused.value.code == ("shop_suspended" if suspended else "shop_not_verified")
        assert refused.value.extra == {"seller_id": shop.id}


@pytest.mark.parametrize("verified_only", [False, True])
def test_a_seller_without_a_shop_may_not_sell(cloud: Cloud, verified_only: bool) -> None:
    check = shop_may_sell(cloud.physical["CatalogueTable"], "nobody", verified_only=verified_only)
    with pytest.raises(Conflict) as refused:
        storage.tables().commit(check)
    assert refused.value.code == "no_shop"
