"""Making an operator: on no route, only for callers that may invoke functions."""

import pytest

from souk.shared.errors import InvalidRequest, NotFound
from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Cloud, sample


def test_the_sample_event_makes_an_existing_account_an_operator(cloud: Cloud) -> None:
    registered = register(cloud, role="seller")
    answer = cloud.invoke("grant_operator", sample("grant_operator"))
    assert answer == {"id": registered.id, "roles": ["seller", "Operator"]}


def test_an_email_is_found_in_any_spelling(cloud: Cloud) -> None:
    registered = register(cloud)
    assert cloud.invoke("grant_operator", {"email": " JOHN@Example.com"})["id"] == registered.id


def test_making_an_operator_twice_is_the_same_as_once(cloud: Cloud) -> None:
    register(cloud)
    for _ in range(2):
        answer = cloud.invoke("grant_operator", {"email": "john@example.com"})
    assert answer["roles"] == ["user", "Operator"]


def test_an_unknown_email_makes_no_operator(cloud: Cloud) -> None:
    with pytest.raises(NotFound, match="Register it first"):
        cloud.invoke("grant_operator", {"email": "nobody@example.com"})
    assert cloud.items("IdentityTable") == []


@pytest.mark.parametrize("event", [{}, {"email": None}, {"email": 7}, {"email": "nobody"}])
def test_an_invalid_email_is_refused(cloud: Cloud, event: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        cloud.invoke("grant_operator", event)
