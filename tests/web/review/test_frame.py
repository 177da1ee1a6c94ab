"""A mail in the frame: whatever its HTML is, nothing in it runs, loads or leads anywhere (W-01, W-02)."""

from __future__ import annotations

import base64
import io
import random
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from selectolax.lexbor import LexborHTMLParser

from vigie.message import costly
from vigie.web.review import frame, styles
from vigie.web.review.pictures import PREFIX, SHOWN_CHARS, SIDE, Gallery

MARKER = "https://marker.invalid/x"

ATTACKS = [
    f"<script src={MARKER}></script>",
    f"<img src=x onerror=\"fetch('{MARKER}')\">",
    f"<svg onload=fetch('{MARKER}')><a xlink:href=javascript:alert(1)><text>k</text></a></svg>",
    f"<svg><style><img src={MARKER} onerror=alert(1)></style></svg>",
    f"<math><mtext><table><mglyph><style><!--</style><img src={MARKER} onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    f"<form action={MARKER}><button formaction={MARKER}>k</button><input type=image src={MARKER}></form>",
    f"<meta http-equiv=refresh content='0;url={MARKER}'>",
    f"<base href={MARKER}><a href=rel>k</a>",
    f"<link rel=stylesheet href={MARKER}><link rel=dns-prefetch href={MARKER}>",
    f"<style>@import '{MARKER}'; * {{ background: url({MARKER}) }}</style>",
    f'<p style="background: url({MARKER})">',
    f"<p style='background-image: image-set(\"{MARKER}\" 1x)'>",
    f'<p style="back\\ground: u\\72l({MARKER})">',
    f"<p style='color: red; background: \"{MARKER}\"'>",
    f"<p style='-moz-binding: url({MARKER}); behavior: url({MARKER}); width: expression(alert(1))'>",
    f"<iframe src={MARKER} srcdoc='<script>alert(1)</script>'></iframe><object data={MARKER}></object><embed src={MARKER}>",
    f"<video src={MARKER} poster={MARKER}><source src={MARKER}></video><audio src={MARKER} autoplay></audio>",
    f"<img srcset='{MARKER} 2x' src=data:image/svg+xml,<svg/onload=alert(1)>>",
    f"<table background={MARKER}><td background={MARKER}>k</table>",
    f"<a href='{MARKER}' ping='{MARKER}' target=_top>k</a><area href={MARKER}>",
    "<a href='javascript:alert(1)'>k</a><a href=' java\tscript:alert(1)'>k</a>",
    "<p id=location name=cookie class=said onclick=alert(1) style='position: fixed; top: 0'>k",
    f"<v:rect style='width:1px'><v:fill src='{MARKER}'/></v:rect>",
    f"<details open ontoggle=alert(1)><summary>k</summary><img src={MARKER}></details>",
    f"<!--[if mso]><img src={MARKER}><![endif]--><!-- --!><img src={MARKER} onerror=alert(1)> -->",
    "<plaintext><img src=x onerror=alert(1)>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<select><option><style></option></select><img src=x onerror=alert(1)></style></select>",
    f"<template><img src={MARKER} onerror=alert(1)></template><dialog open><img src={MARKER}></dialog>",
    f"<body background={MARKER} onload=alert(1)><body bgcolor=red onpageshow=alert(1)>",
    f"<img src='cid:x\" onerror=\"alert(1)'><img src='{PREFIX}\" onerror=\"alert(1)'>",
    f"<input value='\"><img src={MARKER}>' autofocus onfocus=alert(1)>",
    f"<a title='x' href='\"><img src={MARKER} onerror=alert(1)>'>k</a>",
]
EVENTS = "onerror onload onclick onfocus ontoggle onpageshow javascript: url( @import http-equiv srcdoc <script <iframe <link <meta".split()


def attributes(cleaned: str) -> list[tuple[str, str, str]]:
    body = LexborHTMLParser(f"<!doctype html><body>{cleaned}").body
    assert body is not None
    return [(node.tag or "", name, value or "") for node in body.css("*") for name, value in node.attributes.items()]


def assert_inert(cleaned: str) -> None:
    assert frame.harmless(cleaned)
    for tag, name, value in attributes(cleaned):
        assert not name.startswith("on"), (tag, name)
        assert name not in {"href", "srcset", "action", "background", "id", "name", "class", "xlink:href", "ping"}, (
            tag,
            name,
        )
        assert name != "src" or value.startswith(PREFIX)
        assert name != "style" or ("url" not in value.lower() and "\\" not in value and "//" not in value), value


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_attack_is_left(attack):
    cleaned = frame.inert(f"<p>avant</p>{attack}<p>après</p>", {})
    assert_inert(cleaned)
    assert "avant" in cleaned


@given(
    st.lists(
        st.sampled_from(
            [*ATTACKS, "<p>", "</p>", "<table>", "<td>", "</svg>", "<b>x", "-->", "\0", "]]>", "&lt;script&gt;"]
        ),
        max_size=8,
    )
)
@settings(max_examples=60, deadline=None)
def test_nothing_is_left_of_attacks_within_each_other(pieces):
    assert_inert(frame.inert("".join(pieces), {}))


@given(st.text(max_size=300), st.binary(max_size=50))
@example("<", b"")
@settings(max_examples=60, deadline=None)
def test_any_text_becomes_a_page(text, data):
    assert_inert(frame.inert(text, {"x": data}))
    assert "<body>" in frame.page(text, {"x": data})


