"""Shipping profiles are a merchant's, as products are."""

from tests.functions.storefront.catalogue.conftest import *  # noqa: F403
