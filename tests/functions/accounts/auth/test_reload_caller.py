"""`reload_caller`: for routes at which a suspension or a lost role counts before the token expires."""

from types import SimpleNamespace
from typing import Any

import pytest

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.wiring.auth import reload_caller
from tests.functions.accounts.auth.accounts import register, remove_account, set_standing
from tests.functions.cloud import Cloud, Person, sample


@endpoint("GET /operators", roles=frozenset({"Operator"}), reload=reload_caller)
def for_operators(request: Request) -> dict[str, Any]:
    """Only for operators."""
    return {"roles": sorted(request.caller.roles)}


@endpoint("GET /everybody", roles=SIGNED_IN, reload=reload_caller)
def for_everybody(request: Request) -> dict[str, Any]:
    """For any account."""
    return {"roles": sorted(request.caller.roles)}


def ask(handler: Any, who: Person) -> tuple[int, str]:
    event = sample("get_current_account")
    event["requestContext"]["authorizer"] = {"lambda": who.verdict()}
    reply = handler(event, SimpleNamespace(function_name="Test"))
    return reply["statusCode"], reply["body"]


def test_a_caller_who_has_the_role_passes_with_one_read(cloud: Cloud) -> None:
    registered = register(cloud)
    cloud.invoke("grant_operator", {"email": registered.email})
    cloud.calls.clear()
    assert ask(for_operators, Person(registered.id, ("user", "Operator"))) == (200, '{"roles":["Operator","user"]}')
    assert cloud.operations() == ["dynamodb:GetItem"]


def test_a_role_lost_after_the_token_was_issued_no_longer_counts(cloud: Cloud) -> None:
    who = Person(register(cloud).id, ("user", "Operator"))
    assert ask(for_operators, who)[0] == 403
    assert ask(for_everybody, who) == (200, '{"roles":["user"]}')


def test_a_role_given_after_the_token_was_issued_does_not_count_yet(cloud: Cloud) -> None:
    registered = register(cloud)
    cloud.invoke("grant_operator", {"email": registered.email})
    assert ask(for_operators, Person(registered.id, ("user",)))[0] == 403
    assert ask(for_everybody, Person(registered.id, ("user",))) == (200, '{"roles":["user"]}')


@pytest.mark.parametrize("loss", ["suspended", "gone"])
def test_an_account_that_is_suspended_or_gone_is_refused_before_its_token_expires(cloud: Cloud, loss: str) -> None:
    who = Person(register(cloud).id)
    if loss == "gone":
        remove_account(cloud, who.id)
    else:
        set_standing(cloud, who.id, "suspended")
    assert ask(for_everybody, who)[0] == 401


def test_without_the_role_in_the_token_the_account_is_not_read(cloud: Cloud) -> None:
    assert ask(for_operators, Person("somebody"))[0] == 403
    assert cloud.calls == []
