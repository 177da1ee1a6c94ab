"""Pictures that a mail carries, drawn again: what leaves here is a PNG of ours, whatever the bytes were (threats W-02, X-13).

Runs in the opening process alone: the decoders are C code on hostile bytes.
"""

from __future__ import annotations

import base64
import io
import struct
import warnings
import zlib

from PIL import BmpImagePlugin, GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

PICTURES = 40
BYTES = 4 << 20
PIXELS = 25_000_000
ALL_PIXELS = 60_000_000
SIDE = 1_200
"""A wider or higher picture is reduced: more is not seen on a screen."""
ALL_BYTES = 8 << 20
"""Of PNG that one mail may become."""
SHOWN_CHARS = 16 << 20
"""Of all places in which its pictures stand: one picture may be named a thousand times, and each time it is in the page whole."""
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "DIB")
_PLUGINS = (BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin)  # imported: they register
_ERRORS = (
    *(OSError, ValueError, TypeError, SyntaxError, IndexError, KeyError, AttributeError, EOFError, ArithmeticError),
    *(struct.error, zlib.error, RuntimeError, Image.DecompressionBombError),
)
"""What Pillow raises on broken pictures."""

PREFIX = "data:image/png;base64,"


class Gallery:
    """Draws the pictures of one mail, within what one mail may cost."""

    def __init__(self) -> None:
        self._left = PICTURES
        self._pixels = ALL_PIXELS
        self._room = ALL_BYTES
        self._page = SHOWN_CHARS
        self._drawn: dict[bytes, str | None] = {}

    def drawn(self, data: bytes) -> str | None:
        """A data: URL of our own PNG for one place; None where it is no picture, broken, or more than a mail may cost."""
        if data not in self._drawn:
            self._drawn[data] = self._draw(data)
        url = self._drawn[data]
        if url is None or len(url) > self._page:
            return None
        self._page -= len(url)
        return url

    def _draw(self, data: bytes) -> str | None:
        if self._left <= 0 or len(data) > BYTES:
            return None
        self._left -= 1
        try:
            png = self._png(data)
        except _ERRORS:
            return None
        if png is None or len(png) > self._room:
            return None
        self._room -= len(png)
        return PREFIX + base64.b64encode(png).decode("ascii")

    def _png(self, data: bytes) -> bytes | None:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", Image.DecompressionBombWarning
            )  # the size is looked at before it is decoded
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                pixels = picture.width * picture.height
                if pixels > PIXELS or pixels > self._pixels:
                    return None
                self._pixels -= pixels
                picture.draft("RGB", (SIDE, SIDE))
                solid = picture.convert("RGBA")
        solid.thumbnail((SIDE, SIDE))
        out = io.BytesIO()
        # a new picture: no chunk of the old file (texts, profiles, anything behind the end) goes with it
        clean = Image.frombytes("RGBA", solid.size, solid.tobytes())
        clean.save(out, "PNG")
        return out.getvalue()
