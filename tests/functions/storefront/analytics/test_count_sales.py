"""The orders' stream, and counting anew."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from souk.storefront.analytics import repository
from souk.storefront.analytics.model.counters import Fact
from souk.storefront.orders.mapping import from_order
from souk.storefront.orders.model import Order, RefundStatus
from tests.functions.cloud import Cloud, sample
from tests.functions.storefront.analytics.sellers import counters, empty, put, record, recount, tell
from tests.unit.storefront.analytics.paid_orders import (
    ANA,
    BEA,
    NOW,
    a_refund,
    an_order,
    capture,
    paid,
    refunded,
    settled,
)

DAY = "DAY#2026-11-21#USD"


def versions(order_id: str = "o1") -> list[Order]:
    """Placed, paid, a refund asked for, succeeded, another asked for and failed."""
    placed = an_order(order_id)
    bought = placed.pay(capture(placed))
    asked = bought.reserve_refund(a_refund(f"{order_id}-r1", {ANA: 1000, BEA: 11}, NOW + timedelta(seconds=1)))
    given = settled(asked, f"{order_id}-r1", RefundStatus.SUCCEEDED)
    again = given.reserve_refund(a_refund(f"{order_id}-r2", {ANA: 500}))
    return [placed, bought, asked, given, again, settled(again, f"{order_id}-r2", RefundStatus.FAILED)]


def test_the_sample_record_is_a_payment(cloud: Cloud) -> None:
    for _ in range(2):
        cloud.invoke("count_sales", sample("count_sales"))
    shops = {key: counted for key, counted in counters(cloud).items() if key[0].startswith("SHOP#")}
    assert shops == {
        ("SHOP#01890000-0000-7000-8000-00000000000a", "DAY#2026-11-21#USD"): {
            "revenue": 15949,
            "orders": 1,
            "units": 1,
        },
        (
            "SHOP#01890000-0000-7000-8000-00000000000a",
            "DAY#2026-11-21#USD#01890000-0000-7000-8000-0000000000b1",
        ): {"revenue": 14950, "orders": 1, "units": 1, "title": "Pentax K1000 camera"},
    }


def test_what_is_paid_and_given_back_is_counted_on_its_days(cloud: Cloud) -> None:
    tell(cloud, *versions())
    counted = counters(cloud)
    assert counted["SHOP#ana", DAY] == {"revenue": 2498, "orders": 1, "units": 4}
    assert counted["SHOP#ana", f"{DAY}#p1"] == {"revenue": 999, "orders": 1, "units": 3, "title": "Product 1"}
    # One second later is another day: 10.00 of 27.20, of which 24.98 are no tax.
    assert counted["SHOP#ana", "DAY#2026-11-22#USD"] == {"refunds": 918}
    assert counted["SHOP#bea", "DAY#2026-11-22#USD"] == {"refunds": 10}
    assert {sk for pk, sk in counted if pk == "SEEN#o1"} == {
        "captured",
        "refunded-o1-r1",
        "refunded-o1-r2",
        "refund-failed-o1-r2",
    }


def test_orders_of_a_day_add_up(cloud: Cloud) -> None:
    for number in range(3):
        order = an_order(f"o{number}")
        tell(cloud, order, order.pay(capture(order)))
    assert counters(cloud)["SHOP#bea", f"{DAY}#p3"] == {"revenue": 30, "orders": 3, "units": 6, "title": "Product 3"}


@pytest.mark.parametrize("seed", range(10))
def test_records_that_come_twice_and_in_disorder_count_once(cloud: Cloud, seed: int) -> None:
    told = versions()
    records = tell(cloud, *told)
    expected = counters(cloud)
    empty(cloud)
    shuffled = records * 2
    Random(seed).shuffle(shuffled)
    for one in shuffled:
        cloud.invoke("count_sales", {"Records": [one]})
    assert counters(cloud) == expected


def test_a_batch_that_failed_half_way_is_counted_once_when_it_comes_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [record(before, after) for before, after in pairwise(versions())]
    count, calls = repository.CounterRepository.count, 0

    def fails_after_its_effect(counting: repository.CounterRepository, fact: Fact) -> bool:
        nonlocal calls
        calls += 1
        done = count(counting, fact)
        if calls == 2:
            raise ConnectionError("The answer was lost.")
        return done

    with monkeypatch.context() as broken:
        broken.setattr(repository.CounterRepository, "count", fails_after_its_effect)
        with pytest.raises(ConnectionError):
            cloud.invoke("count_sales", {"Records": records})
    cloud.invoke("count_sales", {"Records": records})
    counted = counters(cloud)
    empty(cloud)
    tell(cloud, *versions())
    assert counted == counters(cloud)


def test_a_fact_is_one_transaction(cloud: Cloud) -> None:
    order = an_order()
    tell(cloud, order, order.pay(capture(order)))
    [call] = cloud.calls
    assert (call.operation, len(call.request["TransactItems"])) == ("TransactWriteItems", 1 + 2 + 3)


def test_other_items_and_removed_orders_tell_nothing(cloud: Cloud) -> None:
    keys = {"pk": {"S": "USER#ana"}, "sk": {"S": "SALE#o1"}}
    gone = record(None, paid())["dynamodb"]
    cloud.invoke(
        "count_sales",
        {
            "Records": [
                {"dynamodb": {"Keys": keys, "NewImage": keys}},
                {"dynamodb": {"Keys": gone["Keys"], "OldImage": gone["NewImage"]}},
            ]
        },
    )
    assert cloud.calls == []


def test_a_write_that_tells_nothing_new_asks_nothing_of_the_tables(cloud: Cloud) -> None:
    order = paid()
    cloud.invoke("count_sales", {"Records": [record(order, order.tracked(ANA, "DHL", "1"))]})
    assert cloud.calls == []


# Counting anew -------------------------------------------------------------------------------------------------------


def test_a_rebuild_gives_the_same_sums(cloud: Cloud) -> None:
    for number in range(4):
        tell(cloud, *versions(f"o{number}")[: 2 + number])
    counted = counters(cloud)
    empty(cloud)
    # Neighbours of orders in their table.
    put(cloud, "OrdersTable", {"pk": "USER#ana", "sk": "SALE#o1", "order_id": "o1"})
    put(cloud, "OrdersTable", {"pk": "ORDER#o1", "sk": "TRACKING", "buyer_id": "john"})
    put(cloud, "OrdersTable", {"pk": "IDEMPOTENCY#john", "sk": "ORDER#x", "entity_id": "o1"})
    [said] = recount(cloud)
    assert counters(cloud) == counted
    assert said == {"orders": 4, "counted": 4 + 1 + 1, "following": None}


def test_a_rebuild_of_counters_that_are_right_changes_nothing(cloud: Cloud) -> None:
    tell(cloud, *versions())
    counted = counters(cloud)
    assert [said["counted"] for said in recount(cloud)] == [0]
    assert counters(cloud) == counted


def test_a_rebuild_counts_what_the_stream_has_lost_and_the_stream_does_not_count_it_again(cloud: Cloud) -> None:
    told = versions()
    put(cloud, "OrdersTable", from_order(told[-1]))
    recount(cloud)
    counted = counters(cloud)
    tell(cloud, *told)
    assert counters(cloud) == counted


def test_a_rebuild_goes_on_where_its_last_call_ended(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        tell(cloud, *versions(f"o{number}"))
    counted = counters(cloud)
    empty(cloud)
    monkeypatch.setattr(repository, "_PAGE", 2)
    said = recount(cloud)
    assert len(said) > 1
    assert (sum(one["orders"] for one in said), counters(cloud)) == (7, counted)


def test_the_sample_event_counts_anew(cloud: Cloud) -> None:
    put(cloud, "OrdersTable", from_order(refunded(paid(), "r1", {ANA: 1})))
    said = cloud.invoke("rebuild_analytics", sample("rebuild_analytics"))
    assert said == {"orders": 1, "counted": 2, "following": None}
