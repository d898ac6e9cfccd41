"""The words of a prompt that the studio understands, and the effect of each. This is the whole vocabulary.

A prompt is read word by word, ignoring case. Four choices are independent of each other; each is made by the first
known word, or has a default:

    setting   the surface under the product       (SETTINGS; default: seamless paper)
    light     the light of the scene              (LIGHTS; default: daylight)
    paper     the colour of a seamless background (PAPERS, only before "background", "backdrop", "wall", "paper" or
                                                   after "on"; a red cup must not make the paper red)
    pace      the length of the video             (PACES; default: 7 s)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

type Rgb = tuple[int, int, int]
type Setting = Literal["paper", "wood", "marble", "linen", "stone", "garden"]


@dataclass(frozen=True, slots=True)
class Light:
    """`exposure`, `contrast` and `saturation` are factors around 1; `warmth` in -1 (blue) .. 1 (amber).

    `vignette` in 0..1 darkens the corners; `paper` is the seamless background that goes with this light.
    """

    name: str
    exposure: float
    contrast: float
    saturation: float
    warmth: float
    vignette: float
    paper: Rgb


@dataclass(frozen=True, slots=True)
class Mood:
    setting: Setting
    light: Light
    paper: Rgb


DAYLIGHT: Final = Light("daylight", 1.02, 1.0, 1.0, 0.02, 0.08, (226, 222, 216))
WHITE: Final = Light("white", 1.06, 1.0, 1.02, 0.0, 0.0, (250, 250, 249))
DARK: Final = Light("dark", 0.90, 1.06, 0.96, 0.06, 0.50, (46, 44, 44))
WARM: Final = Light("warm", 1.0, 1.05, 1.06, 0.32, 0.24, (228, 208, 184))
COOL: Final = Light("cool", 1.02, 1.03, 0.96, -0.25, 0.12, (212, 220, 228))
PASTEL: Final = Light("pastel", 1.08, 0.90, 0.92, 0.06, 0.0, (240, 214, 212))
VIVID: Final = Light("vivid", 1.02, 1.10, 1.22, 0.02, 0.12, (232, 226, 214))
MONOCHROME: Final = Light("monochrome", 1.0, 1.10, 0.0, 0.0, 0.22, (214, 214, 214))

# The ground of every main picture: marketplaces ask for white.
CLEAN: Final = Mood("paper", WHITE, WHITE.paper)

LIGHTS: Final[Mapping[str, Light]] = {
    **dict.fromkeys(
        ("white", "clean", "plain", "isolated", "minimal", "minimalist", "bright", "airy", "catalog"), WHITE
    ),
    **dict.fromkeys(("dark", "moody", "black", "dramatic", "night", "noir", "luxury", "luxurious"), DARK),
    **dict.fromkeys(("warm", "cozy", "cosy", "rustic", "vintage", "golden", "sunset", "autumn", "candlelight"), WARM),
    **dict.fromkeys(("cool", "cold", "fresh", "winter", "icy", "clinical"), COOL),
    **dict.fromkeys(("pastel", "soft", "gentle", "dreamy", "delicate", "baby"), PASTEL),
    **dict.fromkeys(("vivid", "vibrant", "colorful", "colourful", "bold", "playful", "pop"), VIVID),
    **dict.fromkeys(("monochrome", "greyscale", "grayscale"), MONOCHROME),
    **dict.fromkeys(("daylight", "natural", "neutral"), DAYLIGHT),
}

SETTINGS: Final[Mapping[str, Setting]] = {
    **dict.fromkeys(("wood", "wooden", "oak", "walnut", "pine", "timber", "table", "desk", "rustic"), "wood"),
    **dict.fromkeys(("marble", "kitchen", "countertop", "bathroom", "spa"), "marble"),
    **dict.fromkeys(("linen", "cloth", "fabric", "textile", "cotton", "handmade", "boho", "bed"), "linen"),
    **dict.fromkeys(("stone", "slate", "concrete", "industrial", "urban", "loft", "cement"), "stone"),
    **dict.fromkeys(
        ("outdoor", "outdoors", "outside", "garden", "nature", "forest", "park", "summer", "picnic"), "garden"
    ),
    **dict.fromkeys(("paper", "seamless", "studio", "isolated", "plain"), "paper"),
}

PAPERS: Final[Mapping[str, Rgb]] = {
    "white": (250, 250, 249),
    "grey": (198, 198, 197),
    "gray": (198, 198, 197),
    "black": (34, 33, 34),
    "beige": (226, 211, 190),
    "cream": (244, 235, 216),
    "pink": (240, 205, 208),
    "red": (178, 64, 58),
    "orange": (232, 160, 104),
    "yellow": (240, 214, 130),
    "green": (176, 197, 168),
    "mint": (200, 228, 214),
    "blue": (172, 198, 222),
    "navy": (40, 54, 84),
    "lavender": (214, 205, 232),
    "purple": (150, 126, 176),
    "brown": (150, 116, 88),
}

PACES: Final[Mapping[str, float]] = {
    **dict.fromkeys(("slow", "calm", "gentle", "relaxed", "serene"), 10.0),
    **dict.fromkeys(("fast", "quick", "dynamic", "energetic", "short", "snappy"), 6.0),
}
DEFAULT_PACE: Final = 7.0

_BACKGROUNDS = frozenset(("background", "backdrop", "wall", "paper"))
_WORD = re.compile(r"[a-z]+")


def mood_of(prompt: str) -> Mood:
    """The mood that `prompt` asks for; for any text."""
    words = _words(prompt)
    light = next((LIGHTS[word] for word in words if word in LIGHTS), DAYLIGHT)
    setting: Setting = next((SETTINGS[word] for word in words if word in SETTINGS), "paper")
    return Mood(setting, light, _paper(words) or light.paper)


def seconds_of(prompt: str) -> float:
    """The length of the video in seconds, 6 to 10."""
    return next((PACES[word] for word in _words(prompt) if word in PACES), DEFAULT_PACE)


def _words(prompt: str) -> list[str]:
    return _WORD.findall(prompt.lower())


def _paper(words: list[str]) -> Rgb | None:
    for index, word in enumerate(words):
        after = words[index + 1 : index + 3]
        before = words[max(0, index - 2) : index]
        if word in PAPERS and (not _BACKGROUNDS.isdisjoint(after) or "on" in before):
            return PAPERS[word]
    return None
