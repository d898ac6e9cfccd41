"""What a basket costs, from the server's own prices and tax rates. Pure.

Each seller's part is summed by itself: its items, one shipping price for each shipping profile that is used, and tax on
both, rounded once. The order's totals are sums of these, so they add up under any rounding.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol, Self

from souk.shared.errors import Conflict, FieldProblem, InvalidRequest
from souk.shared.money import MOST, ChargeRules, CurrencyMismatch, Money, total
from souk.storefront.catalogue.model import LinkedImage, Product, ShippingProfile
from souk.storefront.orders.model import MOST_LINES, MOST_SELLERS, MOST_UNITS, Fulfilment, Line, ShipTo
from souk.storefront.sellers.model import Shop

_ANY_STATE: Final = "*"
_NO_TAX: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class PricedProduct:
    """Some units of a product, with the shop that sells it. `shipping` None: it is shipped for free."""

    product: Product
    quantity: int
    shop: Shop
    shipping: ShippingProfile | None


def merge(items: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Quantities by product id: the same product twice is one line. Raises InvalidRequest when it is too much."""
    wanted: Counter[str] = Counter()
    for product_id, quantity in items:
        wanted[product_id] += quantity
    if len(wanted) > MOST_LINES:
        raise _invalid(f"An order has at most {MOST_LINES} different products.")
    if max(wanted.values()) > MOST_UNITS:
        raise _invalid(f"At most {MOST_UNITS} of one product fit into an order.")
    return dict(wanted)


def require_one_order(buyer_id: str, products: Sequence[PricedProduct]) -> None:
    """Refuse what cannot be one order of this buyer. Raises Conflict and InvalidRequest."""
    for priced in products:
        product = priced.product
        if not product.is_offered:
            raise unavailable(product)
        if product.seller_id == buyer_id:
            raise Conflict("You cannot buy from yourself.", code="own_product", extra={"product_id": product.id})
    if len({priced.product.price.currency for priced in products}) > 1:
        detail = "These products have prices in different currencies: order them apart."
        raise CurrencyMismatch(detail, [FieldProblem("items", detail)])
    if len({priced.product.seller_id for priced in products}) > MOST_SELLERS:
        raise _invalid(f"An order is from at most {MOST_SELLERS} sellers.")


def unavailable(product: Product) -> Conflict:
    return Conflict("This product is not for sale.", code="product_unavailable", extra={"product_id": product.id})


def price(
    products: Sequence[PricedProduct], ship_to: ShipTo | None, taxes: TaxRates, rules: ChargeRules
) -> tuple[Fulfilment, ...]:
    """One fulfilment for each seller, in the order in which the basket names them; lines are numbered through.

    Without an address the shipping is domestic, and there is no tax. `rules` are those of the basket's currency: they
    say how tax is rounded. Raises Conflict `not_shipped_there`, and InvalidRequest for more money than any amount on
    the wire.
    """
    lines = {priced.product.id: _line(number, priced) for number, priced in enumerate(products, 1)}
    by_seller: dict[str, list[PricedProduct]] = {}
    for priced in products:
        by_seller.setdefault(priced.product.seller_id, []).append(priced)
    fulfilments = tuple(
        _fulfilment(parts, [lines[part.product.id] for part in parts], ship_to, taxes, rules)
        for parts in by_seller.values()
    )
    if sum(fulfilment.total.amount for fulfilment in fulfilments) > MOST:
        raise _invalid(f"An order is worth at most {MOST}.")
    return fulfilments


def _fulfilment(
    parts: Sequence[PricedProduct], lines: Sequence[Line], ship_to: ShipTo | None, taxes: TaxRates, rules: ChargeRules
) -> Fulfilment:
    shop, currency = parts[0].shop, parts[0].product.price.currency
    shipping = _shipping(parts, ship_to.country if ship_to else None, currency)
    taxed = total((line.total for line in lines), currency) + shipping
    rate = taxes.rate(ship_to.country, ship_to.state_code, ship_to.state) if ship_to else Decimal(0)
    return Fulfilment(shop.id, shop.shop_name, tuple(lines), shipping, rules.rounded(taxed.amount * rate))


