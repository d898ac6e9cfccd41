"""The end of the caller's session."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.wiring.auth import sessions


@endpoint("POST /auth/logout", roles=SIGNED_IN, status=204)
def handler(request: Request) -> None:
    """End the session of this access token: its refresh token is no longer valid."""
    sessions().end(request.caller.id, request.caller.session_id)
