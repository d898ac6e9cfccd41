"""What the boxes of a HEIC or AVIF file say before anything is decoded: its pictures, their sizes and their turns.

Pure Python. A malformed file raises LookupError, ValueError or struct.error.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Final

from souk.selling.media.adapters.av1_samples import coded_pixels

MOST_TILES: Final = 1000
"""Of one grid: a picture of 100 megapixels in tiles of 512 pixels, as phones write it, has about 400."""
# Within one box. A burst of large pictures has some thousands of each.
_MOST_BOXES = _MOST_REFERENCES = 20_000
_MOST_BYTES = 128 * 1024 * 1024  # of all coded pictures that a decoder opens
# Two are needed: a tone-mapped picture is derived from a grid, and that from tiles.
_TOO_MANY_LEVELS = 3
_CODED = frozenset({b"hvc1", b"av01"})

type _Item = int
type _Box = tuple[bytes, bytes]
"""Kind and content."""


class HeifFile:
    """The items of a file. `primary` is the one to be shown."""

    def __init__(self, raw: bytes) -> None:
        [meta] = _of_kind(_readable_boxes(raw), b"meta")
        self._raw = raw
        self._read = 0
        self._boxes = tuple(_boxes(meta[4:]))
        pitm = self._only(b"pitm")
        self.primary: _Item = int.from_bytes(pitm[4 : 8 if pitm[0] else 6])
        iprp = tuple(_boxes(self._only(b"iprp")))
        [ipco] = _of_kind(iprp, b"ipco")
        properties = tuple(_boxes(ipco))
        self._properties: dict[_Item, list[_Box]] = defaultdict(list)
        for ipma in _of_kind(iprp, b"ipma"):
            for item, index in _associations(ipma):
                if 0 < index <= len(properties):
                    self._properties[item].append(properties[index - 1])

    def says_how_to_turn(self) -> bool:
        """Whether the main picture is turned or mirrored by the file itself (irot, imir).

        The EXIF orientation beside them repeats the same turn and must not be followed too (ISO/IEC 23008-12).
        """
        return not {b"irot", b"imir"}.isdisjoint(kind for kind, _ in self._properties[self.primary])

    def decoded_pixels(self) -> int | None:
        """How many pixels the main picture is coded in, or one that belongs to it, as its transparency: the most.

        None: one of them is put together otherwise than cameras do. That is of one grid of coded tiles, if at all; a
        decoder would open what is nested deeper once for each way that leads to it.
        """
        kinds = self._kinds()
        inputs, belongings = self._references()
        # Of the whole file, since a decoder also looks at pictures that it does not decode.
        nested: Collection[_Item] = kinds
        for _ in range(_TOO_MANY_LEVELS):
            nested = {item for item, others in inputs.items() if not set(others).isdisjoint(nested)}
        if nested:
            return None
        parts = belongings[self.primary]
        if self.primary in {*parts, *(tile for part in parts for tile in inputs[part])}:
            return None
        most = 0
        for picture in (self.primary, *parts):
            tiles = inputs[picture] if kinds[picture] == b"grid" else [picture]
            if len(tiles) > MOST_TILES:
                return None
            # A part and a tile may have their own transparency, which has none.
            owners = {picture, *tiles} - {self.primary}
            theirs = [one for owner in owners for one in belongings[owner]]
            if len(theirs) > MOST_TILES or any(belongings[one] for one in theirs):
                return None
            if not {kinds[one] for one in (*tiles, *theirs)} <= _CODED:
                return None
            most = max(most, *(sum(self._pixels(one, kinds[one]) for one in group) for group in (tiles, theirs)))
        return most

    def _pixels(self, item: _Item, kind: bytes) -> int:
        """By its `ispe`; HEVC that is coded in more is refused by its decoder, AV1 is decoded and made smaller."""
        sizes = [struct.unpack_from(">II", ispe, 4) for ispe in _of_kind(self._properties[item], b"ispe")]
        pixels: int = max(width * height for width, height in sizes)
        return max(pixels, coded_pixels(self._sample(item))) if kind == b"av01" else pixels

    def _sample(self, item: _Item) -> bytes:
        """Its content. Parts of several items may be the same bytes, so how many are read is bounded."""
        method, extents = self._extents[item]
        [source] = [self._raw] if method == 0 else _of_kind(self._boxes, b"idat") if method == 1 else []
        self._read += sum(length for _, length in extents)
        if self._read > _MOST_BYTES:
            raise ValueError("the parts are larger than any file")
        return b"".join(source[start : start + length] for start, length in extents)

    @cached_property
    def _extents(self) -> dict[_Item, tuple[int, list[tuple[int, int]]]]:
        """Where each item is: in the file (0) or in `idat` (1), and (start, length) of its parts."""
        iloc = _Numbers(self._only(b"iloc"))
        version = iloc.read(1)
        iloc.read(3)
        sizes = iloc.read(2)
        offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
        wide = 4 if version == 2 else 2
        extents: dict[_Item, tuple[int, list[tuple[int, int]]]] = {}
        for _ in range(iloc.read(wide)):
            item = iloc.read(wide)
            method = iloc.read(2) & 15 if version else 0
            iloc.read(2)
            base, parts = iloc.read(base_size), []
            for _ in range(iloc.read(2)):
                if version:
                    iloc.read(index_size)
                start, length = base + iloc.read(offset_size), iloc.read(length_size)
                parts.append((start, min(length or len(self._raw), len(self._raw))))
            if item in extents:
                raise ValueError("an item is in two places")
            extents[item] = method, parts
        return extents

    def _only(self, kind: bytes) -> bytes:
        # Of two, a decoder might read the other.
        [content] = _of_kind(self._boxes, kind)
        return content

    def _kinds(self) -> dict[_Item, bytes]:
        iinf = self._only(b"iinf")
        kinds: dict[_Item, bytes] = {}
        for content in _of_kind(_boxes(iinf[8 if iinf[0] else 6 :]), b"infe"):
            end = 8 if content[0] == 3 else 6
            item = int.from_bytes(content[4:end])
            if item in kinds:
                raise ValueError("two items have one number")
            kinds[item] = content[end + 2 : end + 6]
        return kinds

    def _references(self) -> tuple[dict[_Item, list[_Item]], dict[_Item, list[_Item]]]:
        """By item, the items that it is derived from, and the auxiliary ones that belong to it."""
        inputs: dict[_Item, list[_Item]] = defaultdict(list)
        belongings: dict[_Item, list[_Item]] = defaultdict(list)
        if not _of_kind(self._boxes, b"iref"):
            return inputs, belongings
        iref = self._only(b"iref")
        size, number = (4 if iref[0] else 2), 0
        for kind, content in _boxes(iref[4:]):
            item, count = int.from_bytes(content[:size]), int.from_bytes(content[size : size + 2])
            number += count
            if number > _MOST_REFERENCES:
                raise ValueError("there are more references than any picture has")
            starts = range(size + 2, size + 2 + count * size, size)
            others = (int.from_bytes(content[at : at + size]) for at in starts)
            if kind == b"dimg":
                inputs[item] += others
            elif kind == b"auxl":
                for other in others:
                    belongings[other].append(item)
        return inputs, belongings


class _Numbers:
    """Big-endian numbers, one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def read(self, size: int) -> int:
        """The next, of `size` bytes. Raises ValueError at the end."""
        self._at += size
        if self._at > len(self._content):
            raise ValueError("a box is cut off")
        return int.from_bytes(self._content[self._at - size : self._at])


