"""QR codes in pictures: PNG, JPEG, GIF, WebP and BMP, within bounds of bytes and pixels (threats C-40, X-13).

The decoders are C code on hostile bytes: they run in the judging process, which can be killed, and only those five.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator

from PIL import BmpImagePlugin, GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from vigie.message.formats import qr
from vigie.message.formats.opened import Allowance, Opened
from vigie.message.readings import Leaf

PICTURE_BYTES = 4 << 20
PICTURE_PIXELS = 25_000_000
_LOOKED_AT = 1_500_000
"""Pixels that a larger picture is reduced to: a screen shows no more of it, and a telephone reads it from there."""
_FRAMES = 8
_HALF = 500_000
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "DIB")
_PLUGINS = (BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin)  # imported: they register
_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM")
DECODING_ERRORS = (
    *(OSError, ValueError, TypeError, SyntaxError, IndexError, KeyError, AttributeError, EOFError, ArithmeticError),
    *(struct.error, zlib.error, RuntimeError),
)
"""What Pillow raises on broken pictures."""

Image.MAX_IMAGE_PIXELS = PICTURE_PIXELS
warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is looked at before anything is decoded


def fits(leaf: Leaf) -> bool:
    """A picture by its first bytes, whatever the label says."""
    start = leaf.data[:12]
    return start.startswith(_STARTS) or (start[:4] == b"RIFF" and start[8:] == b"WEBP")


def opened(leaf: Leaf, allowance: Allowance) -> Opened:
    """The QR codes of a picture; nothing where there is none."""
    said = read(leaf.data, allowance)
    return Opened([qr.page(said)]) if said else Opened()


def read(data: bytes, allowance: Allowance) -> list[str]:
    """The texts of the QR codes in a picture file."""
    ledger = allowance.ledger
    if allowance.pictures <= 0:
        ledger.note("too-many-pictures", "more pictures than are looked at")
        return []
    allowance.pictures -= 1
    if len(data) > PICTURE_BYTES:
        ledger.note("picture-too-large", f"a picture of more than {PICTURE_BYTES} bytes")
        return []
    said: list[str] = []
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            for frame in _frames(picture, allowance):
                said += codes(frame, allowance)
    except Image.DecompressionBombError:
        ledger.note("picture-too-large", f"more than {PICTURE_PIXELS} pixels")
    except DECODING_ERRORS as error:
        ledger.note("picture-unreadable", type(error).__name__)
    return list(dict.fromkeys(said))


def _frames(picture: Image.Image, allowance: Allowance) -> Iterator[Image.Image]:
    """The first frames of a picture, reduced; a code may stand in a later one than the first."""
    pixels = picture.width * picture.height
    for number in range(min(_FRAMES, getattr(picture, "n_frames", 1))):
        if pixels > PICTURE_PIXELS or pixels > allowance.pixels:
            allowance.ledger.note("picture-too-large", f"more than {PICTURE_PIXELS} pixels")
            return
        allowance.pixels -= pixels
        if number:
            picture.seek(number)
        elif picture.format == "JPEG" and pixels > _LOOKED_AT:
            picture.draft("L", (1_400, 1_400))  # decodes at half, a quarter or an eighth of the size
        yield picture


def _reduced(picture: Image.Image) -> Image.Image:
    factor = 1
    while picture.width * picture.height > _LOOKED_AT * factor * factor:
        factor += 1
    if factor == 1:
        return picture
    if picture.mode in ("P", "1", "PA") or picture.mode.startswith("I;"):
        picture = picture.convert("RGBA" if "transparency" in picture.info else "L")
    return picture.reduce(factor)


def codes(picture: Image.Image, allowance: Allowance) -> list[str]:
    """The texts of the codes, read on the grounds on which it may be shown: transparent pixels are white, in dark mode black."""
    picture = _reduced(picture)
    if picture.mode not in ("RGBA", "LA", "PA", "La", "RGBa") and "transparency" not in picture.info:
        grey = picture.convert("L")
        return _read(grey, allowance) or _joined(grey, allowance)
    solid = picture.convert("RGBA")
    for ground in ((255, 255, 255), (0, 0, 0)):
        sheet = Image.new("RGB", solid.size, ground)
        sheet.paste(solid, mask=solid.getchannel("A"))
        said = _read(sheet.convert("L"), allowance)
        if said:
            return said
    return []


def _joined(grey: Image.Image, allowance: Allowance) -> list[str]:
    """The texts of a code that is cut into two pictures, which a page shows one beside or above the other (C-41)."""
    before, allowance.before = allowance.before, (grey.width, grey.height, grey.tobytes())
    if before is None or grey.width * grey.height > _HALF:
        return []
    width, height, pixels = before
    for beside in (True, False):
        if (height == grey.height) if beside else (width == grey.width):
            size = (width + grey.width, height) if beside else (width, height + grey.height)
            whole = Image.new("L", size, 255)
            whole.paste(Image.frombytes("L", (width, height), pixels), (0, 0))
            whole.paste(grey, (width, 0) if beside else (0, height))
            said = _read(whole, allowance)
            if said:
                return said
    return []


def _read(grey: Image.Image, allowance: Allowance) -> list[str]:
    pixels = grey.width * grey.height
    if pixels > allowance.looked:
        allowance.ledger.note("too-many-pictures", "more pictures than are looked at")
        return []
    allowance.looked -= pixels
    return qr.texts(grey.tobytes(), grey.width, grey.height)
