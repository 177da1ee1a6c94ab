"""Every place of a page in which a target can hide (C-31, C-32, C-34, C-36), by the HTML and SVG standards, CSS, and what mail clients add.

Followed: the reader goes there by an action of his own, or is taken there; beside a claim, one such outside link gives link-outside.
Loaded: the page fetches it, and nobody is sent anywhere.
"""

import pytest

from tests.message.mails import mail
from tests.rules.building import AMELI, evidence
from vigie.message.parse import read
from vigie.message.types import Message
from vigie.rules.checks import link_outside
from vigie.rules.judgement import judge
from vigie.rules.types import Label
from vigie.rules.view import View

U = "https://fraude.example/x"
CLAIM = "<p>L'Assurance Maladie</p><p>Votre compte ameli : mettez à jour votre carte Vitale.</p>"

FOLLOWED = {
    "a href": f'<a href="{U}">ici</a>',
    "a xlink:href": f'<svg><a xlink:href="{U}"><text>ici</text></a></svg>',
    "svg a href": f'<svg><a href="{U}"><text>ici</text></a></svg>',
    "a ping": f'<a href="https://www.ameli.fr" ping="{U}">ici</a>',
    "area href": f'<img src="cid:1" usemap="#m"><map name="m"><area href="{U}" shape="default"></map>',
    "area ping": f'<map name="m"><area href="https://www.ameli.fr" ping="{U}"></map>',
    "form action": f'<form action="{U}"><input name="nir"></form>',
    "button formaction": f'<form><button formaction="{U}">Valider</button></form>',
    "input formaction": f'<form><input type="submit" formaction="{U}"></form>',
    "input image formaction": f'<form><input type="image" src="cid:1" formaction="{U}"></form>',
    "isindex action": f'<isindex action="{U}">',
    "iframe src": f'<iframe src="{U}"></iframe>',
    "iframe srcdoc": "<iframe srcdoc=\"<a href='" + U + "'>ici</a>\"></iframe>",
    "frame src": f'<frameset><frame src="{U}"></frameset>',
    "object data": f'<object data="{U}"></object>',
    "object codebase": f'<object codebase="{U}" data="x"></object>',
    "object param": f'<object data="cid:1"><param name="movie" value="{U}"></object>',
    "embed src": f'<embed src="{U}">',
    "applet codebase": f'<applet code="x.class" codebase="{U}"></applet>',
    "portal src": f'<portal src="{U}"></portal>',
    "fencedframe src": f'<fencedframe src="{U}"></fencedframe>',
    "layer src": f'<layer src="{U}"></layer>',
    "script src": f'<script src="{U}"></script>',
    "meta refresh": f'<meta http-equiv="refresh" content="0; url={U}">',
    "meta refresh quoted": f"<META HTTP-EQUIV='Refresh' CONTENT='0;URL=\"{U}\"'>",
    "meta refresh bare": f'<meta http-equiv=refresh content="0 {U}">',
    "base href": '<base href="https://fraude.example/"><a href="x">ici</a>',
    "base beside its link": '<base href="https://fraude.example/"><form action="x"><input></form>',
    "math href": f'<math href="{U}"><mi>ici</mi></math>',
    "mathml mrow xlink:href": f'<math><mrow xlink:href="{U}"><mi>ici</mi></mrow></math>',
    "svg animate to": f'<svg><a href="https://www.ameli.fr"><animate attributeName="href" to="{U}"/><text>ici</text></a></svg>',
    "svg animate values": f'<svg><a><animate attributeName="xlink:href" values="x;{U}"/><text>ici</text></a></svg>',
    "svg animate from": f'<svg><a><animate attributeName="href" from="{U}" to="x"/><text>ici</text></a></svg>',
    "svg set to": f'<svg><a><set attributeName="href" to="{U}"/><text>ici</text></a></svg>',
    "svg foreignObject": f'<svg><foreignObject><a href="{U}">ici</a></foreignObject></svg>',
    "vml roundrect href": f'<v:roundrect xmlns:v="urn:schemas-microsoft-com:vml" href="{U}">ici</v:roundrect>',
    "vml rect href": f'<v:rect href="{U}"></v:rect>',
    "mso comment": f'<!--[if mso]><v:roundrect href="{U}">ici</v:roundrect><![endif]-->',
    "mso comment, anchor": f"<!--[if gte mso 9]><a href='{U}'>ici</a><![endif]-->",
    "mso comment, unquoted": f"<!--[if mso | IE]><a href={U} >ici</a><![endif]-->",
    "mso revealed": f'<![if !mso]><a href="{U}">ici</a><![endif]>',
    "noscript": f'<noscript><a href="{U}">ici</a></noscript>',
    "template": f'<template><a href="{U}">ici</a></template>',
    "noembed": f'<noembed><a href="{U}">ici</a></noembed>',
    "noframes": f'<noframes><a href="{U}">ici</a></noframes>',
    "xmp": f'<xmp><a href="{U}">ici</a></xmp>',
    "plaintext": f'<plaintext><a href="{U}">ici</a>',
    "textarea": f'<textarea><a href="{U}">ici</a></textarea>',
    "listing": f'<listing><a href="{U}">ici</a></listing>',
    "select": f'<select><option><a href="{U}">ici</a></option></select>',
    "title": f'<title><a href="{U}">ici</a></title>',
    "table cell": f'<table><tr><td><a href="{U}">ici</a></td></tr></table>',
    "link in the text": f"<p>Allez sur {U}</p>",
    "host in the text": "<p>Allez sur fraude-vitale.com/x</p>",
    "json-ld action": '<script type="application/ld+json">{"@type": "ViewAction", "target": "' + U + '"}</script>',
    "microdata action": f'<div itemscope><link itemprop="url" href="{U}"></div>',
    "amp-form action-xhr": f'<form action-xhr="{U}"><input></form>',
    "unquoted": f"<a href={U}>ici</a>",
    "single quotes": f"<a href='{U}'>ici</a>",
    "no end of tag": f'<a href="{U}" ',
    "no end of anchor": f'<a href="{U}">ici',
    "blanks about the sign": f'<a href = "{U}" >ici</a>',
    "slash for a blank": f'<a/href="{U}">ici</a>',
    "upper case": f'<A HREF="{U.upper()}">ici</A>',
    "second of two": f'<a href="{U}" href="https://www.ameli.fr">ici</a>',
    "NUL in the tag": f'<a\0 href="{U}">ici</a>',
    "NUL in the attribute": f'<a hr\0ef="{U}" href="{U}">ici</a>',
    "entities": f'<a href="{U.replace("/", "&#47;").replace(":", "&colon;")}">ici</a>',
    "entities without semicolon": f'<a href="{U.replace("/", "&#47").replace(":", "&#x3a")}">ici</a>',
    "newlines in the target": '<a href="ht\ntps://frau\tde.example/x">ici</a>',
    "entity newlines": '<a href="&#10;https://fraude&Tab;.example/x">ici</a>',
    "without a scheme": '<a href="//fraude.example/x">ici</a>',
    "backslashes": '<a href="\\\\fraude.example\\x">ici</a>',
    "data": '<a href="data:text/html,<a href=https://fraude.example>x</a>">ici</a>',
    "data, base64": '<a href="data:text/html;base64,PGEgaHJlZj1odHRwczovL2ZyYXVkZS5leGFtcGxlPng8L2E+">ici</a>',
    "javascript": "<a href=\"javascript:location='https://fraude.example'\">ici</a>",
    "javascript with blanks": "<a href=\" java&#10;script:location='https://fraude.example'\">ici</a>",
    "vbscript": '<a href="vbscript:x">ici</a>',
    "blob": '<a href="blob:https://www.ameli.fr/x">ici</a>',
    "file": '<a href="file://fraude.example/x.html">ici</a>',
    "search-ms": '<a href="search-ms:query=x&crumb=location:\\\\fraude.example\\x">ici</a>',
    "ms-word": '<a href="ms-word:ofe|u|https://fraude.example/x.docm">ici</a>',
    "intent": '<a href="intent://fraude.example/x#Intent;scheme=https;end">ici</a>',
    "view-source": f'<a href="view-source:{U}">ici</a>',
    "microsoft-edge": f'<a href="microsoft-edge:{U}">ici</a>',
    "webcal": '<a href="webcal://fraude.example/x.ics">ici</a>',
    "ms-msdt": '<a href="ms-msdt:/id PCWDiagnostic /skip force">ici</a>',
    "feed": f'<a href="feed:{U}">ici</a>',
}

