"""HEIC files as phones write them, box by box (ISO/IEC 14496-12, 14496-15, 23008-12).

ffmpeg encodes the pictures; everything around them is written here, so that rotations, tiles, gain maps and depth
images can be had in any combination.
"""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import imageio_ffmpeg  # type: ignore[import-untyped]
from PIL import Image

_START_CODE = re.compile(rb"\x00\x00\x00?\x01")
_PARAMETER_SETS = (32, 33, 34)

GAIN_MAP: Final = b"urn:com:apple:photo:2020:aux:hdrgainmap\0"
DEPTH: Final = b"urn:mpeg:hevc:2015:auxid:2\0"
ALPHA: Final = b"urn:mpeg:hevc:2015:auxid:1\0"


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + kind + content


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def irot(quarter_turns: int) -> bytes:
    """Turned anticlockwise to be shown upright."""
    return box(b"irot", bytes([quarter_turns]))


def imir(axis: int) -> bytes:
    """0: top and bottom are exchanged; 1: left and right (ISO/IEC 23008-12:2022)."""
    return box(b"imir", bytes([axis]))


def nclx(primaries: int, transfer: int, matrix: int = 6, *, full_range: bool = True) -> bytes:
    return box(b"colr", b"nclx", struct.pack(">HHHB", primaries, transfer, matrix, full_range << 7))


def extent(width: int, height: int) -> bytes:
    return full_box(b"ispe", 0, 0, struct.pack(">II", width, height))


def icc(profile: bytes) -> bytes:
    return box(b"colr", b"prof", profile)


@dataclass(frozen=True)
class Item:
    """An item of the file; each of `refers` is a kind of reference and the items that it refers to."""

    kind: bytes
    content: bytes
    properties: tuple[bytes, ...] = ()
    refers: tuple[tuple[bytes, tuple[int, ...]], ...] = ()
    is_hidden: bool = False


