"""What brings about each call of an order's life: a shop, its product in the search index, a buyer, and Stripe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count, pairwise
from typing import Any, Final

from benchmarks.units import COUNTED, COUNTING, INDEXING, STOCKTAKING
from souk.aws.items import to_attributes
from souk.storefront.catalogue.keys import stock_key
from souk.storefront.catalogue.mapping import from_product, from_stock
from souk.storefront.catalogue.model import Product, Stock
from souk.storefront.orders.model import Order
from tests.functions.cloud import Cloud
from tests.functions.storefront.analytics.sellers import change, count_stock, record
from tests.functions.storefront.orders.market import Buyer, Shop
from tests.functions.storefront.payments import events
from tests.unit.storefront.payments.stripe_in_process import Stripe

type Act = Callable[[], Any]

_PRODUCTS: Final = 100
_STOCK: Final = 999


class Trade:
    """The vendor is in this process: what asking it takes is in no receipt."""

    def __init__(self, cloud: Cloud, stripe: Stripe) -> None:
        self._cloud = cloud
        self._stripe = stripe
        self._shop = Shop(cloud, "Trade")
        profile = self._shop.ships()
        self._products = [self._shop.product(stock=_STOCK, shipping_profile_id=profile) for _ in range(_PRODUCTS)]
        self._buyer = Buyer(cloud, self._stripe, "buyer@example.com")
        self._sales = pairwise(count())
        self._index(self._products)
        shelved = (from_product(self._products[0]), from_stock(Stock(self._products[0].id, _STOCK, 1)))
        count_stock(cloud, [change(None, item) for item in shelved])

    def scenarios(self) -> dict[str, Callable[[], Act]]:
        """By function path: what brings about all that is needed before, and answers the call to measure."""
        basket = self._buyer.wants((self._products[0], 1))
        return {
            "preview_order": lambda: lambda: self._buyer.call("preview_order", json=basket),
            "place_order": lambda: lambda: self._buyer.call("place_order", json=basket),
            "receive_webhook": self._paying,
            "get_order": self._reading,
            "change_order_status": self._moving,
            "dispatch_orders": self._dispatching,
            COUNTING: lambda: self._counting(lambda placed: (None, placed)),
            COUNTED: lambda: self._counting(lambda placed: (placed, self._buyer.has_paid(placed.id))),
            INDEXING: self._indexing,
            STOCKTAKING: self._stocktaking,
            "sweep_orders": lambda: lambda: self._cloud.invoke("sweep_orders", {}),
        }

    def _places(self) -> str:
        return self._buyer.places((self._products[0], 1))

    def _paying(self) -> Act:
        paid = events.event("checkout.session.completed", self._stripe.pay(self._places()))
        return lambda: events.deliver(self._cloud, paid)

    def _reading(self) -> Act:
        order_id = self._places()
        return lambda: self._buyer.call("get_order", order_id)

    def _moving(self) -> Act:
        order_id = self._buyer.buys((self._products[0], 1))
        return lambda: self._shop.move(order_id, "processing")

    def _dispatching(self) -> Act:
        records = {"Records": [record(None, self._buyer.order(self._places()))]}
        return lambda: self._cloud.invoke("dispatch_orders", records)

    def _counting(self, change: Callable[[Order], tuple[Order | None, Order]]) -> Act:
        records = {"Records": [record(*change(self._buyer.order(self._places())))]}
        return lambda: self._cloud.invoke("count_sales", records)

    def _indexing(self) -> Act:
        self._places()
        return lambda: self._index(self._products[:1])

    def _stocktaking(self) -> Act:
        """One less of a product that is known."""
        before, after = (from_stock(Stock(self._products[0].id, _STOCK - sold, 1 + sold)) for sold in next(self._sales))
        return lambda: count_stock(self._cloud, [change(before, after)])

    def _index(self, products: Sequence[Product]) -> None:
        """What the catalogue's stream says when the stock of these has changed."""
        changes = [{"Keys": to_attributes(stock_key(product.id))} for product in products]
        self._cloud.invoke(INDEXING, {"Records": [{"dynamodb": change} for change in changes]})
