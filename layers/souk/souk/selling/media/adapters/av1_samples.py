"""What a coded AV1 picture says before it is decoded. A malformed one raises LookupError or ValueError."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_SEQUENCE_HEADER: Final = 1


def coded_pixels(sample: bytes) -> int:
    """The most that a frame of it may have, by its sequence headers (AV1 specification, 5.5)."""
    return max((_pixels(header) for kind, header in _units(sample) if kind == _SEQUENCE_HEADER), default=0)


def _units(sample: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, content) of each open bitstream unit (5.3)."""
    at = 0
    while at < len(sample):
        head = sample[at]
        at += 2 if head & 4 else 1
        size = len(sample) - at
        if head & 2:
            size, shift = 0, 0
            while True:
                size |= (sample[at] & 0x7F) << shift
                at += 1
                shift += 7
                if sample[at - 1] < 0x80:
                    break
                if shift > 49:
                    raise ValueError("a number is too long")
        kind = head >> 3 & 15
        yield kind, sample[at : at + size] if kind == _SEQUENCE_HEADER else b""
        at += size


def _pixels(header: bytes) -> int:
    bits = _Bits(header)
    bits.read(4)  # profile, still picture
    if bits.read(1):  # reduced header
        bits.read(5)  # level
    else:
        if bits.read(1):
            raise ValueError("a still picture has no times")
        has_delays = bits.read(1)
        for _ in range(bits.read(5) + 1):
            bits.read(12)
            if bits.read(5) > 7:  # level
                bits.read(1)
            if has_delays and bits.read(1):
                bits.read(4)
    width_bits, height_bits = bits.read(4) + 1, bits.read(4) + 1
    return (bits.read(width_bits) + 1) * (bits.read(height_bits) + 1)


class _Bits:
    def __init__(self, content: bytes) -> None:
        # All fields that are read are in front: 32 operating points take the most, 92 bytes.
        self._left = min(len(content), 128) * 8
        self._number = int.from_bytes(content[:128])

    def read(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise ValueError("the header is cut off")
        return self._number >> self._left & (1 << count) - 1
