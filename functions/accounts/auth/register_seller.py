"""A new account that is a seller, signed in."""

from souk.accounts.auth.model import Role
from souk.accounts.auth.schemas import NamedRegisterRequest, SignedInPerson
from souk.http.endpoint import ANYONE, Request, endpoint
from souk.wiring.identity import registration


@endpoint(
    "POST /sellers/register",
    roles=ANYONE,
    body=NamedRegisterRequest,
    returns=SignedInPerson,
    status=201,
    errors=(409, 429),
)
def handler(request: Request) -> SignedInPerson:
    """Register a seller and sign it in."""
    wanted = request.body
    signed_in = registration().register(
        wanted.email, wanted.password.get_secret_value(), wanted.name, Role.SELLER, request.source_ip
    )
    return SignedInPerson.of(signed_in, Role.SELLER)
