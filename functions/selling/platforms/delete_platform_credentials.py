"""Disconnect a marketplace."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.selling.platforms.model import Platform
from souk.wiring.auth import reload_caller
from souk.wiring.platforms import platforms


@endpoint("DELETE /platforms/{platform}/credentials", roles=SIGNED_IN, status=204, reload=reload_caller)
def handler(request: Request) -> None:
    """Disconnect a platform: its tokens are forgotten."""
    platforms().disconnect(request.caller.id, Platform.parse(request.params["platform"]))
