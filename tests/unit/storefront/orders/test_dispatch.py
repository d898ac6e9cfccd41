"""From a change of an order to its workflow; and a sweep that no failure stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from souk.shared.workflows import Change, Dispatcher
from souk.storefront.orders.model import Order, PaymentStatus
from souk.storefront.orders.repository import OrderRepository
from souk.storefront.orders.workflow import OrderWorkflow
from tests.unit.storefront.orders.order_builders import NOW, an_order, paid


@dataclass
class FakeWorkflows:
    """Somebody waits with each of `waiting`."""

    waiting: set[str] = field(default_factory=set)
    started: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)

    def start(self, name: str, document: Mapping[str, Any]) -> None:
        self.started.append((name, document))

    def resume(self, token: str) -> bool:
        self.resumed.append(token)
        return token in self.waiting

    def is_running(self, name: str) -> bool:
        raise AssertionError("nobody asks the dispatcher what is running")


@dataclass
class OneOrder:
    """The table, with `order` in it."""

    order: Order

    def change(self, _buyer: str, _order: str, _now: Any, decide: Callable[[Order], Order]) -> Order:
        self.order = decide(self.order)
        return self.order


def dispatch(before: Order | None, after: Order, workflows: FakeWorkflows, current: Order | None = None) -> Order:
    """`current`: the order in the table, when it has changed since the record."""
    table = OneOrder(current or after)
    Dispatcher(workflows, OrderWorkflow(cast("OrderRepository", table), lambda: NOW)).dispatch(Change(before, after))
    return table.order


def test_a_new_order_starts_its_run() -> None:
    workflows, order = FakeWorkflows(), an_order()
    dispatch(None, order, workflows)
    document = {"buyer_id": order.buyer_id, "order_id": order.id, "run": 1}
    assert workflows.started == [(f"{order.id}-1", document)]


def test_a_new_run_starts_and_any_other_change_does_not() -> None:
    workflows, order = FakeWorkflows(), an_order()
    again = order.restart()
    dispatch(order, again, workflows)
    dispatch(again, again.opened("cs_1", "https://pay.example", NOW), workflows)
    assert [name for name, _ in workflows.started] == [f"{order.id}-2"]


@pytest.mark.parametrize("settled", [paid, lambda order: order.close_unpaid(PaymentStatus.EXPIRED)])
def test_an_order_that_leaves_pending_resumes_its_workflow(settled: Callable[[Order], Order]) -> None:
    workflows, order = FakeWorkflows(), replace(an_order(), wait="token")
    after = dispatch(order, settled(order), workflows)
    assert (workflows.resumed, workflows.started, after.run) == (["token"], [], 1)


def test_an_unchanged_token_is_not_resumed() -> None:
    workflows, order = FakeWorkflows(), replace(an_order(), wait="token")
    dispatch(order, order.opened("cs_1", None, NOW), workflows)
    assert workflows.resumed == []


@pytest.mark.parametrize(("waiting", "run"), [({"token"}, 1), (set[str](), 2)])
def test_a_token_lost_while_pending_is_resumed_or_a_new_run_starts(waiting: set[str], run: int) -> None:
    workflows, order = FakeWorkflows(waiting), an_order()
    assert dispatch(replace(order, wait="token"), order, workflows).run == run


def test_a_run_that_waits_again_meanwhile_is_not_replaced() -> None:
    order = an_order()
    current = replace(order, wait="another")
    assert dispatch(replace(order, wait="token"), order, FakeWorkflows(), current).run == 1
