"""Accounts, sessions and counted attempts in DynamoDB."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from souk.accounts.auth.keys import account_key, attempts_key, email_key, session_key
from souk.accounts.auth.mapping import from_account, from_login, from_session, to_account, to_login, to_session
from souk.accounts.auth.model import Account, Login, Role, Session
from souk.aws.tables import Action, Delete, Put, Tables, Update
from souk.shared.clock import to_wire
from souk.shared.errors import Conflict
from souk.shared.versioned import Stale


class AccountRepository:
    """`also_create`: further actions of the transaction that creates an account, such as its profile."""

    def __init__(
        self, tables: Tables, table: str, also_create: Callable[[Account], tuple[Action, ...]] = lambda _: ()
    ) -> None:
        self._tables = tables
        self._table = table
        self._also_create = also_create

    def add(self, account: Account, login: Login, session: Session) -> None:
        """Store a new account with its first session, in one transaction. Raises Conflict `email_exists`."""
        taken = Conflict("There is an account with this email already.", code="email_exists")
        self._tables.commit(
            Put(self._table, from_login(login), condition="attribute_not_exists(#pk)", otherwise=taken),
            Put(self._table, from_account(account), condition="attribute_not_exists(#pk)"),
            Put(self._table, from_session(session)),
            *self._also_create(account),
        )

    def find_login(self, email: str) -> Login | None:
        item = self._tables.get(self._table, email_key(email))
        return None if item is None else to_login(email, item)

    def find_account(self, account_id: str) -> Account | None:
        item = self._tables.get(self._table, account_key(account_id))
        return None if item is None else to_account(item)

    def add_role(self, account_id: str, role: Role) -> Account:
        """The account with `role` added. Raises Stale when it has the role already, or is gone."""
        return to_account(self._tables.update(adding_role(self._table, account_id, role, otherwise=Stale())))

    def add_session(self, session: Session) -> None:
        self._tables.put(Put(self._table, from_session(session)))

    def account_and_session(self, account_id: str, session_id: str) -> tuple[Account | None, Session | None]:
        """Both in one request."""
        keys = (account_key(account_id), session_key(account_id, session_id))
        found = {item["sk"]: item for item in self._tables.get_many(self._table, keys)}
        account, session = found.get(keys[0]["sk"]), found.get(keys[1]["sk"])
        return (None if account is None else to_account(account), None if session is None else to_session(session))

    def rotate(self, before: Session, after: Session) -> None:
        """Raises Stale when another call has refreshed or ended the session."""
        self._tables.put(
            Put(
                self._table,
                from_session(after),
                condition="#generation = :generation AND #current_digest = :digest",
                values={"generation": before.generation, "digest": before.current_digest},
                otherwise=Stale(),
            )
        )

    def end_session(self, account_id: str, session_id: str) -> None:
        """Delete a session. One that has ended already is success."""
        self._tables.delete(Delete(self._table, session_key(account_id, session_id)))


def adding_role(table: str, account_id: str, role: Role, *, otherwise: Exception) -> Update:
    """The action that adds a role to an account. Raises `otherwise` when it has the role already, or is gone."""
    return Update(
        table,
        account_key(account_id),
        "SET #roles = list_append(#roles, :added)",
        condition="attribute_exists(#pk) AND NOT contains(#roles, :role)",
        values={"added": [role.value], "role": role.value},
        otherwise=otherwise,
    )


class AttemptRepository:
    """Counters of attempts. See souk.accounts.auth.service.throttling.Counters."""

    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def count(self, what: str, whose: str, window: datetime, until: datetime) -> int:
        item = self._tables.update(
            Update(
                self._table,
                attempts_key(what, whose, to_wire(window)),
                "ADD #attempts :one SET #expires_at = :until",
                values={"one": 1, "until": int(until.timestamp())},
            )
        )
        return int(item["attempts"])
