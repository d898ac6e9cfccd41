"""The caller's profile."""

from souk.accounts.profiles.schemas import UserWithProfile
from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.http.response import etag
from souk.wiring.identity import profiles


@endpoint("GET /users/me", roles=SIGNED_IN, returns=UserWithProfile)
def handler(request: Request) -> Response:
    """The caller's profile."""
    profile = profiles().get(request.caller.id)
    return Response(UserWithProfile.of(profile), headers=etag(profile.version))
