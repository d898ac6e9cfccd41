"""The stand-in stores everything, shows listings safely, and fails only when a test asks for it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from local.vendors.ebay import catalogue
from local.vendors.ebay.store import Store
from souk.selling.marketplaces.adapters.ebay import messages
from souk.selling.marketplaces.adapters.ebay.idempotency import attempt_uuid
from souk.selling.marketplaces.adapters.ebay.sites import SITES
from tests.unit.selling.marketplaces.ebay_builders import KEY, LISTING_ID, marketplace, offer, picture, png
from tests.unit.selling.marketplaces.ebay_loopback import HEADERS, VALID, Ebay

pytestmark = pytest.mark.enable_socket

ROOT = Path(__file__).parents[4]


def test_pictures_are_listed_in_the_order_of_the_offer(ebay: Ebay) -> None:
    sizes = (1600, 1000, 1400, 1200, 1800, 1100)
    pictures = tuple(picture(str(n), png(size)) for n, size in enumerate(sizes))
    published = marketplace(ebay.http, ebay.server.url).publish(offer(pictures=pictures), KEY)
    page = ebay.http.get(published.url).text
    urls = re.findall(r'<figure id="picture-\d+"><img src="(.*?)"', page)
    assert [ebay.http.get(url).content for url in urls] == [png(size) for size in sizes]


def test_the_adapter_and_the_stand_in_know_the_same_sites() -> None:
    known = {site.code: (str(site.number), site.currencies) for site in SITES.values()}
    assert known == catalogue.SITES


def test_an_uploaded_picture_can_be_read_byte_for_byte(ebay: Ebay) -> None:
    headers = {"Authorization": "Bearer dev-ebay-ada"}
    form = {"image": ("a.png", png(), "image/png")}
    taken = ebay.http.post("/commerce/media/v1_beta/image/create_image_from_file", files=form, headers=headers)
    assert taken.status_code == 201
    shown = ebay.http.get(taken.json()["imageUrl"])
    assert (shown.content, shown.headers["Content-Type"]) == (png(), "image/png")
    assert ebay.http.get(taken.headers["Location"], headers=headers).json()["imageUrl"] == taken.json()["imageUrl"]


def test_a_picture_given_by_its_url_is_never_fetched(ebay: Ebay) -> None:
    taken = ebay.http.post(
        "/commerce/media/v1_beta/image/create_image_from_url",
        json={"imageUrl": "https://img.example.com/1.jpg"}, headers={"Authorization": "Bearer dev-ebay-ada"},
    )  # fmt: skip
    assert taken.status_code == 201
    assert ebay.http.get(taken.json()["imageUrl"]).headers["Location"] == "https://img.example.com/1.jpg"


def test_issued_tokens_work_until_they_are_revoked(ebay: Ebay) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "dev-ebay-refresh-ada"}
    issued = ebay.http.post("/identity/v1/oauth2/token", data=form, auth=("id", "secret")).json()
    assert ebay.codes(VALID, token=issued["access_token"]) == []
    ebay.control(end_tokens=True)
    assert ebay.codes(VALID, token=issued["access_token"]) == ["21917053"]
    assert ebay.codes(VALID) == ["21917053"]


def test_concurrent_additions_with_one_key_make_one_listing(ebay: Ebay) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(ebay.codes, [VALID] * 16))
    assert sorted(outcomes) == [[], *[["488"]] * 15]
    assert len(ebay.state()["listings"]) == 1


def test_a_concurrent_call_between_check_and_write_has_to_wait(ebay: Ebay, monkeypatch: pytest.MonkeyPatch) -> None:
    rivals: list[Thread] = []
    outcomes: list[list[str]] = []
    next_item_id = Store.next_item_id

    def interrupted(store: Store) -> str:
        if not rivals:
            rivals.append(Thread(target=lambda: outcomes.append(ebay.codes(VALID))))
            rivals[0].start()
            rivals[0].join(0.3)
        return next_item_id(store)

    monkeypatch.setattr(Store, "next_item_id", interrupted)
    assert ebay.codes(VALID) == []
    rivals[0].join()
    assert outcomes == [["488"]]


def test_a_revision_changes_the_sent_fields_and_keeps_the_rest(ebay: Ebay) -> None:
    adapter = marketplace(ebay.http, ebay.server.url)
    published = adapter.publish(offer(), KEY)
    adapter.revise(published.external_id, offer(title="A better title", quantity=7, item_specifics={}, pictures=()))
    (listing,) = ebay.state()["listings"]
    assert (listing["title"], listing["quantity"], listing["pictures"]) == ("A better title", 7, 2)
    page = ebay.http.get(published.url).text
    assert "A better title" in page
    assert "Item specifics" not in page


def test_a_page_shows_a_hostile_listing_as_text_and_sandboxes_its_description(ebay: Ebay) -> None:
    adapter = marketplace(ebay.http, ebay.server.url)
    hostile = offer(
        title='"><script>alert(1)</script>'.replace("script", "scr1pt"),
        description="<script>alert(2)</script>",
        item_specifics={"<i>x": ('"><img src=x>',)},
    )
    page = ebay.http.get(adapter.publish(hostile, KEY).url)
    assert "<scr1pt>" not in page.text
    assert "<img src=x>" not in page.text
    assert '<iframe sandbox title="Description"' in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "script-src" not in page.headers["Content-Security-Policy"]


def test_the_index_shows_every_listing_and_an_unknown_one_is_not_found(ebay: Ebay) -> None:
    assert "Nothing listed yet" in ebay.http.get("/").text
    ebay.send(VALID)
    assert "Stoneware coffee cup with saucer" in ebay.http.get("/").text
    assert ebay.http.get("/itm/1").status_code == 404
    assert ebay.http.get("/itm/%2e%2e%2fetc").status_code == 404


@pytest.mark.parametrize(
    "document",
    [
        {"faults": [{"call": "GetItem"}]},
        {"faults": [{"call": "GetItem", "mode": "explode"}]},
        {"faults": [{"call": "GetItem", "mode": "refuse"}]},
        {"faults": [{"call": "GetItem", "mode": "fail", "colour": "red"}]},
        {"faults": "fail"},
        {"no_such_switch": True},
        {"token_lifetime": "soon"},
    ],
    ids=str,
)
def test_the_control_endpoint_names_what_it_does_not_understand(strict: Ebay, document: dict[str, Any]) -> None:
    answer = strict.control(**document)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert strict.state()["faults"] == []


def test_the_control_endpoint_accepts_nothing_that_a_web_page_could_send(ebay: Ebay) -> None:
    answer = ebay.http.post("/_control", content=b'{"end_tokens":true}', headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_a_fault_skips_the_first_calls_and_lasts_for_the_given_number(ebay: Ebay) -> None:
    ebay.control(faults=[{"call": "GetItem", "mode": "refuse", "code": "10007", "after": 1, "times": 2}])
    asked = [ebay.codes(messages.get_item("1"), name="GetItem") for _ in range(4)]
    assert asked == [["17"], ["10007"], ["10007"], ["17"]]


def test_a_delay_delays_and_does_not_change_the_outcome(ebay: Ebay) -> None:
    ebay.control(faults=[{"call": "AddFixedPriceItem", "mode": "delay_answer", "seconds": 30}])
    with pytest.raises(httpx.ReadTimeout):
        ebay.http.post("/ws/api.dll", content=VALID, headers=HEADERS, timeout=0.2)
    assert [listing["uuid"] for listing in ebay.state()["listings"]] == [KEY]


def test_requests_are_recorded_without_any_token(ebay: Ebay) -> None:
    ebay.send(VALID)
    ebay.codes(VALID, token="dev-ebay-expired-ada")
    state = ebay.state()
    assert [(entry["ack"], entry["codes"]) for entry in state["requests"]] == [
        ("Success", []),
        ("Failure", ["21917053"]),
    ]
    assert "dev-ebay" not in json.dumps(state)
    ebay.http.delete("/_control")
    assert ebay.state()["requests"] == []


def test_it_listens_on_loopback_only(ebay: Ebay) -> None:
    assert ebay.server.url.startswith("http://127.0.0.1:")


def test_a_port_in_use_is_reported_and_not_shared(ebay: Ebay, tmp_path: Path) -> None:
    port = ebay.server.url.rpartition(":")[2]
    ended = subprocess.run(
        [sys.executable, "-m", "local.vendors.ebay", "--port", port, "--state", str(tmp_path / "other")],
        cwd=ROOT, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert f"port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_listing_and_its_uuid_survive_a_kill_right_after_the_answer(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local.vendors.ebay", "--port", "0", "--state", str(tmp_path)]
    keys = [attempt_uuid(LISTING_ID, attempt) for attempt in (1, 2)]
    seen: list[list[str]] = []
    with httpx.Client() as client:
        for key in keys:
            with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                url = process.stdout.readline().rsplit(" ", 1)[-1].strip()
                adapter = marketplace(client, url)
                adapter.publish(offer(listing_id=key, pictures=(picture(),)), key)
                seen.append(
                    [adapter.publish(offer(listing_id=known), known).external_id for known in keys[: len(seen) + 1]]
                )
                process.kill()
    assert seen[1][0] == seen[0][0]
    assert len(set(seen[1])) == 2
