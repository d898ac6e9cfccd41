"""The account of a caller as it is now, which may differ from what its access token says."""

from __future__ import annotations

from collections.abc import Callable

from souk.accounts.auth.model import Account, require_active


def current_account(find_account: Callable[[str], Account | None], account_id: str) -> Account:
    """Read the account. Raises Unauthenticated `account_gone` and `account_suspended`."""
    return require_active(find_account(account_id))
