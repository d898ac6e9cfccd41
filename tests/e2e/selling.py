"""A seller at the deployed API, eBay's stand-in seen from its control endpoint, and listings whose media exist.

Making media takes seconds and has tests of its own. Where it is not the subject a test begins with a planted listing:
the media of one that was really made, under a new id. Its own workflow starts from the table's stream, as any does.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from local.cloud import local_client
from local.journal import groups
from local.testing import PATIENCE, ROOT, LocalStack, wait_until
from tests.e2e.account import Account, Heard

PHOTO = ROOT / "local/demo/photos/coffee.png"
PASSING = frozenset({"generating_media", "publishing"})
LISTING: Mapping[str, Any] = {
    "title": "Espresso Cup and Saucer",
    "description": "A thick cup with its saucer.\n\nHolds 3 oz.",
    "category_id": "36026",
    "price": 18.5,
    "currency": "USD",
    "quantity": 3,
    "condition_id": 1000,
    "item_specifics": {"Brand": "Unbranded", "Material": "Porcelain"},
    "image_prompt": "espresso cup on a wooden table",
    "video_prompt": "a slow move over the cup",
}


@cache
def aws(endpoint: str, service: str) -> Any:
    """A client of the local account's root; kept, since making one takes longer than a request."""
    return local_client(service, endpoint)


@cache
def resource(stack: LocalStack, logical: str) -> str:
    """The physical id of a logical id; restarts do not change it."""
    client = aws(stack.places.endpoint, "cloudformation")
    found = client.describe_stack_resource(StackName="souk", LogicalResourceId=logical)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


class Seller(Account):
    """An account that is connected to eBay."""

    def __init__(self, stack: LocalStack, heard: Heard, ebay_token: str | None = None, **more: str) -> None:
        super().__init__(stack, heard)
        self.connect(ebay_token or f"dev-ebay-{self.name}", **more)

    def connect(self, ebay_token: str, **more: str) -> None:
        self._heard.secrets |= {ebay_token, *(more[name] for name in ("refresh_token",) if name in more)}
        self.expect(200, "PUT", "/platforms/ebay/credentials", {"access_token": ebay_token, **more})

    def create(self, **changes: Any) -> str:
        return str(self.expect(201, "POST", "/listings", {**LISTING, **changes})["id"])

    def listing(self, listing: str) -> dict[str, Any]:
        return self.expect(200, "GET", f"/listings/{listing}")

    def announce(self, listing: str, content: bytes, content_type: str = "image/png") -> dict[str, Any]:
        files = {"files": [{"content_type": content_type, "size": len(content)}]}
        [upload] = self.expect(201, "POST", f"/listings/{listing}/photos", files)["uploads"]
        return dict(upload)

    def send_photo(self, listing: str, content: bytes, content_type: str = "image/png") -> httpx.Response:
        """As multipart/form-data, through the API."""
        path = f"listings/{listing}/photos"
        return self.http.post(path, files={"file": ("photo", content, content_type)})

    def photo_settled(self, listing: str, position: int = -1) -> dict[str, Any]:
        def settled() -> dict[str, Any] | None:
            photo = self.listing(listing)["photos"][position]
            return dict(photo) if photo["status"] != "pending" else None

        return wait_until(settled) or {}

    def approve(self, listing: str) -> None:
        self.expect(200, "POST", f"/listings/{listing}/approve-media", {})

    def publish(self, listing: str, **headers: str) -> httpx.Response:
        """Waits for the outcome: asked under one key again until there is one."""
        key = headers.pop("Idempotency_Key", "") or uuid.uuid4().hex

        def outcome() -> httpx.Response | None:
            path = f"/listings/{listing}/publish"
            answer = self.ask("POST", path, Prefer="wait=25", Idempotency_Key=key, **headers)
            return None if answer.status_code == 202 else answer

        answer = wait_until(outcome)
        assert answer is not None
        return answer

    def settled(self, listing: str) -> dict[str, Any]:
        """The listing, once no workflow is running for it."""

        def at_rest() -> dict[str, Any] | None:
            now = self.listing(listing)
            at_work = {one["status"] for one in now["publications"]} & {"publishing", "revising", "ending"}
            return now if now["status"] not in PASSING and not at_work else None

        return wait_until(at_rest) or {}


