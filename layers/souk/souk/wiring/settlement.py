"""What becomes of orders: payments and refunds, the workflow that waits for them, and the sweep."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import orders, payments

if TYPE_CHECKING:
    from souk.aws.workflows import StepFunctions
    from souk.storefront.orders.service.refunds import Refunds
    from souk.storefront.orders.service.settlement import Settlement
    from souk.storefront.orders.workflow import Dispatcher, Sweeper


@cache
def refunds() -> Refunds:
    from souk.aws.logging import raise_alarm
    from souk.shared.clock import new_id, utc_now
    from souk.storefront.orders.service.refunds import Refunds

    return Refunds(orders.order_repository(), payments.payments, raise_alarm, utc_now, new_id)


@cache
def settlement() -> Settlement:
    from souk.aws.logging import raise_alarm
    from souk.shared.clock import new_id, utc_now
    from souk.storefront.orders.service.settlement import Settlement

    return Settlement(orders.order_repository(), refunds(), payments.payments, raise_alarm, utc_now, new_id)


@cache
def dispatcher() -> Dispatcher:
    from souk.shared.clock import utc_now
    from souk.storefront.orders.workflow import Dispatcher

    return Dispatcher(order_workflow(), orders.order_repository(), utc_now)


@cache
def sweeper() -> Sweeper:
    from souk.shared.clock import utc_now
    from souk.storefront.orders.workflow import Sweeper

    return Sweeper(orders.order_repository(), settlement(), refunds(), orders.payment_pages().open, utc_now)


@cache
def order_workflow() -> StepFunctions:
    from souk.aws.clients import client
    from souk.aws.settings import setting
    from souk.aws.workflows import StepFunctions

    return StepFunctions(client("stepfunctions"), setting("SOUK_ORDER_WORKFLOW"))
