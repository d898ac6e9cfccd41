"""The system on this machine, from outside: how fast it starts and answers, what it holds, what a kill -9 loses."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import psutil
import pytest

from benchmarks.drill.bursts import Burst
from benchmarks.drill.ledger import Ledger, lost
from benchmarks.rows import Row
from local.children import memory
from local.testing import LocalStack, cloud_python
from tests.e2e.account import Heard
from tests.e2e.storefront.trading import Shop
from tests.functions.template import ROOT

_CLOUD_PYTHON: Final = ROOT / ".venv-cloud/bin/python"
_READS: Final = 300
_WARMING_READS: Final = 20
_WRITING_SECONDS: Final = 6.0
_LISTING: Final[Mapping[str, Any]] = {
    "title": "Espresso Cup and Saucer",
    "description": "A thick cup with its saucer.",
    "category_id": "36026",
    "price": 18.5,
    "currency": "USD",
    "quantity": 3,
    "condition_id": 1000,
    "item_specifics": {"Brand": "Unbranded", "Material": "Porcelain"},
    "image_prompt": "espresso cup on a wooden table",
}


def measure(build: Path) -> list[Row]:
    """One life of a stack on an empty data folder. Raises RuntimeError when it does not start, or its demo fails."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as environment:
        if _CLOUD_PYTHON.exists():
            environment.setenv("SOUK_CLOUD_PYTHON", str(_CLOUD_PYTHON))
        stack = LocalStack(Path(folder) / "data", build)
        try:
            return _life(stack, Path(folder) / "media")
        finally:
            stack.end()


def _life(stack: LocalStack, media: Path) -> list[Row]:
    started = _seconds_to_first_answer(stack)
    with _seller(stack) as seller:
        read = _median_read(seller)
    _demo(stack, media)
    resident = _resident(stack.pid)
    with _seller(stack) as seller:
        lost = _oldest_lost(stack, seller)
    return [
        Row("make run until the first answer", started, "s", "installed and built, nothing deployed yet"),
        Row("local cloud, authorized GET, p50", read * 1000, "ms", f"{_READS} over one connection"),
        Row("local cloud, resident memory", resident / 1024**3, "GB", "every process, after the demo"),
        Row(
            "local cloud, lost at kill -9",
            lost,
            "s",
            "oldest answered write that is gone, after 300 calls at once",
        ),
    ]


def _seconds_to_first_answer(stack: LocalStack) -> float:
    began = time.perf_counter()
    stack.start()
    httpx.get(f"{stack.url}/healthz", timeout=30, trust_env=False).raise_for_status()
    return time.perf_counter() - began


@contextmanager
def _seller(stack: LocalStack) -> Iterator[httpx.Client]:
    """A client of a new account, signed in."""
    with httpx.Client(base_url=stack.url, timeout=60, trust_env=False) as client:
        account = {"email": f"{uuid.uuid4().hex}@example.com", "password": uuid.uuid4().hex}
        token = client.post("auth/register", json=account).raise_for_status().json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def _median_read(seller: httpx.Client) -> float:
    listing = _create(seller)
    times = []
    for number in range(_WARMING_READS + _READS):
        began = time.perf_counter()
        seller.get(f"listings/{listing}").raise_for_status()
        if number >= _WARMING_READS:
            times.append(time.perf_counter() - began)
    return statistics.median(times)


def _create(seller: httpx.Client) -> str:
    return str(seller.post("listings", json=_LISTING).raise_for_status().json()["id"])


def _demo(stack: LocalStack, media: Path) -> None:
    environment = {**os.environ, "SOUK_DATA": str(stack.data), "DEMO_OUTPUT": str(media), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [cloud_python(), "-m", "local", "demo"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the demo failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _resident(pid: int) -> int:
    """Bytes; what processes share is counted once."""
    root = psutil.Process(pid)
    return sum(memory(process.pid) for process in [root, *root.children(recursive=True)])


def _oldest_lost(stack: LocalStack, seller: httpx.Client) -> float:
    """Write without pause through a burst and on after it, kill, start again, and look for what was answered."""
    ledger, shop = Ledger(), Shop(stack, Heard())
    burst = Burst(stack, shop, ledger)
    answered: dict[str, float] = {}
    with ThreadPoolExecutor(1) as background:
        running = background.submit(burst.run)
        until = time.monotonic() + _WRITING_SECONDS
        while time.monotonic() < until or not running.done():
            answered[_create(seller)] = time.monotonic()
        running.result()
    if burst.problems:
        raise RuntimeError(f"what a kill takes cannot be said: {'; '.join(burst.problems)}")
    killed = time.monotonic()
    stack.kill9()
    stack.start()
    seller.base_url = httpx.URL(stack.url)
    gone = [at for listing, at in answered.items() if not _is_there(seller, listing)]
    gone += [made.at for made in lost(ledger.take(), killed + 300)]
    return max([burst.age_of_lost(killed), *(killed - at for at in gone)])


def _is_there(seller: httpx.Client, listing: str) -> bool:
    answer = seller.get(f"listings/{listing}")
    if answer.status_code not in (200, 404):
        answer.raise_for_status()
    return answer.status_code == 200
