"""GET /.well-known/jwks.json: the public keys that verify our access tokens."""

from souk.accounts.auth.schemas import JsonWebKeySet
from souk.http.endpoint import ANYONE, Request, Response, endpoint
from souk.wiring.auth import json_web_keys


@endpoint(roles=ANYONE, returns=JsonWebKeySet)
def handler(_request: Request) -> Response:
    """The public keys of access tokens (RFC 7517)."""
    return Response(json_web_keys(), headers={"Cache-Control": "public, max-age=300"})
