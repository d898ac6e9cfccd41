"""Public pictures over HTTP: the addresses that lists and pages show, from the first request on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from local.testing import PATIENCE, LocalStack, wait_until
from tests.e2e.selling import PHOTO
from tests.e2e.storefront.trading import Buyer, Shop

_START_OF_A_JPEG = b"\xff\xd8\xff"


@pytest.fixture(scope="module")
def product(shop: Shop) -> str:
    """A product with one uploaded picture."""
    made = shop.product(title="Speckled Picture Bowl")
    answer = shop.http.post(f"products/{made}/images", files={"file": ("bowl.png", PHOTO.read_bytes(), "image/png")})
    assert answer.status_code == 201, answer.text
    wait_until(lambda: shop.expect(200, "GET", f"/products/{made}")["images"] or None)
    return made


@pytest.fixture
def anybody() -> Any:
    with httpx.Client(timeout=PATIENCE, trust_env=False) as client:
        yield client


def test_first_requests_at_once_all_get_the_same_picture(shop: Shop, product: str, anybody: httpx.Client) -> None:
    [picture] = shop.expect(200, "GET", f"/products/{product}")["pictures"]
    addresses = [entry.split()[0] for entry in picture["srcset"].split(", ")]
    assert [address.rpartition("=")[2] for address in addresses] == ["320", "960", "1600"]
    assert picture["url"] == addresses[1]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(anybody.get, addresses * 3))
    assert {(one.status_code, one.headers["content-type"]) for one in answers} == {(200, "image/jpeg")}
    assert all(one.content.startswith(_START_OF_A_JPEG) for one in answers)
    assert {one.headers["cache-control"] for one in answers} == {"public, max-age=31536000, immutable"}
    by_address = {str(one.url): (one.headers["etag"], one.content) for one in answers}
    assert all(by_address[str(one.url)] == (one.headers["etag"], one.content) for one in answers)
    sizes = [len(by_address[address][1]) for address in addresses]
    assert sizes == sorted(sizes)
    assert sizes[0] < 50_000


def test_lists_show_a_small_picture(shop: Shop, product: str, anybody: httpx.Client) -> None:
    def found() -> dict[str, Any] | None:
        listed = shop.expect(200, "GET", "/products?search=speckled+picture+bowl")["data"]
        return next((one for one in listed if one["id"] == product), None)

    shown = (wait_until(found) or {})["image_url"]
    assert shown.endswith("?width=320")
    answer = anybody.get(shown)
    assert (answer.status_code, answer.content[:3]) == (200, _START_OF_A_JPEG)


def test_an_ordered_line_shows_a_small_picture(buyer: Buyer, product: str, souk: LocalStack) -> None:
    placed = buyer.place(product)
    [part] = buyer.order(placed["order_id"])["fulfilments"]
    shown = part["items"][0]["image_url"]
    assert shown.endswith("?width=320")
    assert buyer.http.get(httpx.URL(souk.url).join(shown)).status_code == 200


def test_head_and_if_none_match_of_a_picture(shop: Shop, product: str, anybody: httpx.Client) -> None:
    address = shop.expect(200, "GET", f"/products/{product}")["pictures"][0]["url"]
    got, asked = anybody.get(address), anybody.head(address)
    assert (asked.status_code, asked.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert asked.headers[name] == got.headers[name]
    known = anybody.get(address, headers={"If-None-Match": f'"other", W/{got.headers["etag"]}'})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", got.headers["etag"])


def test_without_a_width_the_whole_picture_is_found_and_with_another_none(
    shop: Shop, product: str, anybody: httpx.Client
) -> None:
    [whole] = shop.expect(200, "GET", f"/products/{product}")["images"]
    assert anybody.get(whole).status_code == 302
    assert anybody.get(whole, follow_redirects=True).content.startswith(_START_OF_A_JPEG)
    asked = anybody.head(whole, follow_redirects=True)
    assert (asked.status_code, asked.headers["content-type"], asked.content) == (200, "image/jpeg", b"")
    refused = anybody.get(f"{whole}?width=640")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "width")
    assert anybody.get(f"{whole[:-1]}{'0' if whole[-1] != '0' else '1'}?width=320").status_code == 404
