"""The account of a caller as it is now, which may differ from what its access token says."""

from __future__ import annotations

from collections.abc import Callable

from souk.accounts.auth.model import Account
from souk.shared.errors import Unauthenticated


def current_account(find_account: Callable[[str], Account | None], account_id: str) -> Account:
    """Read the account. Raises Unauthenticated `account_gone` and `account_suspended`."""
    account = find_account(account_id)
    if account is None:
        raise Unauthenticated("This account does not exist any more.", code="account_gone")
    if account.is_suspended:
        raise Unauthenticated("This account is suspended.", code="account_suspended")
    return account
