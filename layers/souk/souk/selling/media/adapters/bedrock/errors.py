"""Bedrock's errors as errors of the media model, by their code; by their text only where the code is ambiguous."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NoConnectionError

from souk.selling.media.model import MediaBadRequest, MediaBlocked, MediaModelGone, MediaTransient
from souk.shared.errors import SoukError, VendorProblem, VendorRefused, VendorThrottled

VENDOR: Final = "bedrock"

_THROTTLED: Final = frozenset(("ThrottlingException", "ModelNotReadyException"))
_TRANSIENT: Final = frozenset(
    ("ModelTimeoutException", "ModelErrorException", "InternalServerException", "ServiceUnavailableException")
)
_FINAL: Final = frozenset(("AccessDeniedException", "ServiceQuotaExceededException"))
# A blocked prompt and a retired model are both ValidationExceptions; only their texts differ.
_FILTER_WORDS: Final = ("content filter", "blocked by", "responsible ai", "safety", "moderation", "inappropriate")
_ENDED_WORDS: Final = (
    "model identifier is invalid",
    "end of its life",
    "end of life",
    "is not supported in this region",
)


@contextmanager
def bedrock_errors() -> Iterator[None]:
    """Turns botocore's errors in the block into MediaBlocked, MediaModelGone, MediaBadRequest, VendorRefused,
    VendorThrottled or MediaTransient."""
    try:
        yield
    except ClientError as error:
        raise _outcome(error) from error
    # No connection, timeout, connection lost, answer cut off: it is unknown what Bedrock did.
    except (HTTPClientError, NoConnectionError, IncompleteReadError) as error:
        raise MediaTransient(VENDOR, f"No answer: {type(error).__name__}.") from error


def blocked(message: str) -> MediaBlocked:
    return MediaBlocked(VENDOR, [VendorProblem("content_filtered", message)])


def is_about_filter(message: str) -> bool:
    return any(words in message.lower() for words in _FILTER_WORDS)


def _outcome(error: ClientError) -> SoukError:
    code = error.response["Error"].get("Code", "Unknown")
    message = error.response["Error"].get("Message") or f"Bedrock answered {code}."
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    problem = VendorProblem(code, message)
    if code in _THROTTLED or (status == 429 and code not in _FINAL):
        return VendorThrottled(VENDOR, message)
    if code in _TRANSIENT or status >= 500:
        return MediaTransient(VENDOR, message)
    if code in _FINAL:
        return VendorRefused(VENDOR, [problem])
    if code == "ResourceNotFoundException":
        return MediaModelGone(VENDOR, [problem])
    if code == "ValidationException":
        if is_about_filter(message):
            return MediaBlocked(VENDOR, [problem])
        if any(words in message.lower() for words in _ENDED_WORDS):
            return MediaModelGone(VENDOR, [problem])
    return MediaBadRequest(VENDOR, [problem])
