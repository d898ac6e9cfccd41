"""GET /sellers/{seller_id}/analytics."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from souk.storefront.analytics import repository
from tests.functions.cloud import Cloud, Person, sample
from tests.functions.storefront.analytics.sellers import deliver, report, stock
from tests.unit.storefront.analytics.paid_orders import ANA, BEA, NOW, an_order, capture, paid, refunded

NEXT_DAY = NOW + timedelta(days=1)


def test_a_seller_sees_sales_by_day_and_by_product(cloud: Cloud) -> None:
    deliver(cloud, paid("o1"))
    deliver(cloud, refunded(paid("o2", NEXT_DAY), "r1", {ANA: 2720}, NEXT_DAY))
    stock(cloud, ANA, "p1", 5)
    stock(cloud, ANA, "p2", 0)
    stock(cloud, BEA, "p3", 7)
    answer = report(cloud, ANA, {"from": "2026-11-20", "to": "2026-11-22"})
    assert answer.status == 200
    assert answer.json == {
        "seller_id": ANA,
        "from": "2026-11-20",
        "to": "2026-11-22",
        "currency": "USD",
        "currencies": ["USD"],
        "revenue": 49.96,
        "refunds": 24.98,
        "net": 24.98,
        "orders": 2,
        "units": 8,
        "by_day": [
            {"date": "2026-11-20", "revenue": 0, "refunds": 0, "net": 0, "orders": 0, "units": 0},
            {"date": "2026-11-21", "revenue": 24.98, "refunds": 0, "net": 24.98, "orders": 1, "units": 4},
            {"date": "2026-11-22", "revenue": 24.98, "refunds": 24.98, "net": 0, "orders": 1, "units": 4},
        ],
        "by_product": [
            {"product_id": "p2", "title": "Product 2", "revenue": 20, "orders": 2, "units": 2},
            {"product_id": "p1", "title": "Product 1", "revenue": 19.98, "orders": 2, "units": 6},
        ],
        "inventory": {"products": 2, "units": 5, "out_of_stock": 1},
    }


def test_a_seller_without_sales_sees_zeros(cloud: Cloud) -> None:
    body = report(cloud, "nobody").json
    assert (body["revenue"], body["orders"], body["currency"], body["currencies"]) == (0, 0, "USD", [])
    assert len(body["by_day"]) == 30
    assert body["inventory"] == {"products": 0, "units": 0, "out_of_stock": 0}


def test_net_is_negative_on_a_day_with_more_refunds_than_sales(cloud: Cloud) -> None:
    deliver(cloud, refunded(paid(), "r1", {BEA: 11}, NEXT_DAY))
    body = report(cloud, BEA, {"from": "2026-11-22", "to": "2026-11-22"}).json
    assert (body["revenue"], body["refunds"], body["net"], body["orders"]) == (0, 0.1, -0.1, 0)


def test_currencies_are_reported_one_at_a_time(cloud: Cloud) -> None:
    deliver(cloud, paid("o1", currency="JPY"))
    deliver(cloud, paid("o2"))
    deliver(cloud, paid("o3"))
    body = report(cloud, ANA).json
    assert (body["currency"], body["currencies"], body["revenue"], body["orders"]) == ("USD", ["JPY", "USD"], 49.96, 2)
    yen = report(cloud, ANA, {"currency": "JPY"}).json
    assert (yen["currency"], yen["revenue"], yen["orders"]) == ("JPY", 2498, 1)


def test_the_default_period_is_the_last_thirty_days(cloud: Cloud) -> None:
    now = datetime.now(UTC)
    for order_id, days in (("o1", 0), ("o2", 28), ("o3", 31)):
        deliver(cloud, paid(order_id, now - timedelta(days=days)))
    answer = cloud.call("get_seller_analytics", caller=Person(ANA), params={"seller_id": ANA}, query={})
    assert (len(answer.json["by_day"]), answer.json["orders"]) == (30, 2)


def test_a_whole_year_is_read_across_pages(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "_PAGE", 7)
    for number in range(12):
        deliver(cloud, paid(f"o{number}", NOW - timedelta(days=30 * number)))
        stock(cloud, ANA, f"p{number}", number)
    body = report(cloud, ANA, {"from": "2025-11-30"}).json
    assert (body["orders"], body["units"], len(body["by_day"])) == (12, 48, 366)
    assert body["inventory"] == {"products": 12, "units": 66, "out_of_stock": 1}


def test_another_sellers_figures_are_not_found(cloud: Cloud) -> None:
    deliver(cloud, paid())
    for stranger in (Person(BEA, roles=("seller",)), Person("root", roles=("Operator",))):
        answer = report(cloud, ANA, caller=stranger)
        assert (answer.status, answer.json["error"]) == (404, "not_found")


def test_a_report_needs_a_token(cloud: Cloud) -> None:
    event = sample("get_seller_analytics")
    del event["requestContext"]["authorizer"]
    assert cloud.invoke("get_seller_analytics", event)["statusCode"] == 401


def test_the_sample_event_reports_a_month(cloud: Cloud) -> None:
    event = sample("get_seller_analytics")
    assert cloud.invoke("get_seller_analytics", event)["statusCode"] == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "2026-11-30", "to": "2026-11-01"}, "from"),
        ({"from": "2025-11-29"}, "from"),
        ({"currency": "usd"}, "currency"),
    ],
    ids=str,
)
def test_an_invalid_query_is_a_400_that_names_the_field(cloud: Cloud, query: dict[str, str], field: str) -> None:
    answer = report(cloud, ANA, query)
    assert answer.status == 400
    assert [problem["field"] for problem in answer.json["errors"]] == [field]


def test_an_unpaid_order_is_no_sale(cloud: Cloud) -> None:
    order = an_order()
    deliver(cloud, order)
    assert report(cloud, ANA).json["orders"] == 0
    deliver(cloud, order, order.pay(capture(order)))
    assert report(cloud, ANA).json["orders"] == 1
