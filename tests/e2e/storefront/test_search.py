"""The product search over HTTP: how soon it finds changes by sellers and operators; and a lost or damaged index is an
error, never a wrong page, until `make reindex` has rebuilt it.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import httpx
import pytest

from local.testing import PATIENCE, ROOT, LocalStack, cloud_python, wait_until
from tests.e2e.account import Account, Heard
from tests.e2e.selling import aws, resource
from tests.e2e.storefront.trading import Buyer, Shop

FRESHNESS_BAR = 2.0
"""Seconds until a search finds a change, as Souk promises. A busy machine may miss it now and then, so changes are made
until one is found in time.
"""
MANIFEST, PACKS = "index/manifest", "index/packs/"
READERS = ("SearchProductsFunction", "BrowseProductsFunction")
WRITER = "IndexProductsFunction"


def found(asker: Account, **query: Any) -> list[str]:
    """The ids of all found products, which fit on one page."""
    page = asker.expect(200, "GET", f"/products?{httpx.QueryParams({'limit': 100, **query})}")
    ids = [str(one["id"]) for one in page["data"]]
    assert page["pagination"]["total"] == len(ids) == len(set(ids))
    return ids


def sold_by(asker: Account, shop: Shop) -> set[str]:
    return set(found(asker, seller_id=shop.id))


def in_time[Given](change: Callable[[Given], Callable[[], bool]], given: Given) -> bool:
    """Make a change and wait until it is seen, by what `change` answers; whether that was within FRESHNESS_BAR."""
    seen = change(given)
    began = time.monotonic()
    wait_until(seen)
    return time.monotonic() - began <= FRESHNESS_BAR


def command(stack: LocalStack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m local ...` like the Makefile's targets, beside the running stack."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [cloud_python(), "-m", "local", *arguments],
        cwd=ROOT,
        env={**environment, "SOUK_DATA": str(stack.data), "PORT": str(stack.port)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


# Freshness -----------------------------------------------------------------------------------------------------------


def test_a_new_product_is_soon_found(souk: LocalStack, heard: Heard, buyer: Buyer) -> None:
    shop = Shop(souk, heard)
    words, made = (f"Cobalt{number}" for number in count()), set()

    def sell(word: str) -> Callable[[], bool]:
        product = shop.product(title=f"{word} Teapot")
        made.add(product)
        return lambda: found(buyer, search=word, seller_id=shop.id) == [product]

    wait_until(lambda: in_time(sell, next(words)))
    assert sold_by(buyer, shop) == made


def test_a_hidden_product_soon_disappears_and_returns_when_it_is_shown_again(
    souk: LocalStack, heard: Heard, buyer: Buyer
) -> None:
    shop = Shop(souk, heard)
    stays, comes_and_goes = shop.product(), shop.product()
    wait_until(lambda: sold_by(buyer, shop) == {stays, comes_and_goes})

    def left(*products: str) -> Callable[[], bool]:
        return lambda: sold_by(buyer, shop) == set(products)

    def show(is_active: bool) -> Callable[[], bool]:
        shop.expect(200, "PATCH", f"/products/{comes_and_goes}", {"is_active": is_active})
        return left(stays, comes_and_goes) if is_active else left(stays)

    def remove(product: str) -> Callable[[], bool]:
        wait_until(left(stays, comes_and_goes, product))
        shop.expect(204, "DELETE", f"/products/{product}")
        return left(stays, comes_and_goes)

    seen_in_time: set[bool] = set()

    def hide_and_show() -> bool:
        seen_in_time.update(is_active for is_active in (False, True) if in_time(show, is_active))
        return seen_in_time == {False, True}

    wait_until(hide_and_show)
    wait_until(lambda: in_time(remove, shop.product()))


def test_products_of_a_suspended_shop_soon_disappear_and_return_when_it_may_sell_again(
    souk: LocalStack, heard: Heard, buyer: Buyer
) -> None:
    shop, operator = Shop(souk, heard), Account(souk, heard)
    granted = command(souk, "operator", operator.email)
    assert granted.returncode == 0, granted.stdout + granted.stderr
    operator.refresh()
    products = {shop.product() for _ in range(4)}
    wait_until(lambda: sold_by(buyer, shop) == products)

    def decide(decision: str) -> Callable[[], bool]:
        body = {"decision": decision, "reason": "Goods of doubtful origin."}
        operator.expect(200, "POST", f"/sellers/{shop.id}/verification", body)
        return lambda: sold_by(buyer, shop) == (set() if decision == "suspend" else products)

    seen_in_time: set[str] = set()

    def suspend_and_reinstate() -> bool:
        seen_in_time.update(one for one in ("suspend", "reinstate") if in_time(decide, one))
        return seen_in_time == {"suspend", "reinstate"}

    wait_until(suspend_and_reinstate)


# Loss and damage -----------------------------------------------------------------------------------------------------


class Index:
    """The index of a stack, to damage it."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self._bucket = resource(stack, "SearchBucket")
        self._s3 = aws(stack.places.endpoint, "s3")
        self._lambda = aws(stack.places.endpoint, "lambda")

    def keys(self, prefix: str = "") -> list[str]:
        return [one["Key"] for one in self._s3.list_objects_v2(Bucket=self._bucket, Prefix=prefix).get("Contents", ())]

    def lose(self) -> None:
        for key in self.keys():
            self._s3.delete_object(Bucket=self._bucket, Key=key)

    def garble(self, prefix: str) -> None:
        """Flip one bit in the middle of every object under `prefix`."""
        for key in self.keys(prefix):
            content = bytearray(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())
            content[len(content) // 2] ^= 1
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=bytes(content))

    def cut(self, prefix: str) -> None:
        """Cut off the second half of every object under `prefix`."""
        for key in self.keys(prefix):
            content = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=content[: len(content) // 2])

    def start_cold(self, *functions: str) -> None:
        """Start new processes of these functions, which have no local copy of the index."""
        for function in functions:
            name = resource(self._stack, function)
            size = self._lambda.get_function_configuration(FunctionName=name)["MemorySize"]
            self._lambda.update_function_configuration(FunctionName=name, MemorySize=size)

    def follow(self, follows: bool) -> None:
        """Switch the stream to the index on or off; records wait while it is off."""
        name = resource(self._stack, WRITER)
        [mapping] = self._lambda.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
        self._lambda.update_event_source_mapping(UUID=mapping["UUID"], Enabled=follows)


@pytest.fixture
def index(souk: LocalStack) -> Iterator[Index]:
    """Repaired when the test ends, also after a failure."""
    made = Index(souk)
    yield made
    made.follow(True)
    assert reindexed(souk) >= 0


def reindexed(stack: LocalStack) -> int:
    """The number of products that `make reindex` reports."""
    ended = command(stack, "reindex")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    number, _, said = ended.stdout.partition(" ")
    assert (said, ended.stderr) == ("products are in the search index.\n", "")
    return int(number)


def refuses(asker: Account, path: str) -> bool:
    answer = asker.ask("GET", path)
    if answer.status_code != 503:
        return False
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (problem["status"], problem["error"]) == (503, "search_unavailable")
    assert "index" in problem["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    assert not any(word in answer.text for word in ("Traceback", "botocore", "tantivy", "souk/"))
    return True


SPOILS: dict[str, Callable[[Index], None]] = {
    "everything is lost": Index.lose,
    "the manifest is garbled": lambda index: index.garble(MANIFEST),
    "the manifest is cut": lambda index: index.cut(MANIFEST),
    "a segment is garbled": lambda index: index.garble(PACKS),
    "a segment is cut": lambda index: index.cut(PACKS),
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_a_damaged_index_is_an_error_until_it_is_rebuilt(
    souk: LocalStack, heard: Heard, buyer: Buyer, index: Index, spoil: Callable[[Index], None]
) -> None:
    shop = Shop(souk, heard)
    hidden, *kept = (shop.product(title=f"Pewter Jug {number}") for number in range(3))
    wait_until(lambda: sold_by(buyer, shop) == {hidden, *kept})
    everything = total(buyer)
    index.follow(False)
    spoil(index)
    index.start_cold(*READERS, WRITER, "RebuildIndexFunction")
    for path in ("/products", f"/products?seller_id={shop.id}", "/buyers/products", "/buyers/products/search?q=jug"):
        assert refuses(buyer, path), path
    new = shop.product(title="Pewter Jug, new")
    shop.expect(204, "DELETE", f"/products/{hidden}")
    assert buyer.expect(200, "GET", f"/products/{new}")["title"] == "Pewter Jug, new"
    assert refuses(buyer, "/products")
    assert reindexed(souk) == everything
    assert sold_by(buyer, shop) == set(found(buyer, search="pewter jug", seller_id=shop.id)) == {new, *kept}
    assert total(buyer) == everything
    index.follow(True)
    newer = shop.product(title="Pewter Jug, newer")
    wait_until(lambda: sold_by(buyer, shop) == {newer, new, *kept})


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_sellers_can_write_while_the_index_is_damaged(
    souk: LocalStack, heard: Heard, buyer: Buyer, index: Index, spoil: Callable[[Index], None]
) -> None:
    shop = Shop(souk, heard)
    products = {shop.product()}
    wait_until(lambda: sold_by(buyer, shop) == products)
    spoil(index)
    index.start_cold(WRITER)
    products |= {shop.product() for _ in range(3)}
    assert reindexed(souk) >= len(products)
    index.start_cold(*READERS)
    assert sold_by(buyer, shop) == products


def test_the_next_write_rebuilds_a_lost_index(souk: LocalStack, heard: Heard, buyer: Buyer, index: Index) -> None:
    shop = Shop(souk, heard)
    products = {shop.product() for _ in range(3)}
    wait_until(lambda: sold_by(buyer, shop) == products)
    everything = total(buyer)
    index.lose()
    index.start_cold(*READERS)
    products.add(shop.product())
    wait_until(lambda: not refuses(buyer, "/products") and total(buyer) == everything + 1)
    assert sold_by(buyer, shop) == products


def total(asker: Account) -> int:
    """Products for sale, of all shops."""
    return int(asker.expect(200, "GET", "/products?limit=1")["pagination"]["total"])
