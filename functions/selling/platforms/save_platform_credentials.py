"""Connect a marketplace with the caller's own tokens."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.selling.platforms.model import Platform
from souk.selling.platforms.presenter import present_connection
from souk.selling.platforms.schemas import ConnectionOut, CredentialsIn
from souk.wiring.auth import reload_caller
from souk.wiring.platforms import platforms


@endpoint(
    "PUT /platforms/{platform}/credentials",
    roles=SIGNED_IN,
    body=CredentialsIn,
    returns=ConnectionOut,
    reload=reload_caller,
)
def handler(request: Request) -> ConnectionOut:
    """Connect a platform, in place of an earlier connection. The tokens are stored sealed and never given back."""
    platform = Platform.parse(request.params["platform"])
    return present_connection(platforms().connect(request.caller.id, platform, request.body.to_credentials()))
