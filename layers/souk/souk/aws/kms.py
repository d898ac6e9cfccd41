"""KMS in three words: sign, derive, encrypt. Private keys never leave KMS, so none of them is in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from souk.shared.errors import DependencyUnavailable

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

LONGEST_PLAINTEXT = 4096
"""Bytes that KMS encrypts directly."""

_BUSY_CODES = frozenset(
    {
        "ThrottlingException",
        "LimitExceededException",
        "KMSInternalException",
        "DependencyTimeoutException",
        "KeyUnavailableException",
    }
)
# The DER of every P-256 public key begins with these bytes; the point's two coordinates follow (RFC 5480).
_P256_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
_P256_BYTES = 32
# DER's tag of an integer. cryptography's decode_dss_signature would read the same two integers, but importing it takes
# 9 ms of processor time: 4 % of a cold start of refresh_session, which needs nothing else of it.
_INTEGER = 0x02


class ForeignCiphertext(Exception):
    """What was to be decrypted was not encrypted by this key in this context."""


class SigningKey:
    """An ECC_NIST_P256 key that signs with ECDSA and SHA-256."""

    def __init__(self, client: KMSClient, key_id: str) -> None:
        self._client = client
        self.id = key_id

    def sign(self, message: bytes) -> bytes:
        """The signature as r and s, 32 bytes each, as JOSE wants it (RFC 7518, 3.4). `message`: 4096 bytes at most."""
        answer = _call(
            self._client.sign,
            KeyId=self.id,
            Message=message,
            MessageType="RAW",
            SigningAlgorithm="ECDSA_SHA_256",
        )
        return to_raw_signature(answer["Signature"])

    def public_key(self) -> bytes:
        """The public half as DER (SubjectPublicKeyInfo)."""
        return bytes(_call(self._client.get_public_key, KeyId=self.id)["PublicKey"])


class DerivationKey:
    """An HMAC_256 key that derives secrets from names."""

    def __init__(self, client: KMSClient, key_id: str) -> None:
        self._client = client
        self._id = key_id

    def derive(self, message: bytes) -> bytes:
        """32 bytes that only this key can tell from `message`."""
        answer = _call(self._client.generate_mac, KeyId=self._id, Message=message, MacAlgorithm="HMAC_SHA_256")
        return bytes(answer["Mac"])


class EncryptionKey:
    """A symmetric key that seals short texts into a context: who owns it, what it is."""

    def __init__(self, client: KMSClient, key_id: str) -> None:
        self._client = client
        self._id = key_id

    def encrypt(self, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        """`plaintext` is 1 to 4096 bytes."""
        answer = _call(self._client.encrypt, KeyId=self._id, Plaintext=plaintext, EncryptionContext=dict(context))
        return bytes(answer["CiphertextBlob"])

    def decrypt(self, ciphertext: bytes, context: Mapping[str, str]) -> bytes:
        """Raises ForeignCiphertext unless it was encrypted by this key in the same context."""
        try:
            answer = _call(
                self._client.decrypt, KeyId=self._id, CiphertextBlob=ciphertext, EncryptionContext=dict(context)
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in ("InvalidCiphertextException", "IncorrectKeyException"):
                raise ForeignCiphertext from error
            raise
        return bytes(answer["Plaintext"])


def to_raw_signature(der: bytes) -> bytes:
    """r and s of a DER signature for a 256-bit curve, 32 bytes each. Raises ValueError."""
    if len(der) < 2 or der[0] != 0x30 or der[1] != len(der) - 2:
        raise ValueError("not a DER sequence")
    r, rest = _integer(der[2:])
    s, rest = _integer(rest)
    if rest:
        raise ValueError("more than two integers")
    return r + s


def to_coordinates(public_key: bytes) -> tuple[bytes, bytes]:
    """x and y, 32 bytes each, of a P-256 public key in DER. Raises ValueError."""
    point = public_key.removeprefix(_P256_PREFIX)
    if len(public_key) != len(_P256_PREFIX) + 2 * _P256_BYTES or len(point) != 2 * _P256_BYTES:
        raise ValueError("not an uncompressed P-256 public key")
    return point[:_P256_BYTES], point[_P256_BYTES:]


def _integer(der: bytes) -> tuple[bytes, bytes]:
    if len(der) < 3 or der[0] != _INTEGER or not 0 < der[1] <= len(der) - 2:
        raise ValueError("not a DER integer")
    end = 2 + der[1]
    number = der[2:end].lstrip(b"\0")
    if len(number) > _P256_BYTES:
        raise ValueError("longer than 256 bits")
    return number.rjust(_P256_BYTES, b"\0"), der[end:]


def _call(call: Callable[..., Any], **request: Any) -> Any:
    try:
        return call(**request)
    except BotoCoreError as error:
        raise DependencyUnavailable("The key service does not answer. Try again shortly.", retry_after=1) from error
    except ClientError as error:
        if error.response["Error"]["Code"] in _BUSY_CODES:
            raise DependencyUnavailable("The key service is busy. Try again shortly.", retry_after=1) from error
        raise
