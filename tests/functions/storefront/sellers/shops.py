"""Shops made through the API, for tests of what comes after. A `key` is an Idempotency-Key, by default a new one."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests.functions.accounts.auth.accounts import Registered, register
from tests.functions.cloud import Answer, Cloud, Person, forget
from tooling.contract.template import read_template

_NUMBERS = count(1)
OPERATOR = "operator@example.com"


def open_shop(cloud: Cloud, name: str = "Vintage Vault") -> Registered:
    """A newly registered seller, whose shop has this name."""
    return register(cloud, f"{name.casefold().replace(' ', '.')}@example.com", full_name=name, role="seller")


def operator(cloud: Cloud) -> Person:
    """An operator, made like the first one of a deployment."""
    account = register(cloud, OPERATOR)
    cloud.invoke("grant_operator", {"email": OPERATOR})
    return Person(account.id, ("user", "Operator"))


def apply(cloud: Cloud, account_id: str, key: str = "", **changes: Any) -> Answer:
    body = {"shop_name": "Vintage Vault", "category": "Fashion", "agreed_to_terms": True, **changes}
    return cloud.call("apply_to_sell", caller=Person(account_id), json=body, headers=_keyed(key))


def see(cloud: Cloud, shop_id: str) -> Answer:
    return cloud.call("get_shop", params={"id": shop_id})


def edit(cloud: Cloud, owner_id: str, version: str = "*", shop_id: str = "", **changes: Any) -> Answer:
    return cloud.call(
        "update_shop",
        caller=Person(owner_id),
        params={"id": shop_id or owner_id},
        json=changes,
        headers={"If-Match": version},
    )


def decide(cloud: Cloud, operator: Person, shop_id: str, decision: str, key: str = "", reason: str = "So.") -> Answer:
    return cloud.call(
        "decide_verification",
        caller=operator,
        params={"id": shop_id},
        json={"decision": decision, "reason": reason},
        headers=_keyed(key),
    )


def follow(cloud: Cloud, user_id: str, shop_id: str, key: str = "") -> Answer:
    return cloud.call("follow_shop", caller=Person(user_id), params={"id": shop_id}, headers=_keyed(key))


def unfollow(cloud: Cloud, user_id: str, shop_id: str) -> Answer:
    return cloud.call("unfollow_shop", caller=Person(user_id), params={"id": shop_id})


def following(cloud: Cloud, user_id: str, **query: str) -> Any:
    answer = cloud.call("list_following", caller=Person(user_id), query=query)
    assert answer.status == 200, answer.body
    return answer.json


def require_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deploy again with RequireVerifiedSellers."""
    monkeypatch.setitem(read_template()["Parameters"]["RequireVerifiedSellers"], "Default", "true")
    forget()


def _keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key or f"key-{next(_NUMBERS)}"}
