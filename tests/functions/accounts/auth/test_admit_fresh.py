"""`admit_fresh`: for routes on which an account's loss must not wait for its token to expire."""

from types import SimpleNamespace
from typing import Any

import pytest

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.wiring.identity import admit_fresh
from tests.functions.accounts.auth.accounts import register, remove_account, set_standing
from tests.functions.cloud import Cloud, Person, sample


@endpoint("GET /operators", roles=frozenset({"Operator"}), admit=admit_fresh)
def for_operators(request: Request) -> dict[str, Any]:
    """Only for operators."""
    return {"roles": sorted(request.caller.roles)}


@endpoint("GET /everybody", roles=SIGNED_IN, admit=admit_fresh)
def for_everybody(request: Request) -> dict[str, Any]:
    """For any account."""
    return {"roles": sorted(request.caller.roles)}


def ask(handler: Any, who: Person) -> tuple[int, str]:
    event = sample("get_current_account")
    event["requestContext"]["authorizer"] = {"lambda": who.verdict()}
    reply = handler(event, SimpleNamespace(function_name="Test"))
    return reply["statusCode"], reply["body"]


def test_a_role_that_is_held_is_admitted_with_one_read(cloud: Cloud) -> None:
    registered = register(cloud)
    cloud.invoke("grant_operator", {"email": registered.email})
    cloud.calls.clear()
    assert ask(for_operators, Person(registered.id, ("user", "Operator"))) == (200, '{"roles":["Operator","user"]}')
    assert cloud.operations() == ["dynamodb:GetItem"]


def test_a_role_that_was_taken_away_since_the_token_was_issued_is_forbidden(cloud: Cloud) -> None:
    who = Person(register(cloud).id, ("user", "Operator"))
    assert ask(for_operators, who)[0] == 403
    assert ask(for_everybody, who) == (200, '{"roles":["user"]}')


def test_a_role_that_was_given_since_the_token_was_issued_waits_for_the_next_one(cloud: Cloud) -> None:
    registered = register(cloud)
    cloud.invoke("grant_operator", {"email": registered.email})
    assert ask(for_operators, Person(registered.id, ("user",)))[0] == 403
    assert ask(for_everybody, Person(registered.id, ("user",))) == (200, '{"roles":["user"]}')


@pytest.mark.parametrize("loss", ["suspended", "gone"])
def test_an_account_that_is_suspended_or_gone_is_refused_whatever_its_token_says(cloud: Cloud, loss: str) -> None:
    who = Person(register(cloud).id)
    if loss == "gone":
        remove_account(cloud, who.id)
    else:
        set_standing(cloud, who.id, "suspended")
    assert ask(for_everybody, who)[0] == 401


def test_without_the_role_in_the_token_the_account_is_not_even_read(cloud: Cloud) -> None:
    assert ask(for_operators, Person("somebody"))[0] == 403
    assert cloud.calls == []
