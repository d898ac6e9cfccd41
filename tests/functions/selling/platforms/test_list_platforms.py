"""GET /platforms."""

from tests.functions.cloud import Cloud, Person

JOHN = Person("john")


def test_every_platform_is_listed_connected_or_not(cloud: Cloud) -> None:
    before = cloud.call("list_platforms", caller=JOHN)
    assert before.status == 200
    unconnected = {"connected": False, "renewable": False, "expires_at": None, "updated_at": None}
    assert before.json == [{"platform": "ebay", **unconnected}, {"platform": "facebook", **unconnected}]


def test_a_list_is_one_query(cloud: Cloud) -> None:
    cloud.call("list_platforms", caller=JOHN)
    assert cloud.operations() == ["dynamodb:Query"]


def test_without_a_token_there_is_nothing_to_list(cloud: Cloud) -> None:
    assert cloud.call("list_platforms").status == 401
