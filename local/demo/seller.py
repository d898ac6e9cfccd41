"""A seller at the HTTP API: each method is one thing that a person would do, and raises DemoFailed when it does not
work.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from local.problems import Unusable

_POLL = 0.3
_WAIT = "wait=25"


class DemoFailed(Unusable):
    """A step of the demo did not do what it promises."""


class Seller:
    """Registers on entry; all requests carry its token."""

    def __init__(self, api: str) -> None:
        # No proxies: everything is on this machine, or an address that the API itself gave.
        self._http = httpx.Client(base_url=api, timeout=60, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def register(self) -> str:
        """A new account of its own; answers its email."""
        email = f"demo-{uuid.uuid4().hex[:12]}@example.com"
        account = {"email": email, "password": uuid.uuid4().hex, "full_name": "Demo Seller", "role": "seller"}
        token = self._ask("POST", "/auth/register", account)["token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        return email

    def connect_ebay(self, token: str) -> None:
        self._ask("PUT", "/platforms/ebay/credentials", {"access_token": token})

    def create_listing(self, listing: dict[str, Any]) -> str:
        return str(self._ask("POST", "/listings", listing, once=True)["id"])

    def listing(self, listing: str) -> dict[str, Any]:
        return self._ask("GET", f"/listings/{listing}")

    def upload_photo(self, listing: str, photo: Path, seen: Callable[[str], None]) -> None:
        """By presigned POST, straight to the bucket; returns when the photo has been judged fit."""
        content = photo.read_bytes()
        files = {"files": [{"content_type": "image/png", "size": len(content)}]}
        [upload] = self._ask("POST", f"/listings/{listing}/photos", files, once=True)["uploads"]
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
        self._ask("POST", f"/listings/{listing}/generate-media", once=True)
        return self._settled(listing, "media_ready", "generating_media", seen)

    def approve(self, listing: str, media_hash: str) -> None:
        self._ask("POST", f"/listings/{listing}/approve-media", {"media_hash": media_hash}, once=True)

    def publish(self, listing: str, seen: Callable[[str], None]) -> dict[str, Any]:
        """The listing's publication on eBay."""
        self._ask("POST", f"/listings/{listing}/publish", {"marketplaces": ["ebay"]}, once=True, prefer=_WAIT)
        published = self._settled(listing, "published", "publishing", seen)
        [publication] = [one for one in published["publications"] if one["marketplace"] == "ebay"]
        return dict(publication)

    def download(self, url: str, target: Path) -> int:
        """Fetch a generated file as anybody with its URL could; answers its size in bytes."""
        answer = httpx.get(url, timeout=60, trust_env=False, follow_redirects=True)
        if answer.status_code != 200 or not answer.content:
            raise DemoFailed(f"{url} answered {answer.status_code}.")
        target.write_bytes(answer.content)
        return len(answer.content)

    def page(self, url: str) -> str:
        answer = httpx.get(url, timeout=60, trust_env=False, follow_redirects=True)
        if answer.status_code != 200:
            raise DemoFailed(f"{url} answered {answer.status_code}.")
        return answer.text

    def _settled(self, listing: str, wanted: str, passing: str, seen: Callable[[str], None]) -> dict[str, Any]:
        now = self._await(listing, lambda one: one["status"] != passing, seen)
        if now["status"] != wanted:
            error = now.get("error") or {}
            raise DemoFailed(f"The listing is {now['status']}: {error.get('detail') or error or 'no reason given'}")
        return now

    def _await(
        self, listing: str, done: Callable[[dict[str, Any]], bool], seen: Callable[[str], None], limit: float = 180
    ) -> dict[str, Any]:
        began = time.monotonic()
        while not done(now := self.listing(listing)):
            if time.monotonic() - began > limit:
                raise DemoFailed(f"Nothing happened for {limit:.0f} s; the listing is still {now['status']}.")
            seen(f"{now['status']}, {time.monotonic() - began:.0f} s")
            time.sleep(_POLL)
        return now

    def _ask(self, method: str, path: str, body: Any = None, *, once: bool = False, prefer: str = "") -> dict[str, Any]:
        headers = {"Idempotency-Key": uuid.uuid4().hex} if once else {}
        if prefer:
            headers["Prefer"] = prefer
        try:
            answer = self._http.request(method, path.lstrip("/"), json=body, headers=headers)
        except httpx.HTTPError as error:
            raise DemoFailed(f"{method} {path} got no answer: {error}") from error
        if not answer.is_success:
            raise DemoFailed(f"{method} {path} answered {answer.status_code}: {_reason(answer)}")
        return dict(answer.json()) if answer.content else {}


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("detail") or answer.json())
    except (ValueError, AttributeError):
        return answer.text[:300]
