"""The scenes of the storefront: products, searches, orders, payments, shops, reviews and figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Answer, Cloud, Person
from tests.functions.storefront.analytics.sellers import deliver, report, stock
from tests.functions.storefront.catalogue.merchants import LAMP, Merchant
from tests.functions.storefront.orders.market import Buyer, Shop, call
from tests.functions.storefront.orders.stripe import fail
from tests.functions.storefront.payments import events
from tests.functions.storefront.reviews import buyers
from tests.functions.storefront.search.markets import Market
from tests.functions.storefront.sellers import shops
from tests.unit.storefront.analytics.paid_orders import ANA, paid
from tests.unit.storefront.analytics.paid_orders import NOW as SOLD_AT

if TYPE_CHECKING:
    from benchmarks.recording import Recorder

type Scene = Callable[[Recorder], Answer]

_LISTED = 20
# Until then the signature of an event is good, however long the benchmarks take.
_FAR = 4102444800
_NAMED_LAMP = {"name": "Brass desk lamp", "category": "Home", "description": "", "price": 49.5, "inventory": 5}
_PHOTO = {"content_type": "image/jpeg", "size": 250_000}

# Products ------------------------------------------------------------------------------------------------------------


def _merchant(function: str, **request: Any) -> Scene:
    return lambda cloud: Merchant(cloud).call(function, **request)


def _on_a_product(function: str, name: str = "id", **request: Any) -> Scene:
    def scene(cloud: Cloud) -> Answer:
        merchant = Merchant(cloud)
        return merchant.call(function, {name: merchant.offers()}, **request)

    return scene


def _named_product(cloud: Cloud) -> Answer:
    merchant = Merchant(cloud)
    return merchant.call("create_seller_product", json={"seller_id": merchant.id, **_NAMED_LAMP})


def _own_products(cloud: Cloud) -> Answer:
    merchant = Merchant(cloud)
    for _ in range(_LISTED):
        merchant.offers()
    return merchant.call("list_seller_products", {"seller_id": merchant.id}, query={"limit": str(_LISTED)})


def _picture(cloud: Cloud) -> Answer:
    content_hash = "5" * 64
    bucket = cloud.physical["MediaBucket"]
    cloud.client("s3").put_object(Bucket=bucket, Key=f"public/{content_hash}", Body=b"jpeg", ContentType="image/jpeg")
    return cloud.call("get_media", params={"hash": content_hash})


def _on_a_profile(cloud: Cloud) -> Answer:
    merchant = Merchant(cloud)
    return merchant.call("update_shipping_profile", {"id": merchant.ships()})


def _profiles(cloud: Cloud) -> Answer:
    merchant = Merchant(cloud)
    for _ in range(3):
        merchant.ships()
    return merchant.call("list_shipping_profiles")


# Searches ------------------------------------------------------------------------------------------------------------


def _market(cloud: Cloud) -> Market:
    market = Market(cloud)
    market.opens()
    for number in range(200):
        price, category_id = 5 + number % 60, "kitchen" if number % 2 else "home"
        market.offers(f"Coffee cup {number}", price=price, category_id=category_id, rating=(4, 5)[: number % 3])
    market.index_changes()
    return market


# Orders --------------------------------------------------------------------------------------------------------------


def _buying(function: str, body: Callable[[Buyer, Any], Any]) -> Scene:
    """A product that ships, and what its buyer asks."""

    def scene(cloud: Cloud) -> Answer:
        shop, buyer = Shop(cloud), Buyer(cloud)
        return buyer.call(function, json=body(buyer, shop.product(shipping_profile_id=shop.ships())))

    return scene


def _bought(function: str, **request: Any) -> Scene:
    """The buyer of an order that is paid."""

    def scene(cloud: Cloud) -> Answer:
        buyer = Buyer(cloud)
        return buyer.call(function, buyer.buys((Shop(cloud).product(), 1)), **request)

    return scene


def _sold(function: str, *before: str, **request: Any) -> Scene:
    """The seller of an order that is paid, when it has gone through `before`."""

    def scene(cloud: Cloud) -> Answer:
        shop, buyer = Shop(cloud), Buyer(cloud)
        order_id = buyer.buys((shop.product(), 1))
        if before:
            shop.move(order_id, *before)
        return shop.call(function, order_id, **request)

    return scene


def _cancelled(cloud: Cloud) -> Answer:
    buyer = Buyer(cloud)
    return buyer.call("cancel_order", buyer.places((Shop(cloud).product(), 1)))


def _refunded(cloud: Recorder) -> Answer:
    """Stripe does not say what became of it: an answer about the refund would name that of the recording."""
    shop, buyer = Shop(cloud), Buyer(cloud)
    order_id = buyer.buys((shop.product(), 1))
    cloud.stripe.first = [fail]
    return call(cloud, shop.person, "refund_order", params={"id": order_id})


def _orders(function: str, whose: Callable[[Shop, Buyer], Shop | Buyer]) -> Scene:
    def scene(cloud: Cloud) -> Answer:
        shop, buyer = Shop(cloud), Buyer(cloud)
        product = shop.product(stock=_LISTED)
        for _ in range(_LISTED):
            buyer.places((product, 1))
        return whose(shop, buyer).call(function, query={"limit": str(_LISTED)})

    return scene


def _paid(cloud: Recorder) -> Answer:
    order_id = Buyer(cloud).places((Shop(cloud).product(), 1))
    return events.tell(cloud, events.event("checkout.session.completed", cloud.stripe.pay(order_id)), at=_FAR)


# Shops and reviews ---------------------------------------------------------------------------------------------------


def _visitor(act: Callable[[Cloud, str, str], Answer]) -> Scene:
    """Somebody with an account, and a shop that is not theirs."""
    return lambda cloud: act(cloud, register(cloud).id, shops.open_shop(cloud).id)


def _unfollowing(cloud: Cloud, visitor: str, shop: str) -> Answer:
    shops.follow(cloud, visitor, shop)
    return shops.unfollow(cloud, visitor, shop)


def _following(cloud: Cloud) -> Answer:
    visitor = register(cloud).id
    for number in range(5):
        shops.follow(cloud, visitor, shops.open_shop(cloud, f"Shop {number}").id)
    return cloud.call("list_following", caller=Person(visitor), query={"limit": str(_LISTED)})


def _writing(cloud: Cloud) -> Answer:
    buyers.offer(cloud)
    buyer = Person(register(cloud).id)
    buyers.receives(cloud, buyer.id)
    return buyers.review(cloud, buyer, comment="A fine camera.")


def _reviewed(act: Callable[[Cloud, Person, str], Answer]) -> Scene:
    def scene(cloud: Cloud) -> Answer:
        buyers.offer(cloud)
        buyer = buyers.a_buyer(cloud)
        return act(cloud, buyer, buyers.review(cloud, buyer, comment="A fine camera.").json["id"])

    return scene


def _reviews(cloud: Cloud) -> Answer:
    buyers.offer(cloud)
    for _ in range(_LISTED):
        buyers.review(cloud, buyers.a_buyer(cloud), comment="A fine camera.")
    return buyers.listed(cloud, limit=str(_LISTED))


def _figures(cloud: Cloud) -> Answer:
    for number in range(10):
        deliver(cloud, paid(f"o{number}", SOLD_AT - timedelta(days=number)))
        stock(cloud, ANA, f"p{number}", number)
    return report(cloud, ANA)


SCENES: dict[str, Scene] = {
    "create_product": _merchant("create_product", json=LAMP),
    "create_seller_product": _named_product,
    "get_product": _on_a_product("get_product"),
    "update_product": _on_a_product("update_product", json={"price": 44.5, "stock_quantity": 6}),
    "update_seller_product": _on_a_product("update_seller_product", "product_id", json={"price": 44.5}),
    "delete_product": _on_a_product("delete_product"),
    "adjust_stock": _on_a_product("adjust_stock"),
    "add_images": _on_a_product("add_images", json={"files": [_PHOTO]}),
    "list_seller_products": _own_products,
    "get_media": _picture,
    "list_categories": lambda cloud: cloud.call("list_categories"),
    "create_shipping_profile": _merchant("create_shipping_profile"),
    "update_shipping_profile": _on_a_profile,
    "list_shipping_profiles": _profiles,
    "search_products": lambda cloud: _market(cloud).search(search="coffee cup", max_price="50", facets="true"),
    "browse_products": lambda cloud: _market(cloud).browse(category="kitchen"),
    "preview_order": _buying("preview_order", lambda buyer, product: buyer.wants((product, 1))),
    "place_order": _buying("place_order", lambda buyer, product: buyer.wants((product, 1))),
    "buy_product": _buying("buy_product", lambda _, product: {"product_id": product.id, "quantity": 1}),
    "get_order": _bought("get_order"),
    "track_order": _bought("track_order", headers={"prefer": "", "if-none-match": ""}),
    "cancel_order": _cancelled,
    "list_orders": _orders("list_orders", lambda _, buyer: buyer),
    "list_buyer_orders": _orders("list_buyer_orders", lambda _, buyer: buyer),
    "list_sales": _orders("list_sales", lambda shop, _: shop),
    "change_order_status": _sold("change_order_status", json={"status": "processing"}),
    "add_tracking": _sold("add_tracking", "processing"),
    "refund_order": _refunded,
    "receive_webhook": _paid,
    "apply_to_sell": lambda cloud: shops.apply(cloud, register(cloud).id),
    "get_shop": lambda cloud: shops.see(cloud, shops.open_shop(cloud).id),
    "update_shop": lambda cloud: shops.edit(cloud, shops.open_shop(cloud).id, bio="Clothes with a past."),
    "decide_verification": lambda cloud: shops.decide(
        cloud, shops.operator(cloud), shops.open_shop(cloud).id, "verify"
    ),
    "follow_shop": _visitor(shops.follow),
    "unfollow_shop": _visitor(_unfollowing),
    "list_following": _following,
    "create_review": _writing,
    "update_review": _reviewed(lambda cloud, who, made: buyers.edit(cloud, who, made, {"rating": 4})),
    "delete_review": _reviewed(buyers.take_back),
    "list_reviews": _reviews,
    "get_seller_analytics": _figures,
}
