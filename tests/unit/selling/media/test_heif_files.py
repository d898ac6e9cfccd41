"""What the boxes of a HEIC say before it is decoded: turns, and how its pictures are put together."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace

import pytest
from PIL import Image

from souk.selling.media.adapters import heif_files
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
        lambda: grid_of(MOST_TILES // 5 + 1, 5),
    ],
    ids=[
        "an identity", "an overlay", "a grid of a grid", "an alpha that is an identity",
        "an alpha that is a grid of a grid", "three upon another beside the main picture", "an alpha of an alpha",
        "too many tiles",
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
