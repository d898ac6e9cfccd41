"""The market and the Stripe of the tests of orders."""

from __future__ import annotations

from tests.functions.storefront.orders.conftest import buyer, shop, stripe

__all__ = ["buyer", "shop", "stripe"]
