"""Messages that want all the time and memory there is: every row of threats section 5 that a mail can be (X-02 to X-16).

Each is generated; none is kept. `make(size)` gives one of about so many bytes: the short test takes small ones, `make soak` as
large ones as are judged whole. What fails by its attachments is as large as it has to be.
"""

from __future__ import annotations

import base64
import hashlib
import io
import struct
import zlib
from collections.abc import Callable

import pypdf
from pypdf.generic import ArrayObject, DecodedStreamObject, NameObject, NumberObject

from tests.judge import test_hostile_files as files
from tests.message.test_formats import HOSTILE

Make = Callable[[int], bytes]
HEAD = b"From: Assurance Maladie <a@fraude.example>\r\nSubject: Carte Vitale\r\nMIME-Version: 1.0\r\n"
FRAUD = files.FRAUD.encode()
LINE = 900
"""RFC 5322 allows 998; MTAs fold or refuse what is longer in places, so whoever sends a bomb keeps below."""


def _times(piece: bytes, size: int) -> bytes:
    return piece * max(size // len(piece), 1)


def _field(name: bytes, piece: bytes, size: int) -> bytes:
    """One field of about that size, folded."""
    row = _times(piece, LINE)
    return name + b": " + _times(row + b"\r\n ", size) + b"x\r\n"


def _plain(head: bytes, body: bytes = FRAUD) -> bytes:
    return HEAD + head + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + body


def _html(body: bytes) -> bytes:
    return HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + FRAUD + body


def _lines(piece: bytes, size: int) -> bytes:
    return _times(_times(piece, LINE) + b"\r\n", size)


def multiparts(size: int) -> bytes:
    """Multiparts in multiparts, each with a boundary of its own."""
    level = b"Content-Type: multipart/mixed; boundary=b%07d\r\n\r\n--b%07d\r\n"
    count = size // (len(level) + 6)
    return HEAD + b"".join(level % (n, n) for n in range(count)) + b"Content-Type: text/plain\r\n\r\n" + FRAUD


def parts(size: int) -> bytes:
    """A million parts at ten megabytes."""
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + _times(b"--b\r\n\r\nx\r\n", size)


def stuffed(size: int) -> bytes:
    """cpython issue 87075: 50 KB of this cost email's default policy 70 s."""
    return HEAD + _field(b"Content-Type", b";", size) + b"\r\n" + FRAUD


def parameters(size: int) -> bytes:
    """RFC 2231 continuations."""
    rows = b"".join(b";\r\n filename*%d*=utf-8''x" % n for n in range(size // 26))
    return HEAD + b"Content-Disposition: attachment" + rows + b"\r\n\r\n" + FRAUD


def comments(size: int) -> bytes:
    """In From and in Content-Type."""
    field = _field(b"From", b"(", size // 2)
    return field + b"Subject: ameli\r\n" + _field(b"Content-Type", b"(", size // 2) + b"\r\n" + FRAUD


def deep_page(size: int) -> bytes:
    return _html(_lines(b"<div>", size))


def wide_page(size: int) -> bytes:
    """Elements that never end, of which a browser opens all again in each paragraph."""
    return _html(b"".join(b"<b a=%d>\r\n" % n for n in range(size // 26)) + _lines(b"<p>x", size // 2))


def rules_of_style(size: int) -> bytes:
    rows = b"".join(b".a%d,div>.b%d *{display:none}\r\n" % (n, n) for n in range(size // 60))
    return _html(b"<style>" + rows + b"</style>" + _lines(b"<p class=a1>x", size // 2))


def texts(piece: bytes) -> Make:
    """What a pattern could be made to run long over."""
    return lambda size: _plain(b"", FRAUD + _lines(piece, size))


def base64_words(size: int) -> bytes:
    return HEAD + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + _lines(b"Y.Q==", size)


def base64_file(size: int) -> bytes:
    return files.mail(bytes(size // 4 * 3))


def links(size: int) -> bytes:
    return _html(b"".join(b"<a href=https://a%d.ameli.fr.example/%d>x</a>\r\n" % (n, n) for n in range(size // 52)))


def long_links(size: int) -> bytes:
    return _plain(b"", FRAUD + _times(b"https://a.example/?u=" + b"https%3A%2F%2Fb.example%2F" * 400 + b"\r\n", size))


def signatures(piece: bytes, size: int) -> bytes:
    """Blanks that relaxed canonicalization takes away, under signatures that have to be looked at."""
    body = _lines(piece, size)
    digest = base64.b64encode(hashlib.sha256(b"").digest()).decode()
    field = (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=fraude.example; s=s; h=from:subject; bh={digest}; "
        f"b={base64.b64encode(bytes(256)).decode()}\r\n"
    ).encode()
    return field * 40 + _field(b"X-Blanks", b" \t", min(size, 400_000)) + _plain(b"", FRAUD + body)


def wide_picture(_: int) -> bytes:
    """3,600 million pixels in a PNG of 4 KB and more: it says so, and has as much of it as fits."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(7_501 * 500), 9)
    picture = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return files.mail(*[picture] * 20, name="a.png")


def object_stream(_: int) -> bytes:
    """Object streams that hold arrays in arrays, and streams that are packed many times over."""

    def build(writer: pypdf.PdfWriter) -> None:
        page = writer.add_blank_page(600, 800)
        packed = DecodedStreamObject()
        data = b"[" * 200_000 + b"]" * 200_000
        for _ in range(8):
            data = zlib.compress(data + bytes(2_000_000), 9)
        packed.set_data(data)
        packed[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode")] * 8)
        page[NameObject("/Contents")] = writer._add_object(packed)
        nested = ArrayObject([NumberObject(0)])
        for _ in range(300):
            nested = ArrayObject([nested])
        page[NameObject("/Annots")] = writer._add_object(nested)
        for number in range(12_000):
            writer._add_object(NumberObject(number))

    return files.pdf(build)


def pages_without_end(_: int) -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(5_000):
        writer.add_blank_page(10, 10)
    out = io.BytesIO()
    writer.write(out)
    return files.mail(out.getvalue(), name="a.pdf")


def _file(make: Callable[[], bytes]) -> Make:
    return lambda _: make()


BOMBS: dict[str, Make] = {
    "X-02 multiparts in multiparts": multiparts,
    "X-02 one boundary": lambda size: HEAD + _times(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", size),
    "X-02 messages in messages": lambda size: HEAD + _times(b"Content-Type: message/rfc822\r\n\r\n", size) + FRAUD,
    "X-03 parts": parts,
    "X-04 fields": lambda size: _plain(_times(b"X-A: b\r\n", size)),
    "X-04 authors": lambda size: _plain(_times(b"From: a@b.example\r\n", size)),
    "X-05 semicolons in Content-Type": stuffed,
    "X-06 one long field": lambda size: _plain(_field(b"Subject", b"carte vitale ", size)),
    "X-07 addresses": lambda size: _plain(_field(b"To", b"ana <a@b.example>, ", size)),
    "X-07 encoded words": lambda size: _plain(_field(b"Subject", b"=?utf-8?q?=E9a?= ", size)),
    "X-07 parameters": parameters,
    "X-08 comments": comments,
    "X-09 a deep page": deep_page,
    "X-09 open elements": wide_page,
    "X-09 rules of style": rules_of_style,
    "X-10 words": texts(b"carte vitale n'a si vous "),
    "X-10 digits": texts(b"0 1 06 "),
    "X-10 glued": texts(b"a.-'"),
    "X-11 base64": base64_file,
    "X-11 base64 in pieces": base64_words,
    "X-12 packed": _file(lambda: files.mail(HOSTILE["bomb"][0], name="a.zip")),
    "X-12 overlapping": _file(lambda: files.mail(HOSTILE["overlapping"][0], name="a.zip")),
    "X-12 archives in archives": _file(lambda: files.mail(HOSTILE["nested"][0], name="a.zip")),
    "X-12 everything": _file(files.BOMBS["everything"]),
    "X-13 a wide picture": wide_picture,
    "X-13 large pictures": _file(files.large_pictures),
    "X-13 finders": _file(files.finders),
    "X-13 frames": _file(files.many_frames),
    "X-13 drawings": _file(files.drawings),
    "X-14 object streams": object_stream,
    "X-14 pages": pages_without_end,
    "X-14 pictures in a PDF": _file(files.BOMBS["pictures in a PDF"]),
    "X-14 forms in a PDF": _file(files.BOMBS["forms in a PDF"]),
    "X-14 a PDF in itself": _file(files.BOMBS["a PDF in itself"]),
    "X-15 links": links,
    "X-15 long links": long_links,
    "X-16 blanks under signatures": lambda size: signatures(b" \t", size),
    "X-16 words under signatures": lambda size: signatures(b"a ", size),
}
