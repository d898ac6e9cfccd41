"""One stack of the product for all tests that are not about the local cloud itself."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.testing import PATIENCE, ROOT, LocalStack
from tests.e2e.account import Heard
from tests.e2e.selling import PHOTO, Ebay, Made, Seller, approved, keep, plant

# These have stacks of their own, or leave nothing as it was: with --numprocesses 3 they run beside all others.
_APART = {
    "local_cloud": "without the product",
    "test_another_ebay.py": "disturbing",
    "test_fuzz.py": "disturbing",
    "test_search.py": "disturbing",
}
# The search for secrets needs the answers of all other tests.
_LAST = "test_secrets.py"
_EARLIER_DATA = Path(__file__).parent / "earlier_data" / "data.tar.xz"
_SETTINGS = {
    # Waits between the tries of workflows take a tenth of their time.
    "SOUK_WAIT_SCALE": "0.1",
    # Almost every function is called again and again.
    "SOUK_IDLE_MB": "6000",
    # Every test registers new accounts from the same network.
    "REGISTRATIONS_PER_NETWORK": "10000",
    "LOGINS_PER_NETWORK": "10000",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name == _LAST)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Groups(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return next((group for name, group in _APART.items() if name in nodeid), "together")

    return Groups(config, log)


@pytest.fixture(scope="session")
def product_build() -> Path:
    return Path(os.environ.get("SOUK_BUILD", ROOT / ".aws-sam/build")).resolve()


@pytest.fixture(scope="session")
def souk(product_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Starts over the data of an earlier version (test_earlier_data.py). A test that stops it starts it again."""
    data = tmp_path_factory.mktemp("souk")
    with tarfile.open(_EARLIER_DATA) as archive:
        archive.extractall(data, filter="data")
    stack = LocalStack(data, product_build, _SETTINGS)
    stack.start()
    yield stack
    stack.end()


@pytest.fixture(scope="session")
def heard() -> Iterator[Heard]:
    everything = Heard()
    yield everything
    for client in everything.clients:
        client.close()


@pytest.fixture(scope="session")
def made(souk: LocalStack, heard: Heard) -> Made:
    """A listing whose media were made from photos sent in both ways."""
    seller = Seller(souk, heard)
    listing = seller.create()
    content = PHOTO.read_bytes()
    upload = seller.announce(listing, content)
    sent = httpx.post(upload["url"], data=upload["fields"], files={"file": content}, timeout=PATIENCE, trust_env=False)
    assert sent.status_code == 204, sent.text
    seller.photo_settled(listing)
    assert seller.send_photo(listing, content).status_code == 201
    seller.photo_settled(listing)
    seller.expect(202, "POST", f"/listings/{listing}/generate-media")
    answer = seller.settled(listing)
    return keep(seller, listing, answer)


@pytest.fixture(scope="session")
def seller(made: Made) -> Seller:
    """Connected to eBay with a good token."""
    return made.seller


@pytest.fixture
def ebay(souk: LocalStack) -> Iterator[Ebay]:
    stand_in = Ebay(souk)
    stand_in.reset()
    yield stand_in
    stand_in.reset()


@pytest.fixture
def planted(made: Made, seller: Seller) -> Callable[..., str]:
    return lambda **changes: plant(made, seller, **changes)


@pytest.fixture
def ready(made: Made, seller: Seller) -> Callable[..., str]:
    """An approved listing of `seller`."""
    return lambda **changes: approved(made, seller, **changes)
