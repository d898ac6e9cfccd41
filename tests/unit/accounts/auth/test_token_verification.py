"""Every known attack on a token verifier is refused."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from souk.accounts.auth.adapters.token_verifier import TokenVerifier
from souk.accounts.auth.model import Role
from souk.accounts.auth.model.refresh_token import RefreshToken
from souk.accounts.auth.service.access_tokens import AccessTokens
from souk.shared.clock import utc_now
from souk.shared.errors import Unauthenticated
from tests.unit.accounts.auth.people import FakeIds, derive, make_account

OURS = ec.generate_private_key(ec.SECP256R1())
RETIRED = ec.generate_private_key(ec.SECP256R1())
THEIRS = ec.generate_private_key(ec.SECP256R1())

type Json = dict[str, Any]


def der(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class Signer:
    id = "ours"

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(OURS.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


sign_as_we_do = Signer().sign


@pytest.fixture
def verifier() -> TokenVerifier:
    return TokenVerifier({"ours": lambda: der(OURS), "retired": lambda: der(RETIRED)})


def header(**changes: Any) -> Json:
    return {"alg": "ES256", "typ": "at+jwt", "kid": "ours", **changes}


def claims(**changes: Any) -> Json:
    now = int(time.time())
    good = {
        "iss": "souk",
        "aud": "souk-api",
        "sub": "somebody",
        "roles": ["user"],
        "sid": "session",
        "jti": "token",
        "iat": now,
        "exp": now + 900,
        **changes,
    }
    return {name: value for name, value in good.items() if value is not ...}


def encode(head: Json, body: Json, sign: Callable[[bytes], bytes] = sign_as_we_do) -> str:
    def part(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    signed = f"{part(json.dumps(head).encode())}.{part(json.dumps(body).encode())}"
    return f"{signed}.{part(sign(signed.encode()))}"


def hmac_with(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda message: hmac.digest(secret, message, hashlib.sha256)


def refuse(verifier: TokenVerifier, token: str) -> str:
    with pytest.raises(Unauthenticated) as refused:
        verifier.verify(token)
    return refused.value.code


def test_a_token_that_we_issued_is_valid(verifier: TokenVerifier) -> None:
    ids = FakeIds()
    account = make_account(ids, roles=(Role.SELLER, Role.OPERATOR))
    token = AccessTokens(Signer(), timedelta(minutes=15), utc_now, ids).issue(account, "session")
    found = verifier.verify(token)
    assert (found.subject, found.roles, found.session_id) == (account.id, ("seller", "Operator"), "session")
    assert 898 < (found.expires_at - utc_now()).total_seconds() <= 900
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "typ": "at+jwt", "kid": "ours"}


def test_a_token_encoded_by_this_test_is_valid(verifier: TokenVerifier) -> None:
    assert verifier.verify(encode(header(), claims())).subject == "somebody"


def test_a_token_signed_by_a_retired_key_is_valid(verifier: TokenVerifier) -> None:
    token = jwt.encode(claims(), RETIRED, "ES256", headers=header(kid="retired"))
    assert verifier.verify(token).subject == "somebody"


def test_a_public_key_is_asked_for_once() -> None:
    asked: list[str] = []
    verifier = TokenVerifier({"ours": lambda: asked.append("ours") or der(OURS)})  # type: ignore[func-returns-value]
    for _ in range(3):
        verifier.verify(encode(header(), claims()))
    assert asked == ["ours"]


def test_an_unknown_key_is_never_read() -> None:
    def never() -> bytes:
        raise AssertionError("asked")

    assert refuse(TokenVerifier({"other": never}), encode(header(), claims())) == "invalid_token"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
def test_an_unsigned_token_is_refused(verifier: TokenVerifier, algorithm: str) -> None:
    for signature in (b"", b"x", Signer().sign(b"")):
        token = encode(header(alg=algorithm), claims(), lambda _, signature=signature: signature)  # type: ignore[misc]
        assert refuse(verifier, token) == "invalid_token"


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("secret", [pem(OURS), der(OURS), b"", b"ours"], ids=["pem", "der", "empty", "other"])
def test_a_token_signed_with_our_public_key_as_a_shared_secret_is_refused(
    verifier: TokenVerifier, algorithm: str, secret: bytes
) -> None:
    assert refuse(verifier, encode(header(alg=algorithm), claims(), hmac_with(secret))) == "invalid_token"
    assert refuse(verifier, encode(header(), claims(), hmac_with(secret))) == "invalid_token"


@pytest.mark.parametrize("algorithm", ["ES384", "ES512", "ES256K", "RS256", "PS256", "EdDSA", "es256"])
def test_another_algorithm_is_refused_even_over_a_good_signature(verifier: TokenVerifier, algorithm: str) -> None:
    assert refuse(verifier, encode(header(alg=algorithm), claims())) == "invalid_token"


def test_a_token_signed_by_another_key_is_refused(verifier: TokenVerifier) -> None:
    assert refuse(verifier, jwt.encode(claims(), THEIRS, "ES256", headers=header())) == "invalid_token"
    key = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert refuse(verifier, jwt.encode(claims(), key, "RS256", headers=header(alg="RS256"))) == "invalid_token"


def test_a_key_that_comes_with_the_token_is_ignored(verifier: TokenVerifier) -> None:
    numbers = THEIRS.public_key().public_numbers()
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "x": base64.urlsafe_b64encode(numbers.x.to_bytes(32, "big")).decode(),
        "y": base64.urlsafe_b64encode(numbers.y.to_bytes(32, "big")).decode(),
    }
    pointers = {
        "jwk": jwk,
        "jku": "https://attacker.example/jwks.json",
        "x5u": "https://attacker.example/x",
        "x5c": ["AA"],
    }
    for name, value in pointers.items():
        assert (
            refuse(verifier, jwt.encode(claims(), THEIRS, "ES256", headers=header(**{name: value}))) == "invalid_token"
        )
        assert refuse(verifier, encode(header(**{name: value}), claims())) == "invalid_token"


@pytest.mark.parametrize(
    "kid", ["theirs", "", "../ours", "ours\x00", "' OR 1=1 --", None, 1, ["ours"], {"ours": 1}, "/dev/null", ...]
)
def test_an_unknown_or_odd_key_id_is_refused(verifier: TokenVerifier, kid: Any) -> None:
    head = {name: value for name, value in header(kid=kid).items() if value is not ...}
    assert refuse(verifier, encode(head, claims())) == "invalid_token"


@pytest.mark.parametrize("kind", ["JWT", "jwt", "", "rt+jwt", "id+jwt", None, ...])
def test_a_token_of_another_type_is_refused(verifier: TokenVerifier, kind: Any) -> None:
    head = {name: value for name, value in header(typ=kind).items() if value is not ...}
    assert refuse(verifier, encode(head, claims())) == "invalid_token"


def test_a_token_header_with_further_members_is_refused(verifier: TokenVerifier) -> None:
    assert refuse(verifier, encode(header(crit=["exp"]), claims())) == "invalid_token"
    assert refuse(verifier, encode(header(b64=False, crit=["b64"]), claims())) == "invalid_token"
    assert refuse(verifier, encode(header(zip="DEF"), claims())) == "invalid_token"


def test_an_expired_token_is_refused_with_its_own_code(verifier: TokenVerifier) -> None:
    past = int(time.time()) - 1000
    assert refuse(verifier, encode(header(), claims(iat=past, exp=past + 900))) == "token_expired"


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "roles", "sid", "jti", "iat", "exp"])
def test_a_token_without_a_claim_is_refused(verifier: TokenVerifier, name: str) -> None:
    assert refuse(verifier, encode(header(), claims(**{name: ...}))) == "invalid_token"
    assert refuse(verifier, encode(header(), claims(**{name: None}))) == "invalid_token"


@pytest.mark.parametrize(
    "odd",
    [
        {"iss": "souk "},
        {"iss": "https://attacker.example"},
        {"iss": ["souk"]},
        {"aud": "souk"},
        {"aud": "souk-api-2"},
        {"aud": ["souk-api"]},
        {"aud": ["souk-api", "other"]},
        {"sub": ""},
        {"sub": 7},
        {"sub": ["somebody"]},
        {"roles": "Operator"},
        {"roles": [1]},
        {"roles": {"Operator": True}},
        {"roles": ["user", None]},
        {"jti": 7},
        {"sid": ""},
        {"iat": int(time.time()) + 600},
        {"nbf": int(time.time()) + 600},
        {"exp": "tomorrow"},
        {"exp": [1]},
        {"exp": -1},
    ],
    ids=lambda odd: next(iter(odd)),
)
def test_a_claim_with_an_unexpected_value_is_refused(verifier: TokenVerifier, odd: Json) -> None:
    assert refuse(verifier, encode(header(), claims(**odd))) in ("invalid_token", "token_expired")


def test_a_token_that_was_tampered_with_is_refused(verifier: TokenVerifier) -> None:
    head, body, signature = encode(header(), claims()).split(".")
    promoted = encode(header(), claims(roles=["Operator"])).split(".")[1]
    assert refuse(verifier, f"{head}.{promoted}.{signature}") == "invalid_token"
    assert refuse(verifier, f"{head}.{body}.") == "invalid_token"
    assert refuse(verifier, f"{head}.{body}") == "invalid_token"
    assert refuse(verifier, f"{head}.{body}.{signature}.x") == "invalid_token"
    flipped = "A" if signature[10] != "A" else "B"
    assert refuse(verifier, f"{head}.{body}.{signature[:10]}{flipped}{signature[11:]}") == "invalid_token"


def test_a_signature_of_zeros_is_refused(verifier: TokenVerifier) -> None:
    # CVE-2022-21449: r = s = 0 verified as anything.
    assert refuse(verifier, encode(header(), claims(), lambda _: bytes(64))) == "invalid_token"


def test_a_der_signature_in_place_of_a_raw_one_is_refused(verifier: TokenVerifier) -> None:
    token = encode(header(), claims(), lambda message: OURS.sign(message, ec.ECDSA(SHA256())))
    assert refuse(verifier, token) == "invalid_token"


def test_a_refresh_token_is_refused_as_an_access_token(verifier: TokenVerifier) -> None:
    ids = FakeIds()
    assert refuse(verifier, RefreshToken.make(ids(), ids(), 1, derive).text) == "invalid_token"


@pytest.mark.parametrize(
    "text", ["", ".", "..", "...", "a.b.c", "x" * 5000, "\u00e9.\u00e9.\u00e9", "\x00", "e30.e30.e30"]
)
def test_a_text_that_is_not_a_token_is_refused(verifier: TokenVerifier, text: str) -> None:
    assert refuse(verifier, text) == "invalid_token"


@given(st.one_of(st.text(max_size=200), st.lists(st.binary(max_size=60), min_size=3, max_size=3).map(tuple)))
def test_no_text_crashes_the_verifier(noise: str | tuple[bytes, ...]) -> None:
    parts = noise if isinstance(noise, tuple) else ()
    text = noise if isinstance(noise, str) else ".".join(base64.urlsafe_b64encode(part).decode() for part in parts)
    assert refuse(TokenVerifier({"ours": lambda: der(OURS)}), text) == "invalid_token"


@pytest.mark.parametrize("head", [b"[" * 2900, b'{"a":' * 580, b'{"alg":' + b"9" * 2800 + b"}", b"null", b"\xff\xfe"])
def test_a_token_header_that_is_hard_to_parse_is_refused(verifier: TokenVerifier, head: bytes) -> None:
    assert refuse(verifier, base64.urlsafe_b64encode(head).decode().rstrip("=") + ".e30.AA") == "invalid_token"