LOADED = {
    "img src": f'<img src="{U}">',
    "img srcset": f'<img srcset="a.png 1x, {U} 2x">',
    "img lowsrc": f'<img lowsrc="{U}">',
    "img dynsrc": f'<img dynsrc="{U}">',
    "img longdesc": f'<img src="cid:1" longdesc="{U}">',
    "image src": f'<image src="{U}">',
    "picture source srcset": f'<picture><source srcset="{U} 2x"><img src="cid:1"></picture>',
    "source src": f'<video><source src="{U}"></video>',
    "video src": f'<video src="{U}"></video>',
    "video poster": f'<video poster="{U}"></video>',
    "audio src": f'<audio src="{U}"></audio>',
    "track src": f'<video><track src="{U}"></video>',
    "bgsound src": f'<bgsound src="{U}">',
    "input image src": f'<input type="image" src="{U}">',
    "link href": f'<link rel="stylesheet" href="{U}">',
    "link imagesrcset": f'<link rel="preload" as="image" imagesrcset="{U} 2x">',
    "body background": f'<body background="{U}">x</body>',
    "table background": f'<table background="{U}"><tr><td>x</td></tr></table>',
    "td background": f'<table><tr><td background="{U}">x</td></tr></table>',
    "th background": f'<table><tr><th background="{U}">x</th></tr></table>',
    "style attribute": f'<div style="background: url({U})">x</div>',
    "css url": f"<style>p {{ background: url({U}) }}</style>",
    "css url quoted": f"<style>p {{ background: url( '{U}' ) }}</style>",
    "css escaped": f"<style>p {{ background: \\75rl({U}) }}</style>",
    "css image-set": f"<style>p {{ background: image-set('{U}' 1x) }}</style>",
    "css font-face": f"<style>@font-face {{ font-family: x; src: url({U}) }}</style>",
    "css import url": f"<style>@import url({U});</style>",
    "css import": f'<style>@import "{U}";</style>',
    "svg image": f'<svg><image href="{U}"/></svg>',
    "svg image xlink": f'<svg><image xlink:href="{U}"/></svg>',
    "svg use": f'<svg><use href="{U}#a"/></svg>',
    "svg feImage": f'<svg><filter><feImage href="{U}"/></filter></svg>',
    "svg pattern": f'<svg><pattern href="{U}"/></svg>',
    "svg fill": f'<svg><rect fill="url({U}#a)"/></svg>',
    "vml fill": f'<v:rect><v:fill src="{U}"/></v:rect>',
    "vml imagedata": f'<v:shape><v:imagedata src="{U}"/></v:shape>',
    "mso comment, image": f'<!--[if mso]><v:fill src="{U}"/><![endif]-->',
    "html manifest": f'<html manifest="{U}"><p>x</p></html>',
}


