"""What a file says before it is decoded: its format, and what a JPEG has too much of."""

from __future__ import annotations

import struct
import time

import pytest

from souk.selling.media.adapters.picture_files import (
    MOST_EXIF_BYTES,
    MOST_JPEG_SCANS,
    MOST_JPEG_SEGMENTS,
    Excess,
    Format,
    excess_of,
    format_of,
)

# Markers only: nothing that a decoder would accept.
START, END = b"\xff\xd8", b"\xff\xd9"
SCAN = b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + b"\x12\xff\0\x34\xff\xd0\x56"


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


MANY = SCAN * (MOST_JPEG_SCANS + 1)


@pytest.mark.parametrize(
    "file",
    [
        START + SCAN * MOST_JPEG_SCANS + END,
        START + SCAN + END + MANY,
        START + segment(0xE1, MANY) + SCAN + END,
        START + segment(0xED, b"\xff\xd8" + MANY + END) + SCAN + END,
        START + SCAN + segment(0xFE, MANY) + SCAN + END,
        START + segment(0xE2, b"") + SCAN + END + MANY,
        START,
        START + b"\xff\xe1\xff",
    ],
    ids=[
        "as many as are taken", "behind the end", "in maker notes", "in a preview", "in a comment between scans",
        "behind an empty segment", "only a start", "cut off within a segment",
    ],
)  # fmt: skip
def test_scans_outside_the_picture_do_not_count(file: bytes) -> None:
    assert excess_of(file) is None


@pytest.mark.parametrize(
    "file",
    [
        START + MANY + END,
        START + SCAN.replace(b"\xff\xda", b"\xff\xff\xff\xda") * (MOST_JPEG_SCANS + 1) + END,
        START + b"stray bytes" + MANY + END,
        START + b"\xff\x02\xff\xff" + MANY + END,
        START + b"".join(segment(0xC4, bytes(17)) + SCAN for _ in range(MOST_JPEG_SCANS + 1)) + END,
        START + segment(0xDA, bytes(6)) + b"\xff\xd7\xff\x01" + MANY + END,
        START + b"\xff\xe1\0\0" + MANY + END,
    ],
    ids=[
        "too many", "with fill bytes", "after stray bytes", "after a marker without a length", "with tables between",
        "after restarts", "after an empty segment",
    ],
)  # fmt: skip
def test_a_picture_of_too_many_scans_is_found(file: bytes) -> None:
    assert excess_of(file) is Excess.SCANS


FEW_APPS = segment(0xE5, b"") * (MOST_JPEG_SEGMENTS - 1)
FULL_EXIF = segment(0xE1, b"Exif\0\0" + bytes(MOST_EXIF_BYTES // 2 - 6))


@pytest.mark.parametrize(
    "file",
    [
        START + FEW_APPS + SCAN + END,
        START + FEW_APPS + SCAN + END + FEW_APPS,
        START + segment(0xE1, FEW_APPS) + FEW_APPS[4:] + SCAN + END,
        START + FULL_EXIF * 2 + SCAN + END + FULL_EXIF,
        START + segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(65_000)) * 300 + SCAN + END,
    ],
    ids=["as many as are taken", "behind the end", "within a segment", "EXIF behind the end", "extended XMP"],
)
def test_as_many_segments_as_real_files_have_are_taken(file: bytes) -> None:
    assert excess_of(file) is None


@pytest.mark.parametrize(
    "file",
    [
        START + FEW_APPS + segment(0xE5, b"") + SCAN + END,
        START + SCAN + FEW_APPS + SCAN + END,
        START + END + FEW_APPS + segment(0xE5, b"") + SCAN + END,
        START + b"\xff\xf0" + segment(0xE5, b"") * (MOST_JPEG_SEGMENTS + 1) + SCAN + END,
        START + b"\xff\xd8" + segment(0xE5, b"") * (MOST_JPEG_SEGMENTS + 1) + SCAN + END,
        START + FULL_EXIF * 2 + segment(0xE1, b"Exif\0\0") + SCAN + END,
    ],
    ids=[
        "one more", "between scans", "after an end without a picture", "after an extension", "after a second start",
        "more bytes of EXIF",
    ],
)  # fmt: skip
def test_a_picture_of_too_many_segments_is_found(file: bytes) -> None:
    assert excess_of(file) is Excess.SEGMENTS


def test_a_run_of_fill_bytes_takes_time_in_proportion_to_its_length() -> None:
    def seconds(length: int) -> float:
        """Of the processor, in the fastest of several runs."""
        file, taken = START + b"\xff" * length + b"\0" + END, []
        for _ in range(9):
            started = time.process_time()
            assert excess_of(file) is None
            taken.append(time.process_time() - started)
        return min(taken)

    # Four times as long: 4 in proportion, 16 if each byte were searched from again.
    assert seconds(20_000) < 8 * seconds(5_000)


@pytest.mark.parametrize(
    ("brands", "expected"),
    [
        ((b"heic", b"mif1", b"heic"), Format.HEIC),
        ((b"heix",), Format.HEIC),
        ((b"mif1", b"heic", b"miaf"), Format.HEIC),
        ((b"mif1", b"avif", b"miaf"), Format.AVIF),
        ((b"avif",), Format.AVIF),
        ((b"avis", b"avif", b"msf1"), Format.SEQUENCE),
        ((b"hevc", b"heic", b"msf1"), Format.SEQUENCE),
        ((b"heic", b"mif1", b"msf1", b"heic"), Format.HEIC),
        ((b"isom", b"mp41"), None),
        ((b"qt  ", b"qt  "), None),
    ],
)
def test_the_brands_of_a_file_decide_its_format(brands: tuple[bytes, ...], expected: Format | None) -> None:
    major, *compatible = brands
    content = b"ftyp" + major + bytes(4) + b"".join(compatible)
    assert format_of(struct.pack(">I", len(content) + 4) + content + b"\0\0\0\x08heic") is expected
