"""A new session."""

from souk.accounts.auth.schemas import LoginRequest, SignedInUser
from souk.http.endpoint import ANYONE, Request, endpoint
from souk.wiring.identity import sign_in


@endpoint("POST /auth/login", roles=ANYONE, body=LoginRequest, returns=SignedInUser, errors=(401, 429))
def handler(request: Request) -> SignedInUser:
    """Sign in with email and password."""
    given = request.body
    return SignedInUser.of(sign_in().log_in(given.email, given.password.get_secret_value(), request.source_ip))
