"""The largest picture of each format fits in the memory of the functions that take photos in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from souk.selling.media.adapters.pictures import STORED_SIDE
from tests.template.stack import processed
from tests.unit.selling.media.heif_builder import HeifFile, coded, full_box, nclx, with_grid
from tests.unit.selling.media.test_phone_photos import AVIF_BRANDS, jpeg, saved

# What the runtime, the SDK and the upload itself take beside the decoder, with a reserve.
BESIDE_MB: Final = 400
HEIC_BRANDS: Final = (b"heic", b"mif1", b"heic")
MEASURE: Final = """
import resource, sys
from souk.selling.media.adapters.pictures import take_in
with open(sys.argv[1], "rb") as file:
    taken = take_in(file.read())
print(max(taken.width, taken.height), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def ramp(width: int, height: int, mode: str = "RGB") -> Image.Image:
    grey = Image.linear_gradient("L").resize((width, height), Image.Resampling.NEAREST)
    return Image.merge(mode, [grey] * len(mode))


def of_tiles(codec: bytes, pixel_format: str, brands: tuple[bytes, ...]) -> bytes:
    """100 megapixels of one tile that is repeated, put together as phones do."""
    bits = 10 if "10" in pixel_format else 8
    described = (full_box(b"pixi", 0, 0, bytes([3, bits, bits, bits])), nclx(1, 13))
    file = HeifFile(brands=brands)
    one = coded(ramp(512, 512), described, pixel_format=pixel_format, codec=codec, is_hidden=True)
    tiles = tuple(file.add(one) for _ in range(20 * 19))
    return with_grid(file, tiles, (20, 19), (20 * 512, 19 * 512), described).to_bytes()


LARGEST: Final[dict[str, Callable[[], bytes]]] = {
    "JPEG of 50 MP": lambda: jpeg(ramp(8192, 6144), quality=60),
    "progressive JPEG of 100 MP": lambda: jpeg(ramp(10_000, 10_000), quality=60, progressive=True),
    "PNG of 100 MP": lambda: saved(ramp(10_000, 10_000, "RGBA"), "PNG", compress_level=1),
    "WebP of 100 MP": lambda: saved(ramp(10_000, 10_000), "WEBP", quality=20, method=0),
    "HEIC of 100 MP, 4:4:4 of 10 bits": lambda: of_tiles(b"hvc1", "yuv444p10le", HEIC_BRANDS),
    "AVIF of 100 MP, 4:4:4 of 10 bits": lambda: of_tiles(b"av01", "yuv444p10le", AVIF_BRANDS),
}


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_picture_of_a_format_fits_in_the_function_that_takes_it_in(name: str, tmp_path: Path) -> None:
    file = tmp_path / "picture"
    file.write_bytes(LARGEST[name]())
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, str(file)],
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    side, peak = map(int, measured.stdout.split())

    assert side == STORED_SIDE
    for function in ("ProcessUploadFunction", "ProcessImageFunction"):
        assert peak + BESIDE_MB <= processed()["Resources"][function]["Properties"]["MemorySize"], peak
