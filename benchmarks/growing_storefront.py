"""The storefront among many: a seller's products, what moved and was said of one, what was sold of them, a buyer's
orders, and followers.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, pairwise
from typing import Any, Final

from benchmarks.growing import Act, Copies, Grow, Growing, Prepare
from souk.storefront.catalogue.mapping import from_stock
from souk.storefront.catalogue.model import Stock
from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Answer, Cloud, Person
from tests.functions.storefront.analytics.sellers import change, count_stock, deliver, report, stock
from tests.functions.storefront.catalogue.merchants import LAMP, Merchant, seen
from tests.functions.storefront.orders.market import Buyer, Shop
from tests.functions.storefront.payments import events
from tests.functions.storefront.reviews.buyers import edit, listed, receives, review, take_back
from tests.functions.storefront.sellers import shops
from tests.unit.storefront.analytics.paid_orders import ANA, paid
from tests.unit.storefront.payments.stripe_in_process import Stripe

_LISTED: Final = 20
_PAGE: Final = {"limit": str(_LISTED)}
_CATALOGUE: Final = "CatalogueTable"
_ORDERS: Final = "OrdersTable"
_ANALYTICS: Final = "AnalyticsTable"


def _products(cloud: Cloud, _stripe: Stripe) -> Growing:
    """All of one seller, and all movements and reviews of one of them."""
    bea = Merchant(cloud)
    [product, *_rest] = [bea.offers() for _ in range(_LISTED + 1)]
    bea.ships()
    for _ in range(_LISTED + 1):
        review(cloud, _buyer_of(cloud, product), product_id=product)
    owner, page = f"USER#{bea.id}", f"PRODUCT#{product}"
    movement, said = (_one_under(cloud, _CATALOGUE, page, kind) for kind in ("MOVEMENT#", "REVIEW#"))
    copies = (
        Copies(_CATALOGUE, (owner, page), lambda copy: (owner, f"PRODUCT#{copy}")),
        Copies(_CATALOGUE, (page, "PRODUCT"), lambda copy: (f"PRODUCT#{copy}", "PRODUCT")),
        Copies(_CATALOGUE, (page, "STOCK"), lambda copy: (f"PRODUCT#{copy}", "STOCK")),
        Copies(_CATALOGUE, (page, movement), lambda copy: (page, f"MOVEMENT#{copy}")),
        Copies(_CATALOGUE, (page, said), lambda copy: (page, f"REVIEW#{copy}")),
    )

    def removing() -> Act:
        another = bea.offers()
        return lambda: bea.on("delete_product", another)

    def writing() -> Act:
        buyer = _buyer_of(cloud, product)
        return lambda: review(cloud, buyer, product_id=product)

    def on_a_review(act: Callable[[Person, str], Answer]) -> Prepare:
        def prepare() -> Act:
            buyer = _buyer_of(cloud, product)
            made = review(cloud, buyer, product_id=product).json["id"]
            return lambda: act(buyer, made)

        return prepare

    calls: dict[str, Act] = {
        "offer a product": lambda: bea.call("create_product", json=LAMP),
        "see a product": lambda: seen(cloud, product),
        "edit a product": lambda: bea.on("update_product", product, json={"price": 44.5, "stock_quantity": 6}),
        "move its stock": lambda: bea.on("adjust_stock", product),
        "list a seller's products": lambda: bea.call("list_seller_products", {"seller_id": bea.id}, query=_PAGE),
        "list shipping profiles": lambda: bea.call("list_shipping_profiles"),
        "list reviews": lambda: listed(cloud, product, **_PAGE),
    }
    return Growing(
        copies,
        {
            **_as_they_are(calls),
            "remove a product": removing,
            "write a review": writing,
            "edit a review": on_a_review(lambda who, made: edit(cloud, who, made, {"rating": 1}, product)),
            "take a review back": on_a_review(lambda who, made: take_back(cloud, who, made, product)),
        },
    )


def _figures(cloud: Cloud, _stripe: Stripe) -> Growing:
    """All products of one seller, each counted; all days on which he sold anything before, and all orders."""
    stock(cloud, ANA, "p1", _LISTED)
    deliver(cloud, paid("o1"))
    shop, product = f"SHOP#{ANA}", "PRODUCT#p1"
    day = _one_under(cloud, _ANALYTICS, shop, "DAY#")
    copies = (
        Copies(_CATALOGUE, (f"USER#{ANA}", product), lambda copy: (f"USER#{ANA}", f"PRODUCT#{copy}")),
        Copies(_CATALOGUE, (product, "PRODUCT"), lambda copy: (f"PRODUCT#{copy}", "PRODUCT")),
        Copies(_CATALOGUE, (product, "STOCK"), lambda copy: (f"PRODUCT#{copy}", "STOCK")),
        Copies(_ANALYTICS, (product, "SHELF"), lambda copy: (f"PRODUCT#{copy}", "SHELF")),
        Copies(_ANALYTICS, (shop, day), lambda copy: (shop, f"DAY#{copy}")),
        Copies(_ANALYTICS, ("SEEN#o1", "captured"), lambda copy: (f"SEEN#{copy}", "captured")),
    )
    sales = pairwise(count())

    def stocktaking() -> Act:
        before, after = (from_stock(Stock("p1", _LISTED - sold, 1 + sold)) for sold in next(sales))
        return _told(lambda: count_stock(cloud, [change(before, after)]))

    def counting() -> Act:
        order = paid(f"o{len(cloud.calls)}")
        return _told(lambda: deliver(cloud, order))

    return Growing(
        copies,
        {
            **_as_they_are({"report a month": lambda: report(cloud, ANA)}),
            "count what is left of a product": stocktaking,
            "count a payment": counting,
        },
    )


def _told(tell_it: Callable[[], object]) -> Act:
    """A stream is answered nothing, and what fails raises."""

    def act() -> Answer:
        tell_it()
        return Answer(200, {}, "")

    return act


def _orders(cloud: Cloud, stripe: Stripe) -> Growing:
    """All of one buyer, and all from one seller, of one product."""
    shop, buyer = Shop(cloud), Buyer(cloud, stripe)
    product = shop.product(stock=10_000, shipping_profile_id=shop.ships())
    [*_rest, order] = [buyer.buys((product, 1)) for _ in range(_LISTED + 1)]
    bought, sold, page = f"USER#{buyer.id}", f"USER#{shop.id}", f"PRODUCT#{product.id}"
    movement = _one_under(cloud, _CATALOGUE, page, "MOVEMENT#")
    copies = (
        Copies(_ORDERS, (bought, f"ORDER#{order}"), lambda copy: (bought, f"ORDER#{copy}")),
        Copies(_ORDERS, (sold, f"SALE#{order}"), lambda copy: (sold, f"SALE#{copy}")),
        Copies(_CATALOGUE, (page, movement), lambda copy: (page, f"MOVEMENT#{copy}")),
    )
    basket = buyer.wants((product, 1))

    def paying() -> Act:
        paid = events.event("checkout.session.completed", stripe.pay(buyer.places((product, 1))))
        return lambda: events.deliver(cloud, paid)

    def cancelling() -> Act:
        unpaid = buyer.places((product, 1))
        return lambda: buyer.call("cancel_order", unpaid)

    def of_the_seller(function: str, **request: Any) -> Prepare:
        def prepare() -> Act:
            paid = buyer.buys((product, 1))
            return lambda: shop.call(function, paid, **request)

        return prepare

    calls: dict[str, Act] = {
        "preview an order": lambda: buyer.call("preview_order", json=basket),
        "place an order": lambda: buyer.call("place_order", json=basket),
        "order one product": lambda: buyer.call("buy_product", json={"product_id": product.id, "quantity": 1}),
        "list orders": lambda: buyer.call("list_orders", query=_PAGE),
        "list a buyer's orders": lambda: buyer.call("list_buyer_orders", query=_PAGE),
        "list a seller's orders": lambda: shop.call("list_sales", query=_PAGE),
        "read an order": lambda: buyer.call("get_order", order),
        "track an order": lambda: buyer.call("track_order", order, headers={"prefer": "", "if-none-match": ""}),
    }
    return Growing(
        copies,
        {
            **_as_they_are(calls),
            "handle a payment": paying,
            "cancel an unpaid order": cancelling,
            "move a part on": of_the_seller("change_order_status", json={"status": "processing"}),
        },
    )


def _shops(cloud: Cloud, _stripe: Stripe) -> Growing:
    """All followed by one user, and all followers of one shop."""
    fan, [shop, *_rest] = register(cloud).id, [shops.open_shop(cloud, f"Shop {number}").id for number in range(21)]
    for followed in (shop, *_rest):
        shops.follow(cloud, fan, followed)
    follow = _one_under(cloud, _CATALOGUE, f"USER#{fan}", "FOLLOW#")
    copies = (
        Copies(_CATALOGUE, (f"USER#{fan}", follow), lambda copy: (f"USER#{fan}", f"FOLLOW#{copy}")),
        Copies(_CATALOGUE, (f"USER#{fan}", f"FOLLOWING#{shop}"), lambda copy: (f"USER#{copy}", f"FOLLOWING#{shop}")),
    )

    def following() -> Act:
        visitor = register(cloud, f"{len(cloud.calls)}@example.com").id
        return lambda: shops.follow(cloud, visitor, shop)

    def unfollowing() -> Act:
        visitor = register(cloud, f"{len(cloud.calls)}@example.com").id
        shops.follow(cloud, visitor, shop)
        return lambda: shops.unfollow(cloud, visitor, shop)

    calls: dict[str, Act] = {
        "see a shop": lambda: shops.see(cloud, shop),
        "edit a shop": lambda: shops.edit(cloud, shop, bio="New"),
        "list whom one follows": lambda: cloud.call("list_following", caller=Person(fan), query=_PAGE),
    }
    return Growing(copies, {**_as_they_are(calls), "follow a shop": following, "unfollow a shop": unfollowing})


WORLDS: Final[tuple[Grow, ...]] = (_products, _figures, _orders, _shops)


def _as_they_are(calls: dict[str, Act]) -> dict[str, Prepare]:
    """Calls that need nothing before."""

    def prepared(act: Act) -> Prepare:
        return lambda: act

    return {name: prepared(act) for name, act in calls.items()}


def _buyer_of(cloud: Cloud, product: str) -> Person:
    """Somebody new who has received the product."""
    buyer = Person(register(cloud, f"{len(cloud.calls)}@example.com").id)
    receives(cloud, buyer.id, product)
    return buyer


def _one_under(cloud: Cloud, table: str, pk: str, kind: str) -> str:
    """The sort key of one item of a kind."""
    return next(str(item["sk"]) for item in cloud.items(table) if item["pk"] == pk and item["sk"].startswith(kind))
