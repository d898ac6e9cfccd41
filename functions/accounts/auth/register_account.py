"""A new account, signed in."""

from souk.accounts.auth.model import Role
from souk.accounts.auth.schemas import RegisterRequest, SignedInUser
from souk.http.endpoint import ANYONE, Request, endpoint
from souk.wiring.identity import registration


@endpoint(
    "POST /auth/register",
    roles=ANYONE,
    also={"signup": "POST /auth/signup"},
    body=RegisterRequest,
    returns=SignedInUser,
    status=201,
    errors=(409, 429),
)
def handler(request: Request) -> SignedInUser:
    """Register an account and sign it in."""
    wanted = request.body
    signed_in = registration().register(
        wanted.email, wanted.password.get_secret_value(), wanted.full_name, Role(wanted.role), request.source_ip
    )
    return SignedInUser.of(signed_in)
