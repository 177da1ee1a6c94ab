"""What the reader sees of HTML and what is hidden from him (C-31..C-37)."""

import pytest

from tests.message.mails import codes, html, seen
from vigie.message.text import html_page
from vigie.message.types import Layer

HIDDEN = [
    '<div style="display:none">CACHE</div>',
    '<div style="DISPLAY : NONE !important">CACHE</div>',
    '<span style="visibility:hidden">CACHE</span>',
    '<span style="font-size:0">CACHE</span>',
    '<span style="font-size:0px;line-height:0">CACHE</span>',
    '<span style="font-size:1px">CACHE</span>',
    '<span style="font:0/0 a">CACHE</span>',
    '<span style="opacity:0">CACHE</span>',
    '<div style="max-height:0;overflow:hidden">CACHE</div>',
    '<div style="height:0px;overflow:hidden">CACHE</div>',
    '<div style="width:1px;overflow:hidden">CACHE</div>',
    '<div style="position:absolute;left:-9999px">CACHE</div>',
    '<div style="text-indent:-9999px">CACHE</div>',
    '<div style="position:absolute;clip:rect(0,0,0,0)">CACHE</div>',
    '<div style="transform:scale(0)">CACHE</div>',
    '<span style="color:#fff">CACHE</span>',
    '<span style="color:#FEFEFE">CACHE</span>',
    '<span style="color:white;background:white">CACHE</span>',
    '<font color="#ffffff">CACHE</font>',
    '<table bgcolor="#00368c"><tr><td style="color:#00368c">CACHE</td></tr></table>',
    '<div style="background-color:rgb(10,10,10)"><span style="color:#0a0a0a">CACHE</span></div>',
    '<span style="color:transparent">CACHE</span>',
    "<div hidden>CACHE</div>",
    '<style>.p{display:none}</style><div class="p q">CACHE</div>',
    "<style>#p{font-size:0}</style><div id=p>CACHE</div>",
    '<style>/* c */ span.p , b{visibility:hidden}</style><span class="p">CACHE</span>',
    '<div style="display:none"><p><b>CACHE</b></p></div>',
]
SHOWN = [
    "CACHE",
    '<span style="color:#fff;background:#00368c">CACHE</span>',
    '<table bgcolor="#00368c"><tr><td><font color="white">CACHE</font></td></tr></table>',
    '<div style="background:url(fond.png)"><span style="color:#fff">CACHE</span></div>',
    '<td background="https://exemple.example/f.png" style="color:#fff">CACHE</td>',
    '<style>.b{background:#00368c}</style><div class="b"><b style="color:#fff">CACHE</b></div>',
    '<style>table .b{background:#00368c}</style><div class="b"><b style="color:#fff">CACHE</b></div>',
    '<style>@media (max-width:600px){.p{display:none}}</style><div class="p">CACHE</div>',
    '<div style="font-size:0"><span style="font-size:14px">CACHE</span></div>',
    '<div style="font-size:0.9em">CACHE</div>',
    '<div style="height:0">CACHE</div>',
    '<div style="display:inline-block">CACHE</div>',
    '<div style="mso-hide:all">CACHE</div>',
    '<img alt="CACHE" src="https://exemple.example/i.png">',
    '<input type="submit" value="CACHE">',
    "<button>CACHE</button>",
    "<textarea>CACHE</textarea>",
    "<noscript>CACHE</noscript>",
    "<!--[if mso]><p>CACHE</p><![endif]-->",
    "<p>CACHE",
    "<unknown>CACHE</unknown>",
]


@pytest.mark.parametrize("source", HIDDEN)
def test_hidden(source):
    message = html(f"<p>Bonjour</p>{source}")
    assert seen(message) == "Bonjour"
    assert seen(message, Layer.HIDDEN) == "CACHE"


@pytest.mark.parametrize("source", SHOWN)
def test_shown(source):
    message = html(f"<p>Bonjour</p>{source}")
    assert seen(message).split() == ["Bonjour", "CACHE"]
    assert seen(message, Layer.HIDDEN) == ""


@pytest.mark.parametrize(
    "source",
    [
        "<script>CACHE</script>",
        "<style>CACHE{}</style>",
        "<title>CACHE</title>",
        "<template>CACHE</template>",
        "<!-- CACHE -->",
    ],
)
def test_what_is_no_text(source):
    assert "CACHE" not in seen(html(f"<p>Bonjour</p>{source}"), *Layer)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("<p>un</p><p>deux</p>", ["un", "deux"]),
        ("un<br>deux", ["un", "deux"]),
        ("am<b>e</b>li", ["ameli"]),
        ("<table><tr><td>un</td><td>deux</td></tr><tr><td>trois</td></tr></table>", ["un deux", "trois"]),
        ("<ul><li>un<li>deux</ul>", ["un", "deux"]),
        ("un\n  deux", ["un deux"]),
        ("<pre>un\ndeux</pre>", ["un", "deux"]),
        ('<div style="white-space:pre-wrap">un\n&gt; deux</div>', ["un", "deux"]),
        ("a&nbsp;b &eacute; &#233;", ["a b é é"]),
        ("<div>un<div>deux</div>trois</div>", ["un", "deux", "trois"]),
    ],
)
def test_lines(source, lines):
    assert [line.text for line in html_page(source).lines] == lines


