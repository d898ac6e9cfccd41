"""A data folder that commit 716c36b wrote opens with everything in it: today's stack is deployed over it.

earlier_data/data.tar.xz is such a folder, and written.json says what was in it. A stack of that commit was started on
an empty folder. A seller published a listing with generated pictures to eBay. A shop sold a product with a picture; its
buyer paid, received and reviewed it, and ordered once more without paying. The code of functions and layers is left
out: a deploy of changed code replaces it, and its names in the stack's record are changed so that every file counts as
changed. A layer's content is stored under its hash, so the emptied ones have the hash of nothing: a layer that is the
same today is then written again. The listing's video is left out for its size.

The stack that all tests share starts over this folder (conftest.py).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx

from local.testing import LocalStack, wait_until

WRITTEN: dict[str, Any] = json.loads((Path(__file__).parent / "earlier_data" / "written.json").read_text())


class Returning:
    """Somebody who registered then, signed in now with the same password."""

    def __init__(self, stack: LocalStack, who: str) -> None:
        self.known: dict[str, Any] = WRITTEN[who]
        self._url = stack.url
        given = {"email": self.known["email"], "password": self.known["password"]}
        answer = httpx.post(f"{self._url}/auth/login", json=given, timeout=60, trust_env=False)
        assert answer.status_code == 200, answer.text
        assert answer.json()["user"]["id"] == self.known["id"]
        self._headers = {"Authorization": f"Bearer {answer.json()['token']}"}

    def read(self, path: str) -> Any:
        answer = httpx.get(f"{self._url}/{path}", headers=self._headers, timeout=60, trust_env=False)
        assert answer.status_code == 200, f"{path}: {answer.text[:600]}"
        return answer.json()


def same(now: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    """The members of `now` that `then` has too, and so in objects within them."""
    return {name: same(now[name], value) if isinstance(value, dict) else now[name] for name, value in then.items()}


def content_hash(url: str) -> str:
    """Of what is at the address, which is public or signed."""
    answer = httpx.get(url, timeout=60, trust_env=False, follow_redirects=True)
    assert answer.status_code == 200, answer.text[:300]
    return hashlib.sha256(answer.content).hexdigest()


def test_a_listing_is_there_with_its_pictures_and_its_item_at_ebay(souk: LocalStack) -> None:
    seller = Returning(souk, "seller")
    then = dict(seller.known["listing"])
    media_hash = then.pop("media_hash")
    now = seller.read(f"listings/{then['id']}")
    assert same(now, then) == then
    assert now["media"]["hash"] == media_hash
    [photo] = now["photos"]
    for url in (photo["url"], *now["media"]["image_urls"]):
        assert content_hash(url) == httpx.URL(url).path.rpartition("/")[2]
    assert then["title"] in httpx.get(f"{souk.ebay_url}itm/{then['ebay_item_id']}", trust_env=False).text
    assert [one["id"] for one in seller.read("listings")["data"]] == [then["id"]]
    [ebay] = [one for one in seller.read("platforms") if one["platform"] == "ebay"]
    assert ebay["connected"]


def test_a_product_is_there_with_its_picture_its_sales_and_its_place_in_the_search(souk: LocalStack) -> None:
    shop = Returning(souk, "shop")
    then = shop.known["product"]
    now = shop.read(f"products/{then['id']}")
    assert same(now, then) == then
    [image] = now["images"]
    assert content_hash(image) == httpx.URL(image).path.rpartition("/")[2]
    assert [one["id"] for one in shop.read(f"products?search=bookend&seller_id={shop.known['id']}")["data"]] == [
        then["id"]
    ]
    day = shop.known["sold_on"]
    sold = shop.read(f"sellers/{shop.known['id']}/analytics?from={day}&to={day}")
    assert (sold["revenue"], sold["units"]) == (shop.known["revenue"], shop.known["units"])


def test_an_order_is_there_with_its_payment_and_its_review(souk: LocalStack) -> None:
    buyer = Returning(souk, "buyer")
    then = dict(buyer.known["order"])
    items, captured = then.pop("items"), then.pop("captured")
    now = buyer.read(f"orders/{then['id']}")
    assert same(now, then) == then
    assert now["status"] in ("delivered", "completed")  # two weeks after its delivery
    assert now["payment"]["captured"] == captured
    # Lists of lines name a small picture, which did not exist when this was stored.
    small = [{**item, "image_url": f"{item['image_url']}?width=320"} for item in items]
    assert [line for part in now["fulfilments"] for line in part["items"]] == small
    [address] = buyer.read("users/addresses")
    assert same(address, buyer.known["address"]) == buyer.known["address"]
    assert buyer.read(f"products/{items[0]['product_id']}/reviews")["data"] == [buyer.known["review"]]


def test_what_was_under_way_goes_on(souk: LocalStack) -> None:
    """The payment page of the second order has expired: the order is cancelled, and its stock is given back."""
    buyer = Returning(souk, "buyer")
    unpaid, product = buyer.known["unpaid"], WRITTEN["shop"]["product"]["id"]
    wait_until(lambda: buyer.read(f"orders/{unpaid}")["status"] == "cancelled")
    assert buyer.read(f"products/{product}")["stock_quantity"] == 3
