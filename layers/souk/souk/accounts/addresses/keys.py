"""Keys of postal addresses. They are in the identity table: see souk.accounts.auth.keys."""

from __future__ import annotations

from typing import Final

from souk.accounts.auth.keys import under

ADDRESS_PREFIX: Final = "POSTAL#"


def address_key(account_id: str, address_id: str) -> dict[str, str]:
    return under(account_id, f"{ADDRESS_PREFIX}{address_id}")
