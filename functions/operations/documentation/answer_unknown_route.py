"""Every request that matches no other route."""

from souk.http.endpoint import ANYONE, CATCH_ALL, Request, Response, endpoint
from souk.operations.documentation.presenter.routing import refuse


@endpoint(CATCH_ALL, roles=ANYONE)
def handler(request: Request) -> Response:
    """404, or 405 when the path takes other methods."""
    return refuse(request)
