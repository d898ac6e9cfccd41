"""The largest picture of each format fits in the memory of the functions that take photos in.

Of each format the form that takes the most, as measured in docs/adr/0022: turned and transparent where it can be.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from souk.selling.media.adapters.pictures import STORED_SIDE
from tests.template.stack import processed
from tests.unit.selling.media.heif_builder import ALPHA, HeifFile, Item, coded, full_box, irot, nclx, with_grid
from tests.unit.selling.media.test_phone_photos import AVIF_BRANDS, jpeg, saved

# What the runtime, the SDK and the upload itself take beside the decoder, with a reserve.
BESIDE_MB: Final = 400
AVIF_ALPHA: Final = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"
HEIC_BRANDS: Final = (b"heic", b"mif1", b"heic")
MEASURE: Final = """
import sys
from pathlib import Path
from souk.selling.media.adapters.pictures import take_in
with open(sys.argv[1], "rb") as file:
    taken = take_in(file.read())
[line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print(max(taken.width, taken.height), int(line.split()[1]) // 1024)
"""


def ramp(width: int, height: int, mode: str = "RGB") -> Image.Image:
    grey = Image.linear_gradient("L").resize((width, height), Image.Resampling.NEAREST)
    return Image.merge(mode, [grey] * len(mode))


def of_tiles(codec: bytes, brands: tuple[bytes, ...], alpha: bytes) -> bytes:
    """100 megapixels of 4:4:4 and 10 bits, turned by 90 degrees, and their transparency, of which `alpha` is the kind.

    Each of one tile that is repeated, put together as phones do.
    """
    file, shape = HeifFile(brands=brands), (20, 19)
    colour = coded(ramp(512, 512), (nclx(1, 13),), pixel_format="yuv444p10le", codec=codec)
    main = _grid(file, colour, shape, 3, (nclx(1, 13), irot(1)))
    grey = coded(ramp(512, 512, "L"), pixel_format="gray10le", codec=codec)
    transparency = _grid(file, grey, shape, 1, (full_box(b"auxC", 0, 0, alpha), irot(1)))
    item = file.items[transparency - 1]
    file.items[transparency - 1] = replace(item, refers=(*item.refers, (b"auxl", (main,))), is_hidden=True)
    file.primary = main
    return file.to_bytes()


def _grid(file: HeifFile, tile: Item, shape: tuple[int, int], channels: int, properties: tuple[bytes, ...]) -> int:
    """The number of a picture that is made of the tile."""
    depth = full_box(b"pixi", 0, 0, bytes([channels, *[10] * channels]))
    one = replace(tile, properties=(*tile.properties, depth), is_hidden=True)
    tiles = tuple(file.add(one) for _ in range(shape[0] * shape[1]))
    size = (shape[0] * 512, shape[1] * 512)
    return with_grid(file, tiles, shape, size, (depth, *properties)).primary


LARGEST: Final[dict[str, Callable[[], bytes]]] = {
    "JPEG of 50 MP": lambda: jpeg(ramp(8192, 6144), quality=60),
    "progressive JPEG of 100 MP in CMYK": lambda: jpeg(ramp(10_000, 10_000, "CMYK"), quality=60, progressive=True),
    "PNG of 100 MP": lambda: saved(ramp(10_000, 10_000, "RGBA"), "PNG", compress_level=1),
    "WebP of 100 MP": lambda: saved(ramp(10_000, 10_000), "WEBP", quality=20, method=0),
    "HEIC of 100 MP, 4:4:4 of 10 bits, turned, with alpha": lambda: of_tiles(b"hvc1", HEIC_BRANDS, ALPHA),
    "AVIF of 100 MP, 4:4:4 of 10 bits, turned, with alpha": lambda: of_tiles(b"av01", AVIF_BRANDS, AVIF_ALPHA),
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
