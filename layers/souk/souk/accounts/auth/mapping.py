"""Accounts, logins and sessions as items of the identity table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from souk.accounts.auth.keys import account_key, email_key, session_key
from souk.accounts.auth.model import Account, Login, Session, require_active
from souk.aws.items import Codec
from souk.aws.tables import Item, Read

_ACCOUNT: Final = Codec(Account, names={"status": "standing"}, nulls=True)
_SESSION: Final = Codec(
    Session,
    nulls=True,
    # In seconds, as DynamoDB reads it: an item is deleted some time after.
    expires_at=(lambda moment: int(moment.timestamp()), lambda seconds: datetime.fromtimestamp(int(seconds), UTC)),
)


def from_account(account: Account) -> Item:
    return {**account_key(account.id), **_ACCOUNT.encode(account)}


def to_account(item: Item) -> Account:
    return _ACCOUNT.decode(item)


def read_account(table: str, account_id: str) -> Read[Account]:
    return Read(table, account_key(account_id), to_account)


def read_active_account(table: str, account_id: str) -> Read[Account]:
    """Raises Unauthenticated `account_suspended` when it is read."""
    return Read(table, account_key(account_id), lambda item: require_active(to_account(item)))


def from_login(login: Login) -> Item:
    return {**email_key(login.email), "account_id": login.account_id, "password_hash": login.password_hash}


def to_login(email: str, item: Item) -> Login:
    return Login(email, item["account_id"], item["password_hash"])


def from_session(session: Session) -> Item:
    return {**session_key(session.account_id, session.id), **_SESSION.encode(session)}


def to_session(item: Item) -> Session:
    return _SESSION.decode(item)
