"""Stop following a shop."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.wiring.sellers import follows


@endpoint("DELETE /sellers/{id}/follow", roles=SIGNED_IN, status=204)
def handler(request: Request) -> None:
    """Stop following a shop; success also when the caller does not follow it."""
    follows().unfollow(request.caller.id, request.params["id"])
