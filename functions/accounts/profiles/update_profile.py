"""Edit the caller's profile."""

from souk.accounts.profiles.presenter import respond_profile
from souk.accounts.profiles.schemas import ProfilePatch, UserWithProfile
from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.wiring.profiles import profiles


@endpoint(
    "PATCH /users/profile",
    roles=SIGNED_IN,
    body=ProfilePatch,
    returns=UserWithProfile,
    errors=(409,),
    if_match=True,
)
def handler(request: Request) -> Response:
    """Edit the caller's profile: fields left out stay, null clears."""
    profile = profiles().update(request.caller.id, request.body.changes(), request.if_match)
    return respond_profile(profile)
