"""A product's picture, by the hash of its content."""

from souk.http.endpoint import ANYONE, Request, Response, endpoint
from souk.wiring.catalogue import picture_url


@endpoint("GET /media/{hash}", roles=ANYONE, status=302, headers=("Location",))
def handler(request: Request) -> Response:
    """Redirect to a public picture, by an address that is valid for some minutes."""
    headers = {"Location": picture_url(request.params["hash"]), "Cache-Control": "public, max-age=300"}
    return Response(headers=headers)