class Ebay:
    """The stand-in behind a stack."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack

    def fault(self, call: str, mode: str, **more: Any) -> None:
        self.switch(faults=[{"call": call, "mode": mode, **more}])

    def switch(self, **wanted: Any) -> None:
        answer = httpx.post(self._url, json=wanted, timeout=PATIENCE, trust_env=False)
        assert answer.status_code == 200, answer.text

    def reset(self) -> None:
        httpx.delete(self._url, timeout=PATIENCE, trust_env=False)
        self.switch(dev_tokens_ended=False, token_lifetime=7200)

    def state(self) -> dict[str, Any]:
        return dict(httpx.get(self._url, timeout=PATIENCE, trust_env=False).json())

    def listings(self, sku: str) -> list[dict[str, Any]]:
        """All eBay listings of one of our listings, ended ones too."""
        return [one for one in self.state()["listings"] if one["sku"] == sku]

    def calls(self, call: str) -> list[dict[str, Any]]:
        return [one for one in self.state()["requests"] if one["call"] == call]

    def attempts(self, sku: str) -> list[dict[str, Any]]:
        """How often eBay was asked to create one of our listings."""
        return [one for one in self.calls("AddFixedPriceItem") if f"<SKU>{sku}</SKU>" in one["body"]]

    def page(self, item_id: str) -> str:
        answer = httpx.get(f"{self._stack.ebay_url}itm/{item_id}", timeout=PATIENCE, trust_env=False)
        assert answer.status_code == 200
        return answer.text

    @property
    def _url(self) -> str:
        return f"{self._stack.ebay_url}_control"


@dataclass(frozen=True)
class Made:
    """A listing with generated media, as the table and the bucket hold it."""

    seller: Seller
    id: str
    answer: dict[str, Any]
    item: dict[str, Any]
    objects: dict[str, bytes]


def keep(seller: Seller, listing: str, answer: dict[str, Any]) -> Made:
    stack, item = seller.stack, item_of(seller, listing)
    media = item["media"]["M"]
    hashes = [one["M"]["content_hash"]["S"] for one in (*media["images"]["L"], media["video"])]
    bucket, s3 = resource(stack, "MediaBucket"), aws(stack.places.endpoint, "s3")
    objects = {name: s3.get_object(Bucket=bucket, Key=f"media/{name}")["Body"].read() for name in hashes}
    return Made(seller, listing, answer, item, objects)


def plant(made: Made, seller: Seller, **changes: Any) -> str:
    """A listing of `seller` at media_ready, its workflow waiting for the approval. `changes` are text attributes."""
    stack, listing = seller.stack, str(uuid.uuid4())
    if stack is not made.seller.stack:
        bucket, s3 = resource(stack, "MediaBucket"), aws(stack.places.endpoint, "s3")
        for name, content in made.objects.items():
            s3.put_object(Bucket=bucket, Key=f"media/{name}", Body=content)
    dropped = {"wait", "approved_hash", "due_at", "due_shard", "error", "begun_at", "enriched_description"}
    item = {name: value for name, value in made.item.items() if name not in dropped}
    item |= {name: {"S": value} for name, value in changes.items()}
    item |= {
        "pk": {"S": f"USER#{seller.id}"},
        "sk": {"S": f"LISTING#{listing}"},
        "id": {"S": listing},
        "user_id": {"S": seller.id},
        "status": {"S": "media_ready"},
        "status_pk": {"S": f"USER#{seller.id}#media_ready"},
        "photos": {"L": []},
        "publications": {"M": {}},
        "run": {"N": "1"},
        "restarts": {"N": "0"},
        "version": {"N": "1"},
    }
    aws(stack.places.endpoint, "dynamodb").put_item(TableName=resource(stack, "ListingsTable"), Item=item)
    wait_until(lambda: waits_in(seller, listing, "media_ready"))
    return listing


def approved(made: Made, seller: Seller, **changes: Any) -> str:
    """A planted listing that its owner has approved, its workflow waiting for the publication."""
    listing = plant(made, seller, **changes)
    seller.approve(listing)
    wait_until(lambda: waits_in(seller, listing, "approved"))
    return listing


def item_of(seller: Seller, listing: str) -> dict[str, Any]:
    """The item in the table; empty if there is none."""
    stack = seller.stack
    key = {"pk": {"S": f"USER#{seller.id}"}, "sk": {"S": f"LISTING#{listing}"}}
    table = aws(stack.places.endpoint, "dynamodb")
    found = table.get_item(TableName=resource(stack, "ListingsTable"), Key=key, ConsistentRead=True)
    return dict(found.get("Item", {}))


def task_token(seller: Seller, listing: str) -> str:
    """The task token of the workflow that waits for the listing; empty when none waits."""
    return str(item_of(seller, listing).get("wait", {}).get("M", {}).get("token", {}).get("S", ""))


def waits_in(seller: Seller, listing: str, status: str) -> bool:
    wait = item_of(seller, listing).get("wait", {}).get("M", {})
    return bool(wait) and wait["status"]["S"] == status


def saved(stack: LocalStack, listing: str, holds: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the tables on disk hold the listing such that `holds` is true of its item."""
    wait_until(lambda: any(holds(item) for part in on_disk(stack) for item in _items(json.loads(part), listing)))


def on_disk(stack: LocalStack) -> Iterator[bytes]:
    """The documents that hold the tables and what was written to them since."""
    state = stack.data / "state"
    yield (state / "dynamodb.json").read_bytes()
    for journal in state.glob("dynamodb.journal.*"):
        with suppress(FileNotFoundError):  # a snapshot has replaced it meanwhile
            yield from groups(journal.read_bytes())[0]


def _items(node: Any, listing: str) -> Iterator[dict[str, Any]]:
    """Every item of a listing anywhere in the emulator's own file."""
    if isinstance(node, dict):
        if node.get("sk") == {"S": f"LISTING#{listing}"} and "status" in node:
            yield node
            return
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from _items(one, listing)
