"""What `Payments` promises, proven against the stand-in over loopback and against replies in Stripe's own shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from souk.shared.errors import VendorFailed, VendorRefused, VendorThrottled
from souk.storefront.payments.model import RefundStatus, SessionLine, SessionStatus
from tests.unit.storefront.payments.payment_builders import NOW, TOTAL, refund_request, request, usd
from tests.unit.storefront.payments.stripe_worlds import ScriptedWorld, StandInWorld, World

pytestmark = pytest.mark.enable_socket


@pytest.fixture(params=["stand-in", "script"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    entered: World = StandInWorld(tmp_path) if request.param == "stand-in" else ScriptedWorld()
    yield entered
    entered.close()


def test_an_order_gets_an_open_page_for_exactly_its_total(world: World) -> None:
    session = world.enter("a usual day").open_session(request())
    assert (session.status, session.paid, session.amount) == (SessionStatus.OPEN, False, TOTAL)
    assert session.url is not None
    assert session.id in session.url
    assert session.expires_at == NOW + timedelta(minutes=31)
    assert session.intent_id is None


def test_one_attempt_has_one_page(world: World) -> None:
    payments = world.enter("a usual day")
    assert payments.open_session(request()) == payments.open_session(request())


@pytest.mark.parametrize(
    "how",
    [
        "answer lost",
        "answer garbled",
        "http 500 after it was done",
        "http 500 before it was done",
        "connection lost before it was done",
        "its twin is running",
        "key refused",
    ],
)
def test_an_unknown_outcome_is_asked_for_again_under_the_same_key(world: World, how: str) -> None:
    payments = world.enter(how)
    with pytest.raises(VendorFailed) as failure:
        payments.open_session(request())
    assert not isinstance(failure.value, VendorThrottled)
    assert payments.open_session(request()).status is SessionStatus.OPEN


def test_a_500_that_stripe_keeps_stays_unknown_under_its_key(world: World) -> None:
    payments = world.enter("a 500 that stripe keeps")
    for _ in range(3):
        with pytest.raises(VendorFailed):
            payments.open_session(request())


def test_http_429_throttles_and_may_be_asked_again(world: World) -> None:
    payments = world.enter("http 429")
    with pytest.raises(VendorThrottled) as failure:
        payments.open_session(request())
    assert failure.value.retry_after == 2
    assert payments.open_session(request()).status is SessionStatus.OPEN


def test_a_refused_card_is_final(world: World) -> None:
    with pytest.raises(VendorRefused, match="Your card was declined") as refusal:
        world.enter("card refused").open_session(request())
    assert refusal.value.problems[0].code == "card_declined"


def test_a_key_that_comes_again_with_another_request_says_nothing_about_the_first(world: World) -> None:
    payments = world.enter("asked for otherwise")
    payments.open_session(request())
    with pytest.raises(VendorFailed):
        payments.open_session(request(lines=(SessionLine("Another camera", usd("1.00")),)))


def test_a_life_of_less_than_half_an_hour_is_refused(world: World) -> None:
    with pytest.raises(VendorRefused):
        world.enter("too short a life").open_session(request(expires_at=NOW + timedelta(minutes=29)))


def test_an_amount_below_a_cards_least_is_refused(world: World) -> None:
    with pytest.raises(VendorRefused) as refusal:
        world.enter("too small an amount").open_session(request(lines=(SessionLine("Pin", usd("0.49")),)))
    assert refusal.value.problems[0].code == "amount_too_small"


def test_a_paid_page_names_the_payment(world: World) -> None:
    payments = world.enter("the buyer pays")
    session = payments.session(payments.open_session(request()).id)
    assert (session.status, session.paid, session.url, session.amount) == (SessionStatus.COMPLETE, True, None, TOTAL)
    assert session.intent_id is not None
    assert session.intent_id.startswith("pi_")


def test_a_page_expires_by_time(world: World) -> None:
    payments = world.enter("its time comes")
    session = payments.session(payments.open_session(request()).id)
    assert (session.status, session.paid, session.url) == (SessionStatus.EXPIRED, False, None)


def test_expiring_twice_is_expiring_once(world: World) -> None:
    payments = world.enter("a usual day")
    session = payments.open_session(request())
    assert payments.expire_session(session.id).status is SessionStatus.EXPIRED
    assert payments.expire_session(session.id).status is SessionStatus.EXPIRED


def test_expiring_a_paid_page_tells_that_it_was_paid(world: World) -> None:
    payments = world.enter("the buyer is faster")
    now = payments.expire_session(payments.open_session(request()).id)
    assert (now.status, now.paid) == (SessionStatus.COMPLETE, True)
    assert now.intent_id is not None


def test_an_unknown_page_is_refused(world: World) -> None:
    with pytest.raises(VendorRefused) as refusal:
        world.enter("a usual day").session("cs_test_none")
    assert refusal.value.problems[0].code == "resource_missing"


def test_a_refund_is_made_once_for_its_id(world: World) -> None:
    payments, intent_id = world.enter("a usual day"), world.paid()
    first = payments.refund(refund_request(intent_id=intent_id))
    assert first.status is RefundStatus.SUCCEEDED
    assert payments.refund(refund_request(intent_id=intent_id)) == first


def test_a_refund_whose_answer_was_lost_is_the_one_that_was_made(world: World) -> None:
    payments, intent_id = world.enter("refund's answer lost"), world.paid()
    found = payments.refund(refund_request(intent_id=intent_id))
    assert found == payments.refund(refund_request(intent_id=intent_id))


def test_a_refund_behind_a_500_that_stripe_keeps_is_found(world: World) -> None:
    payments, intent_id = world.enter("a kept 500 for a refund that was made"), world.paid()
    assert payments.refund(refund_request(intent_id=intent_id)).status is RefundStatus.SUCCEEDED


def test_no_refund_behind_a_500_that_stripe_keeps_stays_unknown(world: World) -> None:
    payments, intent_id = world.enter("a kept 500 for a refund that was not made"), world.paid()
    for _ in range(2):
        with pytest.raises(VendorFailed):
            payments.refund(refund_request(intent_id=intent_id))


def test_more_than_was_paid_is_never_refunded(world: World) -> None:
    payments, intent_id = world.enter("more than was paid"), world.paid()
    with pytest.raises(VendorRefused):
        payments.refund(refund_request("177.47", intent_id=intent_id))


def test_a_full_refund_is_found_again_after_its_key_is_forgotten(world: World) -> None:
    payments, intent_id = world.enter("a day passes after a full refund"), world.paid()
    first = payments.refund(refund_request(intent_id=intent_id))
    assert payments.refund(refund_request(intent_id=intent_id)) == first


def test_nothing_is_left_to_refund_after_a_full_refund(world: World) -> None:
    payments, intent_id = world.enter("another has been refunded in full"), world.paid()
    wanted = refund_request(intent_id=intent_id)
    payments.refund(wanted)
    with pytest.raises(VendorRefused) as refusal:
        payments.refund(replace(wanted, refund_id="refund-2"))
    assert refusal.value.problems[0].code == "charge_already_refunded"


def test_a_refund_may_take_time(world: World) -> None:
    payments, intent_id = world.enter("refunds take time"), world.paid()
    assert payments.refund(refund_request(intent_id=intent_id)).status is RefundStatus.PENDING


def test_a_refund_may_fail_and_says_why(world: World) -> None:
    payments, intent_id = world.enter("refunds fail"), world.paid()
    outcome = payments.refund(refund_request(intent_id=intent_id))
    assert (outcome.status, outcome.reason) == (RefundStatus.FAILED, "declined")


def test_a_refund_is_found_by_our_id(world: World) -> None:
    payments, intent_id = world.enter("a usual day"), world.paid()
    made = payments.refund(refund_request(intent_id=intent_id))
    assert payments.find_refund(refund_request(intent_id=intent_id)) == made


def test_no_refund_is_found_where_none_was_made(world: World) -> None:
    payments, intent_id = world.enter("nothing refunded"), world.paid()
    assert payments.find_refund(refund_request(intent_id=intent_id)) is None
