"""Orders: placing them, the page they are paid on, and what buyers and sellers see of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import payments, sellers, storage

if TYPE_CHECKING:
    from datetime import timedelta

    from souk.aws.secrets import Secrets
    from souk.storefront.orders.model.tax import TaxRates
    from souk.storefront.orders.repository import OrderRepository
    from souk.storefront.orders.service.checkout import PaymentPages
    from souk.storefront.orders.service.fulfilment import Purchases, Sales
    from souk.storefront.orders.service.offers import OfferReader
    from souk.storefront.orders.service.placing import Drafting, Placing


@cache
def order_repository() -> OrderRepository:
    from souk.aws.settings import setting
    from souk.shared.clock import new_id
    from souk.storefront.orders.repository import OrderRepository

    return OrderRepository(
        storage.tables(),
        setting("SOUK_ORDERS_TABLE"),
        setting("SOUK_CATALOGUE_TABLE"),
        new_id,
        verified_only=sellers.verified_only(),
    )


@cache
def offers() -> OfferReader:
    from souk.aws.settings import setting
    from souk.storefront.orders.service.offers import OfferReader

    return OfferReader(
        storage.tables(),
        setting("SOUK_CATALOGUE_TABLE"),
        setting("SOUK_IDENTITY_TABLE"),
        verified_only=sellers.verified_only(),
    )


@cache
def drafting() -> Drafting:
    from souk.shared.clock import new_id, utc_now
    from souk.storefront.orders.service.placing import Drafting

    return Drafting(offers(), tax_rates, _hold(), utc_now, new_id)


def tax_rates() -> TaxRates:
    """The rates that the deployment charges now. Raises DependencyUnavailable, ValueError when they make no sense."""
    return _rate_table(_tax_rates_secret().text())


@cache
def _rate_table(text: str) -> TaxRates:
    from souk.storefront.orders.model.tax import RateTable

    return RateTable.from_json(text)


@cache
def _tax_rates_secret() -> Secrets:
    from souk.aws.clients import client
    from souk.aws.secrets import Secrets
    from souk.aws.settings import setting

    return Secrets(client("secretsmanager"), setting("SOUK_TAX_RATES_SECRET"))


@cache
def placing() -> Placing:
    from souk.shared.clock import utc_now
    from souk.storefront.orders.service.placing import Placing

    return Placing(offers(), drafting(), order_repository(), payment_pages(), utc_now)


@cache
def payment_pages() -> PaymentPages:
    from souk.shared.clock import utc_now
    from souk.storefront.orders.service.checkout import PaymentPages

    return PaymentPages(order_repository(), payments.payments, payments.return_pages(), _hold(), utc_now)


@cache
def purchases() -> Purchases:
    from souk.storefront.orders.service.fulfilment import Purchases

    return Purchases(order_repository())


@cache
def sales() -> Sales:
    from datetime import timedelta

    from souk.aws.settings import number
    from souk.shared.clock import new_id, utc_now
    from souk.storefront.orders.service.fulfilment import Sales

    return Sales(order_repository(), timedelta(days=number("SOUK_COMPLETE_AFTER_DAYS")), utc_now, new_id)


def _hold() -> timedelta:
    from datetime import timedelta

    from souk.aws.settings import number

    return timedelta(minutes=number("SOUK_HOLD_MINUTES"))
