"""A new account that is a buyer, signed in."""

from souk.accounts.auth.model import Role
from souk.accounts.auth.schemas import NamedRegisterRequest, SignedInPerson
from souk.http.endpoint import ANYONE, Request, endpoint
from souk.wiring.identity import registration


@endpoint(
    "POST /buyers/register",
    roles=ANYONE,
    body=NamedRegisterRequest,
    returns=SignedInPerson,
    status=201,
    errors=(409, 429),
)
def handler(request: Request) -> SignedInPerson:
    """Register a buyer and sign it in."""
    wanted = request.body
    signed_in = registration().register(
        wanted.email, wanted.password.get_secret_value(), wanted.name, Role.BUYER, request.source_ip
    )
    return SignedInPerson.of(signed_in, Role.BUYER)
