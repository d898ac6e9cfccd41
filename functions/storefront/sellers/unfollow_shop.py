"""Follow a shop no more."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.wiring.sellers import follows


@endpoint("DELETE /sellers/{id}/follow", roles=SIGNED_IN, status=204)
def handler(request: Request) -> None:
    """Follow a shop no more; one that is not followed is success."""
    follows().unfollow(request.caller.id, request.params["id"])
