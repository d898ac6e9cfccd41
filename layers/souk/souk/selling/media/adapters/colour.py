"""Colours of pictures from outside, converted to sRGB by littleCMS.

A file says what its numbers mean by an ICC profile, or by the code points of ITU-T H.273 (nclx in HEIC and AVIF, cICP
in PNG). For the latter an ICC profile is made here, so that one engine converts both.
"""

from __future__ import annotations

import io
import struct
from functools import lru_cache
from math import exp, pow
from typing import Final

from PIL import Image, ImageCms

from souk.selling.media.adapters.picture_files import CodePoints

# Red, green and blue in XYZ, adapted to D50 as ICC profiles hold them; each column adds up to the white of D50.
_COLORANTS: Final = {
    1: ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)),  # BT.709, sRGB
    9: ((0.67348, 0.27904, -0.00194), (0.16567, 0.67534, 0.02998), (0.12505, 0.04561, 0.79686)),  # BT.2020
    12: ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),  # Display P3
}
_D50: Final = (0.96420, 1.0, 0.82491)
# Stills that declare the curve of a camera (BT.709 and its kin) are shown with that of sRGB everywhere.
_LINEAR, _PQ, _HLG = 8, 16, 18
_GAMMAS: Final = {4: 2.2, 5: 2.8}
# BT.2408: the light of white paper in a scene that is brighter than a screen. What is brighter becomes white.
_PAPER_WHITE: Final = 203.0
_STEPS: Final = 4096
_MODE_OF_SPACE: Final = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """An `L`, `RGB` or `CMYK` picture as RGB in sRGB. Without a usable profile it is most likely sRGB already."""
    if profile is None:
        return picture.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        expected = _MODE_OF_SPACE.get(source.profile.xcolor_space)
        if picture.mode == "L" and expected == "RGB":
            picture = picture.convert("RGB")
        if picture.mode != expected:
            return picture.convert("RGB")
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return picture.convert("RGB")
    return converted or picture.convert("RGB")


@lru_cache(maxsize=8)
def profile_of(colour: CodePoints) -> bytes | None:
    """An ICC profile of these code points. None: they are sRGB, or unknown and taken for it."""
    primaries = colour.primaries if colour.primaries in _COLORANTS else 1
    transfer = colour.transfer if colour.transfer in (_LINEAR, _PQ, _HLG, *_GAMMAS) else 0
    if (primaries, transfer) == (1, 0):
        return None
    curve = b"curv" + struct.pack(
        f">II{_STEPS}H", 0, _STEPS, *(round(65535 * _light(transfer, step / (_STEPS - 1))) for step in range(_STEPS))
    )
    tags = {b"wtpt": _xyz(_D50)}
    for letter, colorant in zip((b"r", b"g", b"b"), _COLORANTS[primaries], strict=True):
        tags[letter + b"XYZ"] = _xyz(colorant)
        tags[letter + b"TRC"] = curve
    return _icc(tags)


def _light(transfer: int, signal: float) -> float:
    """The light, 1 at white, that a signal from 0 to 1 stands for."""
    if transfer == _LINEAR:
        return signal
    if transfer in _GAMMAS:
        return pow(signal, _GAMMAS[transfer])
    if transfer == _PQ:  # BT.2100, table 4
        root = pow(signal, 32 / 2523)
        nits = 10_000 * pow(max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root), 16384 / 2610)
        return min(1.0, nits / _PAPER_WHITE)
    if transfer == _HLG:  # BT.2100, table 5, on a screen of 1,000 cd/m2
        scene = signal * signal / 3 if signal <= 0.5 else (exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
        return min(1.0, 1_000 * pow(scene, 1.2) / _PAPER_WHITE)
    return signal / 12.92 if signal <= 0.04045 else pow((signal + 0.055) / 1.055, 2.4)


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + struct.pack(">I3i", 0, *(round(value * 65536) for value in values))


def _icc(tags: dict[bytes, bytes]) -> bytes:
    """A display profile of version 2.4 (ICC.1:2001-04) with these tags; equal ones share their place."""
    body, places, start = b"", {}, 132 + 12 * len(tags)
    for content in dict.fromkeys(tags.values()):
        places[content] = start + len(body)
        body += content + bytes(-len(content) % 4)
    table = b"".join(tag + struct.pack(">II", places[content], len(content)) for tag, content in tags.items())
    head = struct.pack(
        ">I4xI4s4s4s12x4s28x3i48x", start + len(body), 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp",
        *(round(value * 65536) for value in _D50),
    )  # fmt: skip
    return head + struct.pack(">I", len(tags)) + table + body
