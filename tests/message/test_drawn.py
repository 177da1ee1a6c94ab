"""QR codes without a picture: characters and table cells are read as a telephone reads them."""

import io

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf.generic import DecodedStreamObject, NameObject

from tests.message import made
from tests.message.mails import codes, html, mail
from tests.message.test_attached import attach
from vigie.message.formats import drawn
from vigie.message.formats.opened import Allowance
from vigie.message.parse import read
from vigie.message.readings import Ledger
from vigie.message.types import Layer, Message

URL = "https://fraude.example/c"
DOTS = made.modules(URL)


def doubled(dark: str, light: str) -> str:
    return "\n".join("".join((dark if dot else light) * 2 for dot in row) for row in DOTS)


def single(dark: str, light: str) -> str:
    return "\n".join("".join(dark if dot else light for dot in row) for row in DOTS)


def halves(marks: str = " ▄▀█") -> str:
    rows = [*DOTS, [False] * len(DOTS[0])]
    pairs = zip(rows[::2], rows[1::2], strict=False)
    return "\n".join("".join(marks[2 * upper + lower] for upper, lower in zip(*pair, strict=True)) for pair in pairs)


def found(message: Message) -> list[tuple[str, str, Layer]]:
    return [(link.kind, link.target, link.layer) for link in message.links]


