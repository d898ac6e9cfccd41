"""The public keys that verify our access tokens."""

from souk.accounts.auth.schemas import JsonWebKeySet
from souk.http.endpoint import ANYONE, AtRoot, Request, Response, endpoint
from souk.wiring.identity import json_web_keys


@endpoint(AtRoot("GET /.well-known/jwks.json"), roles=ANYONE, returns=JsonWebKeySet)
def handler(_request: Request) -> Response:
    """The public keys of access tokens (RFC 7517)."""
    return Response({"keys": list(json_web_keys())}, headers={"Cache-Control": "public, max-age=300"})
