"""Add an address."""

from souk.accounts.addresses.presenter import respond_address
from souk.accounts.addresses.schemas import AddressIn, AddressOut
from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.shared.clock import new_id
from souk.wiring.addresses import addresses


def replay(request: Request, address_id: str) -> Response:
    """Answer again with the address that the first call with this key created."""
    return respond_address(*addresses().get(request.caller.id, address_id))


@endpoint(
    "POST /users/addresses",
    roles=SIGNED_IN,
    body=AddressIn,
    returns=AddressOut,
    status=201,
    errors=(409,),
    replay=replay,
)
def handler(request: Request) -> Response:
    """Add an address; the first one always becomes the default."""
    wanted = request.body
    address = wanted.to_address(new_id(), request.caller.id)
    return respond_address(
        *addresses().add(address, becomes_default=wanted.is_default, idempotency=request.idempotency)
    )
