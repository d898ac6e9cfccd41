"""eBay's Media API and the pictures that it hosts."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP

from local.vendors.ebay.access import Access
from local.vendors.ebay.rejections import Refused
from local.vendors.ebay.store import HostedPicture, Store
from local.vendors.server import Request, Response, json_response

BASE_PATH = "/commerce/media/v1_beta"
HOSTED_PATH = "/pictures/"
_LARGEST = 12 * 1024 * 1024
_UNUSED_LIFE = timedelta(days=30)


class Pictures:
    """`base_url` returns this server's URL."""

    def __init__(self, store: Store, access: Access, base_url: Callable[[], str]) -> None:
        self._store = store
        self._access = access
        self._base_url = base_url

    def create_from_file(self, request: Request) -> Response:
        if refusal := self._refused_caller(request):
            return refusal
        content = _form_file(request, "image")
        if content is None:
            return _error(400, 190200, "The form field image with a file is missing.")
        if len(content) > _LARGEST:
            return _error(413, 190201, "The picture is larger than 12 MB.")
        media_type = _media_type(content)
        if media_type is None:
            return _error(400, 190202, "The picture is of no supported format.")
        width, height = _size(content, media_type)
        return self._created(HostedPicture(_new_id(), media_type, width, height, None, content))

    def create_from_url(self, request: Request) -> Response:
        """The picture is not downloaded: its page redirects to the URL."""
        if refusal := self._refused_caller(request):
            return refusal
        try:
            url = json.loads(request.body)["imageUrl"]
        except (ValueError, KeyError, TypeError):
            url = None
        if not isinstance(url, str) or not url.startswith("https://") or len(url) > 1024:
            return _error(400, 190203, "imageUrl is missing or not an https address.")
        return self._created(HostedPicture(_new_id(), "text/uri-list", None, None, url, b""))

    def describe(self, request: Request, picture_id: str) -> Response:
        if refusal := self._refused_caller(request):
            return refusal
        picture = self._store.picture(picture_id)
        return (
            json_response(200, self._document(picture)) if picture else _error(404, 190204, "There is no such image.")
        )

    def show(self, picture_id: str) -> Response:
        picture = self._store.picture(picture_id)
        if picture is None:
            return Response(404, b"no such picture")
        if picture.elsewhere:
            return Response(302, headers={"Location": picture.elsewhere})
        return Response(200, picture.content, picture.media_type, {"Cache-Control": "max-age=86400"})

    def _refused_caller(self, request: Request) -> Response | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            self._access.seller(token if scheme == "Bearer" else "")
        except Refused:
            return json_response(
                401,
                {"errors": [{
                    "errorId": 1001, "domain": "OAuth", "category": "REQUEST", "message": "Invalid access token",
                    "longMessage": "Invalid access token. Check the value of the Authorization HTTP request header.",
                }]},
            )  # fmt: skip
        return None

    def _created(self, picture: HostedPicture) -> Response:
        self._store.put_picture(picture)
        location = f"{self._base_url()}{BASE_PATH}/image/{picture.picture_id}"
        return json_response(201, self._document(picture), {"Location": location})

    def _document(self, picture: HostedPicture) -> dict[str, str]:
        url = f"{self._base_url()}{HOSTED_PATH}{picture.picture_id}"
        ends = datetime.fromtimestamp(time.time(), UTC) + _UNUSED_LIFE
        return {
            "imageUrl": url,
            "expirationDate": ends.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "maxDimensionImageUrl": url,
        }


def _new_id() -> str:
    return f"v1-{secrets.token_hex(12)}"


def _form_file(request: Request, name: str) -> bytes | None:
    content_type = request.headers.get("content-type", "")
    if not content_type.startswith("multipart/form-data"):
        return None
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    parsed: Message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    for part in parsed.walk():
        if part.get_param("name", header="content-disposition") == name and part.get_filename():
            content = part.get_payload(decode=True)
            return content if isinstance(content, bytes) else None
    return None


def _media_type(content: bytes) -> str | None:
    """The type by the first bytes. What the request declares is ignored."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:12] in (b"ftypavif", b"ftypheic"):
        return f"image/{content[8:12].decode()}"
    if content.startswith((b"II*\x00", b"MM\x00*")):
        return "image/tiff"
    return "image/bmp" if content.startswith(b"BM") else None


def _size(content: bytes, media_type: str) -> tuple[int | None, int | None]:
    """Width and height in pixels for PNG, GIF and JPEG; None for other types."""
    if media_type == "image/png":
        return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    if media_type == "image/gif":
        return int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")
    return _jpeg_size(content) if media_type == "image/jpeg" else (None, None)


def _jpeg_size(content: bytes) -> tuple[int | None, int | None]:
    """From the frame header, the first segment C0-CF that is none of DHT, JPG and DAC."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return None, None


def _error(status: int, error_id: int, message: str) -> Response:
    entry = {
        "errorId": error_id, "domain": "API_MEDIA", "category": "REQUEST", "message": message, "longMessage": message,
        "inputRefIds": [], "outputRefIds": [], "parameters": [],
    }  # fmt: skip
    return json_response(status, {"errors": [entry]})
