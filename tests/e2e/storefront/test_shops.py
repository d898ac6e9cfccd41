"""Shops over HTTP: an application gives the role, a decision counts at once, followers are counted exactly."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from local.testing import LocalStack
from tests.e2e.account import Account, Heard
from tests.e2e.storefront.trading import Shop

FANS, CALLS, IN_FLIGHT = 6, 48, 12


def test_followers_are_counted_exactly_under_concurrent_calls(souk: LocalStack, heard: Heard) -> None:
    shop = Shop(souk, heard)
    fans = [Account(souk, heard, role="buyer") for _ in range(FANS)]

    def act(number: int) -> httpx.Response:
        fan = fans[number % FANS]
        return fan.ask("DELETE" if number // FANS % 2 else "POST", f"/sellers/{shop.id}/follow")

    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        answers = list(pool.map(act, range(CALLS)))
    assert Counter(answer.status_code for answer in answers) == {200: CALLS // 2, 204: CALLS // 2}
    follow = [fan for fan in fans if fan.expect(200, "GET", "/users/following")["data"]]
    assert shop.expect(200, "GET", f"/sellers/{shop.id}")["follower_count"] == len(follow)
    for fan in fans[1:]:
        fan.expect(200, "POST", f"/sellers/{shop.id}/follow")
    fans[0].expect(204, "DELETE", f"/sellers/{shop.id}/follow")
    assert shop.expect(200, "GET", f"/sellers/{shop.id}")["follower_count"] == FANS - 1


def test_one_application_sent_many_times_makes_one_shop(souk: LocalStack, heard: Heard) -> None:
    applicant = Account(souk, heard)
    body = {"shop_name": "Pressed Often", "category": "home", "agreed_to_terms": True}
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: applicant.ask("POST", "/sellers/apply", body), range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["status"] for answer in answers} == {"pending_verification"}
    applicant.refresh()
    me = applicant.expect(200, "GET", "/auth/me")
    assert sorted(me["roles"]) == ["seller", "user"]
    assert applicant.expect(200, "GET", f"/sellers/{applicant.id}")["shop_name"] == "Pressed Often"