TARGETS = [
    ('<a href="https://fraude.example/">x</a>', "anchor"),
    ("<a href=https://fraude.example/>x</a>", "anchor"),
    ("<a href='&#104;ttps://fraude.example/'>x</a>", "anchor"),
    ("<A HREF = ' https://fraude.example/ '>x</A>", "anchor"),
    ('<map><area href="https://fraude.example/"></map>', "anchor"),
    ('<svg><a xlink:href="https://fraude.example/"><text>x</text></a></svg>', "anchor"),
    ('<a ping="https://fraude.example/" href="#">x</a>', "ping"),
    ('<form action="https://fraude.example/"><input name=a></form>', "form"),
    ('<form><button formaction="https://fraude.example/">x</button></form>', "form"),
    ('<input type=submit formaction="https://fraude.example/">', "form"),
    ('<img src="https://fraude.example/i.png">', "image"),
    ('<img srcset="https://fraude.example/i.png 2x, https://fraude.example/i.png 3x">', "image"),
    ('<input type=image src="https://fraude.example/i.png">', "image"),
    ('<table background="https://fraude.example/i.png"><tr><td>x</table>', "image"),
    ('<body background="https://fraude.example/i.png">', "image"),
    ('<video poster="https://fraude.example/i.png"></video>', "image"),
    ('<iframe src="https://fraude.example/"></iframe>', "frame"),
    ("<iframe srcdoc=\"&lt;a href='https://fraude.example/'&gt;\"></iframe>", "frame"),
    ('<embed src="https://fraude.example/">', "object"),
    ('<object data="https://fraude.example/"></object>', "object"),
    ('<link rel=stylesheet href="https://fraude.example/s.css">', "style"),
    ('<script src="https://fraude.example/s.js"></script>', "script"),
    ('<meta http-equiv=refresh content="0; URL=https://fraude.example/">', "refresh"),
    ("<META HTTP-EQUIV='Refresh' CONTENT=\"0;url='https://fraude.example/'\">", "refresh"),
    ('<base href="https://fraude.example/">', "base"),
    ('<div style="background:url(https://fraude.example/i.png)">x</div>', "image"),
    ('<style>.a{background:url("https://fraude.example/i.png")}</style>', "image"),
    ("<style>@import url(https://fraude.example/s.css);</style>", "style"),
    ('<!--[if mso]><v:roundrect href="https://fraude.example/"></v:roundrect><![endif]-->', "anchor"),
    ('<v:roundrect href="https://fraude.example/">x</v:roundrect>', "anchor"),
    ('<a href="https://fraude.example/" <b>x', "anchor"),
    ("<a/href=https://fraude.example/>x</a>", "anchor"),
    ('<a href="ht\ntps://fraude.example/">x</a>', "anchor"),
    ('<a href="//fraude.example/">x</a>', "anchor"),
    (
        '<a href="fraude.example">x</a><a href="www.fraude.example/">x</a><!--[if gte mso 9]><a href="https://fraude.example/"><![endif]-->',
        "anchor",
    ),
]


@pytest.mark.parametrize(("source", "kind"), TARGETS)
def test_targets(source, kind):
    assert ("fraude.example", kind) in {(link.host, link.kind) for link in html(source).links}


def test_relative_targets_follow_the_base():
    links = html('<base href="https://fraude.example/a/"><a href="b?c">x</a>').links
    assert ("https://fraude.example/a/b?c", "x") in {(link.target, link.shown) for link in links}


@pytest.mark.parametrize("target", ["#haut", "", "page.html", "/chemin", "?a=b"])
def test_targets_that_lead_nowhere(target):
    assert html(f'<a href="{target}">x</a>').links == ()


def test_the_text_of_an_anchor_is_what_it_shows():
    (link,) = html('<a href="https://fraude.example/"><b>https://www.</b>ameli<i>.example</i></a>').links
    assert link.shown == "https://www.ameli.example"
    assert link.host == "fraude.example"


def test_an_image_shows_no_text_of_its_own_but_its_alternative():
    links = html('<a href="https://fraude.example/"><img src="cid:1" alt="Mon compte"></a>').links
    assert [link.shown for link in links if link.kind == "anchor"] == ["Mon compte"]


def test_a_hidden_link_is_hidden():
    links = html('<p>Bonjour</p><div style="display:none"><a href="https://fraude.example/">x</a></div>').links
    assert [link.layer for link in links] == [Layer.HIDDEN]


