"""Edit an address, or make it the default."""

from souk.accounts.addresses.schemas import AddressOut, AddressPatch
from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.http.response import etag
from souk.wiring.identity import addresses


@endpoint("PATCH /users/addresses/{id}", roles=SIGNED_IN, body=AddressPatch, returns=AddressOut, if_match=True)
def handler(request: Request) -> Response:
    """Edit an address: what is left out stays, null clears. `is_default: true` makes it the default."""
    wanted = request.body
    address, is_default = addresses().update(
        request.caller.id,
        request.params["id"],
        wanted.changes(),
        is_default=wanted.is_default,
        if_match=request.if_match,
    )
    return Response(AddressOut.of(address, is_default), headers=etag(address.version))
