"""Stripe's nested forms, and amounts in Stripe's units."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.shared.money import CURRENCIES, Money
from souk.storefront.payments.adapters.stripe.amounts import charge_rules
from souk.storefront.payments.adapters.stripe.api import encode
from souk.storefront.payments.adapters.stripe.replies import from_stripe, to_stripe


def test_names_nest_in_brackets_and_values_are_encoded_once() -> None:
    body = encode(
        {
            "mode": "payment",
            "line_items": [{"quantity": 2, "price_data": {"currency": "usd", "product_data": {"name": "A & B"}}}],
            "payment_method_types": ["card"],
            "automatic_tax": {"enabled": False},
            "customer_email": None,
            "success_url": "https://shop.example/ok?s={CHECKOUT_SESSION_ID}",
        }
    )
    assert parse_qsl(body.decode(), strict_parsing=True) == [
        ("mode", "payment"),
        ("line_items[0][quantity]", "2"),
        ("line_items[0][price_data][currency]", "usd"),
        ("line_items[0][price_data][product_data][name]", "A & B"),
        ("payment_method_types[0]", "card"),
        ("automatic_tax[enabled]", "false"),
        ("success_url", "https://shop.example/ok?s={CHECKOUT_SESSION_ID}"),
    ]


@given(st.text())
def test_any_text_arrives_unchanged(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    assert parse_qsl(encode({"name": text}).decode(), keep_blank_values=True) == [("name", text)]


@pytest.mark.parametrize(
    ("amount", "currency", "count"),
    [
        ("12.50", "USD", 1250),
        ("1250", "JPY", 1250),
        ("1250", "ISK", 125000),
        ("1250", "UGX", 125000),
        ("1250", "MGA", 1250),
        ("1.230", "KWD", 1230),
        ("0", "USD", 0),
    ],
)
def test_an_amount_is_in_stripes_units(amount: str, currency: str, count: int) -> None:
    money = Money(Decimal(amount), currency)
    assert to_stripe(money) == count
    assert from_stripe(count, currency.lower()) == money


@given(st.decimals(0, 10**8, places=6), st.sampled_from(sorted(CURRENCIES)))
def test_every_amount_that_stripe_takes_is_converted_there_and_back_unchanged(amount: Decimal, currency: str) -> None:
    money = charge_rules(currency).rounded(amount)
    assert from_stripe(to_stripe(money), currency.lower()) == money


@pytest.mark.parametrize(("amount", "currency"), [("12.50", "MGA"), ("1.234", "KWD"), ("0.001", "TND")])
def test_an_amount_that_stripe_does_not_take_is_an_error(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match=f"{amount} {currency}"):
        to_stripe(Money(Decimal(amount), currency))


def test_an_amount_with_too_many_decimals_is_an_error() -> None:
    with pytest.raises(ValueError, match="ISK"):
        from_stripe(1250, "isk")
