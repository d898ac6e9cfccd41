"""The drill breaks a claim where it measured nothing, and ends when it is stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from benchmarks.drill import __main__ as program
from benchmarks.drill import bursts, claims
from benchmarks.drill.bursts import Burst
from benchmarks.drill.journeys import OrderJourney
from benchmarks.drill.ledger import Clockwork, Ledger, lost
from benchmarks.drill.patience import GaveUp, patiently
from local.testing import wait_until

OVER = threading.Event()


class Account:
    """`answer` is given to everything that is asked."""

    def __init__(self, answer: Callable[[], httpx.Response]) -> None:
        self.answer = answer
        self.asked = 0

    def ask(self, *_: Any, **__: Any) -> httpx.Response:
        self.asked += 1
        return self.answer()


def _answering(code: int, **body: Any) -> Any:
    return Account(lambda: httpx.Response(code, json=body))


def _cut() -> httpx.Response:
    raise AssertionError("POST /auth/refresh: 503")


@pytest.fixture
def clockwork() -> Iterator[Callable[[Any], Clockwork]]:
    begun: list[Clockwork] = []

    def begin(account: Any) -> Clockwork:
        begun.append(Clockwork(account, "product"))
        begun[-1].start()
        wait_until(lambda: account.asked > 1)
        begun[-1].pause()
        return begun[-1]

    yield begin
    for one in begun:
        one.stop()


# The clockwork ----------------------------------------------------------------------------------------------------


def test_a_clockwork_that_was_answered_can_say_what_is_lost(clockwork: Callable[[Any], Clockwork]) -> None:
    assert clockwork(_answering(200)).problem == ""


def test_a_clockwork_that_nobody_answers_says_so(clockwork: Callable[[Any], Clockwork]) -> None:
    assert "no change of the clockwork was answered; the last one: 503" in clockwork(_answering(503)).problem


def test_a_clockwork_goes_on_after_the_renewal_of_its_token_was_cut(clockwork: Callable[[Any], Clockwork]) -> None:
    account = Account(_cut)
    running = clockwork(account)
    assert "AssertionError: POST /auth/refresh: 503" in running.problem
    account.answer = lambda: httpx.Response(200)
    running._may_work.set()
    wait_until(lambda: not running.problem)


def test_a_clockwork_that_has_ended_says_so() -> None:
    assert Clockwork(_answering(200), "product").problem == "the clockwork has stopped"


def test_a_kill_before_which_nothing_was_answered_breaks_a_claim(
    clockwork: Callable[[Any], Clockwork], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack: Any = SimpleNamespace(kill9=lambda: (0, ""), start=lambda: None)
    drill = program.Drill(stack, seed=1)
    drill.clockwork = clockwork(_answering(503))
    monkeypatch.setattr(drill.clockwork, "age_of_lost", lambda _: 0.0)
    drill.kill("kill 1")
    drill.end()
    assert drill.broken == 1


# Listings, orders, bursts -----------------------------------------------------------------------------------------


def _order(status: str, *, is_paid: bool) -> Any:
    return SimpleNamespace(order="o1", is_paid=is_paid, buyer=_answering(200, status=status))


@pytest.mark.parametrize(
    ("status", "is_paid", "broken"),
    [
        ("pending", True, ["order o1 is paid by its buyer and still pending"]),
        ("pending", False, []),
        ("cancelled", True, []),
        ("confirmed", True, []),
    ],
)
def test_an_order_that_is_paid_and_pending_breaks_a_claim(status: str, is_paid: bool, broken: list[str]) -> None:
    assert list(claims.orders([_order(status, is_paid=is_paid), _order("shipped", is_paid=True)])) == broken


def test_orders_of_which_none_is_confirmed_break_a_claim() -> None:
    orders: Any = [_order("cancelled", is_paid=False), SimpleNamespace(order="")]
    assert list(claims.orders(orders)) == ["none of 2 orders was confirmed"]


def test_listings_of_which_none_is_published_break_a_claim() -> None:
    failed = {"status": "error", "error": {"detail": "The marketplace refused it."}}
    journey: Any = SimpleNamespace(listings=["l1"], seller=SimpleNamespace(listing=lambda _: failed))
    ebay: Any = SimpleNamespace(state=lambda: {"listings": []})
    assert list(claims.listings([journey], ebay)) == ["none of 1 listings was published"]


@pytest.mark.parametrize(("status", "is_paid", "failure"), [(303, True, ""), (404, False, "paying: AssertionError")])
def test_a_page_that_takes_no_payment_is_a_failure(
    status: int, is_paid: bool, failure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer: Any = SimpleNamespace(
        wanted=lambda _: {},
        ask=lambda method, *_, **__: httpx.Response(
            201 if method == "POST" else 200,
            json={"order_id": "o1", "payment_url": "http://127.0.0.1/c/pay/1", "status": "confirmed"},
        ),
    )
    monkeypatch.setattr(httpx, "post", lambda *_, **__: httpx.Response(status))
    journey = OrderJourney(buyer, "product", Ledger(), 0.0, time.monotonic() + 60, 1)
    journey.run()
    assert (journey.is_paid, journey.failure.partition(": 404")[0]) == (is_paid, failure)


class Table:
    """Takes every batch, or none."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error
        self.wrote = threading.Event()

    def list_tables(self) -> dict[str, Any]:
        return {"TableNames": ["drill"]}

    def batch_write_item(self, **_: Any) -> None:
        self.wrote.set()
        time.sleep(0.01)
        if self._error:
            raise self._error