HEADER = (
    "From: Assurance Maladie <contact@exemple.example>\r\nTo: lea@exemple.example\r\nSubject: Votre carte Vitale\r\n"
    "Date: Mon, 3 Nov 2025 08:00:00 +0000\r\nMessage-ID: <1@exemple.example>\r\nMIME-Version: 1.0\r\n"
)


def _links(source: str) -> Message:
    claim = "" if source.startswith("<frameset") else CLAIM  # a page has frames or a body
    return read(mail(claim + source, header=HEADER, kind="text/html; charset=utf-8"))


def test_places_are_counted():
    assert len(FOLLOWED) > 70
    assert len(LOADED) > 30


@pytest.mark.parametrize("place", FOLLOWED)
def test_who_is_sent_outside_is_warned(place):
    message = _links(FOLLOWED[place])
    found = list(link_outside.check(View(message, evidence(), AMELI)))
    assert found, message.links
    assert judge(message, evidence(), (AMELI,)).label is Label.IMPERSONATION


@pytest.mark.parametrize("place", LOADED)
def test_what_is_merely_loaded_is_seen_and_accuses_nobody(place):
    message = _links(LOADED[place])
    assert "fraude.example" in {link.host for link in message.links}
    assert not list(link_outside.check(View(message, evidence(), AMELI)))
