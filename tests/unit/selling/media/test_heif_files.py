"""What the boxes of a HEIC say before it is decoded: turns, and how its pictures are put together."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace

import pytest
from PIL import Image

from souk.selling.media.adapters import heif_files
from souk.selling.media.adapters.av1_samples import coded_pixels
from souk.selling.media.adapters.heif_files import MOST_TILES
from souk.selling.media.adapters.pictures import take_in
from souk.selling.media.model import PictureRejected
from tests.unit.selling.media.heif_builder import (
    ALPHA,
    HeifFile,
    Item,
    box,
    coded,
    extent,
    full_box,
    heic,
    imir,
    irot,
    nclx,
    tiled,
    with_grid,
)

AVIF_BRANDS = (b"avif", b"mif1", b"avif", b"miaf")
PICTURE = Image.new("RGB", (512, 512), (30, 160, 60))
SRGB = (nclx(1, 13),)
TILE = coded(PICTURE.crop((0, 0, 256, 256)), SRGB, is_hidden=True)
IS_ALPHA = (full_box(b"auxC", 0, 0, ALPHA),)


def read(file: HeifFile) -> heif_files.HeifFile:
    return heif_files.HeifFile(file.to_bytes())


def belonging(item: Item, to: int) -> Item:
    refers = (*item.refers, (b"auxl", (to,)))
    return replace(item, properties=(*item.properties, *IS_ALPHA), refers=refers, is_hidden=True)


def grid_of(columns: int, rows: int = 1, side: int = 256) -> HeifFile:
    file = HeifFile()
    numbers = tuple(file.add(TILE) for _ in range(columns * rows))
    return with_grid(file, numbers, (columns, rows), (columns * side, rows * side), SRGB)


def with_alpha_of_tiles() -> HeifFile:
    """A coded picture whose transparency is a grid."""
    file = heic(PICTURE)
    grey = coded(PICTURE.convert("L").crop((0, 0, 256, 256)), pixel_format="gray", is_hidden=True)
    numbers = tuple(file.add(grey) for _ in range(4))
    return shown_first(with_grid(file, numbers, (2, 2), PICTURE.size, ()), belongs=True)


def derived(*kinds: bytes) -> HeifFile:
    """The second of two coded pictures, shown by way of items of other kinds, each of the one before."""
    file = heic(PICTURE)
    file.primary = file.add(TILE)
    for kind in kinds:
        refers = ((b"dimg", (file.primary,)),)
        file.primary = file.add(Item(kind, b"", (extent(256, 256), *SRGB), refers=refers))
    return file


def grid_of_a_grid() -> HeifFile:
    file = grid_of(1)
    return with_grid(file, (file.primary,), (1, 1), (256, 256), SRGB)


def shown_first(file: HeifFile, belongs: bool) -> HeifFile:
    """The first picture, with what was the main one as its transparency or beside it."""
    if belongs:
        file.items[file.primary - 1] = belonging(file.items[file.primary - 1], 1)
    file.primary = 1
    return file


def with_alpha(item: Item) -> HeifFile:
    file = heic(PICTURE)
    file.add(belonging(item, 1))
    return file


def with_alpha_of_its_alpha_of_its_alpha() -> HeifFile:
    file = heic(PICTURE)
    for number in (1, 2, 3):
        file.add(belonging(TILE, number))
    return file


def with_alphas_of_an_alpha_of_tiles() -> HeifFile:
    file = with_alpha_of_tiles()
    for _ in range(2):
        file.add(belonging(TILE, len(file.items)))
    return file


def its_own_alpha() -> HeifFile:
    """libheif says so and refuses it, too."""
    file = heic(PICTURE)
    file.items[0] = replace(belonging(file.items[0], 1), is_hidden=False)
    return file


def test_only_the_turn_of_the_main_picture_counts() -> None:
    picture = Image.new("RGB", (64, 64))
    file = heic(picture, SRGB)
    file.add(coded(picture, (irot(1), imir(0)), refers=((b"thmb", (1,)),)))
    assert not read(file).says_how_to_turn()
    file.primary = 2
    assert read(file).says_how_to_turn()


@pytest.mark.parametrize(
    ("file", "pixels"),
    [
        (lambda: heic(PICTURE), 512 * 512),
        (lambda: tiled(PICTURE, 128), 512 * 512),
        (lambda: shown_first(derived(b"iden", b"iden"), belongs=False), 512 * 512),
        (lambda: grid_of(3, side=200), 3 * 256 * 256),
        (with_alpha_of_tiles, 512 * 512),
        (lambda: with_alpha(TILE), 512 * 512),
        (lambda: with_alpha(replace(TILE, properties=(extent(3000, 2000),))), 3000 * 2000),
        (lambda: grid_of(MOST_TILES // 5, 5), MOST_TILES * 256 * 256),
    ],
    ids=[
        "coded", "tiles", "two upon another beside it", "tiles that reach beyond it", "alpha of tiles", "alpha",
        "alpha larger than the picture", "as many tiles as are taken",
    ],
)  # fmt: skip
def test_the_pixels_are_counted_that_a_decoder_decodes(file: Callable[[], HeifFile], pixels: int) -> None:
    assert read(file()).decoded_pixels() == pixels


@pytest.mark.parametrize(
    "file",
    [
        lambda: derived(b"iden"),
        lambda: derived(b"iovl"),
        grid_of_a_grid,
        lambda: shown_first(derived(b"iden"), belongs=True),
        lambda: shown_first(grid_of_a_grid(), belongs=True),
        lambda: shown_first(derived(b"iden", b"iden", b"iden"), belongs=False),
        with_alpha_of_its_alpha_of_its_alpha,
        with_alphas_of_an_alpha_of_tiles,
        its_own_alpha,
        lambda: grid_of(MOST_TILES // 5 + 1, 5),
    ],
    ids=[
        "an identity", "an overlay", "a grid of a grid", "an alpha that is an identity",
        "an alpha that is a grid of a grid", "three upon another beside the main picture", "an alpha of an alpha",
        "alphas of an alpha of tiles", "its own alpha", "too many tiles",
    ],
)  # fmt: skip
def test_what_is_put_together_as_no_camera_does_is_refused_before_it_is_opened(file: Callable[[], HeifFile]) -> None:
    assert read(file()).decoded_pixels() is None
    with pytest.raises(PictureRejected, match="put together in a way that no camera uses"):
        take_in(file().to_bytes())


@pytest.mark.parametrize(
    "file",
    [
        lambda: with_alpha(replace(TILE, properties=(extent(12_000, 12_000),))),
        lambda: heic(PICTURE, (extent(12_000, 12_000),)),
    ],
    ids=["its alpha", "one of two sizes"],
)
def test_each_size_that_a_decoder_would_decode_is_bounded(file: Callable[[], HeifFile]) -> None:
    with pytest.raises(PictureRejected, match="megapixels"):
        take_in(file().to_bytes())


def av1_that_claims(width: int, height: int) -> Item:
    """A sequence header of that size and no frame."""
    fields = f"0001{1:01b}{8:05b}{15:04b}{15:04b}{width - 1:016b}{height - 1:016b}".ljust(56, "0")
    sample = b"\x0a\x07" + int(fields, 2).to_bytes(7)
    return Item(b"av01", sample, (extent(256, 256),), is_hidden=True)


def test_av1_counts_as_it_is_coded_since_its_decoder_makes_it_smaller_afterwards() -> None:
    tile = coded(PICTURE, SRGB, codec=b"av01", is_hidden=True)
    smaller = replace(tile, properties=(tile.properties[0], extent(256, 256), *SRGB))
    file = HeifFile(brands=AVIF_BRANDS)
    numbers = tuple(file.add(smaller) for _ in range(4))
    assert read(with_grid(file, numbers, (4, 1), (1024, 256), SRGB)).decoded_pixels() == 4 * 512 * 512


@pytest.mark.parametrize("stored_in", ["mdat", "idat"])
def test_av1_that_is_coded_in_too_many_pixels_is_refused(stored_in: str) -> None:
    file = HeifFile(brands=AVIF_BRANDS)
    numbers = tuple(file.add(av1_that_claims(8000, 8000)) for _ in range(2))
    raw = with_grid(file, numbers, (2, 1), (512, 256), SRGB).to_bytes()
    if stored_in == "idat":
        raw = in_idat(raw)
    assert heif_files.HeifFile(raw).decoded_pixels() == 2 * 8000 * 8000
    with pytest.raises(PictureRejected, match="megapixels"):
        take_in(raw)


def in_idat(raw: bytes) -> bytes:
    """The file with its contents in `idat`, as version 1 of `iloc` can say."""
    at = raw.index(b"iloc") - 4
    old = raw[at : at + int.from_bytes(raw[at : at + 4])]
    content = raw.index(b"mdat") + 4
    entries = [struct.unpack_from(">HHHII", old, 16 + 14 * number) for number in range((len(old) - 16) // 14)]
    new = full_box(b"iloc", 1, 0, struct.pack(">BBH", 0x44, 0, len(entries)), *(
        struct.pack(">HHHHII", item, 1, 0, 1, start - content, length) for item, _, _, start, length in entries
    ))  # fmt: skip
    start = raw.index(b"meta") - 4
    size = int.from_bytes(raw[start : start + 4])
    inner = raw[start + 8 : start + size].replace(old, new)
    return raw[:start] + box(b"meta", inner, box(b"idat", raw[content:]))


@pytest.mark.parametrize(
    ("fields", "pixels"),
    [
        ("000 1 1 01000 1111 1111 0000111110011111 0000101110110111", 4000 * 3000),
        ("000 1 0 0 0 00000 000000000000 00100 1011 1011 111110011111 101110110111", 4000 * 3000),
        ("000 1 0 0 1 00001 000000000000 01000 0 1 1111 000000000001 00100 0 0111 0111 11000111 10010101", 200 * 150),
    ],
    ids=["reduced", "with a level", "with two operating points, a tier and a delay"],
)
def test_the_size_of_av1_is_read_from_its_sequence_header(fields: str, pixels: int) -> None:
    bits = fields.replace(" ", "")
    header = int(bits.ljust(96, "0"), 2).to_bytes(12)
    delimiter, frame = b"\x12\0", b"\x32\x02\xff\xff"
    assert coded_pixels(delimiter + b"\x0a\x0c" + header + frame) == pixels
    assert coded_pixels(frame + b"\x0e\0\x8c\0" + header) == pixels
    assert coded_pixels(frame + b"\x08" + header) == pixels
    assert coded_pixels(frame) == 0


@pytest.mark.parametrize("sample", [b"\x0a", b"\x0a\x02\x18\0", b"\x0a" + b"\xff" * 12, b"\x0a\x01\x14"])
def test_a_malformed_av1_sample_raises(sample: bytes) -> None:
    with pytest.raises((LookupError, ValueError)):
        coded_pixels(sample)


def test_malformed_boxes_raise() -> None:
    for damaged in (b"", b"\0\0\0\x04meta", heic(PICTURE).to_bytes()[:120]):
        with pytest.raises((LookupError, ValueError, struct.error)):
            heif_files.HeifFile(damaged)


def test_a_file_that_says_a_thing_twice_is_refused() -> None:
    """A decoder might read the other."""
    raw = grid_of(2).to_bytes()
    for kind in (b"pitm", b"iinf", b"iref"):
        at = raw.index(kind) - 4
        once = raw[at : at + int.from_bytes(raw[at : at + 4])]
        start = raw.index(b"meta") - 4
        size = int.from_bytes(raw[start : start + 4])
        meta = struct.pack(">I", size + len(once)) + raw[start + 4 : start + size] + once
        with pytest.raises(PictureRejected, match="cannot be decoded"):
            take_in(raw[:start] + meta + raw[start + size :])
    with pytest.raises(PictureRejected, match="cannot be decoded"):
        take_in(raw + full_box(b"meta", 0, 0, box(b"free")))
