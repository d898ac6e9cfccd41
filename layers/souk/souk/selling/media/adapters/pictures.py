"""Cleaning of untrusted pictures: no file from outside is stored as it came.

The size is checked in the header before anything is decoded. An accepted file is decoded by the decoder of its first
bytes only, made as small as it is needed, turned upright, converted to sRGB and encoded again, so that no metadata,
trailing data or second format remains.
"""

from __future__ import annotations

import hashlib
import io
import resource
import warnings
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

# The decoders are imported here, not by Pillow at the first picture: a missing decoder is an error of our deployment,
# not of the picture.
from PIL import Image, ImageChops, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from souk.selling.media.adapters import picture_files
from souk.selling.media.adapters.colour import in_srgb, profile_of
from souk.selling.media.adapters.heif_files import HeifFile
from souk.selling.media.adapters.picture_files import MOST_EXIF_BYTES, CodePoints, Excess, Format
from souk.selling.media.model import PictureRejected, TakenPicture
from souk.selling.photos.model import LEAST_SIDE, LONGEST_SHAPE, MOST_MEGAPIXELS, MOST_UPLOAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STORED_TYPE: Final = "image/jpeg"
STORED_SIDE: Final = 3200
"""The longer side of a stored picture at most, in pixels: a detail of half of it still fills the 1,600 pixels of every
picture that is made or shown, and a photograph of this size stays below the 12 MB that eBay takes. A picture whose
shorter side would be below LEAST_SIDE then is longer, of LONGEST_SHAPE at most: 4,000 pixels."""

