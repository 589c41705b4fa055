"""Photographs, made anew from their points alone: no EXIF, no profile, nothing behind them.

What is written is what was seen: turned the way it was held, in sRGB, at most `SIDE_MAX` long.
"""

import io
import struct

from PIL import Image, ImageCms, ImageOps

from evidence.kinds import JPEG, PIXELS_MAX, PNG, WEBP
from evidence.unfit import Reason, Unfit

SIDE_MAX = 4096
SMALL_SIDE = 320
_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
_SEE_THROUGH = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})


def cleaned(content: bytes, media_type: str) -> bytes:
    """Return the photograph made anew in its own format; raises `Unfit`."""
    image = _opened(content, media_type)
    if media_type != JPEG and getattr(image, "n_frames", 1) > 1:
        raise Unfit(Reason.ANIMATED)
    keeps_holes = media_type != JPEG and (
        image.mode in _SEE_THROUGH or "transparency" in image.info
    )
    made = _seen(image, SIDE_MAX, "RGBA" if keeps_holes else "RGB")
    return _written(made, _FORMATS[media_type], quality=90)


def thumbnail(content: bytes, media_type: str) -> bytes:
    """Return a small JPEG of the photograph; raises `Unfit`."""
    made = _seen(_opened(content, media_type), SMALL_SIDE, "RGB")
    return _written(made, "JPEG", quality=75)


def _opened(content: bytes, media_type: str) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # judged here, by a number of our own
    try:
        image = Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]])
    except (OSError, SyntaxError, ValueError) as error:
        raise Unfit(Reason.BROKEN) from error
    if image.width * image.height > PIXELS_MAX:
        raise Unfit(Reason.PIXELS, f"{image.width}×{image.height}")
    return image


def _seen(image: Image.Image, side: int, mode: str) -> Image.Image:
    """Return *image* as it is looked at: small enough, upright, in sRGB."""
    profile = image.info.get("icc_profile")
    try:
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        image.load()
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Unfit(Reason.BROKEN) from error
    return _in_srgb(_upright(image), profile, mode)


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return image  # its EXIF says nothing that can be understood


def _in_srgb(image: Image.Image, profile: bytes | None, mode: str) -> Image.Image:
    if profile and image.mode in {"L", "RGB", "RGBA", "CMYK"}:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            wanted = ImageCms.createProfile("sRGB")
            if (
                found := ImageCms.profileToProfile(image, own, wanted, outputMode=mode)
            ) is not None:
                return found
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that is none: its colours are taken as they stand
    return image.convert(mode)


def _written(image: Image.Image, form: str, *, quality: int) -> bytes:
    image.info = {}  # comments and profiles would be written again from here
    to = io.BytesIO()
    image.save(to, form, quality=quality)
    return to.getvalue()
