"""Stopped, killed or robbed of its workflow at any moment, a listing comes to published or to a clear error by itself.

The stand-in keeps its listings through every end of the stack, as eBay would; its faults hold the moment open.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import psutil
import pytest

from local.children import running
from local.testing import PATIENCE, LocalStack, wait_until
from tests.e2e.selling import PHOTO, Ebay, Seller, aws, item_of, resource, saved

type Ready = Callable[..., str]

# Until the fault is taken back, or the stand-in ends with its stack.
_HELD_OPEN = PATIENCE


# Ways to end ------------------------------------------------------------------------------------------------------


def _stop(seller: Seller, listings: Iterable[str]) -> None:
    seller.stack.stop()


def _kill(seller: Seller, listings: Iterable[str]) -> None:
    """What the tables say now is on disk, or the test would be about the two seconds that a kill may cost.

    What functions write meanwhile may be lost: the sweep at the next start has it done again.
    """
    for listing in listings:
        version = int(item_of(seller, listing)["version"]["N"])
        saved(seller.stack, listing, lambda item, least=version: int(item["version"]["N"]) >= least)  # type: ignore[misc]
    seller.stack.kill9()


def _kill_worker(seller: Seller, listing: str) -> None:
    ended = _at_work(seller.stack)
    assert ended, "nobody is at work"
    for worker in ended:
        worker.kill()
    Ebay(seller.stack).reset()


def _stop_execution(seller: Seller, listing: str) -> None:
    """Of its own the sweeper looks after 90 seconds; here it is asked to look now, as the start of a stack asks it."""
    endpoint = seller.stack.places.endpoint
    workflows, run = aws(endpoint, "stepfunctions"), item_of(seller, listing)["run"]["N"]
    machine = resource(seller.stack, "ListingWorkflow")
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{listing}-{run}"
    workflows.stop_execution(executionArn=arn)
    wait_until(lambda: workflows.describe_execution(executionArn=arn)["status"] == "ABORTED")
    Ebay(seller.stack).reset()
    _sweep(seller.stack)


def _sweep(stack: LocalStack) -> None:
    sweeper = resource(stack, "SweepOverdueFunction")
    aws(stack.places.endpoint, "lambda").invoke(FunctionName=sweeper, Payload=b'{"starting": true}')


_AT_WORK = ("PublishToMarketplaceFunction", "GenerateImagesFunction", "StartVideoFunction")
ENDS_OF_ALL: dict[str, Callable[[Seller, Iterable[str]], None]] = {"stop": _stop, "kill -9": _kill}
ENDS_OF_ONE: dict[str, Callable[[Seller, str], None]] = {
    "worker killed": _kill_worker,
    "execution stopped": _stop_execution,
}


def _at_work(stack: LocalStack) -> list[psutil.Process]:
    """The processes of the functions that work on listings."""
    children = running(stack.data / "children")
    return [child for name, child in children if name.removeprefix("souk-").rpartition("-")[0] in _AT_WORK]


# Moments ----------------------------------------------------------------------------------------------------------


def _during_ebays_call(seller: Seller, listing: str) -> None:
    """eBay has the request and has done nothing yet."""
    _held(seller, listing, "delay", lambda ebay: not any(one["call"] == "AddFixedPriceItem" for one in ebay["faults"]))


def _after_ebays_effect(seller: Seller, listing: str) -> None:
    """eBay has listed it, and has not answered."""
    _held(seller, listing, "delay_answer", lambda ebay: any(one["sku"] == listing for one in ebay["listings"]))


def _held(seller: Seller, listing: str, mode: str, reached: Callable[[dict[str, Any]], bool]) -> None:
    ebay = Ebay(seller.stack)
    ebay.fault("AddFixedPriceItem", mode, seconds=_HELD_OPEN)
    assert seller.ask("POST", f"/listings/{listing}/publish").status_code == 202
    wait_until(lambda: reached(ebay.state()))


# Claims -----------------------------------------------------------------------------------------------------------


def claim_one_listing(seller: Seller, listing: str) -> None:
    """Published by itself, or in a clear error from which publishing again leads to published; one listing ever."""
    now = seller.settled(listing)
    assert now["status"] in {"published", "error"}, now["status"]
    if now["status"] == "error":
        assert now["error"]["detail"]
        now = _go_on(seller, listing)
    assert now["status"] == "published"
    [there] = Ebay(seller.stack).listings(listing)
    assert (there["live"], there["item_id"]) == (True, now["ebay_item_id"])


def _go_on(seller: Seller, listing: str) -> dict[str, Any]:
    """As a client that finds the listing where it is, and wants it published."""
    if seller.listing(listing)["status"] != "approved":
        seller.approve(listing)
    answer = seller.publish(listing)
    assert answer.status_code in {200, 202}, answer.text
    return seller.settled(listing)


@pytest.mark.parametrize("end", ENDS_OF_ALL)
def test_listings_at_every_moment_outlive_the_end_of_the_stack(
    seller: Seller, planted: Ready, ready: Ready, ebay: Ebay, end: str
) -> None:
    """One end finds them all: no photo judged, media just begun, waiting for the owner, and at eBay in three ways."""
    uploading, generating, waiting = seller.create(), planted(), planted()
    unpublished, asked, calling, listed = (ready() for _ in range(4))
    content = PHOTO.read_bytes()
    upload = seller.announce(uploading, content)
    _during_ebays_call(seller, calling)
    _after_ebays_effect(seller, listed)
    seller.expect(202, "POST", f"/listings/{generating}/generate-media")
    seller.expect(202, "POST", f"/listings/{asked}/publish")
    sent = httpx.post(upload["url"], data=upload["fields"], files={"file": content}, timeout=PATIENCE, trust_env=False)
    assert sent.status_code == 204

    ENDS_OF_ALL[end](seller, (uploading, generating, waiting, unpublished, asked, calling, listed))
    seller.stack.start()

    for listing in (asked, calling, listed):
        claim_one_listing(seller, listing)
    assert [seller.listing(one)["status"] for one in (waiting, unpublished)] == ["media_ready", "approved"]
    photo = seller.photo_settled(uploading)
    assert (photo["status"], photo["reason"]) == ("ready", None)
    made = seller.settled(generating)
    assert (made["status"], made["error"]) == ("media_ready", None)
    for listing in (waiting, unpublished, generating):
        assert _go_on(seller, listing)["status"] == "published"
        claim_one_listing(seller, listing)


@pytest.mark.parametrize("end", ENDS_OF_ONE)
@pytest.mark.parametrize("moment", [_during_ebays_call, _after_ebays_effect], ids=["before the effect", "after it"])
def test_a_publication_outlives_its_worker_and_its_execution(
    seller: Seller, ready: Ready, ebay: Ebay, end: str, moment: Callable[[Seller, str], None]
) -> None:
    listing = ready()
    moment(seller, listing)
    ENDS_OF_ONE[end](seller, listing)
    claim_one_listing(seller, listing)


def test_media_are_made_even_if_their_functions_are_killed(seller: Seller, planted: Ready) -> None:
    listing = planted()
    seller.expect(202, "POST", f"/listings/{listing}/generate-media")
    wait_until(lambda: _at_work(seller.stack))
    _kill_worker(seller, listing)
    now = seller.settled(listing)
    assert (now["status"], now["error"]) == ("media_ready", None)


def test_an_execution_stopped_while_it_waits_is_replaced(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    listing = ready()
    _stop_execution(seller, listing)
    assert seller.ask("POST", f"/listings/{listing}/publish").status_code == 202
    _sweep(seller.stack)
    claim_one_listing(seller, listing)


def test_a_publication_lost_by_the_tables_is_found_at_ebay(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    """As after a kill, and surely: the tables are put back to before the publication that eBay has."""
    listing, state = ready(), seller.stack.data / "state"
    version = item_of(seller, listing)["version"]
    saved(seller.stack, listing, lambda item: item["version"] == version)
    # Saving goes on meanwhile: what is being written, and what it replaces, come and go.
    passing = shutil.ignore_patterns("*.new", "*.previous")
    before = shutil.copytree(state, seller.stack.data / "before", ignore=passing)
    assert seller.publish(listing).status_code == 200
    seller.stack.kill9()
    shutil.rmtree(state)
    before.rename(state)
    seller.stack.start()
    assert seller.listing(listing)["status"] == "approved"
    assert _go_on(seller, listing)["status"] == "published"
    claim_one_listing(seller, listing)


def test_a_write_is_on_disk_within_two_seconds_and_what_saving_takes(seller: Seller) -> None:
    """Of several, one: a machine that is busy with other things may be late with all others."""

    def took() -> float:
        listing = seller.create(title="Made before the kill")
        created = time.monotonic()
        saved(seller.stack, listing, lambda item: True)
        return time.monotonic() - created

    wait_until(lambda: took() < 2.8)
