"""S3's answers to a read: a missing object, an error of S3, or a missing permission."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from souk.selling.photos.adapters.s3 import MOST_BYTES, S3MediaStore
from souk.shared.errors import DependencyUnavailable


def a_store(answer: Any) -> S3MediaStore:
    """S3 answers every request with `answer`."""

    def call(**_request: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    client: Any = SimpleNamespace(get_object=call, put_object=call)
    return S3MediaStore(lambda: client, "bucket", kind="listings", prefix="media")


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "No."}}, "GetObject")


def test_a_missing_upload_is_none() -> None:
    assert a_store(refusal("NoSuchKey")).load_upload("o", "l", "p") is None


def test_missing_media_may_be_retried() -> None:
    with pytest.raises(DependencyUnavailable):
        a_store(refusal("NoSuchKey")).load("a" * 64)


def test_a_missing_permission_is_not_a_missing_object() -> None:
    store = a_store(refusal("AccessDenied"))
    for act in (
        lambda: store.load_upload("o", "l", "p"),
        lambda: store.load("a" * 64),
        lambda: store.put(b"x", "image/jpeg"),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            act()


@pytest.mark.parametrize(
    "error", [refusal("SlowDown"), refusal("InternalError"), EndpointConnectionError(endpoint_url="none")], ids=str
)
def test_an_error_of_s3_may_be_retried(error: Exception) -> None:
    store = a_store(error)
    for act in (
        lambda: store.load_upload("o", "l", "p"),
        lambda: store.put(b"x", "image/jpeg"),
    ):
        with pytest.raises(DependencyUnavailable) as raised:
            act()
        assert raised.value.retry_after == 2


def test_an_object_that_is_too_large_is_not_read() -> None:
    with pytest.raises(DependencyUnavailable, match="larger"):
        a_store({"ContentLength": MOST_BYTES + 1}).load("a" * 64)
