"""Listings' media in S3: uploads land under `incoming/`, what is kept stands under the hash of its content.

incoming/<owner>/<listing>/<photo>    a raw upload, gone within a day
media/<sha256>                        a picture or video, never changed
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from souk.aws.invocations import Invocations
from souk.errors import DependencyUnavailable
from souk.listings.model import UPLOAD_LIFE
from souk.listings.service import Upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_URL_SECONDS: Final = 15 * 60
_IMMUTABLE: Final = "private, max-age=31536000, immutable"
MOST_BYTES: Final = 64 * 1024 * 1024


class S3MediaStore:
    """Raises DependencyUnavailable when S3 does not answer. `client` is made when it is needed: that is slow.

    A right that is missing is no answer to live with: its ClientError comes through.
    """

    def __init__(self, client: Callable[[], S3Client], bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, content: bytes, content_type: str) -> str:
        content_hash = hashlib.sha256(content).hexdigest()
        self._put(f"media/{content_hash}", content, content_type)
        return content_hash

    def load(self, content_hash: str) -> bytes:
        content = self._get(f"media/{content_hash}")
        if content is None:
            raise DependencyUnavailable(f"The media {content_hash[:12]} cannot be read.")
        return content

    def url(self, content_hash: str) -> str:
        """A presigned address to read it, good for 15 minutes. Computed here; no request is made."""
        return self._client().generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": f"media/{content_hash}"}, ExpiresIn=_URL_SECONDS
        )

    def presign_upload(self, owner_id: str, listing_id: str, photo_id: str, content_type: str, size: int) -> Upload:
        """A presigned POST: this key, this type, and no more bytes than announced."""
        post = self._client().generate_presigned_post(
            self._bucket,
            _incoming(owner_id, listing_id, photo_id),
            Fields={"Content-Type": content_type},
            Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, size]],
            ExpiresIn=int(UPLOAD_LIFE.total_seconds()),
        )
        return Upload(photo_id, post["url"], post["fields"])

    def put_upload(self, owner_id: str, listing_id: str, photo_id: str, content_type: str, content: bytes) -> None:
        self._put(_incoming(owner_id, listing_id, photo_id), content, content_type)

    def load_upload(self, owner_id: str, listing_id: str, photo_id: str) -> bytes | None:
        return self._get(_incoming(owner_id, listing_id, photo_id))

    def remove_upload(self, owner_id: str, listing_id: str, photo_id: str) -> None:
        with _told_as_unavailable():
            self._client().delete_object(Bucket=self._bucket, Key=_incoming(owner_id, listing_id, photo_id))

    def _put(self, key: str, content: bytes, content_type: str) -> None:
        with _told_as_unavailable():
            self._client().put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType=content_type, CacheControl=_IMMUTABLE
            )

    def _get(self, key: str) -> bytes | None:
        """None when it is not there, which S3 tells only to those who may list the bucket."""
        with _told_as_unavailable():
            try:
                answer = self._client().get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] == "NoSuchKey":
                    return None
                raise
            if answer["ContentLength"] > MOST_BYTES:
                raise DependencyUnavailable("A stored object is larger than anything this system stores.")
            return answer["Body"].read()


class UploadProcessing:
    """Has `process_upload` judge an upload, as its arrival in the bucket does."""

    def __init__(self, invocations: Invocations, function: str) -> None:
        self._invocations = invocations
        self._function = function

    def request(self, owner_id: str, listing_id: str, photo_id: str) -> None:
        key = _incoming(owner_id, listing_id, photo_id)
        self._invocations.request(self._function, {"detail": {"object": {"key": key}}})


def upload_of(key: str) -> tuple[str, str, str] | None:
    """(owner id, listing id, photo id) of a key under `incoming/`, or None."""
    parts = key.split("/")
    if len(parts) != 4 or parts[0] != "incoming" or not all(parts):
        return None
    return parts[1], parts[2], parts[3]


def _incoming(owner_id: str, listing_id: str, photo_id: str) -> str:
    return f"incoming/{owner_id}/{listing_id}/{photo_id}"


@contextmanager
def _told_as_unavailable() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] == "AccessDenied":
            raise
        raise DependencyUnavailable("The media store does not answer. Try again shortly.", retry_after=2) from error
