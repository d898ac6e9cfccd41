"""Remove an address."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.wiring.addresses import addresses


@endpoint("DELETE /users/addresses/{id}", roles=SIGNED_IN, status=204, if_match=True)
def handler(request: Request) -> None:
    """Remove an address. If it was the default, the newest of the others becomes it."""
    addresses().remove(request.caller.id, request.params["id"], request.if_match)