def test_what_a_reader_sees_stays():
    cleaned = frame.inert(
        '<table bgcolor="#ff0000" width="600" cellpadding=4><tr><td align=center style="color: #333; padding: 4px 2px">'
        '<font face="Arial" size=2>Bonjour <b>Camille</b></font></td></tr></table>',
        {},
    )
    for kept in ('bgcolor="#ff0000"', 'width="600"', "color: #333; padding: 4px 2px", 'face="Arial"', "<b>Camille</b>"):
        assert kept in cleaned


def test_a_link_says_where_it_leads_and_leads_nowhere():
    assert frame.inert(f'<a href="{MARKER}">ameli.fr</a>', {}) == f'<a title="{MARKER}">ameli.fr</a>'


def test_fields_to_fill_in_and_remote_pictures_become_words():
    cleaned = frame.inert(
        '<input name=card placeholder="Numéro de carte"><input type=hidden value=x><img src="http://x" alt="logo">', {}
    )
    assert "[▭ Numéro de carte ]" in cleaned
    assert "[▨ logo]" in cleaned
    assert "hidden" not in cleaned


def png(size: tuple[int, int] = (8, 8), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, "PNG", **more)
    return out.getvalue()


def test_a_picture_of_the_mail_is_drawn_again_without_anything_that_came_with_it():
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "marker")
    data = png(pnginfo=told) + b"<script>marker</script>"
    cleaned = frame.inert('<img src="cid:logo%40x" alt=l><img src="cid:other">', {"logo@x": data})
    found = [value for _, name, value in attributes(cleaned) if name == "src"]
    assert len(found) == 1
    drawn = base64.b64decode(found[0].removeprefix(PREFIX))
    assert b"marker" not in drawn
    with Image.open(io.BytesIO(drawn)) as picture:
        assert (picture.format, picture.size, picture.convert("RGB").getpixel((1, 1))) == ("PNG", (8, 8), (255, 0, 0))


def test_a_picture_in_the_address_is_drawn_again_too():
    cleaned = frame.inert(f'<img src="data:image/png;base64,{base64.b64encode(png()).decode()}">', {})
    assert PREFIX in cleaned


@pytest.mark.parametrize(
    "data", [b"", b"<svg onload=alert(1)>", b"GIF89a", png()[:40], b"\x89PNG\r\n\x1a\n" + bytes(50), b"%PDF-1.7"]
)
def test_what_is_no_picture_is_not_shown(data):
    assert Gallery().drawn(data) is None


def test_pictures_are_bounded():
    big = Gallery().drawn(png((3000, 10)))
    assert big is not None
    with Image.open(io.BytesIO(base64.b64decode(big.removeprefix(PREFIX)))) as picture:
        assert picture.size == (SIDE, 4)
    assert Gallery().drawn(png((6000, 5000))) is None  # 30 million pixels in a few kilobytes
    gallery = Gallery()
    assert sum(gallery.drawn(png((1 + n, 1))) is not None for n in range(60)) == 40


def test_a_picture_that_stands_in_many_places_is_bounded_too():
    """X-13: a thousand times the same one in forty kilobytes of mail were hundreds of megabytes of page."""
    out = io.BytesIO()
    Image.frombytes("RGB", (300, 300), random.Random(1).randbytes(270_000)).save(out, "PNG")
    page = frame.page("<img src=cid:a>" * 1000, {"a": out.getvalue()})
    assert 30 < page.count(PREFIX) < 1000
    assert len(page) < SHOWN_CHARS + 100_000


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color:red", "color: red"),
        ("COLOR : RED ; width:10%", "color: RED; width: 10%"),
        ("color: rgba(1, 2, 3, .5)", "color: rgba(1, 2, 3, .5)"),
        ("font-family: 'Marianne', Arial", "font-family: 'Marianne', Arial"),
        ("position:fixed;top:0;z-index:9", ""),
        ("background:url(x)", ""),
        ("background: \\75rl(x)", ""),
        ("color:/**/red", "color: red"),
        ("width:calc(1px)", ""),
        ("--x: y; color: var(--x)", ""),
        ("color: red} body{color:blue", ""),
        ("color: red<", ""),
    ],
)
def test_only_listed_declarations_with_plain_values_stay(style, kept):
    assert styles.tamed(style) == kept


def test_the_policy_of_the_frame_gives_no_right():
    assert frame.POLICY.startswith("sandbox;")
    assert "default-src 'none'" in frame.POLICY
    assert "script" not in frame.POLICY
    assert "allow-" not in frame.POLICY


class Attributes(HTMLParser):
    """The comparisons that a parser makes which looks at every attribute of an element for each new one."""

    work = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - HTMLParser's
        self.work += len(attrs) ** 2


@pytest.mark.parametrize(
    "shape", ["<p {}>Bonjour", "<img src=cid:x {}>Bonjour", "<a href=x {}>Bonjour", '<p " {}>Bonjour']
)
def test_no_parser_is_given_what_costs_it_the_square(shape, monkeypatch):
    given: list[str] = []

    def parser(source: str) -> LexborHTMLParser:
        given.append(source)
        return LexborHTMLParser(source)

    monkeypatch.setattr(frame, "LexborHTMLParser", parser)
    shown = frame.inert(shape.format(" ".join(f"a{number}=x" for number in range(30_000))), {})
    assert shown.strip() == "<pre> Bonjour</pre>"
    counted = Attributes()
    for source in (*given, shown):
        counted.feed(source)
    assert counted.work < costly.ATTRIBUTES**2
    assert "Bonjour" in frame.inert(shape.format(" ".join(f"a{number}=x" for number in range(300))), {})
    assert given
