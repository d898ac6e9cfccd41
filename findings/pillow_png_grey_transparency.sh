#!/usr/bin/env bash
# A PNG names one transparent grey by its sample value (tRNS): 5 of 0..15 in a 4-bit picture. Pillow stretches the
# samples of a 4-bit picture to 0..255 when it decodes them, but not the transparent value: nothing becomes transparent.
# In a 16-bit picture, black becomes transparent in the place of the middle grey that was named. A 1-bit and an 8-bit
# picture are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3.13}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0
"$folder/venv/bin/python" - <<'CHECK'
import struct
import zlib
from io import BytesIO

import PIL
from PIL import Image


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def grey_png(bits: int, row: bytes, transparent: int) -> BytesIO:
    """One row of grey samples."""
    head = struct.pack(">IIBBBBB", len(row) * 8 // bits, 1, bits, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"tRNS", struct.pack(">H", transparent))
    parts += chunk(b"IDAT", zlib.compress(b"\0" + row)) + chunk(b"IEND", b"")
    return BytesIO(b"\x89PNG\r\n\x1a\n" + parts)


def alphas(bits: int, row: bytes, transparent: int) -> list[int]:
    return list(Image.open(grey_png(bits, row, transparent)).convert("RGBA").getchannel("A").tobytes())


seen = {
    "1 bit, 0 of 0, 1 is transparent": alphas(1, bytes([0b01_000000]), 0)[:2],
    "4 bit, 5 of 0, 5 is transparent": alphas(4, bytes([0x05]), 5),
    "8 bit, 5 of 0, 5 is transparent": alphas(8, bytes([0, 5]), 5),
    "16 bit, 32768 of 0, 32768 is transparent": alphas(16, struct.pack(">2H", 0, 32768), 32768),
}
print("Pillow", PIL.__version__)
for what, alpha in seen.items():
    print(f"{what}: alpha {alpha}")
assert list(seen.values()) == [[0, 255], [255, 255], [255, 0], [0, 255]], seen

CHECK
