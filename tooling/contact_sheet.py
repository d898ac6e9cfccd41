"""Writes docs/studio.jpg: what the studio makes of each photograph and render of the tests, to be looked at.

    PYTHONPATH=layers/souk python -m tooling.contact_sheet [PROMPT]

Two of them a line, each as source, main, styled and detail picture. docs/studio.md has their licences.
"""

from __future__ import annotations

import sys
from itertools import batched
from typing import Final

from PIL import Image

from souk.selling.media.adapters.studio.shoot import shoot
from tests.functions.template import ROOT
from tests.unit.selling.media.scenes import PHOTOGRAPHS, scene

SHEET: Final = ROOT / "docs/studio.jpg"
PROMPT: Final = "on a warm wooden table"
_CELL: Final = 190
_GAP: Final = 6
_PAPER: Final = (96, 100, 112)
_QUALITY: Final = 82


def sheet(prompt: str) -> Image.Image:
    """An RGB picture. The studio works in its own size, as for a listing."""
    rows = [_row(name, prompt) for name in PHOTOGRAPHS]
    lines = list(batched(rows, 2, strict=False))
    wide, high = rows[0].width + _GAP, _CELL + _GAP
    made = Image.new("RGB", (2 * wide + _GAP, len(lines) * high + _GAP), _PAPER)
    for line, pair in enumerate(lines):
        for column, row in enumerate(pair):
            made.paste(row, (_GAP + column * wide, _GAP + line * high))
    return made


def _row(name: str, prompt: str) -> Image.Image:
    photo, _ = scene(name)
    made = (shot.picture.resize((_CELL, _CELL), Image.Resampling.LANCZOS) for shot in shoot((photo,), prompt, seed=7))
    source = photo.copy()
    source.thumbnail((_CELL, _CELL), Image.Resampling.LANCZOS)
    row = Image.new("RGB", (4 * _CELL + 3 * 2, _CELL), _PAPER)
    row.paste(source, ((_CELL - source.width) // 2, (_CELL - source.height) // 2))
    for column, picture in enumerate(made, start=1):
        row.paste(picture, (column * (_CELL + 2), 0))
    return row


if __name__ == "__main__":
    sheet(" ".join(sys.argv[1:]) or PROMPT).save(SHEET, quality=_QUALITY, optimize=True)
