"""Building the index anew."""

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


def test_the_catalogue_is_the_truth(market: Market) -> None:
    cup = market.offers("Cup")
    market.is_told()
    market.offers("Saucer")
    market.changes(cup, is_active=False)
    assert rebuild(market) == {"products": 1}
    assert market.titles() == ["Saucer"]


@pytest.mark.parametrize("damaged", ["index/manifest", "index/packs/"])
def test_a_damaged_index_is_whole_again(market: Market, damaged: str) -> None:
    market.offers("Cup")
    market.is_told()
    s3 = market.cloud.client("s3")
    for one in s3.list_objects_v2(Bucket=market.bucket, Prefix=damaged)["Contents"]:
        s3.put_object(Bucket=market.bucket, Key=one["Key"], Body=b"?")
    assert market.search().status == 503
    rebuild(market)
    assert market.titles() == ["Cup"]


def test_a_lost_index_is_not_an_empty_one_and_is_whole_again(market: Market) -> None:
    market.offers("Cup")
    market.is_told()
    s3 = market.cloud.client("s3")
    for one in s3.list_objects_v2(Bucket=market.bucket)["Contents"]:
        s3.delete_object(Bucket=market.bucket, Key=one["Key"])
    for answer in (market.search(), market.browse()):
        assert (answer.status, answer.json["error"]) == (503, "search_unavailable")
        assert int(answer.headers["retry-after"]) > 0
    assert rebuild(market) == {"products": 1}
    assert market.titles() == ["Cup"]


def test_without_any_index_one_is_made(market: Market) -> None:
    market.offers("Cup")
    assert rebuild(market) == {"products": 1}
    assert market.titles() == ["Cup"]


def test_what_nobody_reads_any_more_is_removed(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    market.offers("Cup")
    market.is_told()
    s3 = market.cloud.client("s3")
    s3.put_object(Bucket=market.bucket, Key="index/packs/left-behind", Body=b"?")
    rebuild(market)
    later = clock.utc_now() + timedelta(days=2)
    monkeypatch.setattr(clock, "utc_now", lambda: later)
    rebuild(market)
    kept = {one["Key"] for one in s3.list_objects_v2(Bucket=market.bucket)["Contents"]}
    assert "index/packs/left-behind" not in kept
    assert market.titles() == ["Cup"]
