"""Concurrent calls, repetitions and lost answers: eBay always has one listing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from local.testing import wait_until
from tests.e2e.selling import Ebay, Seller, aws, resource, task_token, waits_in

type Ready = Callable[..., str]


def claim_one_listing(seller: Seller, ebay: Ebay, listing: str) -> None:
    now = seller.settled(listing)
    assert (now["status"], now["error"]) == ("published", None)
    [there] = ebay.listings(listing)
    assert (there["live"], there["item_id"]) == (True, now["ebay_item_id"])


def test_two_publishes_at_once_under_one_key_make_one_listing(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    listing = ready()
    with ThreadPoolExecutor(4) as pool:
        keyed = {"Prefer": "wait=25", "Idempotency_Key": f"one-{listing}"}
        answers = list(pool.map(lambda _: seller.ask("POST", f"/listings/{listing}/publish", **keyed), range(4)))
    assert seller.publish(listing, Idempotency_Key=f"one-{listing}").status_code == 200
    assert {answer.status_code for answer in answers} <= {200, 202}  # 202: it took longer than they waited
    assert sorted("idempotent-replayed" in answer.headers for answer in answers) == [False, True, True, True]
    claim_one_listing(seller, ebay, listing)


def test_two_publishes_at_once_under_different_keys_make_one_listing(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    listing = ready()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: seller.publish(listing, Idempotency_Key=f"{n}-{listing}"), range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["ebay_item_id"] for answer in answers}) == 1
    claim_one_listing(seller, ebay, listing)
    assert len(ebay.attempts(listing)) == 1


def test_a_key_used_for_another_listing_is_refused(seller: Seller, ready: Ready) -> None:
    first, second = ready(), ready()
    assert seller.publish(first, Idempotency_Key=f"reused-{first}").status_code == 200
    answer = seller.publish(second, Idempotency_Key=f"reused-{first}")
    assert (answer.status_code, answer.json()["error"]) == (422, "idempotency_key_reused")
    assert seller.listing(second)["status"] == "approved"


def test_a_callback_replayed_before_and_after_the_publication_changes_nothing(
    seller: Seller, ready: Ready, ebay: Ebay
) -> None:
    listing = ready()
    workflows, early = aws(seller.stack.places.endpoint, "stepfunctions"), task_token(seller, listing)
    # Nobody has asked to publish: the workflow is let go, finds the listing as it was, and waits again.
    workflows.send_task_success(taskToken=early, output="{}")
    wait_until(lambda: waits_in(seller, listing, "approved") and task_token(seller, listing) != early)
    late = task_token(seller, listing)
    assert ebay.listings(listing) == []
    assert seller.publish(listing).status_code == 200
    for token in (early, late):
        with pytest.raises(ClientError) as refused:
            workflows.send_task_success(taskToken=token, output="{}")
        assert refused.value.response["Error"]["Code"] in {"TaskDoesNotExist", "TaskTimedOut", "InvalidToken"}
    claim_one_listing(seller, ebay, listing)


def test_a_callback_that_races_the_owners_own_publish_makes_no_second_listing(
    seller: Seller, ready: Ready, ebay: Ebay
) -> None:
    listing = ready()
    token = task_token(seller, listing)
    workflows = aws(seller.stack.places.endpoint, "stepfunctions")
    with ThreadPoolExecutor(2) as pool:
        publishing = pool.submit(seller.publish, listing)
        pool.submit(workflows.send_task_success, taskToken=token, output="{}").exception()
        assert publishing.result().status_code == 200
    claim_one_listing(seller, ebay, listing)


def test_an_execution_started_a_second_time_finds_nothing_to_do(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    listing = ready()
    assert seller.publish(listing).status_code == 200
    workflows = aws(seller.stack.places.endpoint, "stepfunctions")
    document = f'{{"owner_id": "{seller.id}", "listing_id": "{listing}", "run": 1}}'
    machine = resource(seller.stack, "ListingWorkflow")
    again = workflows.start_execution(stateMachineArn=machine, name=f"again-{listing}", input=document)
    arn = again["executionArn"]
    wait_until(lambda: workflows.describe_execution(executionArn=arn)["status"] == "SUCCEEDED")
    claim_one_listing(seller, ebay, listing)
    assert len(ebay.attempts(listing)) == 1


# What goes wrong at eBay, and how often eBay is then asked to make the listing.
TROUBLES = {
    "the answer is lost after the effect": ("AddFixedPriceItem", "lose_answer", 1, 2),
    "HTTP 500 after the effect": ("AddFixedPriceItem", "fail_after", 1, 2),
    "nonsense after the effect": ("AddFixedPriceItem", "garbage", 1, 2),
    "HTTP 500 before the effect, twice": ("AddFixedPriceItem", "fail", 2, 3),
    "the line goes dead before the effect": ("AddFixedPriceItem", "drop", 1, 2),
    "eBay asks to slow down": ("AddFixedPriceItem", "throttle", 1, 2),
    "a picture is not taken": ("create_image_from_file", "fail", 1, 1),
    "the address cannot be asked for": ("GetItem", "lose_answer", 1, 1),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_failures_at_ebay_still_end_with_one_listing(seller: Seller, ready: Ready, ebay: Ebay, trouble: str) -> None:
    call, mode, times, tries = TROUBLES[trouble]
    listing = ready()
    ebay.fault(call, mode, times=times)
    assert seller.publish(listing).status_code in {200, 202}
    claim_one_listing(seller, ebay, listing)
    assert len(ebay.attempts(listing)) == tries


def test_an_unknown_outcome_is_reported_and_publishing_again_finds_the_listing(
    seller: Seller, ready: Ready, ebay: Ebay
) -> None:
    listing = ready()
    ebay.fault("AddFixedPriceItem", "lose_answer")
    ebay.fault("AddFixedPriceItem", "fail", times=20)
    seller.ask("POST", f"/listings/{listing}/publish")
    now = seller.settled(listing)
    assert (now["status"], now["error"]["code"]) == ("error", "vendor_failed")
    assert now["publications"][0]["status"] == "unconfirmed"
    ebay.reset()
    answer = seller.publish(listing)
    assert (answer.status_code, answer.json()["status"]) == (200, "published")
    claim_one_listing(seller, ebay, listing)


def test_deleting_after_an_unknown_outcome_ends_the_listing_at_ebay(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    listing = ready()
    ebay.fault("AddFixedPriceItem", "lose_answer")
    ebay.fault("AddFixedPriceItem", "fail", times=20)
    seller.ask("POST", f"/listings/{listing}/publish")
    assert seller.settled(listing)["status"] == "error"
    ebay.reset()
    seller.expect(202, "DELETE", f"/listings/{listing}")
    wait_until(lambda: seller.ask("GET", f"/listings/{listing}").status_code == 404)
    assert [one["live"] for one in ebay.listings(listing)] == [False]
