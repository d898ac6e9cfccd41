"""Which marketplaces the caller is connected to."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.selling.platforms.presenter import present_connection
from souk.selling.platforms.schemas import ConnectionOut
from souk.wiring.platforms import platforms


@endpoint("GET /platforms", roles=SIGNED_IN, returns=list[ConnectionOut])
def handler(request: Request) -> Response:
    """Every platform, and whether the caller is connected to it."""
    return Response([present_connection(connection) for connection in platforms().list(request.caller.id)])