@pytest.mark.parametrize("scheme", ["javascript:alert(1)", "data:text/html,&lt;b&gt;", "vbscript:x", "blob:x"])
def test_targets_without_a_host_are_kept(scheme):
    (link,) = html(f'<a href="{scheme}">x</a>').links
    assert (link.host, link.scheme) == ("", scheme.split(":")[0])


def test_mail_and_phone_targets():
    links = html('<a href="mailto:Aide%20%3Cx@fraude.example%3E?subject=y">a</a><a href="tel:+33199001122">b</a>').links
    assert [(link.kind, link.host) for link in links] == [("mailto", "fraude.example"), ("tel", "")]


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 30_000 + '<a href="https://fraude.example/">lien</a>',
        "<b><i><u>" * 20_000 + '<p><a href="https://fraude.example/">lien</a>',
        "".join(f"<font size={n}>" for n in range(5_000))
        + "<p>x" * 5_000
        + '<a href="https://fraude.example/">lien</a>',
    ],
)
def test_deep_pages_are_read_coarsely(source):
    message = html(source)
    assert "lien" in seen(message)
    assert "fraude.example" in {link.host for link in message.links}
    assert "html-depth" in codes(message, structural=True)


def test_a_long_flat_page_is_read_as_a_browser_does():
    message = html('<p>un<br>deux <a href="https://exemple.example/">x</a></p>' * 5_000)
    assert message.defects == ()
    assert seen(message).count("deux") == 5_000


BRANDED = "votre carte Vitale"
SHOWN_BY_STYLE = {
    "important wins": f"<style>p{{display:block !important}} p{{display:none}}</style><p>{BRANDED}",
    "the later rule wins": f"<style>p{{display:none}} p{{display:block}}</style><p>{BRANDED}",
    "specificity": f"<style>p{{display:none}} html body p{{display:block}}</style><p>{BRANDED}",
    "media": f"<style>p{{display:none}} @media all{{p{{display:block}}}}</style><p>{BRANDED}",
    "pseudo-class": f"<style>p{{display:none}} p:not(x){{display:block}}</style><p>{BRANDED}",
    "visible inside": f'<div style="visibility:hidden"><p style="visibility:visible">{BRANDED}',
    "moved back by padding": f'<div style="position:absolute;left:-600px;padding-left:600px">{BRANDED}',
    "moved back inside": f'<div style="position:absolute;left:-900px"><p style="margin-left:900px">{BRANDED}',
    "indent and padding": f'<div style="text-indent:-600px;padding-left:600px">{BRANDED}',
    "one em high": f'<div style="overflow:hidden;height:1em">{BRANDED}',
    "one inch high": f'<div style="overflow:hidden;max-height:1in;width:1in">{BRANDED}',
    "wider than its width": f'<div style="overflow:hidden;width:.9vw;min-width:500px">{BRANDED}',
    "shadow": f'<div style="color:#fff;text-shadow:0 0 1px #000">{BRANDED}',
    "fill": f'<div style="color:#fff;-webkit-text-fill-color:#000">{BRANDED}',
    "named size": f'<div style="font-size:0"><p style="font-size:medium">{BRANDED}',
    "font size": f'<div style="font-size:0"><font size=4>{BRANDED}</font></div>',
    "one vw": f'<div style="font-size:1vw">{BRANDED}',
    "half a centimetre": f'<div style="font-size:.5cm">{BRANDED}',
    "hidden attribute": f'<div hidden style="display:block">{BRANDED}',
    "blocks in the line": "votre carte <div style='display:inline'>Vit</div><div style='display:inline'>ale</div>",
    "right to left": "votre <bdo dir=rtl>elatiV etrac</bdo>",
    "override by style": "votre <i style='direction:rtl;unicode-bidi:bidi-override'>elatiV etrac</i>",
    "override character": "votre \u202eelatiV etrac\u202c",
    "generated": f'<style>p:before{{content:"{BRANDED}"}}</style><p>',
    "frame": f'<iframe srcdoc="&lt;b>{BRANDED}&lt;/b>"></iframe>',
}


@pytest.mark.parametrize("name", SHOWN_BY_STYLE)
def test_what_may_be_seen_is_no_hidden_text(name):
    """C-35: in doubt a text is visible."""
    assert BRANDED in seen(html(SHOWN_BY_STYLE[name]))


@pytest.mark.parametrize(
    "style",
    [
        "display:none", "visibility:hidden", "opacity:0", "font-size:0", "font-size:1px", "color:#fff", "max-height:0;overflow:hidden",
        "position:absolute;left:-9999px", "text-indent:-9999px", "width:1px;overflow:hidden", "mso-hide:all;display:none!important",
    ],
)  # fmt: skip
def test_what_is_surely_hidden(style):
    message = html(
        f"<style>@media all{{td{{width:100%}} .x{{display:block}}}}</style><p>Bonjour<div style='{style}'>{BRANDED}"
    )
    assert BRANDED not in seen(message)
    assert BRANDED in seen(message, Layer.HIDDEN)
