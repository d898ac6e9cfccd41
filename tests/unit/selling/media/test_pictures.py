"""Untrusted pictures: which are accepted, and what is stored of them."""

from __future__ import annotations

import contextlib
import hashlib
import io
import random
import resource
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest
from PIL import Image, ImageCms

from souk.selling.media.adapters import pictures
from souk.selling.media.adapters.picture_files import MOST_EXIF_BYTES, MOST_JPEG_SEGMENTS
from souk.selling.media.adapters.pictures import STORED_SIDE, take_in
from souk.selling.media.model import PictureRejected
from souk.selling.photos.model import MOST_UPLOAD_BYTES
from tests import png_files
from tests.unit.selling.media.heif_builder import HeifFile, Item, coded, full_box, heic

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


def png_claiming(width: int, height: int) -> bytes:
    return png_files.png(width, height, zlib.compress(bytes(1000)), colour=png_files.RGB)


def png_of_two(
    depth: int, kind: int, left: tuple[int, ...], right: tuple[int, ...], transparent: bytes | None
) -> bytes:
    """256 by 256 pixels of two colours, of any depth and colour type."""
    bits = [f"{value:0{depth}b}" for value in left] * 128 + [f"{value:0{depth}b}" for value in right] * 128
    row = "".join(bits)
    packed = b"\0" + int(row, 2).to_bytes(len(row) // 8)
    extra = b"" if transparent is None else png_files.chunk(b"tRNS", transparent)
    return png_files.png(256, 256, zlib.compress(packed * 256), depth=depth, colour=kind, extra=extra)


def jpeg_claiming(width: int, height: int) -> bytes:
    """The head of a grey JPEG up to its first scan."""
    frame = struct.pack(">HBHHB3B", 11, 8, height, width, 1, 1, 0x11, 0)
    return b"\xff\xd8\xff\xc0" + frame + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + bytes(99)


def heif_claiming(brand: bytes, width: int, height: int) -> bytes:
    """A real small picture that its file says to be of another size."""
    codec = {b"heic": b"hvc1", b"avif": b"av01"}[brand]
    item = coded(Image.new("RGB", (64, 64)), codec=codec)
    size = full_box(b"ispe", 0, 0, struct.pack(">II", width, height))
    properties = tuple(size if one[4:8] == b"ispe" else one for one in item.properties)
    return HeifFile([Item(codec, item.content, properties)], brands=(brand, b"mif1", brand)).to_bytes()


def heic_of(colour: tuple[int, int, int], size: tuple[int, int] = (320, 240)) -> bytes:
    return heic(Image.new("RGB", size, colour)).to_bytes()


def webp_claiming(width: int, height: int) -> bytes:
    body = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


@pytest.mark.parametrize("raw", [plain("JPEG"), plain("PNG"), plain("WEBP"), plain("AVIF"), heic_of(RED)])
def test_each_accepted_format_becomes_an_srgb_jpeg_named_by_the_hash_of_its_bytes(raw: bytes) -> None:
    taken = take_in(raw)

    assert (taken.content_type, taken.width, taken.height) == ("image/jpeg", 320, 240)
    assert taken.content_hash == hashlib.sha256(taken.content).hexdigest()
    stored = pixels(taken.content)
    assert (stored.format, stored.mode) == ("JPEG", "RGB")
    assert close(stored.getpixel((100, 100)), RED)


def test_a_picture_of_pure_noise_is_accepted() -> None:
    noise = Image.frombytes("RGB", (600, 400), random.Random(1).randbytes(600 * 400 * 3))
    assert take_in(encoded(noise, "PNG")).width == 600


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_file_is_either_accepted_or_rejected(kind: str) -> None:
    chance = random.Random(7)
    whole = encoded(Image.effect_noise((240, 220), 60).convert("RGB"), kind)
    for _ in range(120):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            damaged[chance.randrange(min(len(damaged), chance.choice((60, 800, 10**9))))] = chance.randrange(256)
        with contextlib.suppress(PictureRejected):
            assert take_in(bytes(damaged)).content_type == "image/jpeg"


def test_the_same_picture_always_becomes_the_same_bytes() -> None:
    assert take_in(plain("PNG")) == take_in(plain("PNG"))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (plain("GIF"), "not a JPEG, PNG, WebP, HEIC or AVIF"),
        (plain("TIFF"), "not a JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a JPEG"),
        (b"", "not a JPEG"),
        (b"%PDF-1.7", "not a JPEG"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(99), "not a JPEG"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(99), "not a JPEG"),
        (b"\xff\xd8\xff" + b"\0" * 500, "cannot be decoded"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "cannot be decoded"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "cannot be decoded"),
        (b"RIFF\xff\0\0\0WEBPJUNK" + bytes(40), "cannot be decoded"),
        (b"\0\0\0\x14ftypheic\0\0\0\0heic" + bytes(99), "cannot be decoded"),
        (b"\0\0\0\x14ftypavif\0\0\0\0avif" + bytes(99), "cannot be decoded"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_a_file_that_is_no_picture_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(PictureRejected, match=reason):
        take_in(raw)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIC"])
@pytest.mark.parametrize("kept", [0.3, 0.7, 0.95])
def test_a_truncated_picture_is_refused(kind: str, kept: float) -> None:
    noise = Image.effect_noise((400, 300), 90).convert("RGB")
    whole = heic(noise).to_bytes() if kind == "HEIC" else encoded(noise, kind)
    with pytest.raises(PictureRejected):
        take_in(whole[: int(len(whole) * kept)])


@pytest.mark.parametrize(
    "bomb",
    [
        png_claiming(50_000, 50_000),
        png_claiming(10_000, 10_001),
        webp_claiming(16_383, 16_383),
        webp_claiming(10_000, 10_001),
        jpeg_claiming(65_000, 65_000),
        jpeg_claiming(10_000, 10_001),
        heif_claiming(b"heic", 30_000, 30_000),
        heif_claiming(b"avif", 10_000, 10_001),
    ],
)
def test_a_bomb_is_refused_by_its_header_before_it_is_decoded(bomb: bytes) -> None:
    with pytest.raises(PictureRejected, match="megapixels"):
        take_in(bomb)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not count what a decoder allocates")
def test_an_avif_that_takes_more_memory_than_there_is_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = plain("AVIF", (5000, 5000))
    before = resource.getrlimit(resource.RLIMIT_DATA)
    monkeypatch.setattr(pictures, "_MOST_MEMORY", data_in_use() + 20 * 1024 * 1024)
    with pytest.raises(PictureRejected, match="cannot be decoded"):
        take_in(raw)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    monkeypatch.undo()
    assert take_in(raw).width == STORED_SIDE


def test_the_memory_limit_is_as_before_after_two_pictures_at_once() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    one_is_in, both_are_in = Event(), Event()

    def decode_first() -> None:
        with pictures._bounded_memory():
            one_is_in.set()
            both_are_in.wait(0.2)

    def decode_second() -> None:
        one_is_in.wait(5)
        with pictures._bounded_memory():
            both_are_in.set()
            first.join(5)

    first, second = Thread(target=decode_first), Thread(target=decode_second)
    try:
        for thread in (first, second):
            thread.start()
        for thread in (first, second):
            thread.join(5)
        assert resource.getrlimit(resource.RLIMIT_DATA) == before
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def data_in_use() -> int:
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmData")]
    return int(line.split()[1]) * 1024


def jpeg_with(segments: int) -> bytes:
    whole = plain("JPEG")
    return whole[:2] + b"\xff\xe5\0\x02" * segments + whole[2:]


def too_much_exif() -> bytes:
    return b"Exif\0\0MM\0*\0\0\0\x08" + bytes(MOST_EXIF_BYTES)


@pytest.mark.parametrize(
    "raw",
    [
        lambda: jpeg_with(segments=MOST_JPEG_SEGMENTS + 1),
        lambda: encoded(Image.new("RGB", (320, 240)), "PNG", exif=too_much_exif()),
        lambda: png_files.with_chunk(
            plain("PNG"), b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"00\n" * (MOST_EXIF_BYTES + 1))
        ),
        lambda: encoded(Image.new("RGB", (320, 240)), "WEBP", exif=too_much_exif()),
        lambda: encoded(Image.new("RGB", (320, 240)), "AVIF", exif=too_much_exif()),
    ],
    ids=["JPEG", "PNG", "PNG, in a text", "WebP", "AVIF"],
)
def test_more_metadata_than_any_camera_writes_is_refused(raw: Callable[[], bytes]) -> None:
    with pytest.raises(PictureRejected, match="more metadata than any camera writes"):
        take_in(raw())


def test_a_jpeg_of_many_segments_is_accepted() -> None:
    assert take_in(jpeg_with(segments=600)).width == 320


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(PictureRejected, match="larger than 40 MB"):
        take_in(b"\xff\xd8\xff" + bytes(MOST_UPLOAD_BYTES))
    with pytest.raises(PictureRejected, match="larger"):
        take_in(plain(), max_bytes=100)


@pytest.mark.parametrize("size", [(199, 800), (800, 199)])
def test_a_picture_that_is_too_small_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(PictureRejected, match="smaller than 200"):
        take_in(plain(size=size))


@pytest.mark.parametrize("size", [(4001, 200), (200, 4001), (16_000, 700)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_is_too_long_for_its_width_is_refused(kind: str, size: tuple[int, int]) -> None:
    with pytest.raises(PictureRejected, match="more than 20 times as long as the other"):
        take_in(plain(kind, size))


def test_a_picture_that_is_longer_than_a_jpeg_can_be_is_refused() -> None:
    with pytest.raises(PictureRejected, match="more than 20 times as long as the other"):
        take_in(png_files.grey(65_600, 200))


@pytest.mark.parametrize("brand", [b"heic", b"avif"])
def test_the_shape_of_a_heif_counts_before_it_is_decoded(brand: bytes) -> None:
    with pytest.raises(PictureRejected, match="more than 20 times as long as the other"):
        take_in(heif_claiming(brand, 8000, 300))


def test_a_picture_that_the_encoder_does_not_take_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("encoder error")

    raw = plain()
    monkeypatch.setattr(Image.Image, "save", refuse)
    with pytest.raises(PictureRejected, match="cannot be converted"):
        take_in(raw)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_data_appended_to_a_picture_is_removed(kind: str) -> None:
    polyglot = plain(kind) + b"PK\x03\x04<script>alert(1)</script><?php system($_GET[0]); ?>"
    taken = take_in(polyglot)
    assert b"<script>" not in taken.content
    assert b"PK\x03\x04" not in taken.content


def test_all_metadata_is_removed_including_position_and_comments() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret description"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    raw = encoded(Image.new("RGB", (300, 300), RED), "JPEG", exif=exif, comment=b"secret comment")
    assert b"secret" in raw

    stored = pixels(take_in(raw).content)
    assert not dict(stored.getexif())
    assert set(stored.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_rotated_picture_is_turned_upright() -> None:
    sideways = Image.new("RGB", (400, 300), "white")
    sideways.paste(RED, (0, 0, 200, 300))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it rotated by 90 degrees clockwise
    taken = take_in(encoded(sideways, "JPEG", exif=exif))

    assert (taken.width, taken.height) == (300, 400)
    assert close(pixels(taken.content).getpixel((150, 50)), RED)
    assert close(pixels(taken.content).getpixel((150, 350)), (255, 255, 255))


def test_an_animation_is_refused() -> None:
    frames = [Image.new("RGB", (256, 256), colour) for colour in ("red", "blue")]
    for kind in ("PNG", "WEBP", "AVIF"):
        with pytest.raises(PictureRejected, match="animated"):
            take_in(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))


def test_a_sequence_of_hevc_pictures_is_refused_as_animated() -> None:
    with pytest.raises(PictureRejected, match="animated"):
        take_in(heic(Image.new("RGB", (320, 240)), brands=(b"hevc", b"msf1", b"heic")).to_bytes())


def test_a_cmyk_jpeg_shows_the_colour_that_was_printed() -> None:
    taken = take_in(plain("JPEG", mode="CMYK", colour=(0, 255, 255, 0)))
    red, green, blue = pixels(taken.content).getpixel((50, 50))  # type: ignore[misc]
    assert red > 200
    assert green < 60
    assert blue < 60


def test_a_sixteen_bit_grey_keeps_its_brightness() -> None:
    taken = take_in(encoded(Image.new("I;16", (256, 256), 32_768), "PNG"))
    assert close(pixels(taken.content).getpixel((9, 9)), (128, 128, 128), 2)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_becomes_white(mode: str) -> None:
    clear = Image.new("RGBA", (256, 256), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 128, 256))
    source = clear.quantize(8) if mode == "P" else clear.convert(mode)
    stored = pixels(take_in(encoded(source, "PNG")).content)
    assert close(stored.getpixel((200, 100)), (255, 255, 255))
    assert close(stored.getpixel((50, 100)), (0, 0, 0))


@pytest.mark.parametrize(
    ("depth", "kind", "opaque", "clear", "shown"),
    [
        (1, 0, (0,), (1,), 0),
        (1, 0, (1,), (0,), 255),
        (2, 0, (1,), (2,), 85),
        (4, 0, (3,), (9,), 51),
        (8, 0, (40,), (41,), 40),
        (16, 0, (0x5001,), (0x5002,), 80),
        (16, 0, (0x5002,), (0x6002,), 80),
        (8, 2, (40, 40, 40), (40, 40, 41), 40),
        (16, 2, (0x5000, 0x5000, 0x5000), (0x5000, 0x5000, 0x5100), 80),
        (8, 4, (40, 255), (40, 0), 40),
        (16, 4, (0x5000, 0xFFFF), (0x5000, 0), 80),
        (16, 6, (0x5000, 0x5000, 0x5000, 0xFFFF), (0, 0, 0, 0), 80),
    ],
)
def test_the_transparent_part_of_a_png_becomes_white_at_each_depth(
    depth: int, kind: int, opaque: tuple[int, ...], clear: tuple[int, ...], shown: int
) -> None:
    """Left of the middle `opaque`, right of it `clear`; without an alpha channel that is the colour of tRNS."""
    key = b"".join(struct.pack(">H", value) for value in clear) if kind in (0, 2) else None
    stored = pixels(take_in(png_of_two(depth, kind, opaque, clear, key)).content)
    assert close(stored.getpixel((50, 100)), (shown,) * 3)
    assert close(stored.getpixel((206, 100)), (255, 255, 255))


def test_a_large_picture_is_made_smaller_with_its_transparency() -> None:
    clear = Image.new("RGBA", (2 * STORED_SIDE, 400), (0, 0, 0, 0))
    clear.paste((*RED, 255), (0, 0, STORED_SIDE, 400))
    stored = pixels(take_in(encoded(clear, "PNG")).content)
    assert stored.size == (STORED_SIDE, 200)
    assert close(stored.getpixel((100, 100)), RED)
    assert close(stored.getpixel((STORED_SIDE - 100, 100)), (255, 255, 255))


@pytest.mark.parametrize(
    ("size", "stored"),
    [
        ((3200, 400), (3200, 400)),
        ((3201, 400), (3200, 399)),
        ((800, 6400), (400, 3200)),
        ((6000, 300), (4000, 200)),
        ((200, 4000), (200, 4000)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_stored_no_larger_than_it_is_needed(
    kind: str, size: tuple[int, int], stored: tuple[int, int]
) -> None:
    taken = take_in(plain(kind, size))
    assert (taken.width, taken.height) == stored
    assert close(pixels(taken.content).getpixel((stored[0] - 1, stored[1] - 1)), RED)


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_pictures_of_few_colours_are_accepted(mode: str) -> None:
    assert take_in(encoded(Image.new("RGB", (256, 256), "white").convert(mode), "PNG")).width == 256


def test_a_colour_profile_is_applied() -> None:
    lab_free_profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = lab_free_profile.replace(b"rXYZ", b"tmpX").replace(b"gXYZ", b"rXYZ").replace(b"tmpX", b"gXYZ")
    raw = encoded(Image.new("RGB", (256, 256), (255, 0, 0)), "PNG", icc_profile=swapped)
    # In a profile whose red and green primaries are exchanged, "pure red" is green.
    _, green, _ = pixels(take_in(raw).content).getpixel((9, 9))  # type: ignore[misc]
    assert green > 200


def test_a_picture_with_a_broken_colour_profile_is_accepted() -> None:
    raw = encoded(Image.new("RGB", (256, 256), RED), "PNG", icc_profile=b"not a profile at all")
    assert close(pixels(take_in(raw).content).getpixel((9, 9)), RED)