DRAWINGS = {
    "halves": halves(),
    "light halves": halves("█▀▄ "),
    "blocks": doubled("█", " "),
    "light blocks": doubled(" ", "█"),
    "no-break spaces": doubled("█", "\u00a0"),
    "hashes": doubled("#", " "),
    "digits": doubled("1", "0"),
    "emoji": single("⬛", "⬜"),
    "colours": single("🟦", "⬜"),
    "square": single("■", "□"),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_code_drawn_with_characters(name: str) -> None:
    text = f"Bonjour,\n\nScannez ce code :\n\n{DRAWINGS[name]}\n\nCordialement\n"
    assert found(read(mail(text))) == [("qr", URL, Layer.OUTER)]


def test_windows_line_ends() -> None:
    assert found(read(mail(f"Scannez :\n{halves()}\nMerci".replace("\n", "\r\n")))) == [("qr", URL, Layer.OUTER)]


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_code_drawn_in_preformatted_text(name: str) -> None:
    assert found(html(f"<p>Scannez :</p><pre>\n{DRAWINGS[name]}\n</pre>")) == [("qr", URL, Layer.OUTER)]


def test_a_code_drawn_with_entities_and_breaks() -> None:
    entities = "<br>\n".join("".join("&#9608;&#x2588;" if dot else "&nbsp;&nbsp;" for dot in row) for row in DOTS)
    assert found(html(f"<p>Scannez :</p><div style='font-family:monospace'>{entities}</div>")) == [
        ("qr", URL, Layer.OUTER)
    ]


def table(cell: str = "td", row: str = "tr", around: str = "table") -> str:
    rows = "".join(
        f"<{row}>"
        + "".join(f'<{cell} style="background:{"#000" if dot else "#fff"}"></{cell}>' for dot in line)
        + f"</{row}>"
        for line in DOTS
    )
    return f"<{around}>{rows}</{around}>"


def attributes() -> str:
    rows = "".join("<tr>" + "".join(f"<td bgcolor={'black' if dot else 'white'}>" for dot in line) for line in DOTS)
    return f"<table>{rows}</table>"


def spans() -> str:
    """Neighbours of one colour are one cell."""
    rows = ""
    for line in DOTS:
        cells, start = "", 0
        for at in range(1, len(line) + 1):
            if at == len(line) or line[at] != line[start]:
                cells += f'<td colspan="{at - start}" bgcolor="{"#102030" if line[start] else "#ffffff"}"></td>'
                start = at
        rows += f"<tr>{cells}</tr>"
    return f"<table>{rows}</table>"


def classes() -> str:
    rows = "".join(
        "<tr>" + "".join(f'<td class="{"d" if dot else "l"}"></td>' for dot in line) + "</tr>" for line in DOTS
    )
    return f"<style>.d {{background-color:#000}} .l {{background-color:#fff}}</style><table>{rows}</table>"


def flat() -> str:
    """A grid of CSS: all dots are children of one element."""
    dots = "".join(f'<i style="background:{"#000" if dot else "#fff"}"></i>' for line in DOTS for dot in line)
    return f'<div style="display:grid;grid-template-columns:repeat({len(DOTS)},4px)">{dots}</div>'


GRIDS = {
    "styles": table(),
    "divs": table("div", "div", "div"),
    "attributes": attributes(),
    "spans": spans(),
    "classes": classes(),
    "flat": flat(),
}


@pytest.mark.parametrize("name", GRIDS)
def test_a_code_drawn_with_cells(name: str) -> None:
    assert found(html(f"<p>Scannez :</p>{GRIDS[name]}<p>Merci</p>")) == [("qr", URL, Layer.OUTER)]


def test_a_code_in_an_attached_page() -> None:
    assert found(read(attach("text/html", f"<p>x</p>{table()}".encode(), "a.html"))) == [("qr", URL, Layer.ATTACHMENT)]


@pytest.mark.parametrize("drawing", [table(), f"<pre>{halves()}</pre>"])
def test_a_drawing_that_is_forwarded_is_no_offer(drawing: str) -> None:
    head = (
        "<p>Bonjour, est-ce une fraude ?</p><p>---------- Forwarded message ---------</p><p>De : x@fraude.example</p>"
    )
    assert found(html(f"{head}<p>Scannez</p>{drawing}"))[-1] == ("qr", URL, Layer.FORWARDED)


def test_ordinary_tables_and_rules_are_no_codes() -> None:
    prices = "".join("<tr>" + "".join(f'<td bgcolor="#eee">{n}</td>' for n in range(30)) + "</tr>" for _ in range(40))
    assert found(html(f"<table>{prices}</table>")) == []
    assert found(read(mail("\n".join(["#" * 70, "1010101010 " * 5] * 30)))) == []


@given(st.lists(st.text(alphabet=" █▀▄#1", min_size=10, max_size=60), min_size=10, max_size=40))
def test_whatever_is_drawn_there_is_an_answer(lines: list[str]) -> None:
    drawn.in_text("\n".join(lines), Allowance(Ledger()))
    drawn.in_html("<pre>" + "\n".join(lines) + "</pre>", Allowance(Ledger()))


def svg(form: str) -> str:
    marks = [(x, y) for y, row in enumerate(DOTS) for x, dot in enumerate(row) if dot]
    if form == "rect":
        body = "".join(f'<rect x="{x * 4}" y="{y * 4}" width="4" height="4"/>' for x, y in marks)
    elif form == "path":
        body = '<path d="' + "".join(f"M{x} {y}h1v1h-1z" for x, y in marks) + '"/>'
    else:
        body = '<path d="' + "".join(f"M{x},{y}H{x + 1}V{y + 1}H{x}z" for x, y in marks) + '"/>'
    return f'<svg xmlns="x" width="200" height="200"><rect width="200" height="200" fill="#fff"/>{body}</svg>'


@pytest.mark.parametrize("form", ["rect", "path", "absolute"])
def test_a_code_drawn_in_svg(form: str) -> None:
    assert ("qr", URL, Layer.ATTACHMENT) in found(read(attach("image/svg+xml", svg(form).encode(), "code.svg")))


@pytest.mark.parametrize("form", ["rect", "path", "absolute"])
def test_a_code_drawn_in_svg_within_the_body(form: str) -> None:
    assert found(html(f"<p>Scannez :</p>{svg(form)}<p>Merci</p>")) == [("qr", URL, Layer.OUTER)]


def test_text_drawn_in_svg_is_lines_of_the_body() -> None:
    message = html(
        '<svg><text y="9">Votre carte</text><text y="18">expire</text><foreignObject>demain</foreignObject></svg>'
    )
    assert message.texts(Layer.OUTER)[-1].text == "Votre carte\nexpire\ndemain"


@pytest.mark.parametrize("runs", [False, True])
def test_a_code_drawn_on_a_pdf_sheet(runs: bool) -> None:
    content = b"0 0 600 800 re f "
    for y, row in enumerate(DOTS):
        start = 0
        for x in range(1, len(row) + 1):
            if x == len(row) or row[x] != row[start] or not runs:
                if row[start]:
                    content += f"{100 + start * 3.5:g} {500 - y * 3.5:g} {(x - start) * 3.5:g} 3.5 re\n".encode()
                start = x
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(600, 800)
    stream = DecodedStreamObject()
    stream.set_data(content + b"f")
    page[NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    assert found(read(attach("application/pdf", out.getvalue(), "a.pdf"))) == [("qr", URL, Layer.ATTACHMENT)]


def test_drawings_without_end_are_bounded() -> None:
    noise = ("█ " * 200 + "\n") * 200 + "x\n"
    assert "too-many-drawings" in codes(read(mail(noise * 20)))
