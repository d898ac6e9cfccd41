"""The caller's profile."""

from souk.accounts.profiles.presenter import respond_profile
from souk.accounts.profiles.schemas import UserWithProfile
from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.wiring.profiles import profiles


@endpoint("GET /users/me", roles=SIGNED_IN, returns=UserWithProfile)
def handler(request: Request) -> Response:
    """The caller's profile."""
    profile = profiles().get(request.caller.id)
    return respond_profile(profile)
