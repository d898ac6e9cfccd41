"""Rebuilding the index."""

from __future__ import annotations

from datetime import timedelta

import pytest

from souk.shared import clock
from tests.functions.cloud import forget, sample
from tests.functions.storefront.search.markets import Market


def rebuild(market: Market) -> dict[str, int]:
    forget()
    answer: dict[str, int] = market.cloud.invoke("rebuild_index", sample("rebuild_index"))
    return answer


def test_a_rebuilt_index_matches_the_catalogue(market: Market) -> None:
    cup = market.offers("Cup")
    market.index_changes()
    market.offers("Saucer")
    market.changes(cup, is_active=False)
    assert rebuild(market) == {"products": 1}
    assert market.titles() == ["Saucer"]


@pytest.mark.parametrize("damaged", ["index/manifest", "index/packs/"])
def test_a_rebuild_repairs_a_damaged_index(market: Market, damaged: str) -> None:
    market.offers("Cup")
    market.index_changes()
    s3 = market.cloud.client("s3")
    for one in s3.list_objects_v2(Bucket=market.bucket, Prefix=damaged)["Contents"]:
        s3.put_object(Bucket=market.bucket, Key=one["Key"], Body=b"?")
    assert market.search().status == 503
    rebuild(market)
    assert market.titles() == ["Cup"]


def test_a_lost_index_is_an_error_until_it_is_rebuilt(market: Market) -> None:
    market.offers("Cup")
    market.index_changes()
    s3 = market.cloud.client("s3")
    for one in s3.list_objects_v2(Bucket=market.bucket)["Contents"]:
        s3.delete_object(Bucket=market.bucket, Key=one["Key"])
    for answer in (market.search(), market.browse()):
        assert (answer.status, answer.json["error"]) == (503, "search_unavailable")
        assert int(answer.headers["retry-after"]) > 0
    assert rebuild(market) == {"products": 1}
    assert market.titles() == ["Cup"]


def test_a_rebuild_makes_the_first_index(market: Market) -> None:
    market.offers("Cup")
    assert rebuild(market) == {"products": 1}
    assert market.titles() == ["Cup"]


def test_a_rebuild_removes_unused_packs(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    market.offers("Cup")
    market.index_changes()
    s3 = market.cloud.client("s3")
    s3.put_object(Bucket=market.bucket, Key="index/packs/left-behind", Body=b"?")
    rebuild(market)
    later = clock.utc_now() + timedelta(days=2)
    monkeypatch.setattr(clock, "utc_now", lambda: later)
    rebuild(market)
    kept = {one["Key"] for one in s3.list_objects_v2(Bucket=market.bucket)["Contents"]}
    assert "index/packs/left-behind" not in kept
    assert market.titles() == ["Cup"]
