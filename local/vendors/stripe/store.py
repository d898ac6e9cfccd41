"""What this stand-in must not forget: objects, answers by their keys, events.

Objects are kept as the documents that Stripe answers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.vendors.database import Database

_SCHEMA = """
create table if not exists objects (
    number integer primary key autoincrement, id text unique not null, kind text not null, shelf text not null,
    document text not null);
create index if not exists objects_by_shelf on objects (kind, shelf);
create table if not exists answers (
    key text primary key, request text not null, status integer not null, body text not null);
create table if not exists events (
    number integer primary key autoincrement, id text unique not null, type text not null, document text not null,
    due real, tries integer not null default 0, answer text not null default '');
"""


@dataclass(frozen=True, slots=True)
class Event:
    """An event and its delivery: `due` (seconds since 1970) is None once there is nothing more to send."""

    id: str
    type: str
    document: str
    due: float | None
    tries: int
    answer: str


class Store(Database):
    def __init__(self, folder: Path | None) -> None:
        super().__init__(folder / "stripe.sqlite3" if folder else None, _SCHEMA)

    def put(self, document: dict[str, Any], shelf: str = "") -> None:
        """`shelf` is where `all` finds it among its kind."""
        self._run(
            "insert into objects (id, kind, shelf, document) values (?, ?, ?, ?)"
            " on conflict (id) do update set shelf = excluded.shelf, document = excluded.document",
            document["id"], document["object"], shelf, json.dumps(document),
        )  # fmt: skip

    def get(self, kind: str, object_id: str) -> dict[str, Any] | None:
        rows = self._run("select document from objects where id = ? and kind = ?", object_id, kind)
        return json.loads(rows[0][0]) if rows else None

    def all(self, kind: str, shelf: str | None = None) -> list[dict[str, Any]]:
        """Newest first."""
        if shelf is None:
            rows = self._run("select document from objects where kind = ? order by number desc", kind)
        else:
            query = "select document from objects where kind = ? and shelf = ? order by number desc"
            rows = self._run(query, kind, shelf)
        return [json.loads(document) for (document,) in rows]

    def keep_answer(self, key: str, request: str, status: int, body: str) -> None:
        self._run("insert into answers (key, request, status, body) values (?, ?, ?, ?)", key, request, status, body)

    def answer(self, key: str) -> tuple[str, int, str] | None:
        """(request, status, body) of the first time."""
        rows = self._run("select request, status, body from answers where key = ?", key)
        return (rows[0][0], rows[0][1], rows[0][2]) if rows else None

    def forget_answers(self) -> None:
        self._run("delete from answers")

    def add_event(self, event_id: str, kind: str, document: str, due: float) -> None:
        self._run("insert into events (id, type, document, due) values (?, ?, ?, ?)", event_id, kind, document, due)

    def events(self) -> list[Event]:
        """Oldest first."""
        rows = self._run("select id, type, document, due, tries, answer from events order by number")
        return [Event(*row) for row in rows]

    def due_events(self, now: float) -> list[Event]:
        query = "select id, type, document, due, tries, answer from events where due <= ? order by due, number"
        return [Event(*row) for row in self._run(query, now)]

    def next_due(self) -> float | None:
        due: float | None = self._run("select min(due) from events")[0][0]
        return due

    def event(self, event_id: str) -> Event | None:
        query = "select id, type, document, due, tries, answer from events where id = ?"
        return next((Event(*row) for row in self._run(query, event_id)), None)

    def note_delivery(self, event_id: str, tries: int, answer: str, due: float | None) -> None:
        self._run("update events set tries = ?, answer = ?, due = ? where id = ?", tries, answer, due, event_id)
