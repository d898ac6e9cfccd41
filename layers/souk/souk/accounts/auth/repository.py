"""Accounts, sessions and attempts in DynamoDB; the keys are `layout`'s. The only file of accounts that sees tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from souk.accounts.auth.keys import account_key, profile_key, under
from souk.accounts.auth.model import Account, Login, Role, Session, Standing
from souk.aws.tables import Action, Delete, Item, Put, Read, Tables, Update
from souk.shared.clock import from_wire, to_wire
from souk.shared.errors import Conflict, NotFound


class AccountRepository:
    """`accompany` says what else is written in the transaction of a new account."""

    def __init__(
        self, tables: Tables, table: str, accompany: Callable[[Account], tuple[Action, ...]] = lambda _: ()
    ) -> None:
        self._tables = tables
        self._table = table
        self._accompany = accompany

    def add(self, account: Account, login: Login, session: Session) -> None:
        """A new account with its first session, whole or not at all. Raises Conflict `email_exists`."""
        taken = Conflict("There is an account with this email already.", code="email_exists")
        self._tables.commit(
            Put(self._table, _to_login_item(login), condition="attribute_not_exists(#pk)", otherwise=taken),
            Put(self._table, _to_account_item(account), condition="attribute_not_exists(#pk)"),
            Put(self._table, _to_empty_profile(account), condition="attribute_not_exists(#pk)"),
            Put(self._table, _to_session_item(session)),
            *self._accompany(account),
        )

    def login_of(self, email: str) -> Login | None:
        item = self._tables.get(self._table, _email_key(email))
        return None if item is None else Login(email, item["account_id"], item["password_hash"])

    def find(self, account_id: str) -> Account | None:
        item = self._tables.get(self._table, account_key(account_id))
        return None if item is None else to_account(item)

    def give_role(self, account_id: str, role: Role) -> Account:
        """The account with `role` besides its others. Raises NotFound."""
        account = self.find(account_id)
        if account is None:
            raise NotFound("There is no such account.")
        if role in account.roles:
            return account
        try:
            item = self._tables.update(giving(self._table, account_id, role, otherwise=_AccountMoved()))
        except _AccountMoved:
            # Another call gave the role first, or the account is gone: both are seen by looking again.
            return self.give_role(account_id, role)
        return to_account(item)

    def add_session(self, session: Session) -> None:
        self._tables.put(Put(self._table, _to_session_item(session)))

    def account_and_session(self, account_id: str, session_id: str) -> tuple[Account | None, Session | None]:
        """Both in one request."""
        keys = (account_key(account_id), _session_key(account_id, session_id))
        found = {item["sk"]: item for item in self._tables.get_many(self._table, keys)}
        account, session = found.get(keys[0]["sk"]), found.get(keys[1]["sk"])
        return (None if account is None else to_account(account), None if session is None else _to_session(session))

    def rotate(self, session: Session, rotated: Session) -> bool:
        """Replace `session` by `rotated` unless another call has moved or ended it: then False."""
        try:
            self._tables.put(
                Put(
                    self._table,
                    _to_session_item(rotated),
                    condition="#generation = :generation AND #current_digest = :digest",
                    values={"generation": session.generation, "digest": session.current_digest},
                    otherwise=_SessionMoved(),
                )
            )
        except _SessionMoved:
            return False
        return True

    def end_session(self, account_id: str, session_id: str) -> None:
        """One that has ended already is success."""
        self._tables.delete(Delete(self._table, _session_key(account_id, session_id)))


def giving(table: str, account_id: str, role: Role, *, otherwise: Exception) -> Update:
    """The action that adds a role to an account; `otherwise` when the account has it already, or is gone."""
    return Update(
        table,
        account_key(account_id),
        "SET #roles = list_append(#roles, :added)",
        condition="attribute_exists(#pk) AND NOT contains(#roles, :role)",
        values={"added": [role.value], "role": role.value},
        otherwise=otherwise,
    )


class AttemptRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def count(self, what: str, whose: str, window: datetime, until: datetime) -> int:
        item = self._tables.update(
            Update(
                self._table,
                {"pk": f"ATTEMPTS#{what}#{whose}", "sk": to_wire(window)},
                "ADD #attempts :one SET #expires_at = :until",
                values={"one": 1, "until": int(until.timestamp())},
            )
        )
        return int(item["attempts"])


class _SessionMoved(Exception):
    pass


class _AccountMoved(Exception):
    pass


def _email_key(email: str) -> dict[str, str]:
    return {"pk": f"EMAIL#{email}", "sk": "EMAIL"}


def _session_key(account_id: str, session_id: str) -> dict[str, str]:
    return under(account_id, f"SESSION#{session_id}")


def _to_login_item(login: Login) -> Item:
    return {**_email_key(login.email), "account_id": login.account_id, "password_hash": login.password_hash}


def _to_account_item(account: Account) -> Item:
    return {
        **account_key(account.id),
        "id": account.id,
        "email": account.email,
        "full_name": account.full_name,
        "roles": [role.value for role in account.roles],
        "standing": account.standing.value,
        "created_at": to_wire(account.created_at),
    }


def read_account(table: str, account_id: str) -> Read[Account]:
    return Read(table, account_key(account_id), to_account)


def to_account(item: Item) -> Account:
    return Account(
        id=item["id"],
        email=item["email"],
        full_name=item["full_name"],
        roles=tuple(Role(text) for text in item["roles"]),
        created_at=from_wire(item["created_at"]),
        standing=Standing(item["standing"]),
    )


def _to_empty_profile(account: Account) -> Item:
    return {**profile_key(account.id), "id": account.id, "email": account.email, "version": 1, "addresses": 0}


def _to_session_item(session: Session) -> Item:
    return {
        **_session_key(session.account_id, session.id),
        "id": session.id,
        "account_id": session.account_id,
        "generation": session.generation,
        "current_digest": session.current_digest,
        "previous_digest": session.previous_digest,
        "rotated_at": to_wire(session.rotated_at),
        "expires_at": int(session.expires_at.timestamp()),
    }


def _to_session(item: Item) -> Session:
    return Session(
        id=item["id"],
        account_id=item["account_id"],
        generation=int(item["generation"]),
        current_digest=item["current_digest"],
        previous_digest=item["previous_digest"],
        rotated_at=from_wire(item["rotated_at"]),
        expires_at=datetime.fromtimestamp(int(item["expires_at"]), UTC),
    )
