"""Orders from their placing to their end, with nothing going wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from souk.storefront.orders.model import Status
from tests.harness.storefront.orders.market import Market, market
from tests.harness.storefront.orders.shopping import Shopping, claim_all_is_well, paid


@pytest.fixture
def made() -> Iterator[Market]:
    with market() as one:
        yield one


def test_an_order_that_is_paid_is_confirmed_and_its_workflow_ends(made: Market) -> None:
    shopping = paid(made)
    claim_all_is_well(made)
    assert [one.status for one in made.engine.executions.values()] == ["SUCCEEDED"]
    assert shopping.order.wait is None


def test_an_order_that_is_not_paid_is_closed_after_its_hold(made: Market) -> None:
    shopping = Shopping(made)
    shopping.place()
    made.settle()
    assert shopping.stands_at(Status.CANCELLED)
    claim_all_is_well(made)
