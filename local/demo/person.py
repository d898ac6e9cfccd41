"""A client of the HTTP API with an account. All methods raise DemoFailed when a call fails."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx

from local.problems import Unusable

_POLL = 0.3


class DemoFailed(Unusable):
    """A step of the demo failed."""


class Person:
    """All requests carry the token of `register` or `carry`."""

    role: str
    name: str

    def __init__(self, api: str) -> None:
        # No proxies: all URLs are on this machine or come from the API.
        self._http = httpx.Client(base_url=api, timeout=60, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def register(self) -> str:
        """Register a new account and sign it in. Returns its email."""
        email = f"demo-{uuid.uuid4().hex[:12]}@example.com"
        account = {"email": email, "password": uuid.uuid4().hex, "full_name": self.name, "role": self.role}
        self.carry(self.ask("POST", "/auth/register", account)["token"])
        return email

    def carry(self, token: str) -> None:
        """Send this access token with all further requests."""
        self._http.headers["Authorization"] = f"Bearer {token}"

    def page(self, url: str) -> str:
        answer = httpx.get(url, timeout=60, trust_env=False, follow_redirects=True)
        if answer.status_code != 200:
            raise DemoFailed(f"{url} answered {answer.status_code}.")
        return answer.text

    def ask(self, method: str, path: str, body: Any = None, *, once: bool = False, prefer: str = "") -> dict[str, Any]:
        """Call the API and return the body. `once`: with an Idempotency-Key."""
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

    def wait(
        self,
        look: Callable[[], dict[str, Any]],
        done: Callable[[dict[str, Any]], bool],
        state: Callable[[dict[str, Any]], str],
        seen: Callable[[str], None],
        limit: float = 180,
    ) -> dict[str, Any]:
        """Call `look` until `done`. Meanwhile `seen` gets the state. Raises DemoFailed after `limit` seconds."""
        began = time.monotonic()
        while not done(now := look()):
            if time.monotonic() - began > limit:
                raise DemoFailed(f"Nothing happened for {limit:.0f} s; it is still {state(now)}.")
            seen(f"{state(now)}, {time.monotonic() - began:.0f} s")
            time.sleep(_POLL)
        return now


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("detail") or answer.json())
    except (ValueError, AttributeError):
        return answer.text[:300]
