"""Forged, stolen and worn tokens at the real authorizer; and other people's ids on every route."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from local.testing import ROOT, LocalStack
from tests.e2e.account import Heard
from tests.e2e.selling import Made, Seller, approved, aws

type Claims = dict[str, Any]


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(part: str) -> Claims:
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


class Forge:
    """Makes tokens from a good one: signed by our own KMS key where only the claims are to be wrong."""

    def __init__(self, seller: Seller) -> None:
        header, claims, self.signature = seller.token.split(".")
        self.header, self.claims = _decoded(header), _decoded(claims)
        self.good, self.refresh_token = seller.token, seller.refresh_token
        stack = seller.stack
        self._kms = aws(stack.places.endpoint, "kms")
        self.key_id = self.header["kid"]
        self.jwks = httpx.get(stack.url.replace("/api/v1", "/.well-known/jwks.json"), trust_env=False).json()
        self._stranger = ec.generate_private_key(ec.SECP256R1())

    def unsigned(self, header: Claims, claims: Claims) -> str:
        return f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(claims).encode())}"

    def signed_by_us(self, header: Claims | None = None, **changes: Any) -> str:
        """With our own key; a claim of None is left out."""
        claims = {name: value for name, value in {**self.claims, **changes}.items() if value is not None}
        content = self.unsigned(header or self.header, claims)
        key = self._signing_key()
        answer = self._kms.sign(
            KeyId=key, Message=content.encode(), MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256"
        )
        return f"{content}.{_encoded(_raw(answer['Signature']))}"

    def signed_by_a_stranger(self, header: Claims) -> str:
        content = self.unsigned(header, self.claims)
        signature = self._stranger.sign(content.encode(), ec.ECDSA(hashes.SHA256()))
        return f"{content}.{_encoded(_raw(signature))}"

    def signed_with_the_public_key(self) -> str:
        """HS256 keyed by what everybody can read (CVE-2016-10555 and its kin)."""
        der = self._kms.get_public_key(KeyId=self._signing_key())["PublicKey"]
        pem = serialization.load_der_public_key(der).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        content = self.unsigned({**self.header, "alg": "HS256"}, self.claims)
        return f"{content}.{_encoded(hmac.new(pem, content.encode(), hashlib.sha256).digest())}"

    def _signing_key(self) -> str:
        keys = self._kms.list_keys()["Keys"]
        specs = {key["KeyId"]: self._kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeySpec"] for key in keys}
        return str(next(key for key, spec in specs.items() if spec == "ECC_NIST_P256"))


def _raw(der: bytes) -> bytes:
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


ATTACKS: dict[str, Callable[[Forge], str]] = {
    "alg none": lambda forge: forge.unsigned({**forge.header, "alg": "none"}, forge.claims) + ".",
    "alg none, old signature": lambda forge: (
        f"{forge.unsigned({**forge.header, 'alg': 'None'}, forge.claims)}.{forge.signature}"
    ),
    "HS256 with the public key": Forge.signed_with_the_public_key,
    "wrong audience": lambda forge: forge.signed_by_us(aud="other-api"),
    "no audience": lambda forge: forge.signed_by_us(aud=None),
    "audience in a list": lambda forge: forge.signed_by_us(aud=["souk-api", "other-api"]),
    "wrong issuer": lambda forge: forge.signed_by_us(iss="evil"),
    "expired": lambda forge: forge.signed_by_us(iat=int(time.time()) - 1000, exp=int(time.time()) - 100),
    "never expires": lambda forge: forge.signed_by_us(exp=None),
    "not an access token": lambda forge: forge.signed_by_us({**forge.header, "typ": "JWT"}),
    "unknown kid": lambda forge: forge.signed_by_us({**forge.header, "kid": str(uuid.uuid4())}),
    "kid is a path": lambda forge: forge.signed_by_us({**forge.header, "kid": "../../dev/null"}),
    "key in the header": lambda forge: forge.signed_by_a_stranger({**forge.header, "jwk": forge.jwks["keys"][0]}),
    "signed by a stranger": lambda forge: forge.signed_by_a_stranger(forge.header),
    "more roles, old signature": lambda forge: (
        f"{forge.unsigned(forge.header, {**forge.claims, 'roles': ['Operator']})}.{forge.signature}"
    ),
    "tampered signature": lambda forge: forge.good[:-6] + ("A" if forge.good[-6] != "A" else "B") + forge.good[-5:],
    "no signature": lambda forge: forge.good.rpartition(".")[0] + ".",
    "a signature of zeros": lambda forge: forge.good.rpartition(".")[0] + "." + _encoded(bytes(64)),
    "refresh token as access token": lambda forge: forge.refresh_token,
    "garbage": lambda forge: "a.b.c",
    "one word": lambda forge: "x" * 3000,
    "very long": lambda forge: "x" * 7000,
}


@pytest.fixture(scope="module")
def forge(souk: LocalStack, heard: Heard) -> Forge:
    return Forge(Seller(souk, heard))


@pytest.fixture
def anonymous(souk: LocalStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=souk.url, timeout=30, trust_env=False) as client:
        yield client


def test_the_forges_own_key_is_good_so_only_the_claims_are_judged(forge: Forge, anonymous: httpx.Client) -> None:
    answer = anonymous.get("auth/me", headers={"Authorization": f"Bearer {forge.signed_by_us()}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_bad_token_is_401_and_says_how_to_come_in(forge: Forge, anonymous: httpx.Client, attack: str) -> None:
    answer = anonymous.get("auth/me", headers={"Authorization": f"Bearer {ATTACKS[attack](forge)}"})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json"), answer.text
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["status"] == 401


@pytest.mark.parametrize("header", ["Basic dTpw", "Bearer", "bearer x y", "Token abc"])
def test_another_scheme_is_401(anonymous: httpx.Client, header: str) -> None:
    answer = anonymous.get("auth/me", headers={"Authorization": header})
    assert answer.status_code == 401


def _guarded() -> list[tuple[str, str]]:
    document = json.loads((ROOT / "docs/openapi.json").read_text())
    return [
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if operation.get("security")
    ]


def test_every_guarded_route_refuses_a_forged_token(forge: Forge, souk: LocalStack) -> None:
    token, origin = forge.signed_by_us(aud="other-api"), souk.url.removesuffix("/api/v1")
    with httpx.Client(base_url=origin, timeout=30, trust_env=False) as client:
        answers = {
            f"{method} {path}": client.request(
                method, path.format(id=uuid.uuid4(), platform="ebay"), headers={"Authorization": f"Bearer {token}"}
            ).status_code
            for method, path in _guarded()
        }
    assert len(answers) >= 20
    assert {route: status for route, status in answers.items() if status != 401} == {}


# A body that each route with an id would take from its owner.
_BODIES: dict[str, dict[str, Any]] = {
    "PATCH /api/v1/listings/{id}": {"price": 1},
    "POST /api/v1/listings/{id}/photos": {"files": [{"content_type": "image/png", "size": 10}]},
    "PATCH /api/v1/users/addresses/{id}": {"city": "Elsewhere"},
}


@pytest.mark.parametrize(("method", "path"), [route for route in _guarded() if "{id}" in route[1]])
def test_anothers_id_is_404_and_stays_as_it_was(
    made: Made, souk: LocalStack, heard: Heard, stranger: Seller, owned: dict[str, str], method: str, path: str
) -> None:
    before = made.seller.listing(owned["listings"])
    wanted = path.format(id=owned["addresses" if "addresses" in path else "listings"]).removeprefix("/api/v1")
    answer = stranger.ask(method, wanted, _BODIES.get(f"{method} {path}", {}))
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found"), answer.text
    assert made.seller.listing(owned["listings"])["version"] == before["version"]


@pytest.fixture(scope="module")
def stranger(souk: LocalStack, heard: Heard) -> Seller:
    return Seller(souk, heard)


@pytest.fixture(scope="module")
def owned(made: Made) -> dict[str, str]:
    """Of each kind of thing, one that somebody else has."""
    address = {
        "full_name": "A Seller",
        "address_line1": "1 Main St",
        "city": "Albany",
        "state": "NY",
        "postal_code": "12207",
        "country": "US",
    }
    answer = made.seller.ask("POST", "/users/addresses", address)
    assert answer.status_code == 201, answer.text
    return {"listings": approved(made, made.seller), "addresses": str(answer.json()["id"])}
