"""A new session of an account that is a buyer."""

from souk.accounts.auth.model import Role
from souk.accounts.auth.schemas import LoginRequest, SignedInPerson
from souk.http.endpoint import ANYONE, Request, endpoint
from souk.wiring.identity import sign_in


@endpoint("POST /buyers/login", roles=ANYONE, body=LoginRequest, returns=SignedInPerson, errors=(401, 403, 429))
def handler(request: Request) -> SignedInPerson:
    """Sign in as a buyer."""
    given = request.body
    signed_in = sign_in().log_in(given.email, given.password.get_secret_value(), request.source_ip, role=Role.BUYER)
    return SignedInPerson.of(signed_in, Role.BUYER)