@pytest.mark.parametrize(
    ("status", "error", "problems"),
    [
        (201, None, []),
        (500, None, ["no call of the burst was answered 201, but {500: 3}"]),
        (201, ValueError("no"), [*["a writer ended: ValueError: no"] * 2, "no batch was written during the burst"]),
    ],
)
def test_a_burst_that_made_nothing_says_so(
    status: int, error: Exception | None, problems: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table(error)

    def call(*_: Any) -> int:
        assert table.wrote.wait(20)
        time.sleep(0.05)
        return status

    monkeypatch.setattr(bursts, "_CALLS", 3)
    monkeypatch.setattr(Burst, "_call", call)
    stack: Any = SimpleNamespace(client=lambda _: table, url="http://127.0.0.1:9")
    shop: Any = SimpleNamespace(http=httpx.Client(headers={"Authorization": "Bearer t"}))
    burst = Burst(stack, shop, Ledger())
    burst.run()
    shop.http.close()
    assert burst.problems == problems


# The end ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "count"), [(200, 0), (404, 1), (401, 1)])
def test_what_its_maker_cannot_read_is_lost(status: int, count: int) -> None:
    ledger = Ledger()
    ledger.add("product", "/products/1", _answering(status))
    assert len(lost(ledger.take(), time.monotonic() + 60, OVER)) == count


def test_nobody_waits_for_an_answer_when_the_drill_is_over() -> None:
    over = threading.Event()
    over.set()
    with pytest.raises(GaveUp, match="503"):
        patiently(lambda: httpx.Response(503), time.monotonic() + 600, over)


def test_an_error_ends_the_drill_while_it_still_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    looking = Account(lambda: httpx.Response(503))
    drills: list[program.Drill] = []

    def prepare(drill: program.Drill) -> None:
        drills.append(drill)
        made: Any = [SimpleNamespace(account=looking, path="/products/1")]
        for number in range(6):  # more than are looked at at a time
            look = drill.looking.submit(lost, made, time.monotonic() + 90, drill.over)
            drill.looks.append((f"kill {number}", 0.0, look))
        wait_until(lambda: looking.asked)
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.argv", ["drill"])
    monkeypatch.setattr(program, "LocalStack", lambda *_, **__: SimpleNamespace(end=lambda: None))
    monkeypatch.setattr(program.Drill, "prepare", prepare)
    with pytest.raises(KeyboardInterrupt):
        program.main()
    began = time.monotonic()
    drills[0].looking.shutdown(wait=True)
    assert time.monotonic() - began < 60
    assert any(look.cancelled() for _, _, look in drills[0].looks)
