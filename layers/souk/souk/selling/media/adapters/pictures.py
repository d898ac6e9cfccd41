"""Cleaning of untrusted pictures: no file from outside is stored as it came.

The size is checked in the header before anything is decoded. An accepted file is decoded by the decoder of its magic
number only, turned upright, converted to sRGB and encoded again, so that no metadata, trailing data or second format
remains.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from typing import Final

# The decoders are imported here, not by Pillow at the first picture: a missing decoder is an error of our deployment,
# not of the picture.
from PIL import Image, ImageCms, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

from souk.selling.media.model import PictureRejected, TakenPicture

MAX_BYTES: Final = 12 * 1024 * 1024
MAX_PIXELS: Final = 40_000_000
MIN_SIDE: Final = 200
STORED_TYPE: Final = "image/jpeg"

_STORED_QUALITY = 92
# A camera writes about ten scans; a small file with thousands of them keeps a decoder busy for minutes.
_MAX_JPEG_SCANS = 64
_ALIASES = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg"}
_DECODERS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_SRGB_LIKE_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def take_in(raw: bytes, declared_type: str | None, *, max_bytes: int = MAX_BYTES) -> TakenPicture:
    """Clean an untrusted JPEG, PNG or WebP. Transparency becomes white.

    `declared_type` is the Content-Type that was sent with it, or None. Raises PictureRejected.
    """
    if len(raw) > max_bytes:
        raise PictureRejected(f"The picture is larger than {max_bytes // (1024 * 1024)} MB.")
    media_type = _sniff(raw)
    if media_type is None:
        raise PictureRejected("The file is not a JPEG, PNG or WebP picture.")
    if declared_type is not None and _normalised(declared_type) != media_type:
        raise PictureRejected(f"The file is {media_type}, but was sent as another type.")
    _refuse_bombs(raw, media_type)
    upright = _decoded(raw, media_type)
    content = encode_jpeg(upright, quality=_STORED_QUALITY)
    return TakenPicture(content, STORED_TYPE, upright.width, upright.height, hashlib.sha256(content).hexdigest())


def encode_jpeg(picture: Image.Image, *, quality: int) -> bytes:
    """A baseline JPEG of an RGB picture, without metadata; the same pixels give the same bytes."""
    stored = io.BytesIO()
    # Without `optimize`: it needs the whole file in one buffer, which Pillow makes too small for noisy pictures.
    picture.save(stored, "JPEG", quality=quality, subsampling="4:4:4", exif=b"", icc_profile=None)
    return stored.getvalue()


def _sniff(raw: bytes) -> str | None:
    if raw.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "image/webp"
    return None


def _normalised(declared_type: str) -> str:
    bare = declared_type.split(";", 1)[0].strip().lower()
    return _ALIASES.get(bare, bare)


def _refuse_bombs(raw: bytes, media_type: str) -> None:
    # Pillow's WebP decoder allocates its canvas when it opens a file, before the size can be checked.
    if media_type == "image/webp":
        size = _webp_size(raw)
        if size is None:
            raise PictureRejected("The picture is damaged.")
        _refuse_size(*size)
    # FF DA never occurs in entropy-coded data, so this counts the scans, including those of embedded previews.
    if media_type == "image/jpeg" and raw.count(b"\xff\xda") > _MAX_JPEG_SCANS:
        raise PictureRejected("The picture is coded in more passes than any camera uses.")


def _webp_size(raw: bytes) -> tuple[int, int] | None:
    """Width and height by RFC 9649, from the first chunk."""
    kind, head = raw[12:16], raw[20:30]
    if len(head) < 10:
        return None
    if kind == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    return None


def _refuse_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise PictureRejected(f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.")
    if min(width, height) < MIN_SIDE:
        raise PictureRejected(f"The picture is smaller than {MIN_SIDE} pixels on a side.")


def _decoded(raw: bytes, media_type: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow warns of sizes, which are checked here, and of damaged metadata, which is dropped.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(raw), formats=[_DECODERS[media_type]]) as opened:
                _refuse_size(opened.width, opened.height)
                if media_type != "image/jpeg" and getattr(opened, "is_animated", False):
                    raise PictureRejected("The picture is animated; send a still one.")
                opened.load()
                flat = _flat_srgb(ImageOps.exif_transpose(opened), opened.info.get("icc_profile"))
    except PictureRejected:
        raise
    except Image.DecompressionBombError as fault:
        raise PictureRejected(f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.") from fault
    except Exception as fault:  # with hostile bytes a decoder may raise anything
        raise PictureRejected("The picture cannot be decoded; it may be damaged or incomplete.") from fault
    flat.info = {}  # otherwise an encoder would copy comments
    return flat


def _flat_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB in sRGB, without transparency."""
    if picture.mode.startswith("I"):  # 16-bit grey; a plain conversion would clip it to white
        picture = picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    has_alpha = picture.has_transparency_data
    if picture.mode == "P":
        picture = picture.convert("RGBA" if has_alpha else "RGB")
    alpha = picture.convert("RGBA").getchannel("A") if has_alpha else None
    if picture.mode in ("RGBA", "RGBX"):
        picture = picture.convert("RGB")
    elif picture.mode in ("LA", "1", "La"):
        picture = picture.convert("L")
    colours = _in_srgb(picture, profile) if profile else picture.convert("RGB")
    if alpha is None:
        return colours
    flat = Image.new("RGB", colours.size, "white")
    flat.paste(colours, mask=alpha)
    return flat


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if _SRGB_LIKE_MODES.get(source.profile.xcolor_space) != picture.mode:
            return picture.convert("RGB")
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):  # without a usable profile the picture is most likely sRGB
        return picture.convert("RGB")
    return converted or picture.convert("RGB")
