"""The caller."""

from souk.accounts.auth.schemas import CurrentAccount
from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.wiring.identity import current_account


@endpoint("GET /auth/me", roles=SIGNED_IN, returns=CurrentAccount)
def handler(request: Request) -> CurrentAccount:
    """The caller's account as it is now."""
    return CurrentAccount.of(current_account(request.caller.id))
