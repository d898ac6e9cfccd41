"""Accounts, logins and sessions as items of the identity table."""

from __future__ import annotations

from datetime import UTC, datetime

from souk.accounts.auth.keys import account_key, email_key, session_key
from souk.accounts.auth.model import Account, AccountStatus, Login, Role, Session, require_active
from souk.aws.tables import Item, Read
from souk.shared.clock import from_wire, to_wire


def from_account(account: Account) -> Item:
    return {
        **account_key(account.id),
        "id": account.id,
        "email": account.email,
        "full_name": account.full_name,
        "roles": [role.value for role in account.roles],
        "standing": account.status.value,
        "created_at": to_wire(account.created_at),
    }


def to_account(item: Item) -> Account:
    return Account(
        id=item["id"],
        email=item["email"],
        full_name=item["full_name"],
        roles=tuple(Role(text) for text in item["roles"]),
        created_at=from_wire(item["created_at"]),
        status=AccountStatus(item["standing"]),
    )


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
    return {
        **session_key(session.account_id, session.id),
        "id": session.id,
        "account_id": session.account_id,
        "generation": session.generation,
        "current_digest": session.current_digest,
        "previous_digest": session.previous_digest,
        "rotated_at": to_wire(session.rotated_at),
        "expires_at": int(session.expires_at.timestamp()),
    }


def to_session(item: Item) -> Session:
    return Session(
        id=item["id"],
        account_id=item["account_id"],
        generation=int(item["generation"]),
        current_digest=item["current_digest"],
        previous_digest=item["previous_digest"],
        rotated_at=from_wire(item["rotated_at"]),
        expires_at=datetime.fromtimestamp(int(item["expires_at"]), UTC),
    )
