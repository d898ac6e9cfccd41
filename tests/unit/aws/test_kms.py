"""Keys in KMS: signatures and public keys in JOSE's form, and errors."""

import contextlib
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from souk.aws.kms import DerivationKey, EncryptionKey, ForeignCiphertext, to_coordinates, to_raw_signature
from souk.shared.errors import DependencyUnavailable

NUMBERS = st.one_of(st.integers(1, 2**256 - 1), st.integers(1, 2**31), st.integers(2**255, 2**256 - 1))


@given(NUMBERS, NUMBERS)
def test_a_der_signature_becomes_r_and_s_of_32_bytes_each(r: int, s: int) -> None:
    assert to_raw_signature(encode_dss_signature(r, s)) == r.to_bytes(32, "big") + s.to_bytes(32, "big")


@given(st.binary(max_size=80))
def test_bytes_that_are_not_a_signature_are_refused(noise: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert len(to_raw_signature(noise)) == 64


@given(NUMBERS, NUMBERS, st.integers(0, 71))
def test_a_cut_signature_is_refused(r: int, s: int, length: int) -> None:
    whole = encode_dss_signature(r, s)
    if length < len(whole):
        with pytest.raises(ValueError, match=r"DER|256|two"):
            to_raw_signature(whole[:length])


def test_the_coordinates_of_a_public_key_are_its_last_64_bytes() -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    x, y = to_coordinates(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    assert (int.from_bytes(x), int.from_bytes(y)) == (key.public_numbers().x, key.public_numbers().y)


def test_a_key_on_another_curve_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256K1()).public_key()
    with pytest.raises(ValueError, match="P-256"):
        to_coordinates(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


class Failing:
    """A KMS client of which every call fails in one way."""

    def __init__(self, failure: Exception) -> None:
        self._failure = failure

    def __getattr__(self, name: str) -> Any:
        def call(**_: Any) -> Any:
            raise self._failure

        return call


def vendor_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


@pytest.mark.parametrize(
    "failure",
    [
        EndpointConnectionError(endpoint_url="kms"),
        vendor_error("ThrottlingException"),
        vendor_error("KMSInternalException"),
        vendor_error("DependencyTimeoutException"),
    ],
    ids=["unreachable", "throttled", "internal", "timeout"],
)
def test_a_key_service_that_is_down_or_busy_is_a_503(failure: Exception) -> None:
    with pytest.raises(DependencyUnavailable):
        DerivationKey(Failing(failure), "key").derive(b"x")  # type: ignore[arg-type]
    with pytest.raises(DependencyUnavailable):
        EncryptionKey(Failing(failure), "key").decrypt(b"x", {})  # type: ignore[arg-type]


def test_a_ciphertext_of_another_context_has_its_own_error() -> None:
    with pytest.raises(ForeignCiphertext):
        EncryptionKey(Failing(vendor_error("InvalidCiphertextException")), "key").decrypt(b"x", {})  # type: ignore[arg-type]


def test_a_missing_right_is_raised_as_it_is() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        EncryptionKey(Failing(vendor_error("AccessDeniedException")), "key").decrypt(b"x", {})  # type: ignore[arg-type]
