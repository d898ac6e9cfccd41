"""Counting sales from the orders' stream, and recounting them."""

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
from tests.functions.storefront.analytics.sellers import counters, deliver, empty, put, record, recount
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
    """Placed, paid, a refund requested and succeeded, another requested and failed."""
    placed = an_order(order_id)
    bought = placed.pay(capture(placed))
    requested = bought.reserve_refund(a_refund(f"{order_id}-r1", {ANA: 1000, BEA: 11}, NOW + timedelta(seconds=1)))
    given = settled(requested, f"{order_id}-r1", RefundStatus.SUCCEEDED)
    again = given.reserve_refund(a_refund(f"{order_id}-r2", {ANA: 500}))
    return [placed, bought, requested, given, again, settled(again, f"{order_id}-r2", RefundStatus.FAILED)]


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


def test_payments_and_refunds_are_counted_on_their_days(cloud: Cloud) -> None:
    deliver(cloud, *versions())
    counted = counters(cloud)
    assert counted["SHOP#ana", DAY] == {"revenue": 2498, "orders": 1, "units": 4}
    assert counted["SHOP#ana", f"{DAY}#p1"] == {"revenue": 999, "orders": 1, "units": 3, "title": "Product 1"}
    # One second later is another day: 10.00 of 27.20, of which 24.98 are not tax.
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
        deliver(cloud, order, order.pay(capture(order)))
    assert counters(cloud)["SHOP#bea", f"{DAY}#p3"] == {"revenue": 30, "orders": 3, "units": 6, "title": "Product 3"}


@pytest.mark.parametrize("seed", range(10))
def test_records_delivered_twice_and_out_of_order_count_once(cloud: Cloud, seed: int) -> None:
    records = deliver(cloud, *versions())
    expected = counters(cloud)
    empty(cloud)
    shuffled = records * 2
    Random(seed).shuffle(shuffled)
    for delivered in shuffled:
        cloud.invoke("count_sales", {"Records": [delivered]})
    assert counters(cloud) == expected


def test_a_batch_that_failed_half_way_is_counted_once_when_it_is_delivered_again(
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
    deliver(cloud, *versions())
    assert counted == counters(cloud)


def test_a_fact_is_one_transaction(cloud: Cloud) -> None:
    order = an_order()
    deliver(cloud, order, order.pay(capture(order)))
    [call] = cloud.calls
    assert (call.operation, len(call.request["TransactItems"])) == ("TransactWriteItems", 1 + 2 + 3)


def test_other_items_and_removed_orders_are_not_counted(cloud: Cloud) -> None:
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


def test_a_change_of_anything_but_payment_and_refunds_reads_and_writes_nothing(cloud: Cloud) -> None:
    order = paid()
    cloud.invoke("count_sales", {"Records": [record(order, order.tracked(ANA, "DHL", "1"))]})
    assert cloud.calls == []


# Recounting ----------------------------------------------------------------------------------------------------------


def test_a_recount_of_lost_counters_gives_the_same_sums(cloud: Cloud) -> None:
    for number in range(4):
        deliver(cloud, *versions(f"o{number}")[: 2 + number])
    counted = counters(cloud)
    empty(cloud)
    # Other items of the orders table.
    put(cloud, "OrdersTable", {"pk": "USER#ana", "sk": "SALE#o1", "order_id": "o1"})
    put(cloud, "OrdersTable", {"pk": "ORDER#o1", "sk": "TRACKING", "buyer_id": "john"})
    put(cloud, "OrdersTable", {"pk": "IDEMPOTENCY#john", "sk": "ORDER#x", "entity_id": "o1"})
    [answer] = recount(cloud)
    assert counters(cloud) == counted
    assert answer == {"orders": 4, "counted": 4 + 1 + 1, "following": None}


def test_a_recount_of_correct_counters_changes_nothing(cloud: Cloud) -> None:
    deliver(cloud, *versions())
    counted = counters(cloud)
    assert [answer["counted"] for answer in recount(cloud)] == [0]
    assert counters(cloud) == counted


def test_a_recount_counts_records_that_the_stream_lost_and_the_stream_does_not_count_them_again(cloud: Cloud) -> None:
    life = versions()
    put(cloud, "OrdersTable", from_order(life[-1]))
    recount(cloud)
    counted = counters(cloud)
    deliver(cloud, *life)
    assert counters(cloud) == counted


def test_a_recount_continues_where_its_last_call_ended(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        deliver(cloud, *versions(f"o{number}"))
    counted = counters(cloud)
    empty(cloud)
    monkeypatch.setattr(repository, "_PAGE", 2)
    answers = recount(cloud)
    assert len(answers) > 1
    assert (sum(answer["orders"] for answer in answers), counters(cloud)) == (7, counted)


def test_the_sample_event_recounts(cloud: Cloud) -> None:
    put(cloud, "OrdersTable", from_order(refunded(paid(), "r1", {ANA: 1})))
    answer = cloud.invoke("rebuild_analytics", sample("rebuild_analytics"))
    assert answer == {"orders": 1, "counted": 2, "following": None}
