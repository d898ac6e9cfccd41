"""Files with a wrong type or hostile content, through the path that every photo takes."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable

import httpx
import pytest

from local.testing import PATIENCE
from tests import png_files
from tests.e2e.selling import Made, Seller


def _with_position(jpeg: bytes) -> bytes:
    """The JPEG with an EXIF block: the place where it was taken (N 48 51 30, E 2 17 40) and the author."""
    place = b"Owner at 48.8583 N 2.2944 E\0"
    gps = struct.pack("<H", 2)
    gps += (
        struct.pack("<HHI4s", 1, 2, 2, b"N\0\0\0") + struct.pack("<HHI4s", 3, 2, 2, b"E\0\0\0") + struct.pack("<I", 0)
    )
    main = struct.pack("<H", 2)
    text_at = 8 + 2 + 2 * 12 + 4 + len(gps)
    main += struct.pack("<HHII", 0x010E, 2, len(place), text_at)
    main += struct.pack("<HHII", 0x8825, 4, 1, 8 + 2 + 2 * 12 + 4) + struct.pack("<I", 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + main + gps + place
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta exif:GPSLatitude='48,51.5N'/>"
    segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(one) + 2) + one for one in (exif, xmp))
    return jpeg[:2] + segments + jpeg[2:]


# Red, 256 by 200, made by tests/unit/selling/media/heif_builder.py; the HEIC turned by irot 270.
HEIC = base64.b64decode(
    "AAAAGGZ0eXBoZWljAAAAAG1pZjFoZWljAAABWG1ldGEAAAAAAAAAIWhkbHIAAAAAAAAAAHBpY3QAAAAAAAAAAAAAAAAAAAAADnBpdG0A"
    "AAAAAAEAAAAeaWxvYwAAAABEAAABAAEAAAABAAABeAAAAEoAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAAxpcmVm"
    "AAAAAAAAANBpcHJwAAAAsWlwY28AAAB5aHZjQwEBYAAAAJAAAAAAADzwAPz9+PgAAA8DoAABABhAAQwB//8BYAAAAwCQAAADAAADADyV"
    "lAmhAAEALUIBAQFgAAADAJAAAAMAAAMAPKAICA0fLllZUpMLm4EBAoIAAAMAAgAAAwAyEKIAAQAGRAHAcYESAAAAFGlzcGUAAAAAAAAB"
    "AAAAAMgAAAATY29scm5jbHgAAQANAAaAAAAACWlyb3QDAAAAF2lwbWEAAAAAAAAAAQABBIECA4QAAABSbWRhdAAAAEYoAawV4OkvI/yL"
    "///+jZu//im4RuP0Zqp1v8hnPcJh2gAAAwAAAwAAAwAAAwAAAwAAAwAAAwAAAwAACSjp+LgAAAMAAHdA"
)
AVIF = base64.b64decode(
    "AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAAPJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5w"
    "aXRtAAAAAAABAAAAHmlsb2MAAAAARAAAAQABAAAAAQAAARYAAAAoAAAAI2lpbmYAAAAAAAEAAAAVaW5mZQIAAAAAAQAAYXYwMQAAAAAM"
    "aXJlZgAAAAAAAABqaXBycAAAAEtpcGNvAAAADGF2MUOBCAwAAAAAFGlzcGUAAAAAAAABAAAAAMgAAAAQcGl4aQAAAAADCAgIAAAAE2Nv"
    "bHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAAAAEAAQSBAgMEAAAAMG1kYXQKChgd//HaIEBAsIAyGhCAAAAQAAAA68haRxEu/evejeRs"
    "j6W7pjK6"
)

SCRIPT = b"<script>alert('polyglot')</script><?php system($_GET[0]); ?>"

REJECTED: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "HTML as PNG": (lambda: b"<html>" + SCRIPT, "image/png", "not a JPEG, PNG, WebP"),
    "SVG as PNG": (lambda: b"<svg onload='alert(1)' xmlns='http://www.w3.org/2000/svg'/>", "image/png", "not a JPEG"),
    "GIF as PNG": (lambda: b"GIF89a" + bytes(400), "image/png", "not a JPEG"),
    "150 megapixels": (lambda: png_files.grey(15_000, 10_000), "image/png", "megapixels"),
    "3.6 gigapixels": (lambda: png_files.png(60_000, 60_000, zlib.compress(bytes(10**6))), "image/png", "megapixels"),
    "a bomb in a text chunk": (
        lambda: png_files.with_chunk(
            png_files.grey(300, 300), b"zTXt", b"Comment\0\0" + zlib.compress(bytes(10**8), 1)
        ),
        "image/png",
        "",
    ),
    "more content than its size says": (
        lambda: png_files.png(300, 300, zlib.compress(bytes(10**8), 1)[:-40]), "image/png", "",
    ),
    "cut off": (lambda: png_files.png(300, 300, zlib.compress(bytes(100))), "image/png", "decoded"),
    "a WebP of 16383 by 16383": (
        lambda: b"RIFF\x40\0\0\0WEBPVP8L\x20\0\0\0\x2f" + struct.pack("<I", 16382 | 16382 << 14) + bytes(40),
        "image/webp",
        "megapixels",
    ),
    "a JPEG of a thousand scans": (
        lambda: b"\xff\xd8" + (b"\xff\xda\0\x0c" + bytes(10)) * 1000, "image/jpeg", "more passes",
    ),
    "a ribbon": (lambda: png_files.grey(65_600, 200), "image/png", "20 times as long"),
    "a speck": (lambda: png_files.grey(10, 10), "image/png", "smaller than"),
}  # fmt: skip


@pytest.fixture(scope="module")
def judged(made: Made) -> dict[str, dict[str, object]]:
    """All files, sent to a few listings at once and checked by the deployed function."""
    seller, waiting = made.seller, {}
    for number, (name, (content, content_type, _)) in enumerate(REJECTED.items()):
        if number % 6 == 0:
            listing = seller.create()
        answer = seller.send_photo(listing, content(), content_type)
        assert answer.status_code == 201, answer.text
        waiting[name] = (listing, number % 6)
    return {name: seller.photo_settled(listing, place) for name, (listing, place) in waiting.items()}


@pytest.mark.parametrize("name", REJECTED)
def test_a_file_that_is_not_a_valid_picture_is_rejected_with_a_reason_or_cleaned(
    judged: dict[str, dict[str, object]], name: str
) -> None:
    photo, (_, _, reason) = judged[name], REJECTED[name]
    if reason:
        assert (photo["status"], photo["url"]) == ("rejected", None)
        assert reason in str(photo["reason"])
    else:
        assert photo["status"] == "rejected" or len(_stored(photo)) < 100_000


@pytest.mark.parametrize(
    ("content", "declared"),
    [(HEIC, "image/heic"), (HEIC, ""), (AVIF, "image/jpeg"), (png_files.grey(300, 300), "image/jpg")],
    ids=["HEIC", "HEIC without a type", "AVIF as JPEG", "PNG as JPEG"],
)
def test_a_photo_from_a_phone_is_taken_under_any_type(seller: Seller, content: bytes, declared: str) -> None:
    listing = seller.create()
    upload = seller.announce(listing, content, declared)
    sent = httpx.post(upload["url"], data=upload["fields"], files={"file": content}, timeout=PATIENCE, trust_env=False)
    assert sent.is_success, sent.text
    photo = seller.photo_settled(listing)
    assert photo["status"] == "ready", photo
    assert _stored(photo).startswith(b"\xff\xd8\xff")


def test_a_polyglot_file_keeps_only_its_picture(seller: Seller) -> None:
    listing = seller.create()
    picture = png_files.with_chunk(png_files.grey(400, 300), b"tEXt", b"Comment\0" + SCRIPT)
    assert seller.send_photo(listing, picture + SCRIPT + b"PK\x03\x04").status_code == 201
    stored = _stored(seller.photo_settled(listing))
    assert stored.startswith(b"\xff\xd8\xff")
    assert b"script" not in stored
    assert not stored.rstrip(b"\0").endswith(b"PK\x03\x04")


def test_the_place_where_a_photo_was_taken_is_not_stored(made: Made) -> None:
    seller, jpeg = made.seller, next(iter(made.objects.values()))
    sent = _with_position(jpeg)
    assert b"48.8583" in sent
    listing = seller.create()
    upload = seller.announce(listing, sent, "image/jpeg")
    httpx.post(upload["url"], data=upload["fields"], files={"file": sent}, timeout=PATIENCE, trust_env=False)
    photo = seller.photo_settled(listing)
    assert photo["status"] == "ready", photo
    stored = _stored(photo)
    assert not any(trace in stored for trace in (b"Exif", b"48.8583", b"xmpmeta", b"GPS"))


def test_an_upload_that_differs_from_its_announcement_is_refused_by_the_bucket(seller: Seller) -> None:
    listing, content = seller.create(), png_files.grey(300, 300)
    for wrong in (
        {"Content-Type": "text/html"},
        {"key": "media/" + "0" * 64},
        {"key": f"incoming/listings/{seller.id}/another-listing/photo"},
    ):
        upload = seller.announce(listing, content)
        sent = httpx.post(
            upload["url"],
            data={**upload["fields"], **wrong},
            files={"file": content},
            timeout=PATIENCE,
            trust_env=False,
        )
        assert sent.status_code in {400, 403}, wrong
    longer = httpx.post(
        upload["url"], data=upload["fields"], files={"file": content + b"\0"}, timeout=PATIENCE, trust_env=False
    )
    assert longer.status_code in {400, 403}


def test_a_stored_picture_is_read_only_by_its_signed_address(made: Made) -> None:
    url = made.answer["media"]["image_urls"][0]
    assert httpx.get(url, timeout=PATIENCE, trust_env=False).status_code == 200
    assert httpx.get(url.partition("?")[0], timeout=PATIENCE, trust_env=False).status_code == 403
    assert httpx.put(url, content=b"x", timeout=PATIENCE, trust_env=False).status_code == 403
    assert httpx.get(url[:-4] + "0000", timeout=PATIENCE, trust_env=False).status_code == 403


def _stored(photo: dict[str, object]) -> bytes:
    answer = httpx.get(str(photo["url"]), timeout=PATIENCE, trust_env=False)
    assert answer.status_code == 200
    return answer.content