def _associations(ipma: bytes) -> Iterator[tuple[_Item, int]]:
    """(item, number of the property from 1) each; bit 7 or 15 of a number says that the property is essential."""
    item_size, index_size = (4 if ipma[0] else 2), (2 if ipma[3] & 1 else 1)
    at = 8
    for _ in range(int.from_bytes(ipma[4:8])):
        item = int.from_bytes(ipma[at : at + item_size])
        at += item_size
        count = ipma[at]
        at += 1
        for _ in range(count):
            yield item, int.from_bytes(ipma[at : at + index_size]) & (0x7FFF if index_size == 2 else 0x7F)
            at += index_size


def _of_kind(boxes: Collection[_Box] | Iterator[_Box], kind: bytes) -> list[bytes]:
    return [content for found, content in boxes if found == kind]


def _readable_boxes(raw: bytes) -> Iterator[_Box]:
    """The boxes of the whole file, up to what is none: phones put trailers behind them."""
    try:
        yield from _boxes(raw)
    except (ValueError, struct.error):
        return


def _boxes(content: bytes) -> Iterator[_Box]:
    """Each box of ISO/IEC 14496-12. Pixels are not copied: the box that holds them is left empty."""
    at = number = 0
    while at + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        head = 8
        if size == 1:
            (size,), head = struct.unpack_from(">Q", content, at + 8), 16
        end = at + size if size else len(content)
        if size and size < head:
            raise ValueError("a box is shorter than its header")
        number += 1
        if number > _MOST_BOXES:
            raise ValueError("there are more boxes than any picture has")
        yield kind, b"" if kind == b"mdat" else content[at + head : end]
        at = end
