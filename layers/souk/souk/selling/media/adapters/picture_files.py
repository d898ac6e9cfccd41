"""What the bytes of a picture say before anything is decoded: its format, its size, and what a decoder does not report.

Pure Python: nothing is imported that decodes. A malformed file raises LookupError, ValueError or struct.error.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, NamedTuple

# A camera writes about ten scans. Each is a pass over the whole picture, so their number bounds the time of decoding.
MOST_JPEG_SCANS: Final = 64
# A profile may have 255, and extended XMP (a depth map) some hundreds. Pillow reads 600 of 64 KB, as many as fit in an
# upload, in 1.6 s.
MOST_JPEG_SEGMENTS: Final = 1024
# As much as one segment holds, and so as much as any camera writes. Pillow copies all before for each further segment,
# and reads each entry into memory of its own, although they may share their bytes.
MOST_EXIF_BYTES: Final = 65_535

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2"})
_SEQUENCE_BRANDS = frozenset({b"hevc", b"hevx", b"hevm", b"hevs", b"msf1", b"avis"})

# A marker as libjpeg looks for it: fill bytes, stuffed zeros and restarts are passed over. Without a quantifier for the
# fill bytes: a long run of them would be searched once for each.
_JPEG_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])", re.DOTALL)
_EOI, _SOS, _APP1, _FIRST_SEGMENT = 0xD9, 0xDA, 0xE1, 0xC0
# Pillow reads no length after these, and reads on; libjpeg does not go on.
_WITHOUT_LENGTH = frozenset({0xC8, 0xD8, _EOI, *range(0xF0, 0xFE)})


class Format(StrEnum):
    """The formats of still pictures that are taken, and moving ones, which are not."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    HEIC = "HEIC"
    AVIF = "AVIF"
    SEQUENCE = "sequence"


class Excess(StrEnum):
    """What a JPEG has too much of."""

    SCANS = "scans"
    SEGMENTS = "segments"


class CodePoints(NamedTuple):
    """Colour by the numbers of ITU-T H.273."""

    primaries: int
    transfer: int


class PngHeader(NamedTuple):
    """Bits of a sample, and the colour that the cICP chunk declares, if there is one."""

    depth: int
    colour: CodePoints | None


def format_of(raw: bytes) -> Format | None:
    """By the first bytes; what the sender called the file does not count."""
    if raw.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return Format.WEBP
    if raw[4:8] == b"ftyp":
        return _format_of_brands(raw)
    return None


def _format_of_brands(raw: bytes) -> Format | None:
    end = min(int.from_bytes(raw[:4]), 256)
    major, *compatible = (raw[at : at + 4] for at in (8, *range(16, end - 3, 4)))
    if major in _SEQUENCE_BRANDS:
        return Format.SEQUENCE
    if b"avif" in (major, *compatible):
        return Format.AVIF
    return Format.HEIC if _HEIC_BRANDS & {major, *compatible} else None


def excess_of(jpeg: bytes) -> Excess | None:
    """Of what the picture itself, up to its end, has more than any camera writes; its decoding would take too long.

    FF DA also occurs in maker notes, profiles, embedded previews, and in a film or a second picture behind the end of
    the first: segments are passed over by their length, and nothing is read after EOI.
    """
    at, scans, segments, exif = 2, 0, 0, 0
    while found := _JPEG_MARKER.search(jpeg, at):
        at, marker = found.end(), found[1][0]
        if marker == _EOI and scans:
            break
        # The reserved markers below have no length, as libjpeg reads them.
        if marker < _FIRST_SEGMENT or marker in _WITHOUT_LENGTH:
            continue
        length = max(2, int.from_bytes(jpeg[at : at + 2]))
        if marker == _APP1 and jpeg[at + 2 : at + 8] == b"Exif\0\0":
            exif += length - 2
        at += length
        scans += marker == _SOS
        segments += 1
        if scans > MOST_JPEG_SCANS:
            return Excess.SCANS
        if segments > MOST_JPEG_SEGMENTS or exif > MOST_EXIF_BYTES:
            return Excess.SEGMENTS
    return None


def webp_size(raw: bytes) -> tuple[int, int]:
    """Width and height by RFC 9649, from the first chunk."""
    kind, head = raw[12:16], raw[20:30]
    if len(head) == 10:
        if kind == b"VP8X":
            return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
        if kind == b"VP8L":
            bits = int.from_bytes(head[1:5], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        if kind == b"VP8 ":
            return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    raise ValueError("no WebP picture")


def png_header(raw: bytes) -> PngHeader:
    """What precedes the pixels, by the PNG specification, third edition."""
    depth, colour, at = raw[24], None, 8
    while (kind := raw[at + 4 : at + 8]) not in (b"IDAT", b""):
        if kind == b"cICP":
            colour = CodePoints(raw[at + 8], raw[at + 9])
        at += 12 + int.from_bytes(raw[at : at + 4])
    return PngHeader(depth, colour)
