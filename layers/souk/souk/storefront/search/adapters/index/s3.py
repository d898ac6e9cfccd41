"""The manifest and the packs of the index in S3.

index/manifest            the files of the index; replaced only by a writer that has read the current one
index/packs/<id>          files of the index, one after the other; never changed
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from souk.shared.versioned import Stale
from souk.storefront.search.adapters.index.manifest import Manifest, PackedFile, Unreadable, from_text, to_text
from souk.storefront.search.model import IndexUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MANIFEST: Final = "index/manifest"
_PACKS: Final = "index/packs/"
_MOST_PACK_BYTES: Final = 64 * 1024 * 1024
_AT_ONCE: Final = 8
# S3 answers AccessDenied for a missing key to callers that may not list the bucket.
_ABSENT: Final = frozenset({"NoSuchKey", "404", "AccessDenied"})
# The last two codes: the manifest that was read has been deleted.
_SUPERSEDED: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "NoSuchKey", "404"})
_UNCHANGED: Final = frozenset({"304", "NotModified"})
_REPAIR_SECONDS: Final = 30


class Superseded(Stale):
    """Another writer has replaced the manifest since it was read."""


class Damaged(IndexUnavailable):
    """A file of the index is missing or has other bytes than were written: the index has to be rebuilt."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, retry_after=_REPAIR_SECONDS)


@dataclass(frozen=True, slots=True)
class StoredManifest:
    """The current manifest, and the ETag by which it is replaced. `manifest` None: it cannot be read."""

    etag: str
    manifest: Manifest | None


class SegmentStore:
    """Raises IndexUnavailable when S3 does not answer. `client` is called when first needed: that is slow."""

    def __init__(self, client: Callable[[], S3Client], bucket: str, format: int) -> None:
        self._client = client
        self._bucket = bucket
        self._format = format

    # The manifest ----------------------------------------------------------------------------------------------------

    def load(self, known: StoredManifest | None = None) -> StoredManifest | None:
        """The current manifest; `known` itself if that is still current; None when there is none."""
        condition: dict[str, Any] = {"IfNoneMatch": known.etag} if known else {}
        try:
            answer = self._client().get_object(Bucket=self._bucket, Key=_MANIFEST, **condition)
            text = answer["Body"].read()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _UNCHANGED:
                return known
            if code in _ABSENT:
                return None
            raise _unavailable() from error
        except BotoCoreError as error:
            raise _unavailable() from error
        try:
            return StoredManifest(answer["ETag"], from_text(text, self._format))
        except Unreadable:
            return StoredManifest(answer["ETag"], None)

    def publish(self, manifest: Manifest, replacing: StoredManifest | None) -> StoredManifest:
        """Replace the manifest that was read (None: there was none). Raises Superseded."""
        condition: dict[str, Any] = {"IfMatch": replacing.etag} if replacing else {"IfNoneMatch": "*"}
        try:
            answer = self._client().put_object(Bucket=self._bucket, Key=_MANIFEST, Body=to_text(manifest), **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _SUPERSEDED:
                raise _unavailable() from error
            # The client repeats a request whose answer was lost: the repetition then finds its own manifest.
            stored = self.load()
            if not (stored and stored.manifest and stored.manifest.commit == manifest.commit):
                raise Superseded from error
            return stored
        except BotoCoreError as error:
            raise _unavailable() from error
        return StoredManifest(answer["ETag"], manifest)

    # Packs -----------------------------------------------------------------------------------------------------------

    def put(self, files: Sequence[Path], new_id: Callable[[], str]) -> dict[str, PackedFile]:
        """Write files into new packs; where each is stored, by its name."""
        packed_files: dict[str, PackedFile] = {}
        pack, content = new_id(), bytearray()
        for file in files:
            if content and len(content) + file.stat().st_size > _MOST_PACK_BYTES:
                self._put(pack, bytes(content))
                pack, content = new_id(), bytearray()
            read = file.read_bytes()
            packed_files[file.name] = PackedFile(pack, len(content), len(read), hashlib.sha256(read).hexdigest())
            content += read
        if content:
            self._put(pack, bytes(content))
        return packed_files

    def fetch(self, files: Mapping[str, PackedFile], folder: Path) -> None:
        """Write files into `folder` under their names, with one request per pack. Raises Damaged."""
        by_pack: dict[str, dict[str, PackedFile]] = {}
        for name, packed in files.items():
            by_pack.setdefault(packed.pack, {})[name] = packed
        if len(by_pack) < 2:
            for pack, packed_files in by_pack.items():
                self._fetch(pack, packed_files, folder)
            return
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            list(pool.map(lambda pack: self._fetch(pack, by_pack[pack], folder), by_pack))

    def remove(self, packs: Sequence[str]) -> None:
        """Success also for packs that are not there."""
        try:
            for pack in packs:
                self._client().delete_object(Bucket=self._bucket, Key=_PACKS + pack)
        except (BotoCoreError, ClientError) as error:
            raise _unavailable() from error

    def packs_before(self, moment: datetime) -> list[str]:
        """Every pack that was written before `moment`, used or not."""
        found: list[str] = []
        page: dict[str, Any] = {}
        try:
            while True:
                answer = self._client().list_objects_v2(Bucket=self._bucket, Prefix=_PACKS, **page)
                found += [
                    pack["Key"].removeprefix(_PACKS)
                    for pack in answer.get("Contents", ())
                    if pack["LastModified"] < moment
                ]
                if not answer.get("IsTruncated"):
                    return found
                page = {"ContinuationToken": answer["NextContinuationToken"]}
        except (BotoCoreError, ClientError) as error:
            raise _unavailable() from error

    def _put(self, pack: str, content: bytes) -> None:
        try:
            self._client().put_object(Bucket=self._bucket, Key=_PACKS + pack, Body=content)
        except (BotoCoreError, ClientError) as error:
            raise _unavailable() from error

    def _fetch(self, pack: str, packed_files: Mapping[str, PackedFile], folder: Path) -> None:
        begin = min(packed.offset for packed in packed_files.values())
        end = max(packed.offset + packed.size for packed in packed_files.values())
        content = self._get(pack, begin, end) if end > begin else b""
        for name, packed in packed_files.items():
            part = content[packed.offset - begin : packed.offset - begin + packed.size]
            if hashlib.sha256(part).hexdigest() != packed.sha256:
                raise Damaged(f"The search index is damaged: {name} is not what was written.")
            unfinished = folder / f"{name}.part"
            unfinished.write_bytes(part)
            unfinished.rename(folder / name)

    def _get(self, pack: str, begin: int, end: int) -> bytes:
        try:
            answer = self._client().get_object(Bucket=self._bucket, Key=_PACKS + pack, Range=f"bytes={begin}-{end - 1}")
            return answer["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in {*_ABSENT, "InvalidRange", "416"}:
                raise Damaged("The search index is damaged: a part of it is gone.") from error
            raise _unavailable() from error
        except BotoCoreError as error:
            raise _unavailable() from error


def _unavailable() -> IndexUnavailable:
    return IndexUnavailable("The search index does not answer. Try again shortly.", retry_after=2)
