"""All that an order is made from, in two batch reads: what the products name is read once they are there.

Products carry no copies of a shop's name or a shipping price, which would have to be kept up to date; the second read
is the price of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from souk.accounts.addresses.keys import address_key
from souk.accounts.addresses.mapping import to_address
from souk.accounts.auth.keys import account_key
from souk.accounts.auth.mapping import to_account
from souk.accounts.auth.model import Account
from souk.accounts.profiles.keys import profile_key
from souk.aws.tables import Check, Item, Tables
from souk.shared.errors import NotFound, Unauthenticated
from souk.storefront.catalogue.keys import (
    check_offered,
    product_key,
    shipping_key,
    stock_key,
    to_product,
    to_shipping_profile,
    to_stock,
)
from souk.storefront.catalogue.model import Product
from souk.storefront.orders.model import ShipTo
from souk.storefront.orders.model.pricing import Offer, unavailable
from souk.storefront.sellers.keys import shop_key
from souk.storefront.sellers.mapping import to_shop
from souk.storefront.sellers.model import may_not_sell

type _Found = Mapping[tuple[str, str], Item]


class StaleOffer(Exception):
    """A product has changed since it was read: its price may have, too."""


@dataclass(frozen=True, slots=True)
class Basket:
    """What a buyer wants, as it is offered now. `available`: what is left by product id, when it was asked for."""

    buyer: Account
    offers: tuple[Offer, ...]
    ship_to: ShipTo | None
    available: Mapping[str, int]


class OfferReader:
    def __init__(self, tables: Tables, catalogue_table: str, identity_table: str, *, verified_only: bool) -> None:
        self._tables = tables
        self._catalogue = catalogue_table
        self._identity = identity_table
        self._verified_only = verified_only

    def read(
        self, buyer_id: str, wanted: Mapping[str, int], address_id: str | None, *, with_stock: bool = False
    ) -> Basket:
        """`wanted`: quantities by product id. `address_id` None: the buyer's default address, or none at all.

        Raises NotFound for an unknown product or address, and Conflict for a shop that does not sell.
        """
        account = account_key(buyer_id)
        named = None if address_id is None else address_key(buyer_id, address_id)
        stocks = [stock_key(product_id) for product_id in wanted] if with_stock else []
        first = self._batch([*map(product_key, wanted), *stocks], [account, named or profile_key(buyer_id)])
        if _place(account) not in first:
            raise Unauthenticated("This account does not exist any more.", code="account_gone")
        products = [_product(first, product_id) for product_id in wanted]

        address = named or _default_address(first, buyer_id)
        ship_from = {(one.seller_id, one.shipping_profile_id) for one in products if one.shipping_profile_id}
        second = self._batch(
            [
                *(shop_key(seller_id) for seller_id in {product.seller_id for product in products}),
                *(shipping_key(seller_id, str(profile_id)) for seller_id, profile_id in ship_from),
            ],
            [address] if address and not named else [],
        )
        there = {**first, **second}.get(_place(address)) if address else None
        if there is None and named:
            raise NotFound("There is no such address.")
        return Basket(
            buyer=to_account(first[_place(account)]),
            offers=tuple(self._offer(product, wanted[product.id], second) for product in products),
            ship_to=_ship_to(there) if there else None,
            available={product_id: _available(first, product_id) for product_id in wanted} if with_stock else {},
        )

    def checks(self, basket: Basket) -> Iterator[Check]:
        """Insist in the order's transaction that every product is still as it was read. Raises StaleOffer.

        That the shops still sell, the repository insists on by itself.
        """
        for offer in basket.offers:
            yield check_offered(self._catalogue, offer.product, otherwise=StaleOffer())

    def _batch(self, catalogue: list[dict[str, str]], identity: list[dict[str, str]]) -> _Found:
        found = self._tables.read_batch({self._catalogue: catalogue, self._identity: identity})
        return {_place(item): item for items in found.values() for item in items}

    def _offer(self, product: Product, quantity: int, found: _Found) -> Offer:
        item = found.get(_place(shop_key(product.seller_id)))
        if item is None:
            raise unavailable(product)
        shop = to_shop(item)
        if not shop.may_sell(verified_only=self._verified_only):
            raise may_not_sell(shop.id, shop.verification)
        if product.shipping_profile_id is None:
            return Offer(product, quantity, shop, None)
        profile = found.get(_place(shipping_key(product.seller_id, product.shipping_profile_id)))
        if profile is None:
            raise unavailable(product)
        return Offer(product, quantity, shop, to_shipping_profile(profile))


def _place(key: Mapping[str, str]) -> tuple[str, str]:
    return key["pk"], key["sk"]


def _product(found: _Found, product_id: str) -> Product:
    item = found.get(_place(product_key(product_id)))
    if item is None:
        raise NotFound("There is no such product.", extra={"product_id": product_id})
    return to_product(item)


def _default_address(found: _Found, buyer_id: str) -> dict[str, str] | None:
    address_id = found.get(_place(profile_key(buyer_id)), {}).get("default_address")
    return None if address_id is None else address_key(buyer_id, address_id)


def _available(found: _Found, product_id: str) -> int:
    item = found.get(_place(stock_key(product_id)))
    return to_stock(item).available if item else 0


def _ship_to(item: Item) -> ShipTo:
    address = to_address(item)
    return ShipTo(
        full_name=address.full_name,
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        state=address.state,
        postal_code=address.postal_code,
        country=address.country,
        phone=address.phone,
    )
