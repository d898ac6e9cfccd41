"""The seller of the demo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from local.demo.person import DemoFailed, Person

_WAIT = "wait=25"


class Seller(Person):
    role = "seller"
    name = "Demo Seller"

    def connect_ebay(self, token: str) -> None:
        self.ask("PUT", "/platforms/ebay/credentials", {"access_token": token})

    def create_listing(self, listing: dict[str, Any]) -> str:
        return str(self.ask("POST", "/listings", listing, once=True)["id"])

    def upload_photo(self, listing: str, photo: Path, seen: Callable[[str], None]) -> None:
        """Upload by presigned POST, and wait until the photo was accepted."""
        content = photo.read_bytes()
        files = {"files": [{"content_type": "image/png", "size": len(content)}]}
        [upload] = self.ask("POST", f"/listings/{listing}/photos", files, once=True)["uploads"]
        sent = httpx.post(
            upload["url"],
            data=upload["fields"],
            files={"file": (photo.name, content, "image/png")},
            timeout=60,
            trust_env=False,
        )
        if not sent.is_success:
            raise DemoFailed(f"The bucket refused the photo: {sent.status_code} {sent.text[:300]}")
        ready = self._await(listing, lambda now: now["photos"][0]["status"] != "pending", seen)
        if ready["photos"][0]["status"] != "ready":
            raise DemoFailed(f"The photo was rejected: {ready['photos'][0].get('reason')}")

    def generate_media(self, listing: str, seen: Callable[[str], None]) -> dict[str, Any]:
        self.ask("POST", f"/listings/{listing}/generate-media", once=True)
        return self._settled(listing, "media_ready", "generating_media", seen)

    def approve(self, listing: str, media_hash: str) -> None:
        self.ask("POST", f"/listings/{listing}/approve-media", {"media_hash": media_hash}, once=True)

    def publish(self, listing: str, seen: Callable[[str], None]) -> dict[str, dict[str, Any]]:
        """The listing's publications, by marketplace."""
        choice = {"marketplaces": ["ebay", "souk"]}
        self.ask("POST", f"/listings/{listing}/publish", choice, once=True, prefer=_WAIT)
        published = self._settled(listing, "published", "publishing", seen)
        publications = {one["marketplace"]: dict(one) for one in published["publications"]}
        for name in choice["marketplaces"]:
            if publications[name]["status"] != "live":
                raise DemoFailed(f"On {name} the listing is {publications[name]['status']}.")
        return publications

    def download(self, url: str, target: Path) -> int:
        """Download a generated file by its URL, without a token. Returns its size in bytes."""
        answer = httpx.get(url, timeout=60, trust_env=False, follow_redirects=True)
        if answer.status_code != 200 or not answer.content:
            raise DemoFailed(f"{url} answered {answer.status_code}.")
        target.write_bytes(answer.content)
        return len(answer.content)

    def ship(self, order: str, tracking: dict[str, str]) -> None:
        """Mark the order as processing, add the tracking, and mark it as delivered."""
        self.ask("PUT", f"/sellers/orders/{order}/status", {"status": "processing"})
        self.ask("POST", f"/sellers/orders/{order}/tracking", {**tracking, "status": "shipped"}, once=True)
        self.ask("PUT", f"/sellers/orders/{order}/status", {"status": "delivered"})

    def _settled(self, listing: str, wanted: str, passing: str, seen: Callable[[str], None]) -> dict[str, Any]:
        now = self._await(listing, lambda one: one["status"] != passing, seen)
        if now["status"] != wanted:
            error = now.get("error") or {}
            raise DemoFailed(f"The listing is {now['status']}: {error.get('detail') or error or 'no reason given'}")
        return now

    def _await(
        self, listing: str, done: Callable[[dict[str, Any]], bool], seen: Callable[[str], None]
    ) -> dict[str, Any]:
        return self.wait(lambda: self.ask("GET", f"/listings/{listing}"), done, lambda now: str(now["status"]), seen)
