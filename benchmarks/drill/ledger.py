"""What the service has answered to have done, and when: after a kill, how old the oldest of it is that is gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.drill.patience import NEVER, patiently
from tests.e2e.account import Account
from tests.e2e.selling import aws, resource


@dataclass(frozen=True, slots=True)
class Made:
    """A thing that somebody has made: `path` is where it is read."""

    kind: str
    path: str
    account: Account
    at: float


class Ledger:
    """Things made since the last look."""

    def __init__(self) -> None:
        self._made: list[Made] = []
        self._lock = threading.Lock()

    def add(self, kind: str, path: str, account: Account) -> None:
        """Just answered."""
        with self._lock:
            self._made.append(Made(kind, path, account, time.monotonic()))

    def take(self) -> list[Made]:
        """Those made since the last call."""
        with self._lock:
            made, self._made = self._made, []
        return made


def lost(made: Sequence[Made], until: float, over: threading.Event = NEVER) -> list[Made]:
    """Those that their own account cannot read any more. Raises GaveUp at `until`, and when the drill is `over`."""
    return [one for one in made if _status(one, until, over) != 200]


def _status(made: Made, until: float, over: threading.Event) -> int:
    return patiently(lambda: made.account.ask("GET", made.path), until, over).status_code


class Clockwork(threading.Thread):
    """Changes one product's title again and again, each with the next number: what a kill leaves dates itself."""

    def __init__(self, account: Account, product: str) -> None:
        super().__init__(daemon=True)
        self._account = account
        self._product = product
        self._number = 0
        self._answered: dict[int, float] = {}
        self._refused = ""
        self._working = threading.Lock()
        self._may_work = threading.Event()
        self._may_work.set()
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.is_set():
            self._may_work.wait()
            with self._working:
                if self._may_work.is_set():
                    self._advance()

    def _advance(self) -> None:
        self._number += 1
        try:
            answer = self._account.ask("PATCH", f"/products/{self._product}", {"title": f"Clockwork {self._number}"})
        except Exception as error:  # noqa: BLE001 - of any kind: a kill cuts the renewal of a token, too
            self._refused = f"{type(error).__name__}: {error}"
            return
        if answer.status_code == 200:
            self._answered[self._number] = time.monotonic()
        else:
            self._refused = f"{answer.status_code} {answer.text[:200]}"

    @property
    def problem(self) -> str:
        """Why it cannot say what a kill takes, as a sentence; empty if it can."""
        if not self.is_alive():
            return "the clockwork has stopped"
        return "" if self._answered else f"no change of the clockwork was answered; the last one: {self._refused}"

    def pause(self) -> None:
        """Once the service is killed, and before it can be asked again: another change would hide what is gone."""
        self._may_work.clear()
        with self._working:
            return

    def age_of_lost(self, killed: float) -> float:
        """Seconds between the oldest answered change that is gone and the kill; 0 if none is. It goes on after this."""
        key = {"pk": {"S": f"PRODUCT#{self._product}"}, "sk": {"S": "PRODUCT"}}
        tables = aws(self._account.stack.places.endpoint, "dynamodb")
        item = tables.get_item(TableName=resource(self._account.stack, "CatalogueTable"), Key=key)["Item"]
        there = int(item["title"]["S"].rpartition(" ")[2])
        gone = [at for number, at in self._answered.items() if number > there]
        self._answered.clear()
        self._may_work.set()
        return killed - min(gone) if gone else 0.0

    def stop(self) -> None:
        self._over.set()
        self._may_work.set()
        self.join()
