"""Take a product out of the caller's shop."""

from souk.http.endpoint import Request, endpoint
from souk.wiring.catalogue import catalogue


@endpoint("DELETE /products/{id}", roles=frozenset({"seller"}), status=204, if_match=True)
def handler(request: Request) -> None:
    """Remove a product; earlier orders keep its data."""
    catalogue().remove(request.caller.id, request.params["id"], request.if_match)
