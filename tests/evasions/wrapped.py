"""C-13..C-15, C-19, C-36, C-39..C-42: the fraud inside other formats, under a false file name, or drawn instead of written."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO
from urllib.parse import quote

import zxingcpp
from PIL import Image, ImageDraw

from tests.evasions.carriers import BARE, enclosed
from tests.evasions.evasion import AT_LEAST, Evasion, add, evasion
from tests.evasions.letters import Letter, mail, page, parts, plain
from tests.evasions.structure import BIT8, HTML, TEXT
from tests.message import made


def _said(letter: Letter) -> str:
    return " ".join((*letter.before, letter.call, *letter.after))


# --- other formats (C-13..C-15, C-39) -------------------------------------------------------------------------------

_WINMAIL: dict[str, Callable[[Letter], bytes]] = {
    "html": lambda letter: made.winmail(html=page(letter).encode()),
    "rtf-around-html": lambda letter: made.winmail(rtf=made.rich_html(page(letter))),
    "plain": lambda letter: made.winmail(text=plain(letter).encode("cp1252")),
    "file-inside": lambda letter: made.winmail(files={"courrier.html": page(letter).encode()}),
}
for _slug, _tnef in _WINMAIL.items():
    add(
        Evasion(
            "C-13",
            "winmail-" + _slug,
            partial(
                lambda letter, make: enclosed(letter, "application/ms-tnef", "winmail.dat", make(letter)), make=_tnef
            ),
            "Outlook shows what is wrapped in TNEF, others a file.",
        )
    )


def _smime(letter: Letter, *, streamed: bool, named: bool) -> bytes:
    inner = f"{HTML}\r\n{BIT8}\r\n\r\n{page(letter)}".encode()
    data = made.signed(inner, streamed=streamed)
    if named:
        return enclosed(letter, "application/octet-stream", "smime.p7m", data)
    fields = (
        'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"',
        "Content-Transfer-Encoding: base64",
    )
    return mail(letter, base64.encodebytes(data).replace(b"\n", b"\r\n"), *fields)


for _slug, _streamed, _named in (
    ("opaque", False, False),
    ("opaque-streamed", True, False),
    ("by-its-name", False, True),
):
    add(
        Evasion(
            "C-14",
            _slug,
            partial(_smime, streamed=_streamed, named=_named),
            "Clients show what an opaque signature holds, whoever made it.",
        )
    )


@evasion("C-15", "archive-with-password")
def _locked(letter: Letter) -> bytes:
    """The page is in an encrypted archive; the mail says the password and leads nowhere."""
    other = replace(letter, url="", call="Ouvrez le formulaire joint, mot de passe : 4471")
    data = made.locked(made.archive({"formulaire.html": page(letter).encode()}))
    return enclosed(other, "application/zip", "formulaire.zip", data, plain(other))


_FILES: dict[str, tuple[str, Callable[[Letter], bytes]]] = {
    "word": ("docx", lambda letter: made.document(_said(letter), letter.url)),
    "slides": ("pptx", lambda letter: made.slides(_said(letter), letter.url)),
    "open-document": ("odt", lambda letter: made.open_document(_said(letter), letter.url)),
    "rich-text": ("rtf", lambda letter: made.rich(_said(letter), letter.url)),
    "word-in-archive": ("zip", lambda letter: made.archive({"avis.docx": made.document(_said(letter), letter.url)})),
}
for _slug, (_ending, _file) in _FILES.items():
    add(
        Evasion(
            "C-39",
            _slug,
            partial(
                lambda letter, make, ending: enclosed(
                    letter, "application/octet-stream", f"avis.{ending}", make(letter)
                ),
                make=_file,
                ending=_ending,
            ),
            "The letter is a document, the body says nothing.",
        )
    )


@evasion("C-39", "remote-template")
def _template(letter: Letter) -> bytes:
    """The only way out is the template that a document loads when it is opened."""
    other = replace(letter, url="", call="Ouvrez le document joint")
    data = made.document("Chargement", template=letter.url)
    return enclosed(other, "application/octet-stream", "avis.docx", data, plain(other))


# --- file names (C-19) ----------------------------------------------------------------------------------------------

_NAMES = {
    "right-to-left": "avis\u202efdp.html",
    "double-extension": "avis.pdf.html",
    "trailing-dots": "avis.html...",
    "trailing-blanks": "avis.html  ",
    "blanks-in-between": "avis.pdf" + " " * 80 + ".html",
    "upper-case": "AVIS.HTML",
    "path": "..\\..\\avis.html",
    "slash-path": "../../avis.html",
    "nul": "avis.html\0.pdf",
    "zero-width": "avis.ht\u200bml",
    "full-width": "avis.ｈｔｍｌ",
    "long": "a" * 300 + ".html",
}


def _misnamed(letter: Letter, name: str) -> bytes:
    inner = "".join(f"<p>{html.escape(row)}</p>" for row in (*letter.before, *letter.after))
    inner += f'<a href="{letter.url}">{html.escape(letter.call)}</a>'
    return enclosed(letter, "application/octet-stream", name, inner.encode())


for _slug, _name in _NAMES.items():
    add(
        Evasion(
            "C-19",
            _slug,
            partial(_misnamed, name=_name),
            "The name says something else than the reader's system takes it for.",
        )
    )


# --- pages in data: URLs (C-36) -------------------------------------------------------------------------------------


def _coded(text: str, kind: str = "text/html") -> str:
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"


_CARRIED: dict[str, Callable[[Letter], str]] = {
    "data-whole-page": lambda letter: f'<a href="{_coded(page(letter))}">Ouvrir</a>',
    "data-frame": lambda letter: f'<iframe src="{_coded(page(letter))}"></iframe>',
    "data-line-ends": lambda letter: (
        f'<a href="da\nta:text/ht\tml;base64,{_coded(page(letter)).partition(",")[2]}">Ouvrir</a>'
    ),
    "data-nested": lambda letter: (
        f'<a href="data:text/html,{quote(f"""<iframe src="{_coded(page(letter))}">""")}">Ouvrir</a>'
    ),
    "data-many-parameters": lambda letter: (
        f'<a href="data:text/html;{"a=b;" * 100}base64,{_coded(page(letter)).partition(",")[2]}">Ouvrir</a>'
    ),
    "data-refresh": lambda letter: f'<meta http-equiv="refresh" content="0;url={_coded(page(letter))}">',
    "data-drawing": lambda letter: (
        f'<img src="{_coded(_svg(letter), "image/svg+xml")}"><a href="{letter.url}">{html.escape(letter.call)}</a>'
    ),
}


def _svg(letter: Letter) -> str:
    rows = "".join(
        f'<text y="{20 * n}">{html.escape(row)}</text>' for n, row in enumerate((*letter.before, *letter.after))
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{rows}<a href="{letter.url}"><text>{html.escape(letter.call)}</text></a></svg>'


def _carried(letter: Letter, make: Callable[[Letter], str]) -> bytes:
    return mail(letter, f"<html><body><p>Bonjour</p>{make(letter)}</body></html>", kind="text/html")


for _slug, _make in _CARRIED.items():
    add(Evasion("C-36", _slug, partial(_carried, make=_make), "The page stands in an address."))
add(Evasion("C-32", "svg-in-the-body", partial(_carried, make=_svg), "Text and link are drawn in the page."))


# --- codes that are drawn (C-40, C-41) ------------------------------------------------------------------------------


def _scanned(letter: Letter, drawing: str) -> bytes:
    other = replace(letter, url="")
    body = page(other, called=f"{html.escape(letter.call)} : scannez ce code</p>{drawing}<p>")
    return mail(other, body, kind="text/html")


def _halves(letter: Letter) -> str:
    rows = made.modules(letter.url)
    rows = [*rows, [False] * len(rows[0])]
    return "\n".join(
        "".join(" ▄▀█"[2 * upper + lower] for upper, lower in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=False)
    )


def _cells(letter: Letter, dark: str = "#000", light: str = "#fff") -> str:
    rows = (
        "".join(f'<td style="background:{dark if dot else light}"></td>' for dot in row)
        for row in made.modules(letter.url)
    )
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _rectangles(letter: Letter) -> str:
    dots = (
        f'<rect x="{4 * x}" y="{4 * y}" width="4" height="4"/>'
        for y, row in enumerate(made.modules(letter.url))
        for x, dot in enumerate(row)
        if dot
    )
    return f'<svg width="200" height="200"><rect width="200" height="200" fill="#fff"/>{"".join(dots)}</svg>'


_DRAWN: dict[str, Callable[[Letter], str]] = {
    "half-blocks": lambda letter: f"<pre>{_halves(letter)}</pre>",
    "cells": _cells,
    "cells-inverted": lambda letter: _cells(letter, "#fff", "#000"),
    "svg-in-the-body": _rectangles,
}
for _slug, _make in _DRAWN.items():
    add(
        Evasion(
            "C-41",
            _slug,
            partial(lambda letter, make: _scanned(letter, make(letter)), make=_make),
            "A code without a picture.",
        )
    )


@evasion("C-41", "half-blocks-in-plain-text")
def _in_text(letter: Letter) -> bytes:
    """The code is drawn with characters in plain text."""
    other = replace(letter, url="", after=(*letter.after, _halves(letter).replace("\n", "\r\n")))
    return mail(other, plain(other))


def _pictures(letter: Letter, *pictures: Image.Image) -> bytes:
    shown = "".join(f'<img src="cid:code{n}">' for n in range(len(pictures)))
    body = page(letter, called=f"{html.escape(letter.call)} : scannez {shown}")
    files = [
        (
            f"Content-Type: image/png\nContent-ID: <code{n}>\nContent-Transfer-Encoding: base64",
            base64.encodebytes(made.saved(picture)).replace(b"\n", b"\r\n"),
        )
        for n, picture in enumerate(pictures)
    ]
    return parts(letter, "related", ((f"{HTML}\n{BIT8}", body), *files))


@evasion("C-41", "two-halves")
def _two(letter: Letter) -> bytes:
    """The code is cut into two pictures that stand side by side."""
    whole = made.code(letter.url)
    half = whole.width // 2
    return _pictures(letter, whole.crop((0, 0, half, whole.height)), whole.crop((half, 0, whole.width, whole.height)))


@evasion("C-41", "inverted-picture")
def _inverted(letter: Letter) -> bytes:
    """Light dots on dark ground."""
    return _pictures(letter, made.code(letter.url).point(lambda value: 255 - value))


def _other_code(letter: Letter, kind: zxingcpp.BarcodeFormat) -> bytes:
    small = Image.fromarray(zxingcpp.create_barcode(letter.url, kind).to_image(scale=6))
    picture = Image.new("L", (small.width + 80, small.height + 80), 255)
    picture.paste(small, (40, 40))
    return _pictures(letter, picture)


for _slug, _kind in (("aztec", zxingcpp.BarcodeFormat.Aztec), ("data-matrix", zxingcpp.BarcodeFormat.DataMatrix)):
    add(Evasion("C-40", _slug, partial(_other_code, kind=_kind), "Telephones read more than QR codes."))


# --- nothing but a picture (C-42) -----------------------------------------------------------------------------------


def _painted(letter: Letter) -> bytes:
    picture = Image.new("RGB", (640, 320), "white")
    draw = ImageDraw.Draw(picture)
    for number, row in enumerate((*letter.before, letter.call, *letter.after)):
        draw.text((10, 10 + 30 * number), row[:90], fill="black")
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _picture_only(letter: Letter, alt: str) -> bytes:
    body = f'<html><body><a href="{letter.url}"><img src="cid:letter" alt="{html.escape(alt)}"></a></body></html>'
    fields = "Content-Type: image/png\nContent-ID: <letter>\nContent-Transfer-Encoding: base64"
    picture = base64.encodebytes(_painted(letter)).replace(b"\n", b"\r\n")
    return parts(letter, "related", ((f"{HTML}\n{BIT8}", body), (fields, picture)))


add(
    Evasion(
        "C-42",
        "picture-with-its-text",
        lambda letter: _picture_only(letter, _said(letter)[:290]),
        "The letter is a picture; its alternative text says it, too.",
    )
)
add(
    Evasion(
        "C-42",
        "nothing-but-a-picture",
        partial(_picture_only, alt=""),
        "The letter is a picture and its subject.",
        (*AT_LEAST, "unrelated"),
        "letters in a picture are not read: what the subject and the link say is all there is",
    )
)


@evasion("C-42", "picture-beside-a-word")
def _beside(letter: Letter) -> bytes:
    """The letter is in the subject and in a page; the plain text is a blank, the page a picture with a caption."""
    caption = f'<img src="cid:letter"><p>{html.escape(letter.before[1])}</p><a href="{letter.url}">{html.escape(letter.call)}</a>'
    fields = "Content-Type: image/png\nContent-ID: <letter>\nContent-Transfer-Encoding: base64"
    picture = base64.encodebytes(_painted(letter)).replace(b"\n", b"\r\n")
    return parts(letter, "mixed", ((f"{TEXT}\n{BIT8}", BARE), (f"{HTML}\n{BIT8}", caption), (fields, picture)))
