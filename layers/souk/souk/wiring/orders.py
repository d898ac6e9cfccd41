"""Orders: placing, checkout, payments and refunds, what buyers and sellers do with them, the workflow and the sweep."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import payments, sellers, storage

if TYPE_CHECKING:
    from datetime import timedelta

    from souk.aws.workflows import StepFunctions
    from souk.shared.sweeping import DueSweeper
    from souk.shared.workflows import Dispatcher
    from souk.storefront.orders.model import Order, UnmatchedPayment
    from souk.storefront.orders.model.pricing import CurrentRates
    from souk.storefront.orders.repository import OrderRepository
    from souk.storefront.orders.service.checkout import CheckoutSessions, ReturnPages
    from souk.storefront.orders.service.fulfilment import Fulfilling, Purchases, Sales
    from souk.storefront.orders.service.placing import BasketReader, Drafting, Placing
    from souk.storefront.orders.service.refunds import Refunds
    from souk.storefront.orders.service.settlement import Settlement
    from souk.storefront.orders.service.suspension import SuspendedShops
    from souk.storefront.orders.service.unmatched import UnmatchedPayments
    from souk.storefront.orders.workflow import SweepAtStart


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
def baskets() -> BasketReader:
    from souk.accounts.addresses.adapters.postal_data import PostalData
    from souk.aws.settings import setting
    from souk.storefront.orders.service.placing import BasketReader

    return BasketReader(
        storage.tables(),
        setting("SOUK_CATALOGUE_TABLE"),
        setting("SOUK_IDENTITY_TABLE"),
        tax_rates(),
        PostalData(),
        verified_only=sellers.verified_only(),
    )


@cache
def drafting() -> Drafting:
    from souk.shared.clock import new_id, utc_now
    from souk.storefront.orders.service.placing import Drafting

    return Drafting(baskets(), payments.charge_rules(), _hold(), utc_now, new_id)


@cache
def tax_rates() -> CurrentRates:
    from souk.aws.clients import client
    from souk.aws.secrets import Secrets
    from souk.aws.settings import setting
    from souk.storefront.orders.model.pricing import CurrentRates

    return CurrentRates(Secrets(client("secretsmanager"), setting("SOUK_TAX_RATES_SECRET")).text)


@cache
def placing() -> Placing:
    from souk.shared.clock import utc_now
    from souk.storefront.orders.service.placing import Placing

    return Placing(baskets(), drafting(), order_repository(), checkout_sessions(), utc_now)


@cache
def checkout_sessions() -> CheckoutSessions:
    from souk.aws.settings import setting
    from souk.shared.clock import utc_now
    from souk.storefront.orders.service.checkout import CheckoutSessions

    installation = setting("SOUK_INSTALLATION")
    return CheckoutSessions(order_repository(), payments.payments, _return_pages(), installation, _hold(), utc_now)


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


@cache
def refunds() -> Refunds:
    from souk.aws.logging import raise_alarm
    from souk.shared.clock import new_id, utc_now
    from souk.storefront.orders.service.refunds import Refunds

    return Refunds(order_repository(), payments.payments, payments.charge_rules(), raise_alarm, utc_now, new_id)


@cache
def settlement() -> Settlement:
    from souk.aws.logging import raise_alarm
    from souk.shared.clock import new_id, utc_now
    from souk.storefront.orders.service.settlement import Settlement

    return Settlement(order_repository(), refunds(), payments.payments, raise_alarm, utc_now, new_id)


@cache
def suspensions() -> SuspendedShops:
    from souk.shared.clock import utc_now
    from souk.storefront.orders.service.suspension import SuspendedShops

    return SuspendedShops(order_repository(), utc_now)


@cache
def unmatched_payments() -> UnmatchedPayments:
    from souk.aws.logging import raise_alarm
    from souk.aws.settings import setting
    from souk.shared.clock import utc_now
    from souk.storefront.orders.service.unmatched import UnmatchedPayments

    return UnmatchedPayments(
        order_repository(), settlement(), payments.payments, setting("SOUK_INSTALLATION"), raise_alarm, utc_now
    )


@cache
def dispatcher() -> Dispatcher[Order]:
    from souk.shared.clock import utc_now
    from souk.shared.workflows import Dispatcher
    from souk.storefront.orders.workflow import OrderWorkflow

    return Dispatcher(order_workflow(), OrderWorkflow(order_repository(), utc_now))


@cache
def sweeper() -> DueSweeper[Order | UnmatchedPayment, Order | UnmatchedPayment]:
    from souk.shared.clock import utc_now
    from souk.shared.sweeping import DueSweeper
    from souk.storefront.orders.workflow import DueOrders

    due = DueOrders(order_repository(), settlement(), refunds(), unmatched_payments(), checkout_sessions().open)
    return DueSweeper(due, utc_now)


def sweep_at_start() -> SweepAtStart:
    from souk.aws.logging import log_failure
    from souk.storefront.orders.workflow import SweepAtStart

    return SweepAtStart(sweeper(), unmatched_payments(), log_failure)


@cache
def order_workflow() -> StepFunctions:
    from souk.aws.clients import client
    from souk.aws.settings import setting
    from souk.aws.workflows import StepFunctions

    return StepFunctions(client("stepfunctions"), setting("SOUK_ORDER_WORKFLOW"))


@cache
def fulfilling() -> Fulfilling:
    from souk.storefront.orders.service.fulfilment import Fulfilling

    return Fulfilling(sales(), settlement().cancel_fulfilment)


def _return_pages() -> ReturnPages:
    from souk.aws.settings import setting
    from souk.storefront.orders.service.checkout import ReturnPages

    return ReturnPages(setting("CHECKOUT_SUCCESS_URL"), setting("CHECKOUT_CANCEL_URL"))


def _hold() -> timedelta:
    from datetime import timedelta

    from souk.aws.settings import number

    return timedelta(minutes=number("SOUK_HOLD_MINUTES"))
