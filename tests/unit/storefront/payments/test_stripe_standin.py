"""The stand-in is as strict as Stripe, loses no state, and misbehaves only on request."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.testing import wait_until
from souk.shared.errors import VendorRefused
from souk.storefront.payments.adapters.stripe.api import Value
from souk.storefront.payments.model import SessionLine, SessionStatus
from tests.unit.storefront.payments.payment_builders import KEY, ORDER, TOTAL, adapter, refund_request, request, usd
from tests.unit.storefront.payments.stripe_loopback import Stripe, form, line

pytestmark = pytest.mark.enable_socket

ROOT = Path(__file__).parents[4]
CREATE = "/checkout/sessions"


def error_of(answer: httpx.Response) -> dict[str, Any]:
    error: dict[str, Any] = answer.json()["error"]
    return error


# Parameters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"mode": "subscription"}, "mode"),
        ({"mode": None}, "mode"),
        ({"line_items": []}, "line_items"),
        ({"line_items": [line(quantity=0)]}, "line_items[0][quantity]"),
        ({"line_items": [line(unit_amount="12.50")]}, "line_items[0][price_data][unit_amount]"),
        ({"line_items": [line(unit_amount=-1)]}, "line_items[0][price_data][unit_amount]"),
        ({"line_items": [line(currency="USD")]}, "line_items[0][price_data][currency]"),
        ({"line_items": [line(name="")]}, "line_items[0][price_data][product_data][name]"),
        ({"line_items": [line(), {"quantity": 1}]}, "line_items[1][price_data]"),
        ({"line_items": [line(), line(currency="eur")]}, "line_items"),
        ({"line_items": [line(unit_amount=49)]}, "line_items"),
        ({"line_items": "one"}, "line_items"),
        ({"line_items": {"1": line()}}, "line_items"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"success_url": None}, "success_url"),
        ({"expires_at": 1}, "expires_at"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"customer_email": "nobody"}, "customer_email"),
        ({"metadata": {"k" * 41: "v"}}, "metadata"),
        ({"metadata": {"k": "v" * 501}}, "metadata"),
        ({"metadata": {str(number): "v" for number in range(51)}}, "metadata"),
        ({"client_reference_id": "x" * 201}, "client_reference_id"),
        ({"colour": "red"}, "colour"),
        ({"payment_intent_data": {"colour": "red"}}, "payment_intent_data[colour]"),
        ({"payment_method_types": ["card", "sepa_debit"]}, "payment_method_types[1]"),
    ],
    ids=str,
)
def test_an_invalid_parameter_is_named(stripe: Stripe, changes: dict[str, Value], param: str) -> None:
    answer = stripe.post(CREATE, form(**changes), "key-1")
    assert answer.status_code == 400
    assert error_of(answer)["type"] == "invalid_request_error"
    assert error_of(answer)["param"] == param
    assert stripe.state()["sessions"] == []
    assert stripe.post(CREATE, form(), "key-1").status_code == 200, "wrong parameters leave the key free"


@pytest.mark.parametrize("body", [b"mode", b"mode=payment&mode=payment", b"Mode[=1", b"mode=payment&mode[x]=1"])
def test_an_invalid_form_is_refused(stripe: Stripe, body: bytes) -> None:
    headers = {
        "Authorization": f"Bearer {KEY}",
        "Stripe-Version": "2026-10-28.endive",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    assert stripe.http.post("/v1/checkout/sessions", content=body, headers=headers).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer pk_test_1"}, 401),
        ({"Authorization": "Basic abc"}, 401),
        ({"Stripe_Version": "2020-08-27"}, 400),
        ({"Content_Type": "application/json"}, 400),
        ({"Idempotency_Key": "k" * 256}, 400),
    ],
)
def test_invalid_headers_are_refused(stripe: Stripe, headers: dict[str, str], status: int) -> None:
    assert stripe.post(CREATE, form(), **headers).status_code == status


def test_an_unknown_path_is_not_found(stripe: Stripe) -> None:
    assert stripe.post("/payment_intents", {}).status_code == 404
    assert stripe.http.get("/c/pay/cs_test_none").status_code == 404
    assert stripe.http.get("/elsewhere").status_code == 404


# Idempotency ---------------------------------------------------------------------------------------------------------


def test_a_repeated_key_gets_the_first_answer_and_a_header_that_says_so(stripe: Stripe) -> None:
    first, second = stripe.post(CREATE, form(), "key-1"), stripe.post(CREATE, form(), "key-1")
    assert second.content == first.content
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(stripe.state()["sessions"]) == 1


def test_without_a_key_every_request_is_new(stripe: Stripe) -> None:
    assert stripe.post(CREATE, form()).json()["id"] != stripe.post(CREATE, form()).json()["id"]


def test_a_key_repeated_with_another_request_is_an_error(stripe: Stripe) -> None:
    stripe.post(CREATE, form(), "key-1")
    answer = stripe.post(CREATE, form(line_items=[line(unit_amount=999)]), "key-1")
    assert (answer.status_code, error_of(answer)["type"]) == (400, "idempotency_error")


def test_a_500_is_stored_under_its_key_and_a_429_is_not(stripe: Stripe) -> None:
    stripe.fault("create_session", "refuse", code="api_error")
    assert [stripe.post(CREATE, form(), "key-1").status_code for _ in range(3)] == [500, 500, 500]
    stripe.fault("create_session", "refuse", code="rate_limit")
    assert [stripe.post(CREATE, form(), "key-2").status_code for _ in range(2)] == [429, 200]


def test_a_request_concurrent_with_one_of_the_same_key_is_a_409(stripe: Stripe) -> None:
    stripe.fault("create_session", "delay", seconds=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(stripe.post, CREATE, form(), "key-1")
        wait_until(lambda: not stripe.state()["faults"])
        answer = stripe.post(CREATE, form(), "key-1")
        assert (answer.status_code, error_of(answer)["code"]) == (409, "idempotency_key_in_use")
        assert first.result().status_code == 200
    assert stripe.post(CREATE, form(), "key-1").content == first.result().content


def test_racing_requests_under_one_key_make_one_session(stripe: Stripe) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: stripe.post(CREATE, form(), "key-1"), range(16)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 200}) == 1
    assert len(stripe.state()["sessions"]) == 1


# Pages ---------------------------------------------------------------------------------------------------------------


def test_a_page_shows_the_lines_and_its_two_buttons(stripe: Stripe) -> None:
    session = stripe.payments.open_session(request())
    assert session.url is not None
    page = stripe.http.get(session.url)
    assert page.text.count("<form") == 2
    for words in ("Pay $177.46", "35mm camera", "x 4", "$26.00", "Shipping", "Tax", "$14.46", ORDER):
        assert words in page.text
    assert 'href="https://shop.example/cart"' in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_paying_shows_a_receipt_with_a_link_back(stripe: Stripe) -> None:
    session = stripe.payments.open_session(request())
    receipt = stripe.press(session.id, "pay")
    assert "Paid $177.46" in receipt.text
    assert f'href="https://shop.example/ok?s={session.id}"' in receipt.text
    assert "<form" not in receipt.text


def test_paying_twice_charges_once(stripe: Stripe) -> None:
    session = stripe.payments.open_session(request())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: stripe.press(session.id, "pay"), range(8)))
    kinds = [event["type"] for event in stripe.state()["events"]]
    assert kinds == ["payment_intent.succeeded", "charge.succeeded", "checkout.session.completed"]


def test_a_declined_card_leaves_the_page_open_for_another_try(stripe: Stripe) -> None:
    session = stripe.payments.open_session(request())
    page = stripe.press(session.id, "decline")
    assert "declined" in page.text
    assert page.text.count("<form") == 2
    declined = stripe.payments.session(session.id)
    assert (declined.status, declined.paid) == (SessionStatus.OPEN, False)
    stripe.press(session.id, "pay")
    assert stripe.payments.session(session.id).intent_id == declined.intent_id


def test_an_expired_page_accepts_no_payment(stripe: Stripe) -> None:
    session = stripe.payments.open_session(request())
    stripe.payments.expire_session(session.id)
    assert "expired" in stripe.press(session.id, "pay").text
    assert not stripe.payments.session(session.id).paid


def test_markup_in_a_name_is_shown_as_text(stripe: Stripe) -> None:
    hostile = "\"><script>alert(1)</script><img src=x onerror='x'>"
    wanted = request(lines=(SessionLine(hostile, usd("5.00")),), cancel_url='https://shop.example/"onclick=x')
    with pytest.raises(VendorRefused):
        stripe.payments.open_session(wanted)
    session = stripe.payments.open_session(request(lines=wanted.lines))
    assert session.url is not None
    page = stripe.http.get(session.url).text
    assert "<script" not in page
    assert "<img" not in page


def test_the_index_lists_every_payment(stripe: Stripe) -> None:
    assert "No payments yet" in stripe.http.get("/").text
    session = stripe.payments.open_session(request())
    listed = stripe.http.get("/").text
    assert f"/c/pay/{session.id}" in listed
    assert "Waiting" in listed
    stripe.press(session.id, "pay")
    assert "Waiting" not in stripe.http.get("/").text


@pytest.mark.parametrize(
    ("count", "currency", "shown"),
    [(1250, "usd", "$12.50"), (1250, "jpy", "JPY 1,250"), (125000, "isk", "ISK 1,250.00"), (1230, "kwd", "KWD 1.230")],
)
def test_an_amount_is_shown_in_the_usual_notation(stripe: Stripe, count: int, currency: str, shown: str) -> None:
    made = stripe.post(CREATE, form(line_items=[line(unit_amount=count, currency=currency)])).json()
    assert f"Pay {shown}" in stripe.http.get(made["url"]).text


def test_the_lines_of_a_session_are_listed_on_request(stripe: Stripe) -> None:
    session = stripe.payments.open_session(request())
    headers = {"Authorization": f"Bearer {KEY}", "Stripe-Version": "2026-10-28.endive"}
    listed = stripe.http.get(f"/v1/checkout/sessions/{session.id}/line_items", headers=headers).json()
    assert sum(one["amount_total"] for one in listed["data"]) == TOTAL.minor


# Refunds -------------------------------------------------------------------------------------------------------------


def paid(stripe: Stripe) -> str:
    session = stripe.payments.open_session(request())
    stripe.press(session.id, "pay")
    intent_id = stripe.payments.session(session.id).intent_id
    assert intent_id is not None
    return intent_id


def test_racing_refunds_never_exceed_the_charge(stripe: Stripe) -> None:
    intent_id = paid(stripe)

    def refund(number: int) -> str:
        try:
            stripe.payments.refund(refund_request("50.00", intent_id=intent_id, refund_id=f"refund-{number}"))
        except VendorRefused as refusal:
            return refusal.problems[0].code
        return "made"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(refund, range(8)))
    assert sorted(outcomes) == ["invalid_request_error"] * 5 + ["made"] * 3
    assert sum(one["amount"] for one in stripe.state()["refunds"]) == 15000


def test_an_unpaid_page_cannot_be_refunded(stripe: Stripe) -> None:
    session = stripe.payments.open_session(request())
    stripe.press(session.id, "decline")
    intent_id = stripe.payments.session(session.id).intent_id
    assert intent_id is not None
    with pytest.raises(VendorRefused, match="successful charge"):
        stripe.payments.refund(refund_request(intent_id=intent_id))
    with pytest.raises(VendorRefused, match="No such payment_intent"):
        stripe.payments.refund(refund_request(intent_id="pi_none", refund_id="refund-2"))


def test_the_amount_of_a_refund_that_failed_later_can_be_refunded_again(stripe: Stripe) -> None:
    intent_id = paid(stripe)
    first = stripe.payments.refund(refund_request(intent_id=intent_id))
    assert stripe.control(settle_refund={"id": first.id, "status": "failed"}).status_code == 200
    again = stripe.payments.refund(refund_request(intent_id=intent_id, refund_id="refund-2"))
    assert again.id != first.id
    assert stripe.control(settle_refund={"id": first.id, "status": "succeeded"}).status_code == 400


def test_a_refund_names_a_payment_or_a_charge(stripe: Stripe) -> None:
    assert stripe.post("/refunds", {"amount": 1}).status_code == 400
    assert stripe.post("/refunds", {"payment_intent": "pi_1", "charge": "ch_1"}).status_code == 400
    assert stripe.post("/refunds", {"charge": "ch_none"}).status_code == 404


# Control -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        {"no_such_switch": True},
        {"refund_outcome": "maybe"},
        {"expire": "cs_test_none"},
        {"deliver": ["evt_none"]},
        {"settle_refund": {"id": "re_none", "status": "failed"}},
        {"settle_refund": {"id": "re_none"}},
        {"faults": [{"call": "create_session", "mode": "explode"}]},
    ],
    ids=str,
)
def test_the_control_endpoint_names_invalid_members(stripe: Stripe, document: dict[str, Any]) -> None:
    answer = stripe.control(**document)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_page_can_be_expired_once(stripe: Stripe) -> None:
    session = stripe.payments.open_session(request())
    assert stripe.control(expire=session.id).status_code == 200
    assert stripe.payments.session(session.id).status is SessionStatus.EXPIRED
    assert stripe.control(expire=session.id).status_code == 400


def test_requests_are_recorded_without_the_accounts_key(stripe: Stripe) -> None:
    stripe.payments.open_session(request())
    stripe.payments.open_session(request())
    state = stripe.state()
    assert [(one["call"], one["status"], one["replayed"]) for one in state["requests"]] == [
        ("create_session", 200, False),
        ("create_session", 200, True),
    ]
    assert KEY not in json.dumps(state)


def test_a_taken_port_is_reported_and_not_shared(stripe: Stripe, tmp_path: Path) -> None:
    port = stripe.server.url.rpartition(":")[2]
    ended = subprocess.run(
        [sys.executable, "-m", "local.vendors.stripe", "--port", port, "--state", str(tmp_path / "other")],
        cwd=ROOT, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert f"port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_answered_request_survives_a_kill_right_after_the_answer(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local.vendors.stripe", "--port", "0", "--state", str(tmp_path)]
    answers: list[dict[str, Any]] = []
    with httpx.Client() as client:
        for _ in range(2):
            with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                url = process.stdout.readline().rsplit(" ", 1)[-1].strip()
                headers = {"Stripe-Version": "2026-10-28.endive", "Idempotency-Key": "key-1"}
                made = client.post(
                    f"{url}/v1/checkout/sessions",
                    data={"mode": "payment", "success_url": "https://shop.example", **_flat(line())},
                    headers=headers | {"Authorization": f"Bearer {KEY}"},
                )
                answers.append(made.json())
                assert adapter(client, url).session(made.json()["id"]).status is SessionStatus.OPEN
                process.kill()
    assert answers[1] == answers[0]


def _flat(entry: dict[str, Value]) -> dict[str, str]:
    from urllib.parse import parse_qsl

    from souk.storefront.payments.adapters.stripe.api import encode

    return dict(parse_qsl(encode({"line_items": [entry]}).decode()))
