"""Pictures and videos in S3: raw uploads under `incoming/`, processed files under the hash of their content.

incoming/<kind>/<owner>/<entity>/<photo>    a raw upload, deleted within a day; `kind`: listings or products
media/<sha256>                              an owner's picture or video, never changed
public/<sha256>                             a picture that everyone may see, never changed
renditions/<width>/<sha256>                 the same in a smaller size, made when it was first asked for
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from souk.aws.invocations import Invocations
from souk.selling.photos.keys import upload_key
from souk.selling.photos.model import UPLOAD_LIFE, Upload
from souk.shared.errors import DependencyUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_URL_SECONDS: Final = 15 * 60
_IMMUTABLE: Final = "private, max-age=31536000, immutable"
MOST_BYTES: Final = 64 * 1024 * 1024


class S3MediaStore:
    """Media of one domain. `kind` is the folder of its uploads, `prefix` that of its processed files: media, public or
    renditions/<width>.

    Raises DependencyUnavailable when S3 does not answer. A missing permission is our own mistake: its ClientError is
    raised as it is. S3 says that a key does not exist only to a role that may list the bucket. `client` is called
    when the first request needs it, since creating a client is slow.
    """

    def __init__(self, client: Callable[[], S3Client], bucket: str, *, kind: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._kind = kind
        self._prefix = prefix

    def put(self, content: bytes, content_type: str) -> str:
        content_hash = hashlib.sha256(content).hexdigest()
        self._put(self._key(content_hash), content, content_type)
        return content_hash

    def put_as(self, content_hash: str, content: bytes, content_type: str) -> None:
        """Store what is made of the picture with this hash, under its hash."""
        self._put(self._key(content_hash), content, content_type)

    def find(self, content_hash: str) -> bytes | None:
        return self._get(self._key(content_hash))

    def load(self, content_hash: str) -> bytes:
        content = self.find(content_hash)
        if content is None:
            raise DependencyUnavailable(f"The media {content_hash[:12]} cannot be read.")
        return content

    def url(self, content_hash: str, method: str = "GET") -> str:
        """A presigned URL to read it, valid for 15 minutes. Computed locally: no request is made.

        The signature covers the method: what is signed for GET refuses HEAD.
        """
        return self._client().generate_presigned_url(
            "get_object",
            Params={"Bucket": self._bucket, "Key": self._key(content_hash)},
            ExpiresIn=_URL_SECONDS,
            HttpMethod=method,
        )

    def holds(self, content_hash: str) -> bool:
        with _unavailable_if_s3_fails():
            try:
                self._client().head_object(Bucket=self._bucket, Key=self._key(content_hash))
            except ClientError as error:
                if error.response["Error"]["Code"] == "404":
                    return False
                raise
        return True

    def copy_from(self, prefix: str, content_hash: str) -> None:
        """Copy an object from `prefix` to this one."""
        with _unavailable_if_s3_fails():
            self._client().copy_object(
                CopySource={"Bucket": self._bucket, "Key": f"{prefix}/{content_hash}"},
                Bucket=self._bucket,
                Key=self._key(content_hash),
            )

    def presign_upload(self, owner_id: str, entity_id: str, photo_id: str, content_type: str, size: int) -> Upload:
        """A presigned POST for this key, this content type and at most `size` bytes."""
        post = self._client().generate_presigned_post(
            self._bucket,
            upload_key(self._kind, owner_id, entity_id, photo_id),
            Fields={"Content-Type": content_type},
            Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, size]],
            ExpiresIn=int(UPLOAD_LIFE.total_seconds()),
        )
        return Upload(photo_id, post["url"], post["fields"])

    def put_upload(self, owner_id: str, entity_id: str, photo_id: str, content_type: str, content: bytes) -> None:
        self._put(upload_key(self._kind, owner_id, entity_id, photo_id), content, content_type)

    def load_upload(self, owner_id: str, entity_id: str, photo_id: str) -> bytes | None:
        return self._get(upload_key(self._kind, owner_id, entity_id, photo_id))

    def _key(self, content_hash: str) -> str:
        return f"{self._prefix}/{content_hash}"

    def _put(self, key: str, content: bytes, content_type: str) -> None:
        with _unavailable_if_s3_fails():
            self._client().put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType=content_type, CacheControl=_IMMUTABLE
            )

    def _get(self, key: str) -> bytes | None:
        with _unavailable_if_s3_fails():
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
    """Invokes `function` to process an upload once more, with the event of its arrival, marked as `again`."""

    def __init__(self, invocations: Invocations, function: str, kind: str) -> None:
        self._invocations = invocations
        self._function = function
        self._kind = kind

    def request(self, owner_id: str, entity_id: str, photo_id: str) -> None:
        key = upload_key(self._kind, owner_id, entity_id, photo_id)
        self._invocations.request(self._function, {"detail": {"object": {"key": key}}, "again": True})


@contextmanager
def _unavailable_if_s3_fails() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] in ("AccessDenied", "403"):
            raise
        raise DependencyUnavailable("The media store does not answer. Try again shortly.", retry_after=2) from error
