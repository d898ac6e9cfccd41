"""Photographs as phones and tools write them come in upright and in the right colours.

One picture of four colours goes through each: a turn or a change of its colours shows in its corners.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Final

import numpy as np
import pytest
from PIL import Image, ImageChops

from souk.selling.media.adapters.colour import profile_of
from souk.selling.media.adapters.picture_files import CodePoints
from souk.selling.media.adapters.pictures import STORED_SIDE, take_in
from tests import png_files
from tests.unit.selling.media.heif_builder import (
    ALPHA,
    DEPTH,
    GAIN_MAP,
    HeifFile,
    box,
    coded,
    exif_item,
    full_box,
    heic,
    icc,
    imir,
    irot,
    nclx,
    tiled,
)

type Colour = tuple[int, int, int]

# Left and right above, left and right below.
CORNERS: Final[tuple[Colour, ...]] = ((200, 30, 40), (30, 160, 60), (40, 60, 190), (230, 200, 40))
SIZE: Final = (512, 384)
SRGB, P3 = nclx(1, 13), nclx(12, 13)
AVIF_BRANDS = (b"avif", b"mif1", b"avif", b"miaf")
SCANS = b"\xff\xda\0\x0c" * 1_000
TURN = Image.Transpose
# What the camera stored of the upright picture, by the EXIF orientation that it wrote beside it (EXIF 2.32, 4.6.5).
AS_STORED = {
    2: TURN.FLIP_LEFT_RIGHT, 3: TURN.ROTATE_180, 4: TURN.FLIP_TOP_BOTTOM, 5: TURN.TRANSPOSE,
    6: TURN.ROTATE_90, 7: TURN.TRANSVERSE, 8: TURN.ROTATE_270,
}  # fmt: skip


def of_four_colours(colours: tuple[Colour, ...] = CORNERS, size: tuple[int, int] = SIZE) -> Image.Image:
    picture = Image.new("RGB", (2, 2))
    picture.putdata(colours)
    return picture.resize(size, Image.Resampling.NEAREST)


UPRIGHT: Final = of_four_colours()


def stored_as(orientation: int) -> Image.Image:
    return UPRIGHT.transpose(AS_STORED[orientation]) if orientation in AS_STORED else UPRIGHT


def with_orientation(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def jpeg(picture: Image.Image = UPRIGHT, **options: object) -> bytes:
    return saved(picture, "JPEG", **{"quality": 95, "subsampling": "4:4:4", **options})


def jpeg_with_segment(marker: int, content: bytes) -> bytes:
    """A JPEG with a segment of 64 KB at most behind its first marker."""
    whole = jpeg()
    return whole[:2] + struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content + whole[2:]


def png_with(chunk: bytes, picture: Image.Image, **options: object) -> bytes:
    """A PNG with `chunk` (four letters and content) before its pixels."""
    return png_files.with_chunk(saved(picture, "PNG", **options), chunk[:4], chunk[4:])


def heic_turned(orientation: int, *turns: bytes, exif: int | None = None) -> bytes:
    return heic(stored_as(orientation), (SRGB, *turns), orientation=exif).to_bytes()


def avif(picture: Image.Image = UPRIGHT, *properties: bytes, exif: int | None = None, bits: int = 8) -> bytes:
    pixels = full_box(b"pixi", 0, 0, bytes([3, bits, bits, bits]))
    file = HeifFile(brands=AVIF_BRANDS)
    pixel_format = "yuv444p" if bits == 8 else "yuv444p10le"
    file.add(coded(picture, (pixels, *(properties or (SRGB,))), codec=b"av01", pixel_format=pixel_format))
    if exif is not None:
        file.add(exif_item(exif, 1))
    return file.to_bytes()


def heic_with(kind: bytes) -> bytes:
    """A HEIC with a grey picture of a quarter of the size that belongs to the main one."""
    file = heic(UPRIGHT)
    grey = UPRIGHT.convert("L").resize((SIZE[0] // 2, SIZE[1] // 2))
    described = (full_box(b"auxC", 0, 0, kind),)
    file.add(coded(grey, described, pixel_format="gray", refers=((b"auxl", (1,)),), is_hidden=True))
    return file.to_bytes()


def heic_with_thumbnail() -> bytes:
    file = heic(UPRIGHT)
    file.add(coded(Image.new("RGB", (64, 48)), refers=((b"thmb", (1,)),)))
    return file.to_bytes()


def heic_of_a_burst() -> bytes:
    """The second of two pictures is the one to be shown."""
    file = heic(Image.new("RGB", (320, 240)))
    file.primary = file.add(coded(UPRIGHT, (SRGB,)))
    return file.to_bytes()


def heic_with_clear_corner() -> bytes:
    """Without its alpha channel, the third corner would be black."""
    file = heic(of_four_colours((*CORNERS[:2], (0, 0, 0), CORNERS[3])))
    alpha = of_four_colours(((255,) * 3, (255,) * 3, (0,) * 3, (255,) * 3)).convert("L")
    described = (full_box(b"auxC", 0, 0, ALPHA),)
    file.add(coded(alpha, described, pixel_format="gray", refers=((b"auxl", (1,)),), is_hidden=True))
    return file.to_bytes()


def mpo() -> bytes:
    return saved(UPRIGHT, "MPO", save_all=True, append_images=[Image.new("RGB", SIZE)], quality=95, subsampling=0)


def motion_photo() -> bytes:
    """Behind the end of the picture, a film whose bytes look like a thousand scans."""
    return jpeg() + struct.pack(">I4s4sI8s", 24, b"ftyp", b"mp42", 0, b"isommp42") + SCANS * 9


def in_code_points(primaries: int, transfer: int) -> Image.Image:
    """The picture in the numbers of another space, by the chromaticities of H.273 and the formulas of BT.2100."""
    red_green_blue = {
        1: ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
        9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
        12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    }

    def to_xyz(primary: int) -> np.ndarray:
        columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in red_green_blue[primary]]).T
        white = np.array([0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290])
        return columns * np.linalg.solve(columns, white)

    signal = np.array(CORNERS) / 255
    light = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    light = np.clip(light @ (np.linalg.inv(to_xyz(primaries)) @ to_xyz(1)).T, 0, 1)
    if transfer == 16:  # 203 cd/m2 at white
        power = (light * 203 / 10_000) ** 0.1593017578125
        numbers = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    else:
        numbers = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return of_four_colours(tuple((round(red), round(green), round(blue)) for red, green, blue in numbers * 255))


def heic_in_p3(*properties: bytes) -> bytes:
    return heic(in_code_points(12, 13), properties).to_bytes()


def p3_profile() -> bytes:
    profile = profile_of(CodePoints(12, 13))
    assert profile is not None
    return profile


def sixteen_bit_png() -> bytes:
    """RGB of 16 bits a sample, which Pillow cannot write."""
    pixels = np.asarray(UPRIGHT).astype(">u2") * 257
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return png_files.png(*SIZE, zlib.compress(rows), depth=16, colour=png_files.RGB)


PHOTOGRAPHS: Final[dict[str, Callable[[], bytes]]] = {
    "HEIC, not turned": lambda: heic_turned(1),
    "HEIC, irot 0": lambda: heic_turned(1, irot(0)),
    "HEIC, irot 90": lambda: heic_turned(8, irot(1)),
    "HEIC, irot 180": lambda: heic_turned(3, irot(2)),
    "HEIC, irot 270": lambda: heic_turned(6, irot(3)),
    "HEIC, mirrored top to bottom": lambda: heic_turned(4, imir(0)),
    "HEIC, mirrored left to right": lambda: heic_turned(2, imir(1)),
    "HEIC, turned and then mirrored": lambda: heic_turned(5, irot(1), imir(0)),
    "HEIC, EXIF 6 only": lambda: heic_turned(6, exif=6),
    "HEIC, EXIF 3 only": lambda: heic_turned(3, exif=3),
    "HEIC, EXIF 5 only": lambda: heic_turned(5, exif=5),
    "HEIC, irot 270 and EXIF 6": lambda: heic_turned(6, irot(3), exif=6),
    "HEIC, irot 90 and EXIF 8": lambda: heic_turned(8, irot(1), exif=8),
    "HEIC, irot 0 and an outdated EXIF 6": lambda: heic_turned(1, irot(0), exif=6),
    "HEIC of tiles, irot 270": lambda: tiled(stored_as(6), 128, (SRGB, irot(3))).to_bytes(),
    "HEIC with a gain map": lambda: heic_with(GAIN_MAP),
    "HEIC with a depth image": lambda: heic_with(DEPTH),
    "HEIC with a thumbnail": heic_with_thumbnail,
    "HEIC of a burst": heic_of_a_burst,
    "HEIC with a film behind it": lambda: heic_turned(6, irot(3)) + box(b"mpvd", SCANS),
    "HEIC with a trailer that is no box": lambda: heic_turned(6, irot(3)) + b"\0\0\0\x02SEFHSEFT",
    "HEIC of 10 bits": lambda: heic(UPRIGHT, pixel_format="yuv420p10le").to_bytes(),
    "HEIC of 4:2:0": lambda: heic(UPRIGHT, pixel_format="yuv420p").to_bytes(),
    "HEIC by its compatible brand": lambda: heic(UPRIGHT, brands=(b"mif1", b"mif1", b"heic")).to_bytes(),
    "HEIC in Display P3 (ICC)": lambda: heic_in_p3(icc(p3_profile())),
    "HEIC in Display P3 (nclx)": lambda: heic_in_p3(P3),
    "HEIC in Display P3 (ICC beside nclx of sRGB)": lambda: heic_in_p3(SRGB, icc(p3_profile())),
    "HEIC of 10 bits in BT.2020": lambda: heic(
        in_code_points(9, 1), (nclx(9, 1),), pixel_format="yuv444p10le"
    ).to_bytes(),
    "AVIF": avif,
    "AVIF by Pillow": lambda: saved(UPRIGHT, "AVIF", quality=95),
    "AVIF, irot 90": lambda: avif(stored_as(8), SRGB, irot(1)),
    "AVIF, mirrored left to right": lambda: avif(stored_as(2), SRGB, imir(1)),
    "AVIF, EXIF 6 only": lambda: avif(stored_as(6), SRGB, exif=6),
    "AVIF, irot 270 and EXIF 6": lambda: avif(stored_as(6), SRGB, irot(3), exif=6),
    "AVIF, irot 0 and an outdated EXIF 6": lambda: avif(UPRIGHT, SRGB, irot(0), exif=6),
    "AVIF of 10 bits": lambda: avif(bits=10),
    "AVIF in Display P3 (nclx)": lambda: avif(in_code_points(12, 13), P3),
    **{
        f"JPEG, EXIF {orientation}": lambda orientation=orientation: jpeg(  # type: ignore[misc]
            stored_as(orientation), exif=with_orientation(orientation)
        )
        for orientation in range(1, 9)
    },
    "JPEG, progressive": lambda: jpeg(progressive=True),
    "JPEG in CMYK": lambda: jpeg(as_cmyk()),
    "JPEG in Display P3": lambda: jpeg(in_code_points(12, 13), icc_profile=p3_profile()),
    "JPEG with a film behind it": motion_photo,
    "JPEG with a second picture (MPO)": mpo,
    "JPEG with a trailer": lambda: jpeg() + b"\0\0\x01\x0aImage_UTC_Data" + SCANS + b"SEFT",
    "JPEG with scans in its maker notes": lambda: jpeg_with_segment(
        0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + SCANS
    ),
    "JPEG with scans in a comment": lambda: jpeg_with_segment(0xFE, SCANS),
    "JPEG with damaged EXIF": lambda: jpeg_with_segment(0xE1, b"Exif\0\0nothing that is TIFF"),
    "JPEG of 50 megapixels": lambda: jpeg(UPRIGHT.resize((8192, 6144), Image.Resampling.NEAREST)),
    "PNG of 16 bits": sixteen_bit_png,
    "PNG, EXIF 6": lambda: saved(stored_as(6), "PNG", exif=with_orientation(6)),
    "PNG with damaged EXIF": lambda: png_with(b"eXIfnothing that is TIFF", UPRIGHT),
    "WebP with damaged EXIF": lambda: saved(UPRIGHT, "WEBP", lossless=True, exif=b"nothing that is TIFF"),
    "PNG of a palette": lambda: saved(UPRIGHT.quantize(4), "PNG"),
    "PNG in Display P3 (cICP)": lambda: png_with(b"cICP\x0c\x0d\0\x01", in_code_points(12, 13)),
    "PNG in sRGB (cICP)": lambda: png_with(b"cICP\x01\x0d\0\x01", UPRIGHT),
    "PNG in sRGB (cICP) with a profile of Display P3": lambda: png_with(
        b"cICP\x01\x0d\0\x01", UPRIGHT, icc_profile=p3_profile()
    ),
    "PNG in Display P3 (cICP) with a profile of sRGB": lambda: png_with(
        b"cICP\x0c\x0d\0\x01", in_code_points(12, 13), icc_profile=profile_of(CodePoints(1, 8))
    ),
    "PNG in BT.2020 PQ (cICP)": lambda: png_with(b"cICP\x09\x10\0\x01", in_code_points(9, 16)),
    "WebP, EXIF 6": lambda: saved(stored_as(6), "WEBP", lossless=True, exif=with_orientation(6)),
    "WebP in Display P3": lambda: saved(in_code_points(12, 13), "WEBP", lossless=True, icc_profile=p3_profile()),
}


def as_cmyk() -> Image.Image:
    """With no black ink, CMYK as a photograph is printed on: what each ink takes away."""
    cyan, magenta, yellow = ImageChops.invert(UPRIGHT).split()
    return Image.merge("CMYK", (cyan, magenta, yellow, Image.new("L", SIZE, 0)))


def corners_of(content: bytes) -> list[Colour]:
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.mode == "RGB"
        places = [(x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]
        return [picture.getpixel((int(x * picture.width), int(y * picture.height))) for x, y in places]  # type: ignore[misc]


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_photograph_comes_in_upright_and_in_its_colours(name: str) -> None:
    taken = take_in(PHOTOGRAPHS[name]())

    assert taken.width / taken.height == SIZE[0] / SIZE[1]
    assert taken.width == min(STORED_SIDE, 8192 if "50 megapixels" in name else SIZE[0])
    # An 8-bit code in PQ is as coarse as seven steps of sRGB.
    tolerance = 12 if "PQ" in name else 6
    for shown, meant in zip(corners_of(taken.content), CORNERS, strict=True):
        assert max(abs(a - b) for a, b in zip(shown, meant, strict=True)) <= tolerance, (shown, meant)


def test_a_transparent_heic_becomes_white() -> None:
    assert min(corners_of(take_in(heic_with_clear_corner()).content)[2]) >= 250


def test_a_grey_heic_of_10_bits_keeps_its_brightness() -> None:
    grey = heic(UPRIGHT.convert("L"), (), pixel_format="gray10le").to_bytes()
    for shown, meant in zip(corners_of(take_in(grey).content), CORNERS, strict=True):
        brightness = Image.new("RGB", (1, 1), meant).convert("L").getpixel((0, 0))
        assert abs(shown[0] - brightness) <= 3  # type: ignore[operator]
