"""Placing an order: prices and stock are the server's, and one transaction creates the order and takes its stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from souk.accounts.addresses.mapping import read_address, read_default_address_id
from souk.accounts.addresses.model import Address
from souk.accounts.auth.mapping import read_account, read_active_account
from souk.accounts.auth.model import Account, AccountGone
from souk.aws.idempotency import IdempotencyKey
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict, InvalidRequest, NotFound, VendorRefused
from souk.shared.money import RulesOf
from souk.shared.versioned import retrying
from souk.storefront.catalogue.mapping import read_product, read_shipping_profile, read_stock
from souk.storefront.catalogue.model import InsufficientInventory, Product, ShippingProfile, Stock
from souk.storefront.orders.model import Order, Payment, Purchase, ShipTo
from souk.storefront.orders.model.pricing import (
    CurrentRates,
    PricedProduct,
    TaxRates,
    merge,
    price,
    require_one_order,
    unavailable,
)
from souk.storefront.orders.repository import OrderRepository
from souk.storefront.orders.service.checkout import CheckoutSessions, session_lines
from souk.storefront.sellers.mapping import read_shop
from souk.storefront.sellers.model import Shop, may_not_sell

if TYPE_CHECKING:
    from souk.accounts.addresses.model.postal_rules import PostalRules
    from souk.aws.tables import Tables

_NAMELESS: Final = "Buyer"


@dataclass(frozen=True, slots=True)
class Basket:
    """What a buyer wants to order, as it is for sale now. `available`: stock by product id, when it was read."""

    buyer: Account
    products: tuple[PricedProduct, ...]
    ship_to: ShipTo | None
    tax_rates: TaxRates
    available: Mapping[str, int]


class BasketReader:
    """Reads everything an order is made from, in two batches: the second is for what the products refer to.

    Products hold no copies of their shop's name or of shipping prices, which would have to be kept up to date.
    """

    def __init__(
        self,
        tables: Tables,
        catalogue_table: str,
        identity_table: str,
        tax_rates: CurrentRates,
        postal: PostalRules,
        *,
        verified_only: bool,
    ) -> None:
        self._tables = tables
        self._catalogue = catalogue_table
        self._identity = identity_table
        self._tax_rates = tax_rates
        self._postal = postal
        self._verified_only = verified_only

    def read(
        self, buyer_id: str, wanted: Mapping[str, int], address_id: str | None, *, preview: bool = False
    ) -> Basket:
        """`wanted`: quantities by product id. `address_id` None: to the buyer's default address, if there is one.

        A `preview` also reads the stock, and a suspended account may have one. Raises Unauthenticated, NotFound for an
        unknown product or address, and Conflict for a product or shop that may not sell.
        """
        reads = [
            *[read_product(self._catalogue, product_id) for product_id in wanted],
            *[read_stock(self._catalogue, product_id) for product_id in wanted if preview],
        ]
        buyer, place, *items = self._tables.read(
            (read_account if preview else read_active_account)(self._identity, buyer_id),
            read_address(self._identity, buyer_id, address_id)
            if address_id
            else read_default_address_id(self._identity, buyer_id),
            *reads,
        )
        if buyer is None:
            raise AccountGone
        products = {item.id: item for item in items if isinstance(item, Product)}
        for product_id in wanted:
            if product_id not in products:
                raise NotFound("There is no such product.", extra={"product_id": product_id})
        shops, profiles, default, tax_rates = self._read_related(buyer_id, tuple(products.values()), place)
        address = place if isinstance(place, Address) else default
        if address is None and address_id:
            raise NotFound("There is no such address.")
        return Basket(
            buyer=buyer,
            products=tuple(
                [self._priced(products[product_id], wanted[product_id], shops, profiles) for product_id in wanted]
            ),
            ship_to=self._ship_to(address, tax_rates) if address else None,
            tax_rates=tax_rates,
            available={item.product_id: item.available for item in items if isinstance(item, Stock)},
        )

    def _read_related(
        self, buyer_id: str, products: tuple[Product, ...], place: object
    ) -> tuple[Mapping[str, Shop], Mapping[str, ShippingProfile], Address | None, TaxRates]:
        """Shops and shipping profiles of `products` by id, the default address if `place` is its id, and tax rates."""
        shipped = {(product.seller_id, product.shipping_profile_id) for product in products}
        reads = [
            *[read_shop(self._catalogue, seller_id) for seller_id in {product.seller_id for product in products}],
            *[read_shipping_profile(self._catalogue, seller, profile) for seller, profile in shipped if profile],
            *([read_address(self._identity, buyer_id, place)] if isinstance(place, str) else []),
        ]
        tax_rates = self._tax_rates.get()
        items = self._tables.read(*reads)
        return (
            {item.id: item for item in items if isinstance(item, Shop)},
            {item.id: item for item in items if isinstance(item, ShippingProfile)},
            next((item for item in items if isinstance(item, Address)), None),
            tax_rates,
        )

    def _priced(
        self, product: Product, quantity: int, shops: Mapping[str, Shop], profiles: Mapping[str, ShippingProfile]
    ) -> PricedProduct:
        shop, profile = shops.get(product.seller_id), profiles.get(product.shipping_profile_id or "")
        if shop is not None and not shop.may_sell(verified_only=self._verified_only):
            raise may_not_sell(shop.id, shop.verification)
        if shop is None or (profile is None and product.shipping_profile_id):
            raise unavailable(product)
        return PricedProduct(product, quantity, shop, profile)

    def _ship_to(self, address: Address, tax_rates: TaxRates) -> ShipTo:
        ship_to = ShipTo(**{field.name: getattr(address, field.name) for field in fields(ShipTo)})
        if address.state_code is not None or not tax_rates.depends_on_state(address.country):
            return ship_to
        # Stored before addresses had the code of their state, or with a name that was not known.
        code = self._postal.rules(address.country).area_code(address.state, address.postal_code)
        return replace(ship_to, state_code=code)


class Drafting:
    """What an order would be, from what is for sale now.

    `charge_rules`: what the payment vendor takes. `hold`: how long the stock of an unpaid order is reserved.
    """

    def __init__(
        self, baskets: BasketReader, charge_rules: RulesOf, hold: timedelta, clock: Clock, new_id: NewId
    ) -> None:
        self._baskets = baskets
        self._charge_rules = charge_rules
        self._hold = hold
        self._clock = clock
        self._new_id = new_id

    def preview(self, buyer_id: str, purchase: Purchase) -> Order:
        """The order that `purchase` would make now. Writes nothing, and raises what placing it would."""
        basket = self._baskets.read(buyer_id, merge(purchase.items), purchase.address_id, preview=True)
        order = self.draft(basket)
        for line in order.lines:
            available = basket.available.get(line.product_id, 0)
            if available < line.quantity:
                raise InsufficientInventory(line.product_id, available)
        return order

    def draft(self, basket: Basket) -> Order:
        """Raises InvalidRequest, Conflict, and VendorRefused for amounts that the payment vendor does not take."""
        buyer = basket.buyer
        require_one_order(buyer.id, basket.products)
        currency = basket.products[0].product.price.currency
        rules = self._charge_rules(currency)
        now = self._clock()
        order = Order(
            id=self._new_id(),
            buyer_id=buyer.id,
            buyer_name=buyer.full_name or _NAMELESS,
            buyer_email=buyer.email,
            currency=currency,
            fulfilments=price(basket.products, basket.ship_to, basket.tax_rates, rules),
            payment=Payment.begun(now, self._hold),
            created_at=now,
            updated_at=now,
            ship_to=basket.ship_to,
        )
        rules.require_charge([line.unit for line in session_lines(order)], order.total)
        return order


class Placing:
    def __init__(
        self,
        baskets: BasketReader,
        drafting: Drafting,
        orders: OrderRepository,
        checkout: CheckoutSessions,
        clock: Clock,
    ) -> None:
        self._baskets = baskets
        self._drafting = drafting
        self._orders = orders
        self._checkout = checkout
        self._clock = clock

    def place(self, buyer_id: str, purchase: Purchase, idempotency: IdempotencyKey | None) -> Order:
        """A pending order with its checkout session, or without one when the vendor gave no clear answer.

        Raises Unauthenticated, NotFound, InvalidRequest, Conflict (InsufficientInventory with what is left,
        `product_unavailable`, `shop_suspended`, `own_product`, `not_shipped_there`), VendorRefused, Replayed.
        """
        wanted = merge(purchase.items)

        def attempt() -> Order:
            basket = self._baskets.read(buyer_id, wanted, purchase.address_id)
            order = self._drafting.draft(basket)
            self._orders.add(order, [priced.product for priced in basket.products], idempotency)
            return order

        try:
            order = retrying("order", attempt)
        except (Conflict, InvalidRequest, NotFound, VendorRefused):
            # A repeated call may find that the products of its first time are not for sale any more, or cost more.
            if idempotency is not None:
                self._orders.raise_if_recorded(idempotency, self._clock())
            raise
        return self._checkout.open(order)

    def resume(self, buyer_id: str, order_id: str) -> Order:
        """The order of a repeated call, with a checkout session if it has none yet. Raises VendorRefused."""
        order = self._checkout.open(self._orders.get(buyer_id, order_id))
        return self._checkout.require_not_refused(order)