_STORED_QUALITY = 92
_ORIENTATION = 0x0112  # EXIF 2.32, 4.6.5
_HEX_EXIF = "Raw profile type exif"  # a text of a PNG, in hexadecimal digits and line breaks
_UPRIGHT: Final[dict[int | None, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Of the 3,008 MB of the functions that take pictures in; the largest picture of the most wasteful format needs 1,939.
_MOST_MEMORY = 2_600 * 1024 * 1024
_MEMORY_LIMIT = Lock()
# Of a picture in tiles, and of its transparency: the tiles at the edges go beyond the picture.
_MOST_CODED_PIXELS = MOST_MEGAPIXELS * 1_250_000
# Pixels that are converted at a time, so that the copies which a conversion makes stay small.
_BAND_PIXELS = 8_000_000


class _Opened(NamedTuple):
    """A picture that is not decoded yet. `key` is the colour that stands for "transparent", as the pixels hold it."""

    image: ImageFile.ImageFile
    orientation: int | None
    profile: bytes | None
    key: tuple[int, ...] | None = None


def take_in(raw: bytes, *, max_bytes: int = MOST_UPLOAD_BYTES) -> TakenPicture:
    """Clean an untrusted JPEG, PNG, WebP, HEIC or AVIF; its bytes say which it is. Transparency becomes white.

    Raises PictureRejected.
    """
    if len(raw) > max_bytes:
        raise PictureRejected(f"The picture is larger than {max_bytes // (1024 * 1024)} MB.")
    format_ = picture_files.format_of(raw)
    if format_ is None:
        raise PictureRejected("The file is not a JPEG, PNG, WebP, HEIC or AVIF picture.")
    if format_ is Format.SEQUENCE:
        raise PictureRejected("The picture is animated; send a still one.")
    upright = _decoded(raw, _opener(format_))
    try:
        content = encode_jpeg(upright, quality=_STORED_QUALITY)
    except Exception as fault:  # else the photo would stay pending
        raise PictureRejected("The picture cannot be converted.") from fault
    return TakenPicture(content, STORED_TYPE, upright.width, upright.height, hashlib.sha256(content).hexdigest())


def encode_jpeg(picture: Image.Image, *, quality: int) -> bytes:
    """A baseline JPEG of an RGB picture, without metadata; the same pixels give the same bytes."""
    stored = io.BytesIO()
    # Without `optimize`: it needs the whole file in one buffer, which Pillow makes too small for noisy pictures.
    picture.save(stored, "JPEG", quality=quality, subsampling="4:4:4", exif=b"", icc_profile=None)
    return stored.getvalue()


def _opener(format_: Format) -> Callable[[bytes], _Opened]:
    if format_ in (Format.HEIC, Format.AVIF):
        # Only the functions that take photos in ever get here; the others do not pay for these imports.
        from pi_heif.as_plugin import HeifImageFile  # type: ignore[import-untyped]
        from PIL.AvifImagePlugin import AvifImageFile

        return lambda raw: _open_heif(raw, HeifImageFile, AvifImageFile if format_ is Format.AVIF else None)
    return {Format.JPEG: _open_jpeg, Format.PNG: _open_png, Format.WEBP: _open_webp}[format_]


def _decoded(raw: bytes, opener: Callable[[bytes], _Opened]) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow warns of sizes, which are checked here, and of damaged metadata, which is dropped.
            warnings.simplefilter("ignore")
            opened = opener(raw)
            with opened.image as picture:
                picture.load()
                small = _scaled(_reduced(picture, opened.key))
        turn = _UPRIGHT.get(opened.orientation)
        upright = small if turn is None else small.transpose(turn)
        flat = _flat_srgb(upright, opened.profile)
    except PictureRejected:
        raise
    except Image.DecompressionBombError as fault:
        raise _too_many_pixels() from fault
    except Exception as fault:  # with hostile bytes a decoder may raise anything
        raise PictureRejected("The picture cannot be decoded; it may be damaged or incomplete.") from fault
    flat.info = {}  # otherwise an encoder would copy comments
    return flat


@contextmanager
def _bounded_memory() -> Iterator[None]:
    """A decoder that asks for more gets an error instead; only libavif needs it.

    The limit is that of the process: one thread at a time, or the last to leave would restore the limit of another.
    """
    with _MEMORY_LIMIT:
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = min((limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY), default=_MOST_MEMORY)
        resource.setrlimit(resource.RLIMIT_DATA, (min(most, _MOST_MEMORY), hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _open_jpeg(raw: bytes) -> _Opened:
    excess = picture_files.excess_of(raw)
    if excess is Excess.SCANS:
        raise PictureRejected("The picture is coded in more passes than any camera uses.")
    if excess is Excess.SEGMENTS:
        raise _too_much_metadata()
    # Not by Image.open, which would also read what the file says of further pictures behind the first one (MPO).
    image = JpegImageFile(io.BytesIO(raw))
    _refuse_size(image.size)
    # The decoder itself makes it smaller, by 2, 4 or 8, and never holds the pixels of the full size.
    image.draft(None, _stored_size(image.size))
    return _Opened(image, _exif_orientation(image), image.info.get("icc_profile"))


def _open_png(raw: bytes) -> _Opened:
    image = PngImageFile(io.BytesIO(raw))
    _refuse_size(image.size)
    _refuse_animation(image)
    image.load()  # EXIF may stand behind the pixels
    header = picture_files.png_header(raw)
    # By the specification cICP is preferred to iCCP.
    profile = profile_of(header.colour) if header.colour else image.info.get("icc_profile")
    return _Opened(image, _exif_orientation(image), profile, _colour_key(image, header.depth))


def _open_webp(raw: bytes) -> _Opened:
    # Pillow's decoder allocates its canvas when it opens a file, before the size can be checked.
    _refuse_size(picture_files.webp_size(raw))
    image = WebPImageFile(io.BytesIO(raw))
    _refuse_size(image.size)
    _refuse_animation(image)
    return _Opened(image, _exif_orientation(image), image.info.get("icc_profile"))


def _open_heif(raw: bytes, container: type[ImageFile.ImageFile], decoder: type[ImageFile.ImageFile] | None) -> _Opened:
    """HEIC, or AVIF with its `decoder`. The container alone is read by libheif in both.

    libheif turns the pixels as the file says (irot, imir) and hides the EXIF orientation; Pillow's AVIF decoder gives
    the file's own turn as an EXIF orientation. EXIF counts only in files that do not say it themselves.
    """
    file = HeifFile(raw)
    pixels = file.decoded_pixels()
    if pixels is None:
        raise PictureRejected("The picture is put together in a way that no camera uses.")
    if pixels > _MOST_CODED_PIXELS:
        raise _too_many_pixels()
    image = described = container(io.BytesIO(raw))
    if decoder is not None:
        if len(described.info.get("exif") or b"") > MOST_EXIF_BYTES:
            raise _too_much_metadata()
        image = decoder(io.BytesIO(raw))
        _refuse_animation(image)
    _refuse_size(image.size)
    if decoder is not None:
        with _bounded_memory():
            image.load()
    if not file.says_how_to_turn():
        orientation = described.info["original_orientation"]
    else:
        orientation = None if decoder is None else _exif_orientation(image)
    profile = image.info.get("icc_profile")
    nclx = described.info.get("nclx_profile")
    if profile is None and nclx is not None:
        profile = profile_of(CodePoints(nclx["color_primaries"], nclx["transfer_characteristics"]))
    return _Opened(image, orientation, profile)


def _refuse_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_MEGAPIXELS * 1_000_000:
        raise _too_many_pixels()
    if min(size) < LEAST_SIDE:
        raise PictureRejected(f"The picture is smaller than {LEAST_SIDE} pixels on a side.")
    if max(size) > LONGEST_SHAPE * min(size):
        raise PictureRejected(f"One side of the picture is more than {LONGEST_SHAPE} times as long as the other.")


def _too_many_pixels() -> PictureRejected:
    return PictureRejected(f"The picture has more than {MOST_MEGAPIXELS} megapixels.")


def _too_much_metadata() -> PictureRejected:
    return PictureRejected("The picture has more metadata than any camera writes.")


def _refuse_animation(image: ImageFile.ImageFile) -> None:
    if getattr(image, "is_animated", False):
        raise PictureRejected("The picture is animated; send a still one.")


def _exif_orientation(image: ImageFile.ImageFile) -> int | None:
    if len(image.info.get("exif", b"")) > MOST_EXIF_BYTES or len(image.info.get(_HEX_EXIF, "")) > 3 * MOST_EXIF_BYTES:
        raise _too_much_metadata()
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except SyntaxError:  # no EXIF after all: damaged metadata is no damaged picture
        return None
    return orientation if isinstance(orientation, int) else None


def _colour_key(image: PngImageFile, depth: int) -> tuple[int, ...] | None:
    """The transparent colour (tRNS) of a PNG without a palette, as Pillow holds its pixels.

    Pillow reports it as the file does, in `depth` bits, but widens pixels of 2 and 4 bits to 8 and cuts RGB of 16 bits
    down to 8. Palettes are its own affair.
    """
    key = image.info.get("transparency")
    if key is None or image.mode == "P":
        return None
    if image.mode == "I;16":
        return key & 0xFF, key >> 8
    if image.mode == "RGB":
        return tuple(value >> 8 if depth == 16 else value & 0xFF for value in key)
    most = (1 << depth) - 1
    return (key if image.mode == "1" else (key & most) * 255 // most,)


def _stored_size(size: tuple[int, int]) -> tuple[int, int]:
    """The size with STORED_SIDE as its longer side, where it is larger, but at least LEAST_SIDE as its shorter one."""
    if max(size) <= STORED_SIDE:
        return size
    part, whole = max((STORED_SIDE, max(size)), (LEAST_SIDE, min(size)), key=lambda scale: scale[0] / scale[1])
    return size[0] * part // whole, size[1] * part // whole


def _reduced(picture: Image.Image, key: tuple[int, ...] | None) -> Image.Image:
    """The picture at a whole fraction of its size, not below the stored one, as L, LA, RGB, RGBA or CMYK."""
    stored = _stored_size(picture.size)
    factor = min(picture.width // stored[0], picture.height // stored[1])
    if factor < 2:
        return _eight_bits(picture, key)
    rows = max(1, _BAND_PIXELS // picture.width // factor) * factor
    bands = [
        _eight_bits(picture.crop((0, top, picture.width, min(top + rows, picture.height))), key).reduce(factor)
        for top in range(0, picture.height, rows)
    ]
    reduced = Image.new(bands[0].mode, (bands[0].width, sum(band.height for band in bands)))
    for number, band in enumerate(bands):
        reduced.paste(band, (0, number * bands[0].height))
    return reduced


def _scaled(picture: Image.Image) -> Image.Image:
    size = _stored_size(picture.size)
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)


def _eight_bits(picture: Image.Image, key: tuple[int, ...] | None) -> Image.Image:
    """As L, LA, RGB, RGBA or CMYK, with an alpha channel in place of a transparent colour."""
    if picture.mode == "I;16":
        # Its two bytes as two channels: the upper one is the picture in 8 bits, both are needed to find a colour.
        picture = Image.frombytes("LA", picture.size, picture.tobytes())
        channels = picture.split()
        plain = channels[1]
    else:
        plain = _of_plain_mode(picture)
        channels = plain.split()
    if key is None:
        return plain
    alpha = Image.new("L", plain.size, 0)
    for channel, value in zip(channels, key, strict=True):
        alpha = ImageChops.lighter(alpha, channel.point([255 * (level != value) for level in range(256)]))
    plain = plain.copy()
    plain.putalpha(alpha)
    return plain


def _of_plain_mode(picture: Image.Image) -> Image.Image:
    if picture.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return picture
    plain = {"1": "L", "La": "LA", "RGBa": "RGBA"}
    return picture.convert(plain.get(picture.mode) or ("RGBA" if picture.has_transparency_data else "RGB"))


def _flat_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB in sRGB, without transparency."""
    if picture.mode not in ("LA", "RGBA"):
        return in_srgb(picture, profile)
    colours = in_srgb(picture.convert(picture.mode[:-1]), profile)
    flat = Image.new("RGB", colours.size, "white")
    flat.paste(colours, mask=picture.getchannel("A"))
    return flat