def _shipping(parts: Sequence[PricedProduct], country: str | None, currency: str) -> Money:
    """Everything with the same shipping profile goes into one parcel."""
    profiles: Mapping[str, ShippingProfile] = {part.shipping.id: part.shipping for part in parts if part.shipping}
    units = Counter[str]()
    for part in parts:
        if part.shipping:
            units[part.shipping.id] += part.quantity
    prices = []
    for profile_id, profile in profiles.items():
        cost = profile.price(country, units[profile_id])
        if cost is None or cost.currency != currency:
            refused = next(part.product.id for part in parts if part.shipping and part.shipping.id == profile_id)
            detail = "Something in this order is not shipped there."
            raise Conflict(detail, code="not_shipped_there", extra={"product_id": refused})
        prices.append(cost)
    return total(prices, currency)


def _line(number: int, priced: PricedProduct) -> Line:
    product = priced.product
    return Line(str(number), product.id, product.title, product.price, priced.quantity, _picture(product))


def _picture(product: Product) -> str | None:
    """The address of its first picture."""
    for image in product.shown_images:
        return image.url if isinstance(image, LinkedImage) else f"/api/v1/media/{image.content_hash}"
    return None


def _invalid(detail: str) -> InvalidRequest:
    return InvalidRequest(detail, [FieldProblem("items", detail)])


# Tax -----------------------------------------------------------------------------------------------------------------


class TaxRates(Protocol):
    def rate(self, country: str, *states: str | None) -> Decimal:
        """The share of a price that is added as tax: 0.08875 for 8.875 %. `country` is ISO 3166-1 alpha-2.

        `states`: what the state is called, its code first. The first that has a rate decides.
        """
        ...

    def depends_on_state(self, country: str) -> bool: ...


class RateTable:
    """Rates by country and code of the state (ISO 3166-2); `*` is for every state without a rate of its own. Other
    countries have no tax."""

    def __init__(self, rates: Mapping[str, Mapping[str, Decimal]]) -> None:
        self._rates = {
            country: {_plain(state): rate for state, rate in states.items()} for country, states in rates.items()
        }

    @classmethod
    def from_json(cls, text: str) -> Self:
        """`{"US": {"NY": "0.08875", "*": "0"}}`. Raises ValueError on anything else, and on a rate outside 0 to 1."""
        try:
            table = {
                str(country): {str(state): Decimal(rate) for state, rate in states.items()}
                for country, states in json.loads(text).items()
            }
        except (ArithmeticError, AttributeError, TypeError) as error:
            raise ValueError("tax rates are decimal texts by country and state") from error
        if not all(0 <= rate <= 1 for states in table.values() for rate in states.values()):
            raise ValueError("a tax rate is between 0 and 1")
        return cls(table)

    def rate(self, country: str, *states: str | None) -> Decimal:
        rates = self._rates.get(country, {})
        own = (rates[_plain(state)] for state in states if state and _plain(state) in rates)
        return next(own, rates.get(_ANY_STATE, _NO_TAX))

    def depends_on_state(self, country: str) -> bool:
        return bool(self._rates.get(country, {}).keys() - {_ANY_STATE})


class CurrentRates:
    """The rates of the text that `read` answers, which may change: a deployment's secret. Parsed once per text."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._parsed: tuple[str, RateTable] | None = None

    def get(self) -> TaxRates:
        """Raises what `read` raises, and ValueError for a malformed text."""
        text = self._read()
        if self._parsed is None or self._parsed[0] != text:
            self._parsed = text, RateTable.from_json(text)
        return self._parsed[1]


def _plain(state: str) -> str:
    return state.strip().casefold()
