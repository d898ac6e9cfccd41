"""Placing an order: prices and stock are the server's, and one transaction makes the order and takes its stock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from souk.aws.idempotency import IdempotencyKey
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict, InvalidRequest, NotFound
from souk.storefront.catalogue.model import InsufficientInventory
from souk.storefront.orders.model import Order, Payment, Purchase
from souk.storefront.orders.model.pricing import demand_one_order, merge, price
from souk.storefront.orders.model.tax import TaxRates
from souk.storefront.orders.repository import OrderRepository, contended
from souk.storefront.orders.service.checkout import PaymentPages
from souk.storefront.orders.service.offers import Basket, OfferReader, StaleOffer

_MOST_READINGS: Final = 3
_NAMELESS: Final = "Buyer"


class Drafting:
    """What an order would be, from what is offered now.

    `tax_rates`: those that hold now, asked for once per order. `hold`: how long an unpaid order keeps what is in it.
    """

    def __init__(
        self, offers: OfferReader, tax_rates: Callable[[], TaxRates], hold: timedelta, clock: Clock, new_id: NewId
    ) -> None:
        self._offers = offers
        self._tax_rates = tax_rates
        self._hold = hold
        self._clock = clock
        self._new_id = new_id

    def preview(self, buyer_id: str, purchase: Purchase) -> Order:
        """The order that this would make, at this moment. Nothing is written. Raises what placing it would."""
        basket = self._offers.read(buyer_id, merge(purchase.items), purchase.address_id, with_stock=True)
        order = self.draft(basket)
        for line in order.lines:
            if basket.available[line.product_id] < line.quantity:
                raise InsufficientInventory(line.product_id, basket.available[line.product_id])
        return order

    def draft(self, basket: Basket) -> Order:
        """Raises InvalidRequest, Conflict."""
        buyer = basket.buyer
        demand_one_order(buyer.id, basket.offers)
        now = self._clock()
        return Order(
            id=self._new_id(),
            buyer_id=buyer.id,
            buyer_name=buyer.full_name or _NAMELESS,
            buyer_email=buyer.email,
            currency=basket.offers[0].product.price.currency,
            fulfilments=price(basket.offers, basket.ship_to, self._tax_rates()),
            payment=Payment.begun(now, self._hold),
            created_at=now,
            updated_at=now,
            ship_to=basket.ship_to,
        )


class Placing:
    def __init__(
        self, offers: OfferReader, drafting: Drafting, orders: OrderRepository, pages: PaymentPages, clock: Clock
    ) -> None:
        self._offers = offers
        self._drafting = drafting
        self._orders = orders
        self._pages = pages
        self._clock = clock

    def place(self, buyer_id: str, purchase: Purchase, idempotency: IdempotencyKey | None) -> Order:
        """A pending order with the page to pay it on; without a page yet when the vendor gave no clear answer.

        Raises NotFound, InvalidRequest, Conflict (InsufficientInventory with what is left, `product_unavailable`,
        `shop_suspended`, `own_product`, `not_shipped_there`), VendorRefused, Replayed.
        """
        try:
            order = self._take(buyer_id, purchase, idempotency)
        except (Conflict, InvalidRequest, NotFound):
            # A repeated call may find that what its first time ordered is not sold any more.
            if idempotency is not None:
                self._orders.raise_if_done(idempotency, self._clock())
            raise
        return self._pages.open(order)

    def resume(self, buyer_id: str, order_id: str) -> Order:
        """The order of a repeated call, with its page opened if that was left undone. Raises VendorRefused."""
        order = self._pages.open(self._orders.get(buyer_id, order_id))
        return self._pages.demand_not_refused(order)

    def _take(self, buyer_id: str, purchase: Purchase, idempotency: IdempotencyKey | None) -> Order:
        wanted = merge(purchase.items)
        for _ in range(_MOST_READINGS):
            basket = self._offers.read(buyer_id, wanted, purchase.address_id)
            order = self._drafting.draft(basket)
            try:
                self._orders.add(order, tuple(self._offers.checks(basket)), idempotency)
            except StaleOffer:
                continue
            return order
        raise contended()