@dataclass
class HeifFile:
    """Items are numbered from 1. `primary` is the number of the one to be shown."""

    items: list[Item] = field(default_factory=list)
    primary: int = 1
    brands: tuple[bytes, ...] = (b"heic", b"mif1", b"heic")

    def add(self, item: Item) -> int:
        self.items.append(item)
        return len(self.items)

    def to_bytes(self) -> bytes:
        brands = box(b"ftyp", self.brands[0], bytes(4), *self.brands[1:])
        start = len(brands) + len(self._meta(0)) + 8
        return brands + self._meta(start) + box(b"mdat", *self._contents())

    def _meta(self, start: int) -> bytes:
        return full_box(
            b"meta", 0, 0,
            full_box(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
            full_box(b"pitm", 0, 0, struct.pack(">H", self.primary)),
            self._locations(start),
            full_box(b"iinf", 0, 0, struct.pack(">H", len(self.items)), *(
                full_box(b"infe", 2, item.is_hidden, struct.pack(">HH", number, 0), item.kind, b"\0")
                for number, item in enumerate(self.items, 1)
            )),
            full_box(b"iref", 0, 0, *(
                box(kind, struct.pack(f">HH{len(others)}H", number, len(others), *others))
                for number, item in enumerate(self.items, 1) for kind, others in item.refers
            )),
            self._properties(),
        )  # fmt: skip

    def _contents(self) -> list[bytes]:
        """Equal contents are stored once, so that a picture of 100 megapixels takes a few kilobytes."""
        return list(dict.fromkeys(item.content for item in self.items))

    def _locations(self, start: int) -> bytes:
        places = {}
        for content in self._contents():
            places[content] = start
            start += len(content)
        entries = [
            struct.pack(">HHHII", number, 0, 1, places[item.content], len(item.content))
            for number, item in enumerate(self.items, 1)
        ]
        return full_box(b"iloc", 0, 0, struct.pack(">BBH", 0x44, 0, len(entries)), *entries)

    def _properties(self) -> bytes:
        kept = list(dict.fromkeys(one for item in self.items for one in item.properties))
        essential = (b"hvcC", b"av1C", b"irot", b"imir")
        used = [(number, item.properties) for number, item in enumerate(self.items, 1) if item.properties]
        association = [
            struct.pack(">HB", number, len(properties))
            + bytes((kept.index(one) + 1) | (0x80 if one[4:8] in essential else 0) for one in properties)
            for number, properties in used
        ]
        return box(
            b"iprp",
            box(b"ipco", *kept),
            full_box(b"ipma", 0, 0, struct.pack(">I", len(association)), *association),
        )


@cache
def _encoded(pixels: bytes, mode: str, size: tuple[int, int], pixel_format: str, *options: str) -> bytes:
    """The stream that ffmpeg makes of one picture."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error",
        "-f", "rawvideo", "-pix_fmt", "gray" if mode == "L" else "rgb24", "-s", f"{size[0]}x{size[1]}", "-i", "-",
        "-vf", f"scale=out_color_matrix=bt601:out_range=full,format={pixel_format}", "-frames:v", "1", *options, "-",
    ]  # fmt: skip
    return subprocess.run(command, input=pixels, capture_output=True, check=True).stdout


def _hevc(picture: Image.Image, pixel_format: str) -> tuple[bytes, bytes]:
    """The configuration box (ISO/IEC 14496-15, 8.3.3) and the sample of an HEVC picture."""
    tuning = "log-level=none:info=0:qp=8:pools=none:frame-threads=1"
    options = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", tuning, "-f", "hevc")
    stream = _encoded(picture.tobytes(), picture.mode, picture.size, pixel_format, *options)
    sets: dict[int, list[bytes]] = {kind: [] for kind in _PARAMETER_SETS}
    slices = []
    for unit in filter(None, _START_CODE.split(stream)):
        kind = unit[0] >> 1 & 0x3F
        if kind in sets:
            sets[kind].append(unit)
        elif kind < 32:
            slices.append(struct.pack(">I", len(unit)) + unit)
    profile = sets[33][0].replace(b"\0\0\x03", b"\0\0")[3:15]
    chroma, depth = _chroma_and_depth(pixel_format)
    arrays = [
        struct.pack(">BHH", 0x80 | kind, 1, len(unit)) + unit for kind, of_kind in sets.items() for unit in of_kind
    ]
    described = bytes([0xFC, 0xFC | chroma, 0xF8 | depth - 8, 0xF8 | depth - 8])
    return box(b"hvcC", b"\x01", profile, b"\xf0\0", described, b"\0\0\x0f\x03", *arrays), b"".join(slices)


def _av1(picture: Image.Image, pixel_format: str) -> tuple[bytes, bytes]:
    """The configuration box (AV1-ISOBMFF, 2.3) and the sample of an AV1 picture."""
    options = ("-c:v", "libaom-av1", "-still-picture", "1", "-cpu-used", "8", "-crf", "8", "-f", "obu")
    stream = _encoded(picture.tobytes(), picture.mode, picture.size, pixel_format, *options)
    chroma, depth = _chroma_and_depth(pixel_format)
    flags = (depth > 8) << 6 | (chroma == 0) << 4 | (0 if chroma == 3 else 0b1100)
    return box(b"av1C", bytes([0x81, (chroma == 3) << 5 | 8, flags, 0])), stream.removeprefix(b"\x12\0")


def _chroma_and_depth(pixel_format: str) -> tuple[int, int]:
    chroma = 0 if pixel_format.startswith("gray") else 3 if "444" in pixel_format else 1
    return chroma, 10 if "10" in pixel_format else 8


def coded(
    picture: Image.Image,
    properties: Sequence[bytes] = (),
    *,
    pixel_format: str = "yuv444p",
    codec: bytes = b"hvc1",
    **options: object,
) -> Item:
    """An item of one picture, `L` or `RGB`, in HEVC (hvc1) or AV1 (av01)."""
    configuration, sample = {b"hvc1": _hevc, b"av01": _av1}[codec](picture, pixel_format)
    return Item(codec, sample, (configuration, extent(*picture.size), *properties), **options)  # type: ignore[arg-type]


def exif_item(orientation: int, of: int) -> Item:
    exif = Image.Exif()
    exif[0x0112] = orientation
    block = exif.tobytes()  # begins with Exif, 0, 0: the header that the offset skips
    return Item(b"Exif", struct.pack(">I", 6) + block, refers=((b"cdsc", (of,)),))


def heic(
    picture: Image.Image,
    properties: Sequence[bytes] = (nclx(1, 13),),
    *,
    orientation: int | None = None,
    pixel_format: str = "yuv444p",
    brands: tuple[bytes, ...] = (b"heic", b"mif1", b"heic"),
) -> HeifFile:
    """One picture, as the properties say, with an EXIF orientation when it is given."""
    file = HeifFile(brands=brands)
    file.add(coded(picture, properties, pixel_format=pixel_format))
    if orientation is not None:
        file.add(exif_item(orientation, 1))
    return file


def tiled(picture: Image.Image, tile: int, properties: Sequence[bytes] = (nclx(1, 13),)) -> HeifFile:
    """The picture as a grid of square tiles, as iPhones write it; its sides are multiples of `tile`."""
    file = HeifFile()
    columns, rows = picture.width // tile, picture.height // tile
    numbers = tuple(
        file.add(coded(picture.crop((x * tile, y * tile, (x + 1) * tile, (y + 1) * tile)), properties, is_hidden=True))
        for y in range(rows)
        for x in range(columns)
    )
    return with_grid(file, numbers, (columns, rows), picture.size, properties)


def with_grid(
    file: HeifFile, tiles: tuple[int, ...], shape: tuple[int, int], size: tuple[int, int], properties: Sequence[bytes]
) -> HeifFile:
    """The file with a picture put together of `tiles`, row by row, as the one to be shown."""
    content = struct.pack(">BBBBHH", 0, 0, shape[1] - 1, shape[0] - 1, *size)
    file.primary = file.add(Item(b"grid", content, (extent(*size), *properties), refers=((b"dimg", tiles),)))
    return file
