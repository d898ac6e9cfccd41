"""One more address."""

from souk.accounts.addresses.model import Address
from souk.accounts.addresses.schemas import AddressIn, AddressOut
from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.http.response import etag
from souk.shared.clock import new_id
from souk.wiring.identity import addresses


def replay(request: Request, address_id: str) -> Response:
    """Answer again for what this key has made."""
    return _answer(*addresses().get(request.caller.id, address_id))


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
    """Add an address; the first one becomes the default in any case."""
    wanted = request.body
    address = wanted.to_address(new_id(), request.caller.id)
    return _answer(*addresses().add(address, becomes_default=wanted.is_default, idempotency=request.idempotency))


def _answer(address: Address, is_default: bool) -> Response:
    return Response(AddressOut.of(address, is_default), headers=etag(address.version))
