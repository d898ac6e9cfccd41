"""300 calls at once, while two threads write batches to a table of their own."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import httpx

from benchmarks.drill.ledger import Ledger
from local.containers.world import PRODUCT
from local.testing import PATIENCE, LocalStack
from tests.e2e.storefront.trading import Shop

_CALLS: Final = 300
_BATCH: Final = 25
_TABLE: Final = "drill"


class Burst:
    """One burst; what it wrote is looked for after the kill."""

    def __init__(self, stack: LocalStack, shop: Shop, ledger: Ledger) -> None:
        self._stack = stack
        self._shop = shop
        self._ledger = ledger
        self._over = threading.Event()
        self._written: dict[str, float] = {}
        self.problems: list[str] = []
        """Why the burst cannot say what a kill takes, as sentences; empty if it can."""

    def run(self) -> str:
        """What the calls were answered, and how many batches were written meanwhile."""
        self._make_table()
        writers = [threading.Thread(target=self._write, daemon=True) for _ in range(2)]
        for writer in writers:
            writer.start()
        began = time.monotonic()
        try:
            statuses = self._call_all()
        finally:
            self._over.set()
            for writer in writers:
                writer.join()
        if not statuses[201]:
            self.problems.append(f"no call of the burst was answered 201, but {dict(statuses)}")
        if not self._written:
            self.problems.append("no batch was written during the burst")
        took = time.monotonic() - began
        return f"{_CALLS} calls in {took:.1f} s, answered {dict(statuses)}; {len(self._written)} batches"

    def _call_all(self) -> Counter[int]:
        limits = httpx.Limits(max_connections=_CALLS)
        with (
            httpx.Client(base_url=self._stack.url, timeout=PATIENCE, trust_env=False, limits=limits) as client,
            ThreadPoolExecutor(_CALLS) as pool,
        ):
            client.headers["Authorization"] = self._shop.http.headers["Authorization"]
            return Counter(pool.map(lambda number: self._call(client, number), range(_CALLS)))

    def _call(self, client: httpx.Client, number: int) -> int:
        answer = client.post("products", json={**PRODUCT, "title": f"Board of a burst {number}"})
        if answer.status_code == 201:
            self._ledger.add("product", f"/products/{answer.json()['id']}", self._shop)
        return answer.status_code

    def _make_table(self) -> None:
        tables = self._stack.client("dynamodb")
        if _TABLE not in tables.list_tables()["TableNames"]:
            tables.create_table(
                TableName=_TABLE,
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )

    def _write(self) -> None:
        try:
            self._write_batches()
        except Exception as error:  # noqa: BLE001 - the report shows it, and the drill fails
            self.problems.append(f"a writer ended: {type(error).__name__}: {error}")

    def _write_batches(self) -> None:
        tables = self._stack.client("dynamodb")
        while not self._over.is_set():
            batch = uuid.uuid4().hex
            puts = [{"PutRequest": {"Item": _item(batch, number)}} for number in range(_BATCH)]
            tables.batch_write_item(RequestItems={_TABLE: puts})
            self._written[batch] = time.monotonic()

    def age_of_lost(self, killed: float) -> float:
        """Seconds between the oldest written batch that is gone and the kill; 0 if none is."""
        tables = self._stack.client("dynamodb")
        gone = [at for batch, at in self._written.items() if not _is_whole(tables, batch)]
        return killed - min(gone) if gone else 0.0


def _item(batch: str, number: int) -> dict[str, Any]:
    return {"pk": {"S": f"{batch}-{number}"}, "text": {"S": "x" * 500}}


def _is_whole(tables: Any, batch: str) -> bool:
    keys = [{"pk": {"S": f"{batch}-{number}"}} for number in range(_BATCH)]
    found = tables.batch_get_item(RequestItems={_TABLE: {"Keys": keys}})["Responses"][_TABLE]
    return len(found) == _BATCH
