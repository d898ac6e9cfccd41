"""PNG files put together by the chunk (PNG specification, third edition), also such as no encoder writes."""

from __future__ import annotations

import struct
import zlib
from typing import Final

GREY: Final = 0
RGB: Final = 2
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def png(width: int, height: int, data: bytes, *, depth: int = 8, colour: int = GREY, extra: bytes = b"") -> bytes:
    """A file that says to have this size, bits of a sample, and colour type.

    `data`: the compressed rows, which may be any bytes. `extra`: chunks before them.
    """
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return _SIGNATURE + chunk(b"IHDR", head) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def grey(width: int, height: int, level: int = 0x90, *, depth: int = 8) -> bytes:
    """A plain picture; `level`: each byte of its pixels."""
    row = b"\0" + bytes([level]) * ((width * depth + 7) // 8)
    return png(width, height, zlib.compress(row * height, 9), depth=depth)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_chunk(whole: bytes, kind: bytes, content: bytes) -> bytes:
    """The file with one more chunk behind its header."""
    end = len(_SIGNATURE) + len(chunk(b"IHDR", bytes(13)))
    return whole[:end] + chunk(kind, content) + whole[end:]
