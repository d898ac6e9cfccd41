#!/usr/bin/env bash
# A PNG can say its colours by a cICP chunk alone, as files of recent phones and of Chromium's canvas do. Pillow neither
# converts them nor gives the chunk to its caller: a Display P3 picture opens as any RGB picture, without a word, and
# stored as it is it looks dull. An iCCP chunk beside it is handed out as info["icc_profile"].
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


DISPLAY_P3 = bytes([12, 13, 0, 1])  # primaries of P3, transfer of sRGB, RGB, full range (ITU-T H.273)
parts = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) + chunk(b"cICP", DISPLAY_P3)
parts += chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")
picture = Image.open(BytesIO(b"\x89PNG\r\n\x1a\n" + parts))
picture.load()
print("Pillow", PIL.__version__)
print("mode", picture.mode, "pixel", picture.getpixel((0, 0)), "info", picture.info)
assert (picture.mode, picture.getpixel((0, 0)), picture.info) == ("RGB", (255, 0, 0), {})

CHECK
