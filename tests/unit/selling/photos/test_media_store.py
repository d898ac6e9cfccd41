"""What S3 says to a read, told apart: there is nothing, S3 is ill, or we may not look."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from souk.selling.photos.adapters.s3 import MOST_BYTES, S3MediaStore
from souk.shared.errors import DependencyUnavailable


def a_store(answer: Any) -> S3MediaStore:
    """`answer` is what S3 gives to whatever it is asked."""

    def call(**_request: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    client: Any = SimpleNamespace(get_object=call, put_object=call, delete_object=call)
    return S3MediaStore(lambda: client, "bucket", kind="listings", prefix="media")


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "No."}}, "GetObject")


def test_an_upload_that_is_not_there_is_nothing() -> None:
    assert a_store(refusal("NoSuchKey")).load_upload("o", "l", "p") is None


def test_media_that_are_not_there_may_be_asked_for_again() -> None:
    with pytest.raises(DependencyUnavailable):
        a_store(refusal("NoSuchKey")).load("a" * 64)


def test_a_missing_right_is_not_taken_for_an_absence() -> None:
    store = a_store(refusal("AccessDenied"))
    for act in (
        lambda: store.load_upload("o", "l", "p"),
        lambda: store.load("a" * 64),
        lambda: store.put(b"x", "image/jpeg"),
        lambda: store.remove_upload("o", "l", "p"),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            act()


@pytest.mark.parametrize(
    "error", [refusal("SlowDown"), refusal("InternalError"), EndpointConnectionError(endpoint_url="none")], ids=str
)
def test_an_s3_that_is_ill_may_be_asked_again(error: Exception) -> None:
    store = a_store(error)
    for act in (
        lambda: store.load_upload("o", "l", "p"),
        lambda: store.put(b"x", "image/jpeg"),
        lambda: store.remove_upload("o", "l", "p"),
    ):
        with pytest.raises(DependencyUnavailable) as told:
            act()
        assert told.value.retry_after == 2


def test_what_is_larger_than_anything_stored_is_not_read() -> None:
    with pytest.raises(DependencyUnavailable, match="larger"):
        a_store({"ContentLength": MOST_BYTES + 1}).load("a" * 64)
