"""GET /.well-known/jwks.json."""

import json

import jwt

from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Cloud


def test_an_access_token_can_be_verified_with_the_published_keys(cloud: Cloud) -> None:
    registered = register(cloud)
    answer = cloud.call("get_jwks")
    assert answer.status == 200
    [key] = answer.json["keys"]
    assert key["kid"] == jwt.get_unverified_header(registered.token)["kid"]
    public = jwt.PyJWK(key)
    claims = jwt.decode(registered.token, public.key, algorithms=["ES256"], audience="souk-api", issuer="souk")
    assert claims["sub"] == registered.id


def test_the_published_keys_contain_no_private_part(cloud: Cloud) -> None:
    [key] = cloud.call("get_jwks").json["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert "PRIVATE" not in json.dumps(key)


def test_the_keys_may_be_cached_for_five_minutes_and_are_read_once(cloud: Cloud) -> None:
    for _ in range(3):
        assert cloud.call("get_jwks").headers["cache-control"] == "public, max-age=300"
    assert cloud.operations() == ["kms:GetPublicKey"]
