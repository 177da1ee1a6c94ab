"""What QR codes say, and Aztec and DataMatrix ones that hold an address: the text behind the dots, the targets in it (threats C-40)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import zxingcpp

from vigie.message.layers import Line
from vigie.message.links import written
from vigie.message.text import Page, Target

CODES = 8
"""Of one picture."""
_TEXT = 4_300
"""Characters: the largest QR code holds 4,296."""
_OTHERS = frozenset((zxingcpp.BarcodeFormat.Aztec, zxingcpp.BarcodeFormat.DataMatrix))
"""Of tickets, parcels and medicine: read where they hold an address, as telephones do; all else is a number."""
_FAMILY = zxingcpp.BarcodeFormats(
    (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.MicroQRCode, zxingcpp.BarcodeFormat.RMQRCode, *_OTHERS)
)
_WHOLE = re.compile(
    r"\s*(?:(?:[a-z][a-z0-9+.-]{1,20}://|(?:mailto|tel|sms|callto|data|javascript|https?):)\S+"
    r"|(?:[\w-]{1,63}\.){1,10}[a-z]{2,24}(?::\d{1,5})?(?:[/?#]\S*)?)\s*\Z",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,20}:(?!\d{1,5}(?:[/?#]|\Z))", re.IGNORECASE)


def texts(grey: bytes, width: int, height: int) -> list[str]:
    """The texts of the codes in a picture of one byte a pixel; in any direction, light on dark too."""
    if len(grey) != width * height or min(width, height) < 11:
        return []
    try:
        found = zxingcpp.read_barcodes(memoryview(grey).cast("B", (height, width)), _FAMILY)
    except (RuntimeError, ValueError):  # what the library says of a picture that it cannot take
        return []
    told = ((code.format, _sound(code.text)) for code in found[:CODES])
    said = (text for kind, text in told if kind not in _OTHERS or _WHOLE.match(text))
    return list(dict.fromkeys(text for text in said if text.strip()))


def _sound(text: str) -> str:
    return text[:_TEXT].encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def page(said: Iterable[str]) -> Page:
    """The texts of codes as a page: what is a URL and nothing else is a target alone, other text is read by the reader too."""
    found = Page()
    for text in said:
        if _WHOLE.match(text):
            found.targets.append(Target(_url(text.strip()), "", "qr", 0))
            continue
        for line in text.splitlines():
            found.lines.append(Line(line.strip()))
            found.targets += _targets(line, len(found.lines) - 1)
    return found


def add(to: Page, said: Iterable[str], line: int) -> None:
    """Adds the texts of a code that stands at that line of a page."""
    inner = page(said)
    to.targets += [Target(found.target, found.shown, "qr", line) for found in inner.targets]
    to.lines += inner.lines


def _url(text: str) -> str:
    """A code may leave out the scheme: scanners add it."""
    return text if _SCHEME.match(text) else f"http://{text}"


def _targets(line: str, number: int) -> Iterator[Target]:
    for shown, link in written(line):
        yield Target(link, shown, "qr", number)
