"""Text in pictures, in Source Serif and Source Sans (SIL OFL 1.1), for Latin, Greek and Cyrillic scripts.

Missing characters are never drawn as empty boxes: symbols are left out, and a text with letters of another script is
not drawn at all.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

type Face = Literal["serif", "sans", "sans-semibold"]

_FILES: Final = {
    "serif": ("font_source_serif_pro", "SourceSerifPro-Semibold.ttf"),
    "sans": ("font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    "sans-semibold": ("font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
}
_NO_CHARACTER: Final = "\U0010fffd"


@dataclass(frozen=True, slots=True)
class Setting:
    """A text broken into lines, in the largest font size that fits. `leading`: pixels from line to line."""

    lines: tuple[str, ...]
    font: FreeTypeFont
    leading: int

    @property
    def height(self) -> int:
        return self.leading * len(self.lines)


@cache
def font(face: Face, size: int) -> FreeTypeFont:
    package, name = _FILES[face]
    # Basic layout gives the same result with and without the optional shaping library.
    return ImageFont.truetype(str(files(package) / "files" / name), size, layout_engine=ImageFont.Layout.BASIC)


def drawable(text: str, face: Face) -> str:
    """`text` without symbols missing in `face`; empty when a letter or a digit is missing."""
    kept = []
    for character in " ".join(unicodedata.normalize("NFC", text).split()):
        if character == " " or _covers(face, character):
            kept.append(character)
        elif unicodedata.category(character)[0] in "LNM":
            return ""
    return " ".join("".join(kept).split())


def fitted(text: str, face: Face, *, width: int, height: int, largest: int, smallest: int) -> Setting:
    """The largest setting of `text` within `width` x `height` pixels.

    Words are broken only at the smallest size; a text that is too long even then ends in an ellipsis.
    """
    for size in range(largest, smallest - 1, -4):
        setting = _set(text, face, size, width)
        whole_words = set(" ".join(setting.lines).split()) == set(text.split())
        if setting.height <= height and (whole_words or size - 4 < smallest):
            return setting
    smallest_setting = _set(text, face, smallest, width)
    room = max(1, height // smallest_setting.leading)
    lines = list(smallest_setting.lines[:room])
    while len(lines[-1]) > 1 and font(face, smallest).getlength(lines[-1] + "…") > width:
        lines[-1] = lines[-1][:-1].rstrip()
    lines[-1] = lines[-1].rstrip(" ,.;:-") + "…"
    return Setting(tuple(lines), smallest_setting.font, smallest_setting.leading)


def _set(text: str, face: Face, size: int, width: int) -> Setting:
    used = font(face, size)
    lines: list[str] = []
    for word in text.split():
        candidate = f"{lines[-1]} {word}" if lines else word
        if lines and used.getlength(candidate) <= width:
            lines[-1] = candidate
            continue
        rest = word
        while used.getlength(rest) > width and len(rest) > 1:  # a word wider than the line is broken
            fits = max(1, next(i for i in range(len(rest), -1, -1) if i <= 1 or used.getlength(rest[:i]) <= width))
            lines.append(rest[:fits])
            rest = rest[fits:]
        lines.append(rest)
    return Setting(tuple(lines) or ("",), used, round(size * 1.16))


@cache
def _covers(face: Face, character: str) -> bool:
    probe = font(face, 40)
    return bytes(probe.getmask(character)) != bytes(probe.getmask(_NO_CHARACTER))
