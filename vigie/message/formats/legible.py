"""Pictures that may hold letters, made ready for a program that reads them: grey pixels of our own making (threat C-42).

What reads them never sees a byte of the mail: a picture is decoded here and handed on as a portable greymap.
"""

from __future__ import annotations

import io

from PIL import Image, ImageChops

from vigie.message.formats.pictures import DECODING_ERRORS, FORMATS, PICTURE_PIXELS

SHEET_BYTES = 1 << 20
"""A larger file is no picture of letters."""
_READ = 2_500_000
"""Pixels that are read at most: a page of paper at 150 dots an inch."""
_FEW = 120_000
"""Pixels below which a picture is drawn twice as large: letters of ten pixels are hard to read."""
_SMALLEST = (140, 40)
_AREA = 16_000
_SHARP = 48
"""Grey levels between a pixel and the next one, where a stroke begins or ends."""
_STROKES = (0.004, 0.6)
"""Share of such pixels: less is a photograph or a plain ground, more is noise."""


def size(data: bytes) -> int:
    """Pixels of a picture that is large enough for words and small enough to be decoded, by its head; 0 for any other."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
    except (*DECODING_ERRORS, Image.DecompressionBombError):
        return 0
    pixels = width * height
    fits = width >= _SMALLEST[0] and height >= _SMALLEST[1] and _AREA <= pixels <= PICTURE_PIXELS
    return pixels if fits and len(data) <= SHEET_BYTES else 0


def sheet(data: bytes) -> bytes | None:
    """The picture as a binary PGM, dark on light as it came; None where it cannot be decoded or has no strokes."""
    if not size(data):
        return None
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.format == "JPEG" and picture.width * picture.height > 4 * _READ:
                picture.draft("L", (1_600, 1_600))
            grey = _grey(picture)
    except (*DECODING_ERRORS, Image.DecompressionBombError):
        return None
    if not _has_strokes(grey):
        return None
    if grey.width * grey.height <= _FEW:
        grey = grey.resize((2 * grey.width, 2 * grey.height), Image.Resampling.LANCZOS)
    return b"P5\n%d %d\n255\n" % grey.size + grey.tobytes()


def _grey(picture: Image.Image) -> Image.Image:
    """At most `_READ` pixels; what is transparent is white, as nearly every mail is shown."""
    clear = "A" in picture.getbands() or "transparency" in picture.info
    if picture.mode.startswith("I;16"):  # convert alone would cut off everything above 255
        picture = picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    elif picture.mode not in ("L", "RGB", "RGBA", "LA"):
        picture = picture.convert("RGBA" if clear else "L")
    factor = 1
    while picture.width * picture.height > _READ * factor * factor:
        factor += 1
    if factor > 1:  # before anything is copied: 25 million pixels of four bytes
        picture = picture.reduce(factor)
    if not clear:
        return picture.convert("L")
    solid = picture.convert("RGBA")
    ground = Image.new("RGBA", solid.size, (255, 255, 255, 255))
    return Image.alpha_composite(ground, solid).convert("L")


def _has_strokes(grey: Image.Image) -> bool:
    counts = ImageChops.difference(grey, ImageChops.offset(grey, 1, 0)).histogram()
    share = sum(counts[_SHARP:]) / max(1, grey.width * grey.height)
    return _STROKES[0] <= share <= _STROKES[1]
