"""The largest order and the most tracking of its parcels fit into items of the table: 400 KB each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from souk.aws.items import to_attributes
from souk.shared.clock import new_id
from souk.storefront.orders.keys import tracking_count, tracking_key
from souk.storefront.orders.mapping import from_order, from_tracking
from souk.storefront.orders.model import (
    MOST_LINES,
    MOST_REFUNDS,
    MOST_SELLERS,
    MOST_TRACKED,
    Order,
    Status,
    Tracking,
    tracking_limit,
)
from souk.storefront.orders.schemas import NewRefund, NewTracking
from tests.functions.capacity import item_size
from tests.unit.storefront.orders.order_builders import NOW, a_line, a_part, a_refund, an_order, paid

_WIDEST = "\N{GRINNING FACE}"  # four bytes in UTF-8
_ITEM_BYTES = 400 * 1024


def _size(item: Mapping[str, Any]) -> int:
    return item_size(to_attributes(item))


def _largest_order() -> Order:
    lines = [
        a_line(number, 999, product_id=new_id(), title=_WIDEST * 200, image=f"https://{'x' * 2040}")
        for number in range(1, MOST_LINES + 1)
    ]
    return paid(an_order(a_part(new_id(), *lines)))


def test_the_largest_order_with_the_most_refunds_fits_into_an_item() -> None:
    order = _largest_order()
    [part] = order.fulfilments
    wish = NewRefund.model_validate({"reason": _WIDEST * 500, "amount": 1}).to_request()
    for _ in range(MOST_REFUNDS):
        refund = a_refund(order, part.seller_id, "0.01", id=new_id(), reason=wish.reason, requested_by=new_id())
        order = order.reserve_refund(refund)
        refused = refund.failed("re_" + "x" * 250, _WIDEST * 500, NOW)
        order = order.settle_refund(replace(refused, lines={line.id: line.quantity for line in part.lines}))
    assert 0.6 * _ITEM_BYTES < _size(from_order(order)) < 0.95 * _ITEM_BYTES


def test_the_most_tracking_entries_fit_into_an_item() -> None:
    words = dict.fromkeys(("location", "carrier", "tracking_number"), _WIDEST * 100)
    news = NewTracking.model_validate({**words, "notes": _WIDEST * 500}).to_update()
    entry = Tracking(
        id=new_id(),
        seller_id=new_id(),
        status=Status.PROCESSING,
        at=NOW,
        location=news.location,
        notes=news.notes,
        carrier=news.carrier,
        tracking_number=news.tracking_number,
    )
    log = {**tracking_key(new_id()), "buyer_id": new_id(), "entries": [from_tracking(entry)] * MOST_TRACKED}
    counts = {tracking_count(new_id()): MOST_TRACKED for _ in range(MOST_SELLERS)}
    assert 0.6 * _ITEM_BYTES < _size({**log, **counts}) < 0.95 * _ITEM_BYTES


def test_the_entries_of_all_sellers_together_stay_below_the_limit() -> None:
    tracked = [
        tracking_limit(an_order(*(a_part(new_id()) for _ in range(sellers)))) for sellers in range(1, MOST_SELLERS + 1)
    ]
    assert (tracked[0], tracked[-1]) == (MOST_TRACKED, MOST_TRACKED // MOST_SELLERS)
    together = [sellers * each for sellers, each in enumerate(tracked, start=1)]
    assert max(together) == MOST_TRACKED
    assert min(tracked) >= 10
