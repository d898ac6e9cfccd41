"""Keys of profiles. They are in the identity table: see souk.accounts.auth.keys."""

from __future__ import annotations

from souk.accounts.auth.keys import under


def profile_key(account_id: str) -> dict[str, str]:
    return under(account_id, "PROFILE")


def username_key(canonical_username: str) -> dict[str, str]:
    """The item that makes a username unique."""
    return {"pk": f"USERNAME#{canonical_username}", "sk": "USERNAME"}
