"""The requests and units of each call about reviews, measured and compared with docs/access-patterns.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.functions.accounts.auth.accounts import register
from tests.functions.capacity import billed, table_of
from tests.functions.cloud import Cloud, Person
from tests.functions.storefront.reviews.buyers import a_buyer, edit, listed, offer, receives, review, take_back
from tests.functions.template import ROOT

DOCUMENT = ROOT / "docs" / "access-patterns.md"
SECTION = "Reviews"
EMPTY = "01890000-0000-7000-8000-0000000000ff"
WORDS = "It came well packed, and it does what it says. " * 8


def _writing(cloud: Cloud) -> Callable[[], Any]:
    buyer = Person(register(cloud, full_name="John Doe").id)
    receives(cloud, buyer.id)
    return lambda: review(cloud, buyer, comment=WORDS)


def _on_ones_own(act: Callable[[Cloud, Person, str], Any]) -> Callable[[Cloud], Callable[[], Any]]:
    def prepared(cloud: Cloud) -> Callable[[], Any]:
        buyer = a_buyer(cloud)
        made = review(cloud, buyer, comment=WORDS).json["id"]
        return lambda: act(cloud, buyer, made)

    return prepared


def _listing_none(cloud: Cloud) -> Callable[[], Any]:
    offer(cloud, EMPTY)
    return lambda: listed(cloud, EMPTY)


WORK: dict[str, Callable[[Cloud], Callable[[], Any]]] = {
    "list reviews": lambda cloud: lambda: listed(cloud),
    "list no reviews": _listing_none,
    "write a review": _writing,
    "edit the words of a review": _on_ones_own(lambda cloud, who, made: edit(cloud, who, made, {"comment": "Fine."})),
    "edit the rating of a review": _on_ones_own(lambda cloud, who, made: edit(cloud, who, made, {"rating": 1})),
    "take a review back": _on_ones_own(take_back),
}


def _reviewed(cloud: Cloud) -> None:
    offer(cloud)
    for _ in range(30):
        review(cloud, a_buyer(cloud), comment=WORDS)


def _measure(cloud: Cloud, name: str) -> str:
    act = WORK[name](cloud)
    with billed(cloud) as bill:
        answer = act()
    assert answer.status < 300, answer.body
    return bill.row()


def test_every_call_costs_what_access_patterns_says(cloud: Cloud) -> None:
    _reviewed(cloud)
    said = table_of(DOCUMENT.read_text(), SECTION)
    del said["pattern"]
    assert {name: _measure(cloud, name) for name in WORK} == said
