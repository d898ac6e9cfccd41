"""A fake S3 for media: objects by key, uploads by presigned POST, and events of arrived uploads."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.harness.faults import Failures, Faults


class Bucket:
    """One bucket. `arrived` is called for every object under `incoming/`."""

    def __init__(self, faults: Faults, arrived: Callable[[str], None]) -> None:
        self._faults = faults
        self._arrived = arrived
        self.objects: dict[str, tuple[bytes, str]] = {}

    def put_object(self, **request: Any) -> dict[str, Any]:
        return self._call("put_object", lambda: self.upload(request["Key"], request["Body"], request["ContentType"]))

    def get_object(self, **request: Any) -> dict[str, Any]:
        return self._call("get_object", lambda: self._get(request["Key"]))

    def generate_presigned_url(
        self,
        _operation: str,
        Params: dict[str, str],  # noqa: N803
        ExpiresIn: int,  # noqa: N803
        HttpMethod: str,  # noqa: N803
    ) -> str:
        return f"https://bucket.example/{Params['Key']}?expires={ExpiresIn}"

    def generate_presigned_post(self, _bucket: str, key: str, **_conditions: Any) -> dict[str, Any]:
        return {"url": "https://bucket.example/", "fields": {"key": key}}

    def upload(self, key: str, content: bytes, content_type: str) -> dict[str, Any]:
        """Store an object, also as from a client's presigned POST."""
        self.objects[key] = (content, content_type)
        if key.startswith("incoming/"):
            self._arrived(key)
        return {}

    def _get(self, key: str) -> dict[str, Any]:
        if key not in self.objects:
            raise ClientError(
                {"Error": {"Code": "NoSuchKey", "Message": "The specified key does not exist."}}, "GetObject"
            )
        content, content_type = self.objects[key]
        return {"Body": BytesIO(content), "ContentLength": len(content), "ContentType": content_type}

    def _call(self, operation: str, effect: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        slow: Any = {"Error": {"Code": "SlowDown", "Message": "slow down"}}
        answer: dict[str, Any] = self._faults.around(
            f"s3:{operation}",
            effect,
            Failures(
                refused=lambda: ClientError(slow, operation),
                lost=lambda: ReadTimeoutError(endpoint_url="https://bucket.example"),
            ),
        )
        return answer
