"""Accounts of the running local cloud, as which sample events are sent.

`make invoke` keeps them from one call to the next, in a file of the data folder: a listing that one call creates is in
the list that the next one reads.
"""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any, Final

from local.demo.buyer import Buyer
from local.demo.person import DemoFailed, Person
from local.demo.seller import Seller
from local.invoking import Functions

PASSWORD: Final = "correct horse battery"
"""The password in the sample events."""
_RENEWED_AFTER: Final = 300.0
"""Seconds after which an access token is renewed. It lives for 900, or for ACCESS_TOKEN_MINUTES."""


class Accounts:
    """A seller, a buyer, another seller and an operator, each signed in when first needed. `kept`: where they are kept
    for the next time; without it, they are new each time.
    """

    def __init__(self, api: str, functions: Functions, kept: Path | None = None) -> None:
        self._api = api
        self._functions = functions
        self._kept = kept
        self._known: dict[str, Account] = {}
        self._opened: list[Person] = []

    def account(self, name: str) -> Account:
        """The account called "seller", "buyer", "shop" (another seller) or "operator"."""
        if name not in self._known:
            account = self._open(_person(name, self._api), self._sign_in(name))
            if name == "operator" and "Operator" not in account.roles:
                self._functions.invoke("GrantOperatorFunction", {"email": account.email})
                account.renew()
            self._known[name] = account
            self._keep()
        elif self._known[name].age > _RENEWED_AFTER:
            self._known[name].renew()
            self._keep()
        return self._known[name]

    @property
    def used(self) -> list[Account]:
        """Those that were signed in."""
        return list(self._known.values())

    def new(self, role: str = "user") -> Account:
        """An account that is not kept."""
        return self._open(Person(self._api), register(self._api, role))

    def close(self) -> None:
        for person in self._opened:
            person.close()

    def _open(self, person: Person, session: dict[str, Any]) -> Account:
        self._opened.append(person)
        return Account(person, session)

    def _sign_in(self, name: str) -> dict[str, Any]:
        """With what is kept, or as a new account: the data folder may have been deleted meanwhile."""
        role = {"buyer": "buyer", "operator": "user"}.get(name, "seller")
        kept = self._read().get(name)
        if kept:
            with Person(self._api) as anybody:
                for path, body in (
                    ("/auth/refresh", {"refresh_token": kept["refresh_token"]}),
                    ("/auth/login", {"email": kept["email"], "password": PASSWORD}),
                ):
                    try:
                        return {**kept, **anybody.ask("POST", path, body)}
                    except DemoFailed:
                        continue
        return register(self._api, role)

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            found = json.loads(self._kept.read_bytes()) if self._kept else {}
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _keep(self) -> None:
        if self._kept is None:
            return
        mine = {name: {"email": one.email, "refresh_token": one.refresh_token} for name, one in self._known.items()}
        self._kept.touch(mode=0o600)
        self._kept.write_text(json.dumps({**self._read(), **mine}))


class Account:
    """`person` calls the API with the account's token."""

    def __init__(self, person: Person, session: dict[str, Any]) -> None:
        self.person = person
        self._take(session)

    @property
    def age(self) -> float:
        """Seconds since it got its access token."""
        return time.monotonic() - self._since

    def renew(self) -> None:
        """New tokens, with the roles that were granted meanwhile."""
        self._take(self.person.ask("POST", "/auth/refresh", {"refresh_token": self.refresh_token}))

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        return self.person.ask(method, path, body)

    def _take(self, session: dict[str, Any]) -> None:
        self._since = time.monotonic()
        self.token, self.refresh_token = str(session["token"]), str(session["refresh_token"])
        self.person.carry(self.token)
        user = session.get("user") or self.person.ask("GET", "/auth/me")
        self.id, self.email, self.roles = str(user["id"]), str(user["email"]), tuple(user["roles"])


def register(api: str, role: str) -> dict[str, Any]:
    """The answer to the registration of a new account."""
    email = f"sam-local-{uuid.uuid4().hex[:12]}@example.com"
    account = {"email": email, "password": PASSWORD, "full_name": "Sam Local", "role": role}
    with Person(api) as anybody:
        return anybody.ask("POST", "/auth/register", account)


def _person(name: str, api: str) -> Person:
    match name:
        case "seller" | "shop":
            return Seller(api)
        case "buyer":
            return Buyer(api)
    return Person(api)
