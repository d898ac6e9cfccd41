"""The next pair of tokens of a session."""

from souk.accounts.auth.schemas import RefreshRequest, SignedInUser
from souk.http.endpoint import ANYONE, Request, endpoint
from souk.wiring.identity import sessions


@endpoint("POST /auth/refresh", roles=ANYONE, body=RefreshRequest, returns=SignedInUser, errors=(401,))
def handler(request: Request) -> SignedInUser:
    """Exchange a refresh token for a new pair of tokens."""
    return SignedInUser.of(sessions().refresh(request.body.refresh_token.get_secret_value()))
