"""All of listings in virtual time: functions, table, stream, workflow, bucket, eBay, a studio and an owner."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from souk.selling.listings.mapping import to_listing
from souk.selling.listings.model import Listing
from tests.functions.cloud import sample
from tests.harness.bucket import Bucket
from tests.harness.simulation import Answer, Machinery, Simulation, Stuck, entered
from tests.harness.stand_ins import stand_ins
from tests.harness.vendors import FakeEbay, FakeStudio

LISTINGS = "ListingsTable"
CATALOGUE = "CatalogueTable"
OWNER: str = sample("get_listing")["requestContext"]["authorizer"]["lambda"]["subject"]
_MACHINERY = Machinery(
    table=LISTINGS,
    workflow="ListingWorkflow",
    definition="listing",
    dispatcher="dispatch_listings",
    sweeper="sweep_overdue",
)


class World(Simulation):
    """Created by `world()`."""

    def __init__(self) -> None:
        super().__init__(_MACHINERY)
        self.bucket = Bucket(self.faults, self._arrived)
        self.ebay = FakeEbay(self.faults)
        self.studio = FakeStudio(self.faults)

    def client(self, service: str) -> Any:
        return self.bucket if service == "s3" else super().client(service)

    def _arrived(self, key: str) -> None:
        judge = "ProcessImageFunction" if key.startswith("incoming/products/") else "ProcessUploadFunction"
        for _ in range(2 if self.twice else 1):
            self.queue(judge, {"detail": {"object": {"key": key}}})

    # Calling functions -----------------------------------------------------------------------------------------------

    def call(
        self,
        function: str,
        listing_id: str = "",
        *,
        body: Any = None,
        key: str | None = None,
        content_type: str = "application/json",
    ) -> Answer:
        """One HTTP request to a function; `listing_id` is the id in its path.

        `body` is sent as JSON, or as it is when it is bytes.
        """
        event = sample(function)
        sampled = (event.get("pathParameters") or {}).get("id")
        if sampled is not None:
            event["pathParameters"] = {"id": listing_id}
            event["rawPath"] = event["rawPath"].replace(sampled, listing_id)
        for header in ("idempotency-key", "if-match"):
            event["headers"].pop(header, None)
        if key is not None:
            event["headers"]["idempotency-key"] = key
        if body is not None:
            encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
            event["headers"]["content-type"] = content_type
            event["body"], event["isBase64Encoded"] = b64encode(encoded).decode(), True
        return self.answer(function, event)

    def persist(self, function: str, listing_id: str = "", **request: Any) -> Answer:
        """Call, and repeat with the same key while the answer is an error of the fault, as a good client does."""
        for _ in range(5):
            answer = self.call(function, listing_id, **request)
            if answer.status < 500:
                return answer
        raise Stuck(f"{function} goes on answering {answer.status}: {answer.body}")

    def overdue_to_come(self) -> list[dict[str, Any]]:
        products = [item for item in self.store.items(CATALOGUE) if "due_at" in item]
        return super().overdue_to_come() + products

    # Reading ---------------------------------------------------------------------------------------------------------

    def listing(self, listing_id: str) -> Listing | None:
        from souk.aws.tables import from_stream

        key = {"pk": {"S": f"USER#{OWNER}"}, "sk": {"S": f"LISTING#{listing_id}"}}
        item = from_stream(self.store.item(LISTINGS, key))
        return to_listing(item) if item else None

    def listing_ids(self) -> list[str]:
        return [item["id"]["S"] for item in self.store.items(LISTINGS) if item["sk"]["S"].startswith("LISTING#")]


_current: list[World] = []


def _world() -> World:
    return _current[-1]


@contextmanager
def world() -> Iterator[World]:
    """A new world; within the block the wiring uses it."""
    with entered(World(), stand_ins(_world), _current) as made:
        yield made
