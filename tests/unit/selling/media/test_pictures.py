"""Untrusted pictures: which are accepted, and what is stored of them."""

from __future__ import annotations

import contextlib
import hashlib
import io
import random
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from souk.selling.media.adapters.pictures import take_in
from souk.selling.media.model import PictureRejected

RED = (200, 30, 40)


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def plain(kind: str = "JPEG", size: tuple[int, int] = (320, 240), mode: str = "RGB", colour: object = RED) -> bytes:
    return encoded(Image.new(mode, size, colour), kind)  # type: ignore[arg-type]


def pixels(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def close(actual: object, expected: tuple[int, int, int], tolerance: int = 6) -> bool:
    assert isinstance(actual, tuple)
    return all(abs(a - b) <= tolerance for a, b in zip(actual, expected, strict=True))


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_claiming(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(b"\0" * 1000))


def webp_claiming(width: int, height: int) -> bytes:
    body = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


@pytest.mark.parametrize(
    ("kind", "declared"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("PNG", None)]
)
def test_each_accepted_format_becomes_an_srgb_jpeg_named_by_the_hash_of_its_bytes(kind: str, declared: str) -> None:
    taken = take_in(plain(kind), declared)

    assert (taken.content_type, taken.width, taken.height) == ("image/jpeg", 320, 240)
    assert taken.content_hash == hashlib.sha256(taken.content).hexdigest()
    stored = pixels(taken.content)
    assert (stored.format, stored.mode) == ("JPEG", "RGB")
    assert close(stored.getpixel((100, 100)), RED)


def test_the_declared_type_is_read_as_a_header_is_written() -> None:
    assert take_in(plain(), "Image/JPG; charset=binary").width == 320


def test_a_picture_of_pure_noise_is_accepted() -> None:
    noise = Image.frombytes("RGB", (600, 400), random.Random(1).randbytes(600 * 400 * 3))
    assert take_in(encoded(noise, "PNG"), "image/png").width == 600


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_file_is_either_accepted_or_rejected(kind: str) -> None:
    chance = random.Random(7)
    whole = encoded(Image.effect_noise((240, 220), 60).convert("RGB"), kind)
    for _ in range(120):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            damaged[chance.randrange(min(len(damaged), chance.choice((60, 800, 10**9))))] = chance.randrange(256)
        with contextlib.suppress(PictureRejected):
            assert take_in(bytes(damaged), None).content_type == "image/jpeg"


def test_the_same_picture_always_becomes_the_same_bytes() -> None:
    assert take_in(plain("PNG"), "image/png") == take_in(plain("PNG"), None)


@pytest.mark.parametrize(
    ("raw", "declared", "reason"),
    [
        (plain("GIF"), None, "not a JPEG, PNG or WebP"),
        (plain("TIFF"), "image/tiff", "not a JPEG, PNG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "not a JPEG, PNG or WebP"),
        (b"", "image/jpeg", "not a JPEG, PNG or WebP"),
        (b"%PDF-1.7", "image/png", "not a JPEG, PNG or WebP"),
        (plain("PNG"), "image/jpeg", "sent as another type"),
        (plain("JPEG"), "text/html", "sent as another type"),
        (b"\xff\xd8\xff" + b"\0" * 500, "image/jpeg", "cannot be decoded"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "image/png", "cannot be decoded"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp", "damaged"),
        (b"RIFF\xff\0\0\0WEBPJUNK" + bytes(40), "image/webp", "damaged"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_a_file_that_is_not_of_its_declared_type_is_refused(raw: bytes, declared: str | None, reason: str) -> None:
    with pytest.raises(PictureRejected, match=reason):
        take_in(raw, declared)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("kept", [0.3, 0.7, 0.95])
def test_a_truncated_picture_is_refused(kind: str, kept: float) -> None:
    noise = Image.effect_noise((400, 300), 90).convert("RGB")
    whole = encoded(noise, kind)
    with pytest.raises(PictureRejected):
        take_in(whole[: int(len(whole) * kept)], None)


@pytest.mark.parametrize(
    "bomb",
    [png_claiming(50_000, 50_000), png_claiming(8000, 6250), webp_claiming(16_383, 16_383), webp_claiming(8000, 6250)],
    ids=["png of 2500 MP", "png of 50 MP", "webp of 268 MP", "webp of 50 MP"],
)
def test_a_bomb_is_refused_by_its_header_before_it_is_decoded(bomb: bytes) -> None:
    with pytest.raises(PictureRejected, match="megapixels"):
        take_in(bomb, None)


def test_a_real_fifty_megapixel_jpeg_is_refused() -> None:
    with pytest.raises(PictureRejected, match="megapixels"):
        take_in(encoded(Image.new("L", (8660, 5780)), "JPEG"), "image/jpeg")


def test_a_jpeg_with_too_many_scans_is_refused() -> None:
    with pytest.raises(PictureRejected, match="passes"):
        take_in(plain() + b"\xff\xda" * 100, "image/jpeg")


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(PictureRejected, match="larger than 12 MB"):
        take_in(b"\xff\xd8\xff" + bytes(12 * 1024 * 1024), "image/jpeg")
    with pytest.raises(PictureRejected, match="larger"):
        take_in(plain(), "image/jpeg", max_bytes=100)


@pytest.mark.parametrize("size", [(199, 800), (800, 199)])
def test_a_picture_that_is_too_small_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(PictureRejected, match="smaller than 200"):
        take_in(plain(size=size), "image/jpeg")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_data_appended_to_a_picture_is_removed(kind: str) -> None:
    polyglot = plain(kind) + b"PK\x03\x04<script>alert(1)</script><?php system($_GET[0]); ?>"
    taken = take_in(polyglot, None)
    assert b"<script>" not in taken.content
    assert b"PK\x03\x04" not in taken.content


def test_all_metadata_is_removed_including_position_and_comments() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret description"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    raw = encoded(Image.new("RGB", (300, 300), RED), "JPEG", exif=exif, comment=b"secret comment")
    assert b"secret" in raw

    stored = pixels(take_in(raw, "image/jpeg").content)
    assert not dict(stored.getexif())
    assert set(stored.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_rotated_picture_is_turned_upright() -> None:
    sideways = Image.new("RGB", (400, 300), "white")
    sideways.paste(RED, (0, 0, 200, 300))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it rotated by 90 degrees clockwise
    taken = take_in(encoded(sideways, "JPEG", exif=exif), "image/jpeg")

    assert (taken.width, taken.height) == (300, 400)
    assert close(pixels(taken.content).getpixel((150, 50)), RED)
    assert close(pixels(taken.content).getpixel((150, 350)), (255, 255, 255))


def test_an_animation_is_refused() -> None:
    frames = [Image.new("RGB", (256, 256), colour) for colour in ("red", "blue")]
    for kind in ("PNG", "WEBP"):
        with pytest.raises(PictureRejected, match="animated"):
            take_in(encoded(frames[0], kind, save_all=True, append_images=frames[1:]), None)


def test_a_cmyk_jpeg_shows_the_colour_that_was_printed() -> None:
    taken = take_in(plain("JPEG", mode="CMYK", colour=(0, 255, 255, 0)), "image/jpeg")
    red, green, blue = pixels(taken.content).getpixel((50, 50))  # type: ignore[misc]
    assert red > 200
    assert green < 60
    assert blue < 60


def test_a_sixteen_bit_grey_keeps_its_brightness() -> None:
    taken = take_in(encoded(Image.new("I;16", (256, 256), 32_768), "PNG"), "image/png")
    assert close(pixels(taken.content).getpixel((9, 9)), (128, 128, 128), 2)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_becomes_white(mode: str) -> None:
    clear = Image.new("RGBA", (256, 256), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 128, 256))
    source = clear.quantize(8) if mode == "P" else clear.convert(mode)
    stored = pixels(take_in(encoded(source, "PNG"), "image/png").content)
    assert close(stored.getpixel((200, 100)), (255, 255, 255))
    assert close(stored.getpixel((50, 100)), (0, 0, 0))


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_pictures_of_few_colours_are_accepted(mode: str) -> None:
    assert take_in(encoded(Image.new("RGB", (256, 256), "white").convert(mode), "PNG"), "image/png").width == 256


def test_a_colour_profile_is_applied() -> None:
    lab_free_profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = lab_free_profile.replace(b"rXYZ", b"tmpX").replace(b"gXYZ", b"rXYZ").replace(b"tmpX", b"gXYZ")
    raw = encoded(Image.new("RGB", (256, 256), (255, 0, 0)), "PNG", icc_profile=swapped)
    # In a profile whose red and green primaries are exchanged, "pure red" is green.
    _, green, _ = pixels(take_in(raw, "image/png").content).getpixel((9, 9))  # type: ignore[misc]
    assert green > 200


def test_a_picture_with_a_broken_colour_profile_is_accepted() -> None:
    raw = encoded(Image.new("RGB", (256, 256), RED), "PNG", icc_profile=b"not a profile at all")
    assert close(pixels(take_in(raw, "image/png").content).getpixel((9, 9)), RED)
