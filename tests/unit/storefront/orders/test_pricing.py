"""Money adds up to the cent, for any goods, sellers and destinations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.selling.photos.model import Photo, PhotoStatus
from souk.shared.errors import Conflict, InvalidRequest
from souk.shared.money import CURRENCIES, Money, total
from souk.storefront.catalogue.model import LinkedImage, Product, ShippingProfile, ShippingRate
from souk.storefront.orders.model import MOST_LINES, MOST_SELLERS, MOST_UNITS, Order, Payment, ShipTo
from souk.storefront.orders.model.pricing import PricedProduct, RateTable, merge, price, require_one_order
from souk.storefront.orders.service.checkout import session_lines
from souk.storefront.payments.adapters.stripe.amounts import charge_rules
from souk.storefront.sellers.model import Shop, Verification
from tests.unit.storefront.orders.order_builders import BUYER, DOLLARS, HOLD, HOME, NOW, usd

NEW_YORK = RateTable.from_json('{"US": {"NY": "0.08875", "*": "0"}, "GB": {"*": "0.2"}}')
NO_TAX = RateTable({})
ABROAD = replace(HOME, country="GB", state=None)
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def a_profile(name: str = "parcel", currency: str = "USD", **changes: Any) -> ShippingProfile:
    fields: dict[str, Any] = {
        "id": name,
        "seller_id": "anna",
        "name": name,
        "country": "US",
        "currency": currency,
        "domestic": ShippingRate(Decimal("6.00"), Decimal("1.50")),
        "international": ShippingRate(Decimal("20.00"), Decimal("5.00")),
        "created_at": MADE,
        "updated_at": MADE,
    }
    return ShippingProfile(**{**fields, **changes})


def an_offer(number: int = 1, amount: str = "10.00", quantity: int = 1, **changes: Any) -> PricedProduct:
    seller = changes.pop("seller_id", "anna")
    shipping = changes.pop("shipping", None)
    fields: dict[str, Any] = {
        "id": f"product-{number}",
        "seller_id": seller,
        "title": f"Thing {number}",
        "description": "",
        "price": usd(amount),
        "category_id": "other",
        "created_at": MADE,
        "updated_at": MADE,
    }
    shop = Shop(seller, f"Shop of {seller}", Verification.VERIFIED, 1, MADE, MADE)
    return PricedProduct(Product(**{**fields, **changes}), quantity, shop, shipping)


def an_order(offers: Sequence[PricedProduct], ship_to: ShipTo | None = HOME, taxes: RateTable = NEW_YORK) -> Order:
    return Order(
        id="order-1",
        buyer_id=BUYER,
        buyer_name="Jo March",
        currency=offers[0].product.price.currency,
        fulfilments=price(offers, ship_to, taxes, charge_rules(offers[0].product.price.currency)),
        payment=Payment.begun(NOW, HOLD),
        created_at=NOW,
        updated_at=NOW,
        ship_to=ship_to,
    )


# Sums ----------------------------------------------------------------------------------------------------------------


def test_each_sellers_part_is_taxed_on_items_and_shipping_and_rounded_once() -> None:
    order = an_order(
        [
            an_offer(1, "10.01", 3, shipping=a_profile()),
            an_offer(2, "0.33", 1, seller_id="bert"),
            an_offer(3, "4.99", 2, shipping=a_profile()),
        ]
    )
    anna, bert = order.fulfilments
    assert [line.id for line in anna.lines] == ["1", "3"]
    # 30.03 + 9.98, five units in one parcel: 6.00 + 4 x 1.50
    assert (anna.items, anna.shipping) == (usd("40.01"), usd("12.00"))
    assert anna.tax == usd("4.62")  # 52.01 x 0.08875 = 4.6158875
    assert (bert.items, bert.shipping, bert.tax) == (usd("0.33"), usd("0.00"), usd("0.03"))
    assert (order.subtotal, order.shipping, order.tax, order.total) == (
        usd("40.34"),
        usd("12.00"),
        usd("4.65"),
        usd("56.99"),
    )


def test_half_a_cent_is_rounded_up() -> None:
    [part] = price([an_offer(1, "0.10")], HOME, RateTable.from_json('{"US": {"*": "0.05"}}'), DOLLARS)
    assert part.tax == usd("0.01")


def test_each_shipping_profile_is_one_parcel() -> None:
    letter = a_profile("letter", domestic=ShippingRate(Decimal("1.00"), Decimal("0.00")))
    offers = [
        an_offer(1, quantity=2, shipping=a_profile()),
        an_offer(2, quantity=4, shipping=letter),
        an_offer(3, quantity=1, shipping=a_profile()),
        an_offer(4, quantity=9),
    ]
    [part] = price(offers, HOME, NO_TAX, DOLLARS)
    assert part.shipping == usd("10.00")  # 6.00 + 2 x 1.50, and 1.00


@pytest.mark.parametrize(("ship_to", "shipping", "tax"), [(HOME, "6.00", "1.42"), (ABROAD, "20.00", "6.00")])
def test_shipping_and_tax_depend_on_the_address(ship_to: ShipTo, shipping: str, tax: str) -> None:
    [part] = price([an_offer(shipping=a_profile())], ship_to, NEW_YORK, DOLLARS)
    assert (part.shipping, part.tax) == (usd(shipping), usd(tax))


def test_without_an_address_shipping_is_domestic_and_there_is_no_tax() -> None:
    [part] = price([an_offer(shipping=a_profile())], None, NEW_YORK, DOLLARS)
    assert (part.shipping, part.tax) == (usd("6.00"), usd("0.00"))


@pytest.mark.parametrize("profile", [a_profile(international=None), a_profile(currency="GBP")])
def test_a_product_that_is_not_shipped_to_the_address_cannot_be_ordered(profile: ShippingProfile) -> None:
    with pytest.raises(Conflict) as caught:
        price([an_offer(1), an_offer(2, shipping=profile)], ABROAD, NO_TAX, DOLLARS)
    assert (caught.value.code, caught.value.extra) == ("not_shipped_there", {"product_id": "product-2"})


def test_a_currency_without_cents_is_rounded_to_its_units() -> None:
    offer = an_offer(price=Money(Decimal(999), "JPY"))
    [part] = price([offer], HOME, NEW_YORK, charge_rules("JPY"))
    assert part.tax == Money(Decimal(89), "JPY")


def test_tax_is_rounded_to_what_the_payment_vendor_takes() -> None:
    [part] = price([an_offer(price=Money(Decimal("1.230"), "KWD"))], HOME, NEW_YORK, charge_rules("KWD"))
    assert part.tax == Money(Decimal("0.110"), "KWD")  # 1.230 x 0.08875 = 0.1091625
    [part] = price([an_offer(price=Money(Decimal(100), "MGA"))], HOME, NEW_YORK, charge_rules("MGA"))
    assert part.tax == Money(Decimal(9), "MGA")


@st.composite
def baskets(draw: st.DrawFn) -> list[PricedProduct]:
    """In any currency, of amounts that its payment vendor takes."""
    currency = draw(st.sampled_from(sorted(CURRENCIES)))
    step = charge_rules(currency).step
    amounts = st.integers(1, 10**5).map(lambda steps: step * steps)
    costs = st.integers(0, 9999).map(lambda steps: (step * steps).amount)
    rates = st.builds(ShippingRate, costs, costs)
    profiles = [
        a_profile(name, currency, domestic=draw(rates), international=draw(rates)) for name in ("parcel", "letter")
    ]
    sellers = st.sampled_from(["anna", "bert", "carl"])
    return [
        an_offer(
            number,
            quantity=draw(st.integers(1, MOST_UNITS)),
            price=draw(amounts),
            seller_id=draw(sellers),
            shipping=draw(st.sampled_from([None, *profiles])),
        )
        for number in range(draw(st.integers(1, MOST_LINES)))
    ]


RATES = st.decimals(0, 1, places=5).map(lambda rate: RateTable({"US": {"*": rate}, "GB": {"*": rate / 3}}))


@given(baskets(), RATES, st.sampled_from([HOME, ABROAD, None]))
def test_the_parts_add_up_to_the_order_and_to_what_the_vendor_charges(
    offers: list[PricedProduct], taxes: RateTable, ship_to: ShipTo | None
) -> None:
    order = an_order(offers, ship_to, taxes)
    currency, rules = order.currency, charge_rules(order.currency)
    assert order.total == order.subtotal + order.shipping + order.tax
    assert order.total == total((part.total for part in order.fulfilments), currency)
    assert order.subtotal == total((offer.product.price * offer.quantity for offer in offers), currency)
    charged = total((line.unit * line.quantity for line in session_lines(order)), currency)
    assert charged == order.total
    assert all(line.unit.amount > 0 and rules.takes(line.unit) for line in session_lines(order))
    assert sorted(int(line.id) for line in order.lines) == list(range(1, len(offers) + 1))
    for part in order.fulfilments:
        country, state = (ship_to.country, ship_to.state) if ship_to else ("", None)
        exact = (part.items + part.shipping).amount * taxes.rate(country, state)
        assert abs(part.tax.amount - exact) <= rules.step.amount / 2


# What can be one order -----------------------------------------------------------------------------------------------


def test_the_same_product_twice_is_one_line() -> None:
    assert merge([("a", 1), ("b", 2), ("a", 3)]) == {"a": 4, "b": 2}


@pytest.mark.parametrize(
    "items", [[("a", MOST_UNITS), ("a", 1)], [(f"product-{number}", 1) for number in range(MOST_LINES + 1)]]
)
def test_too_many_products_units_or_money_are_refused(items: list[tuple[str, int]]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        merge(items)
    assert [problem.field for problem in caught.value.problems] == ["items"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"is_active": False}, "product_unavailable"),
        ({"removed": True}, "product_unavailable"),
        ({"seller_id": BUYER}, "own_product"),
    ],
)
def test_hidden_products_and_ones_own_cannot_be_bought(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Conflict) as caught:
        require_one_order(BUYER, [an_offer(1), an_offer(2, **changes)])
    assert (caught.value.code, caught.value.extra) == (code, {"product_id": "product-2"})


def test_one_order_has_one_currency() -> None:
    with pytest.raises(InvalidRequest) as caught:
        require_one_order(BUYER, [an_offer(1), an_offer(2, price=Money(Decimal("1.00"), "EUR"))])
    assert caught.value.code == "currency_mismatch"


def test_an_order_has_a_limited_number_of_sellers() -> None:
    offers = [an_offer(number, seller_id=f"seller-{number}") for number in range(MOST_SELLERS + 1)]
    require_one_order(BUYER, offers[:-1])
    with pytest.raises(InvalidRequest):
        require_one_order(BUYER, offers)


def test_a_line_stores_the_first_picture_that_buyers_see() -> None:
    pending = Photo("p1", PhotoStatus.PENDING, "image/png", MADE)
    ready = Photo("p2", PhotoStatus.READY, "image/png", MADE, content_hash="ab" * 32)
    linked = LinkedImage("https://pictures.example/1.jpg")
    orders = [an_order([an_offer(images=images)]) for images in [(pending, ready, linked), (linked, ready), (pending,)]]
    assert [order.lines[0].image for order in orders] == [f"/api/v1/media/{'ab' * 32}", linked.url, None]


# Rates of tax --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "state", "rate"),
    [
        ("US", "NY", "0.08875"),
        ("US", " ny ", "0.08875"),
        ("US", "CA", "0"),
        ("US", None, "0"),
        ("GB", "Leeds", "0.2"),
        ("FR", None, "0"),
    ],
)
def test_a_rate_is_that_of_the_state_else_of_the_country_else_zero(country: str, state: str | None, rate: str) -> None:
    assert NEW_YORK.rate(country, state) == Decimal(rate)


def test_the_code_of_a_state_comes_before_what_people_call_it() -> None:
    assert NEW_YORK.rate("US", "NY", "New York") == NEW_YORK.rate("US", "NY", "ny") == Decimal("0.08875")
    assert NEW_YORK.rate("US", None, "NY") == Decimal("0.08875")
    assert NEW_YORK.depends_on_state("US")
    assert not NEW_YORK.depends_on_state("GB")
    assert not NEW_YORK.depends_on_state("FR")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"US": "0.1"}', '{"US": {"NY": "much"}}', '{"US": {"NY": "8.875"}}', '{"US": {"NY": "-0.1"}}']
)
def test_a_malformed_rate_table_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        RateTable.from_json(text)
