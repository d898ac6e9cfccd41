"""Following shops: idempotent, with a count that is exact under concurrent calls."""

from __future__ import annotations

from itertools import count, product
from typing import Any

import pytest

from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Cloud, Person
from tests.functions.storefront.sellers.shops import decide, follow, following, open_shop, operator, see, unfollow


def followers(cloud: Cloud, shop_id: str) -> int:
    """The shop's number of followers, after checking it against both kinds of items."""
    items = cloud.items("CatalogueTable")
    unique = {item["follow_id"]: item["pk"] for item in items if item["sk"] == f"FOLLOWING#{shop_id}"}
    listed = {
        item["id"]: item["pk"] for item in items if item["sk"].startswith("FOLLOW#") and item["shop_id"] == shop_id
    }
    counted: int = see(cloud, shop_id).json["follower_count"]
    assert unique == listed
    assert counted == len(listed)
    return counted


@pytest.fixture
def shop(cloud: Cloud) -> str:
    return open_shop(cloud).id


def test_the_sample_events_follow_and_unfollow(cloud: Cloud, shop: str) -> None:
    answer = cloud.call("follow_shop", caller=Person("fan"), params={"id": shop})
    assert (answer.status, answer.json) == (200, {"id": shop, "following": True})
    assert followers(cloud, shop) == 1
    gone = cloud.call("unfollow_shop", caller=Person("fan"), params={"id": shop})
    assert (gone.status, gone.body) == (204, "")
    assert followers(cloud, shop) == 0


def test_following_twice_counts_once(cloud: Cloud, shop: str) -> None:
    assert [follow(cloud, "fan", shop).status for _ in range(3)] == [200, 200, 200]
    assert followers(cloud, shop) == 1


def test_unfollowing_twice_counts_once(cloud: Cloud, shop: str) -> None:
    follow(cloud, "fan", shop)
    follow(cloud, "other", shop)
    assert [unfollow(cloud, "fan", shop).status for _ in range(3)] == [204, 204, 204]
    assert followers(cloud, shop) == 1


def test_a_replay_does_not_follow_again(cloud: Cloud, shop: str) -> None:
    follow(cloud, "fan", shop, "one")
    unfollow(cloud, "fan", shop)
    again = follow(cloud, "fan", shop, "one")
    assert (again.status, again.headers["idempotent-replayed"]) == (200, "true")
    assert followers(cloud, shop) == 0


def test_a_key_is_recorded_by_a_call_that_had_nothing_to_do(cloud: Cloud, shop: str) -> None:
    follow(cloud, "fan", shop, "one")
    assert "idempotent-replayed" not in follow(cloud, "fan", shop, "two").headers
    unfollow(cloud, "fan", shop)
    assert follow(cloud, "fan", shop, "two").headers["idempotent-replayed"] == "true"
    assert followers(cloud, shop) == 0


def test_following_ones_own_shop_is_refused(cloud: Cloud, shop: str) -> None:
    answer = follow(cloud, shop, shop)
    assert (answer.status, answer.json["error"]) == (409, "own_shop")
    assert followers(cloud, shop) == 0


def test_following_an_unknown_shop_is_404_and_unfollowing_it_succeeds(cloud: Cloud) -> None:
    strangers = ("nobody", register(cloud).id, "x" * 3000, "x" * 1020, "\ud800")
    assert [follow(cloud, "fan", one).status for one in strangers] == [404] * 5
    assert [unfollow(cloud, "fan", one).status for one in strangers] == [204] * 5
    assert [item for item in cloud.items("CatalogueTable") if not item["pk"].startswith("IDEMPOTENCY#")] == []


_ACTS = {"follow": follow, "unfollow": unfollow}


@pytest.mark.parametrize("moment", [0, 1])
@pytest.mark.parametrize("rivals", [*product(_ACTS), *product(_ACTS, repeat=2)], ids=" then ".join)
@pytest.mark.parametrize("act", _ACTS)
@pytest.mark.parametrize("before", ["", "follow"])
def test_the_count_is_exact_with_concurrent_calls(
    cloud: Cloud, shop: str, before: str, act: str, rivals: tuple[str, ...], moment: int
) -> None:
    """The same user acts from another window, just before the call's first or second request to the tables."""
    if before:
        _ACTS[before](cloud, "fan", shop)
    asked = count()

    def interfere(**_: Any) -> None:
        if next(asked) == moment:
            for rival in rivals:
                assert _ACTS[rival](cloud, "fan", shop).status < 300

    with cloud.hooked(interfere, lambda **_: None):
        assert _ACTS[act](cloud, "fan", shop).status < 300
    assert followers(cloud, shop) in (0, 1)


# The list ------------------------------------------------------------------------------------------------------------


def test_followed_shops_are_listed_newest_first(cloud: Cloud) -> None:
    made = [open_shop(cloud, f"Shop {number}").id for number in range(3)]
    for one in made:
        follow(cloud, "fan", one)
    follow(cloud, "other", made[0])
    found = following(cloud, "fan")
    assert [one["id"] for one in found["data"]] == made[::-1]
    assert found["next_cursor"] is None
    assert found["data"][0] == {
        "id": made[2],
        "shop_name": "Shop 2",
        "logo_url": None,
        "verification": "unverified",
        "followed_at": found["data"][0]["followed_at"],
    }


def test_the_sample_event_lists_no_shops_at_first(cloud: Cloud) -> None:
    answer = cloud.call("list_following", caller=Person("fan"))
    assert (answer.status, answer.json) == (200, {"data": [], "next_cursor": None})


def test_pages_together_are_the_whole_list(cloud: Cloud) -> None:
    made = [open_shop(cloud, f"Shop {number}").id for number in range(5)]
    for one in made:
        follow(cloud, "fan", one)
    seen: list[str] = []
    query = {"limit": "2"}
    for _ in range(3):
        page = following(cloud, "fan", **query)
        seen += [one["id"] for one in page["data"]]
        query = {"limit": "2", "cursor": page["next_cursor"]}
    assert seen == made[::-1]
    assert page["next_cursor"] is None


def test_a_shop_that_may_not_sell_is_left_out_until_it_may(cloud: Cloud) -> None:
    made, boss = [open_shop(cloud, f"Shop {number}").id for number in range(2)], operator(cloud)
    for one in made:
        follow(cloud, "fan", one)
    decide(cloud, boss, made[1], "suspend")
    assert [one["id"] for one in following(cloud, "fan")["data"]] == made[:1]
    unfollow(cloud, "fan", made[0])
    decide(cloud, boss, made[1], "reinstate")
    assert [one["id"] for one in following(cloud, "fan")["data"]] == made[1:]
    assert followers(cloud, made[1]) == 1


def test_an_invalid_cursor_is_a_400(cloud: Cloud) -> None:
    answer = cloud.call("list_following", caller=Person("fan"), query={"cursor": "e30"})
    assert answer.status == 400
