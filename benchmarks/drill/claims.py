"""What must be true once the service had time to recover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from benchmarks.drill.journeys import ListingJourney, OrderJourney
from tests.e2e.selling import Ebay
from tests.e2e.storefront.trading import Stripe

_CONFIRMED: Final = frozenset({"confirmed", "processing", "shipped", "delivered"})


def listings(journeys: Sequence[ListingJourney], ebay: Ebay) -> Iterator[str]:
    """Every listing is published once or in a clear error, and one is published; what breaks that, as sentences."""
    published = 0
    items = ebay.state()["listings"]
    live = Counter(one["sku"] for one in items if one["live"])
    for journey in journeys:
        for lost in journey.listings[:-1]:
            if live[lost]:
                yield f"listing {lost} was lost and is at eBay"
        if not journey.listings:
            yield "a listing could not be created"
            continue
        listing = journey.listings[-1]
        now = journey.seller.listing(listing)
        if live[listing] > 1:
            yield f"listing {listing} is at eBay {live[listing]} times"
        match now["status"]:
            case "published":
                published += 1
                ids = [one["item_id"] for one in items if one["sku"] == listing and one["live"]]
                if ids != [now["ebay_item_id"]]:
                    yield f"listing {listing} is published as {now['ebay_item_id']}, and eBay has {ids}"
            case "error":
                if not (now["error"] or {}).get("detail"):
                    yield f"listing {listing} is in an error that says nothing"
            case status:
                photos = [(photo["status"], photo["reason"]) for photo in now["photos"]]
                yield f"listing {listing} is still {status}, its photos {photos}"
    if not published:
        yield f"none of {len(journeys)} listings was published"


def orders(journeys: Sequence[OrderJourney]) -> Iterator[str]:
    """No order that its buyer has paid is pending, and one is confirmed; what breaks that, as sentences."""
    confirmed = 0
    for journey in journeys:
        if not journey.order:
            continue
        status = _status(journey)
        confirmed += status in _CONFIRMED
        if journey.is_paid and status == "pending":
            yield f"order {journey.order} is paid by its buyer and still pending"
    if not confirmed:
        yield f"none of {len(journeys)} orders was confirmed"


def payments(journeys: Sequence[OrderJourney], stripe: Stripe) -> Iterator[str]:
    """Every paid page is an order that is confirmed, or refunded whole, and no order is charged twice."""
    state = stripe.state()
    refunded: Counter[str] = Counter()
    for refund in state["refunds"]:
        if refund["status"] == "succeeded":
            refunded[refund["payment_intent"]] += refund["amount"]
    by_order = {journey.order: journey for journey in journeys}
    charged: Counter[str] = Counter()
    for session in state["sessions"]:
        if session["payment_status"] != "paid" or refunded[session["payment_intent"]] == session["amount_total"]:
            continue
        order = session["client_reference_id"]
        charged[order] += 1
        if order not in by_order:
            yield f"page {session['id']} is paid for order {order}, of which no buyer knows"
            continue
        status = _status(by_order[order])
        if status not in _CONFIRMED:
            yield f"page {session['id']} is paid and not refunded, and order {order} is {status}"
    for order, times in charged.items():
        if times > 1:
            yield f"order {order} was charged {times} times"


def _status(journey: OrderJourney) -> str:
    """Where the order is; the status of the answer when it cannot be read."""
    answer = journey.buyer.ask("GET", f"/orders/{journey.order}")
    return str(answer.json()["status"] if answer.status_code == 200 else answer.status_code)


def errors(journeys: Sequence[ListingJourney]) -> Mapping[str, int]:
    """How many listings say what is wrong with them, by what they say."""
    said = (journey.outcome["error"]["detail"] for journey in journeys if journey.outcome.get("error"))
    return dict(Counter(said))


def outcomes(journeys: Sequence[ListingJourney | OrderJourney]) -> Mapping[str, Any]:
    """How many are where."""
    return dict(sorted(Counter(journey.stage for journey in journeys).items()))
