"""Forged, stolen and expired tokens at the real authorizer; and other users' ids on every route."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from local.testing import PATIENCE, ROOT, LocalStack
from tests.e2e.account import Heard
from tests.e2e.selling import Made, Seller, approved, aws
from tests.e2e.storefront.trading import ADDRESS, Buyer, Shop

type Claims = dict[str, Any]


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(part: str) -> Claims:
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


class Forge:
    """Makes tokens from a valid one: signed by our own KMS key where only the claims should be wrong."""

    def __init__(self, seller: Seller) -> None:
        header, claims, self.signature = seller.token.split(".")
        self.header, self.claims = _decoded(header), _decoded(claims)
        self.good, self.refresh_token = seller.token, seller.refresh_token
        stack = seller.stack
        self._kms = aws(stack.places.endpoint, "kms")
        self.key_id = self.header["kid"]
        self.jwks = httpx.get(
            stack.url.replace("/api/v1", "/.well-known/jwks.json"), timeout=PATIENCE, trust_env=False
        ).json()
        self._stranger = ec.generate_private_key(ec.SECP256R1())

    def unsigned(self, header: Claims, claims: Claims) -> str:
        return f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(claims).encode())}"

    def signed_by_us(self, header: Claims | None = None, **changes: Any) -> str:
        """Signed with our own key; a claim of None is left out."""
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
        """HS256 with the public key as secret (CVE-2016-10555 and similar)."""
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
    with httpx.Client(base_url=souk.url, timeout=PATIENCE, trust_env=False) as client:
        yield client


def test_a_token_signed_like_the_forged_ones_is_accepted_if_its_claims_are_valid(
    forge: Forge, anonymous: httpx.Client
) -> None:
    answer = anonymous.get("auth/me", headers={"Authorization": f"Bearer {forge.signed_by_us()}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_bad_token_is_401_and_names_the_scheme(forge: Forge, anonymous: httpx.Client, attack: str) -> None:
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


class _Anything(dict[str, str]):
    """An id for every parameter of a path."""

    def __missing__(self, name: str) -> str:
        return str(uuid.uuid4())


def test_every_guarded_route_refuses_a_forged_token(forge: Forge, souk: LocalStack) -> None:
    token, origin = forge.signed_by_us(aud="other-api"), souk.url.removesuffix("/api/v1")
    with httpx.Client(base_url=origin, timeout=PATIENCE, trust_env=False) as client:
        answers = {
            f"{method} {path}": client.request(
                method, path.format_map(_Anything(platform="ebay")), headers={"Authorization": f"Bearer {token}"}
            ).status_code
            for method, path in _guarded()
        }
    assert len(answers) >= 20
    assert {route: status for route, status in answers.items() if status != 401} == {}


_FILES = {"files": [{"content_type": "image/png", "size": 10}]}
# A body that each route with an id would take from its owner.
_BODIES: dict[str, dict[str, Any]] = {
    "PATCH /api/v1/listings/{id}": {"price": 1},
    "POST /api/v1/listings/{id}/photos": _FILES,
    "PATCH /api/v1/users/addresses/{id}": {"city": "Elsewhere"},
    "PATCH /api/v1/products/{id}": {"price": 1},
    "PUT /api/v1/sellers/products/{product_id}": {"price": 1},
    "POST /api/v1/products/{id}/stock": {"delta": 1, "reason": "found"},
    "POST /api/v1/products/{id}/images": _FILES,
    "PATCH /api/v1/products/{id}/reviews/{review_id}": {"rating": 1},
    "PATCH /api/v1/shipping-profiles/{id}": {"name": "Mine"},
    "PATCH /api/v1/sellers/{id}": {"shop_name": "Mine"},
    "PUT /api/v1/sellers/orders/{order_id}/status": {"status": "processing"},
    "POST /api/v1/sellers/orders/{order_id}/tracking": {"location": "Nowhere"},
    "POST /api/v1/orders/{id}/refunds": {"amount": 1, "reason": "mine"},
}
# Everyone who is signed in may follow a shop and review what he bought; only an operator decides about shops.
_ANYBODYS = {
    "POST /api/v1/sellers/{id}/follow",
    "DELETE /api/v1/sellers/{id}/follow",
    "POST /api/v1/products/{id}/reviews",
    "POST /api/v1/sellers/{id}/verification",
}


@pytest.mark.parametrize(
    ("method", "path"),
    [(method, path) for method, path in _guarded() if "id}" in path and f"{method} {path}" not in _ANYBODYS],
)
def test_another_users_id_is_404_and_unchanged(owned: Owned, stranger: Seller, method: str, path: str) -> None:
    wanted = path.format_map(owned.ids | {"id": owned.ids[path.split("/")[3]]}).removeprefix("/api/v1")
    answer = stranger.ask(method, wanted, _BODIES.get(f"{method} {path}", {}))
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found"), answer.text
    assert owned.seen() == owned.at_first


def test_a_seller_cannot_decide_about_a_shop(owned: Owned, stranger: Seller) -> None:
    decision = {"decision": "suspend", "reason": "A rival"}
    answer = stranger.ask("POST", f"/sellers/{owned.ids['sellers']}/verification", decision)
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden"), answer.text


@dataclass
class Owned:
    """One entity of each kind that another user owns: its id by the first word of its paths, or by parameter."""

    ids: dict[str, str]
    owner: Seller
    shop: Shop
    buyer: Buyer

    @cached_property
    def at_first(self) -> list[Any]:
        return self.seen()

    def seen(self) -> list[Any]:
        """The entities as their owners see them."""
        return [
            self.owner.listing(self.ids["listings"])["version"],
            self.shop.expect(200, "GET", f"/sellers/{self.shop.id}/products"),
            self.shop.sales(),
            self.buyer.order(self.ids["orders"]),
            self.buyer.expect(200, "GET", f"/products/{self.ids['products']}/reviews"),
        ]


@pytest.fixture(scope="module")
def stranger(souk: LocalStack, heard: Heard) -> Seller:
    """With every role that an account can get by itself."""
    rival = Seller(souk, heard)
    application = {"shop_name": "Rival", "category": "Home", "agreed_to_terms": True}
    rival.expect(201, "POST", "/sellers/apply", application)
    rival.refresh()
    return rival


@pytest.fixture(scope="module")
def owned(made: Made, souk: LocalStack, heard: Heard) -> Owned:
    shop, buyer = Shop(souk, heard), Buyer(souk, heard)
    rates = {"name": "Post", "country": "US", "domestic": {"first": 5, "additional": 1}}
    profile = shop.expect(201, "POST", "/shipping-profiles", rates)["id"]
    product = shop.product()
    order = buyer.buy(product)
    shop.move(order, "processing", "shipped", "delivered")
    review = buyer.expect(201, "POST", f"/products/{product}/reviews", {"rating": 5, "comment": "Good."})["id"]
    address = made.seller.expect(201, "POST", "/users/addresses", dict(ADDRESS))["id"]
    ids = {
        "listings": approved(made, made.seller),
        "users": address,
        "products": product,
        "product_id": product,
        "review_id": review,
        "shipping-profiles": profile,
        "sellers": shop.id,
        "seller_id": shop.id,
        "buyers": buyer.id,
        "buyer_id": buyer.id,
        "orders": order,
        "order_id": order,
    }
    everything = Owned(ids, made.seller, shop, buyer)
    assert everything.at_first
    return everything
