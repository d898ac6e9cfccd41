"""An account at the deployed API, over HTTP, and all answers that accounts have received."""

from __future__ import annotations

import math
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from local.testing import PATIENCE, LocalStack


@dataclass
class Heard:
    """All answers to clients of this session, and the secrets that were sent: for the search for secrets at its end."""

    answers: list[tuple[str, str]] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, url: str) -> httpx.Client:
        """A client whose answers are collected; it is closed at the end of the session."""
        made = httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False, event_hooks={"response": [self.note]})
        self.clients.append(made)
        return made

    def note(self, answer: httpx.Response) -> None:
        answer.read()
        text = f"{answer.status_code} {dict(answer.headers)}\n{answer.text}"
        self.answers.append((answer.request.url.path, text))


_KEPT_FOR: Final = 300.0
"""Seconds after which an access token is renewed. It lives for 900; all the tests together may take longer."""


class Account:
    """Registers when it is constructed, and keeps one client with a token that has not expired."""

    def __init__(self, stack: LocalStack, heard: Heard, **more: Any) -> None:
        """`more` are fields of the registration, such as `role`."""
        self.stack = stack
        self._heard = heard
        self.name = uuid.uuid4().hex[:12]
        self.email = f"{self.name}@example.com"
        self.password = f"password-{uuid.uuid4().hex}"
        self.http = heard.client(stack.url)
        self.http.event_hooks["request"] = [self._keep_token]
        self._renewed_at = math.inf
        given = {"email": self.email, "password": self.password, **more}
        account = self.ask("POST", "/auth/register", given).json()
        self.id = str(account["user"]["id"])
        self._carry(account)

    def refresh(self) -> None:
        """A new pair of tokens, with the roles that were granted meanwhile."""
        self._carry(self.expect(200, "POST", "/auth/refresh", {"refresh_token": self.refresh_token}))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Headers by their names with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, path.lstrip("/"), json=body, headers=named)

    def expect(self, status: int, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """The answer's body, when its status is `status`."""
        answer = self.ask(method, path, body, **headers)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:600]}"
        return dict(answer.json()) if answer.content else {}

    def _carry(self, tokens: dict[str, Any]) -> None:
        self.token, self.refresh_token = str(tokens["token"]), str(tokens["refresh_token"])
        self.http.headers["Authorization"] = f"Bearer {self.token}"
        self._renewed_at = time.monotonic()
        self._heard.secrets |= {self.password, self.token, self.refresh_token}

    def _keep_token(self, request: httpx.Request) -> None:
        """A renewal that fails is tried again by the next request: the token before it lives for minutes."""
        if time.monotonic() - self._renewed_at <= _KEPT_FOR:
            return
        due, self._renewed_at = self._renewed_at, math.inf  # the renewal is a request too
        try:
            answer = self.ask("POST", "/auth/refresh", {"refresh_token": self.refresh_token})
            if answer.status_code == 401:  # a kill took the last pair of tokens
                answer = self.ask("POST", "/auth/login", {"email": self.email, "password": self.password})
        finally:
            self._renewed_at = due
        if answer.status_code == 200:
            self._carry(answer.json())
            request.headers["Authorization"] = f"Bearer {self.token}"
