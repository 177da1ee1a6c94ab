"""C-23..C-36, C-44..C-47: where a link leads, and the places of a page where it can hide.

Most frauds here say nothing but "your carte Vitale expires" and a link: without the link there is no lure.
"""

from __future__ import annotations

import html
from dataclasses import replace
from functools import partial
from urllib.parse import quote

from tests.evasions.evasion import Evasion, add, evasion
from tests.evasions.letters import EVIL, Letter, mail, page, plain

_FORMS: dict[tuple[str, str], str] = {
    ("C-24", "ideographic-dot"): "https://{name}。example/x",
    ("C-24", "full-width-dot"): "https://{name}．example/x",
    ("C-24", "half-width-dot"): "https://{name}｡example/x",
    ("C-24", "full-width-slash"): "https:／／{host}／x",
    ("C-25", "userinfo"): "https://{host}@{host}/x",
    ("C-25", "userinfo-and-password"): "https://user:pass@{host}/x",
    ("C-25", "empty-userinfo"): "https://@{host}/x",
    ("C-26", "backslashes"): "https:\\\\{host}\\x",
    ("C-26", "one-slash"): "https:/{host}/x",
    ("C-26", "three-slashes"): "https:///{host}/x",
    ("C-26", "no-slash"): "https:{host}/x",
    ("C-26", "mixed-slashes"): "https:/\\{host}/x",
    ("C-27", "tab-inside"): "ht\ttps://{host}/x",
    ("C-27", "line-end-inside"): "https://{name}.exa\r\nmple/x",
    ("C-27", "control-in-front"): "\x01https://{host}/x",
    ("C-29", "percent-host"): "https://%65%78%61%6dple.{host}/x",
    ("C-29", "percent-dot"): "https://{name}%2eexample/x",
    ("C-29", "percent-ideographic-dot"): "https://{name}%E3%80%82example/x",
    ("C-30", "trailing-dot"): "https://{host}./x",
    ("C-30", "port"): "https://{host}:8443/x",
    ("C-30", "empty-port"): "https://{host}:/x",
    ("C-30", "upper-case"): "HTTPS://{upper}/x",
    ("C-30", "leading-zero-port"): "https://{host}:00443/x",
}


def _nested(url: str) -> str:
    inner = "https://www.bing.com/ck/a?u=" + quote(url, "")
    return "https://www.google.com/url?q=" + quote(inner, "")


_LIES: dict[tuple[str, str], str] = {
    ("C-23", "punycode"): "https://xn--meli-43d.example/x",
    ("C-23", "cyrillic-host"): "https://аmeli.example/x",
    ("C-23", "sharp-s"): "https://ameli-aßure.example/x",
    ("C-24", "fraction-slash"): "https://www.ameli.fr⁄assure.suivi-dossiers.example/x",
    ("C-24", "division-slash"): "https://www.ameli.fr∕assure.suivi-dossiers.example/x",
    ("C-25", "brand-as-userinfo"): "https://www.ameli.fr@suivi-dossiers.example/x",
    ("C-25", "brand-and-path-as-userinfo"): "https://www.ameli.fr%2fassure@suivi-dossiers.example/x",
    ("C-26", "backslash-before-at"): "https://suivi-dossiers.example\\@www.ameli.fr/x",
    ("C-26", "backslash-behind-brand"): "https://www.ameli.fr\\@suivi-dossiers.example/x",
    ("C-28", "decimal"): "http://3325256824/x",
    ("C-28", "hexadecimal"): "http://0xc6336478/x",
    ("C-28", "octal"): "http://0306.063.0144.0170/x",
    ("C-28", "two-parts"): "http://198.3368056/x",
    ("C-28", "dotted"): "http://198.51.100.120/ameli/x",
    ("C-28", "ipv6"): "http://[2001:db8::630]/x",
    ("C-28", "mapped"): "http://[::ffff:198.51.100.120]/x",
    ("C-30", "non-numeric-port"): "https://suivi-dossiers.example:99999/x",
    ("C-44", "redirect-at-the-brand"): "https://www.ameli.fr/redirect?url=https%3A%2F%2Fsuivi-dossiers.example%2Fx",
    ("C-44", "search-engine"): "https://www.google.com/url?q=https://suivi-dossiers.example/x&sa=D",
    ("C-44", "nested-three-times"): _nested("https://suivi-dossiers.example/x"),
    ("C-44", "amp"): "https://www.google.com/amp/s/suivi-dossiers.example/x",
    ("C-45", "safe-links"): "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fsuivi-dossiers.example%2Fx&data=05",
    ("C-45", "url-defense"): "https://urldefense.com/v3/__https://suivi-dossiers.example/x__;!!a!b$",
    ("C-46", "shortener"): "https://bit.ly/3xVigie",
    ("C-46", "shortener-2"): "https://tinyurl.com/3xvigie",
    ("C-47", "sites"): "https://sites.google.com/view/ameli-assure",
    ("C-47", "forms"): "https://docs.google.com/forms/d/e/1FAIpQLSvigie/viewform",
    ("C-47", "free-host"): "https://ameli-carte.web.app/x",
    ("C-47", "free-host-2"): "https://renouvellement.weebly.com/ameli",
}  # fmt: skip


def _host(letter: Letter) -> str:
    return letter.url.split("/")[2] if letter.domain != "info.ameli.fr" else "www.ameli.fr"


def _filled(letter: Letter, form: str) -> str:
    host = _host(letter)
    if not host.endswith(".example"):
        form = (
            form.replace("{name}.exa\r\nmple", "www.ame\r\nli.fr")
            .replace("{name}", "www.ameli")
            .replace("example", "fr", 1)
        )
        form = form.replace("%65%78%61%6dple.{host}", "%77ww.ameli.fr").replace("%65%78%61%6dfr", "%77ww")
    return form.format(host=host, name=host.removesuffix(".example"), upper=host.upper())


def _at(letter: Letter, form: str) -> bytes:
    other = replace(letter, url=_filled(letter, form))
    return mail(other, page(other), kind="text/html")


for (_number, _slug), _form in _FORMS.items():
    add(Evasion(_number, _slug, partial(_at, form=_form), "Browsers and scanners read the URL differently."))
for (_number, _slug), _form in _LIES.items():
    add(Evasion(_number, _slug, partial(_at, form=_form), "The target does not look like what it is.", honest=False))

_PLACES: dict[tuple[str, str], str] = {
    ("C-31", "base"): '<base href="https://{host}/"><a href="x">{call}</a>',
    (
        "C-31",
        "second-base",
    ): '<base href="https://{host}/"><base href="https://www.example.org/"><a href="x">{call}</a>',
    ("C-32", "meta-refresh"): '<meta http-equiv="refresh" content="0;url=https://{host}/x">{call}',
    ("C-32", "form"): '<form action="https://{host}/x" method="post"><input name="n"><button>{call}</button></form>',
    ("C-32", "formaction"): '<form><button formaction="https://{host}/x">{call}</button></form>',
    (
        "C-32",
        "area",
    ): '<map name="m"><area href="https://{host}/x" shape="rect" coords="0,0,9,9"></map><img usemap="#m" alt="{call}">',
    ("C-32", "svg-anchor"): '<svg><a xlink:href="https://{host}/x"><text>{call}</text></a></svg>',
    ("C-32", "iframe"): '{call} <iframe src="https://{host}/x"></iframe>',
    ("C-32", "object"): '{call} <object data="https://{host}/x"></object>',
    ("C-32", "embed"): '{call} <embed src="https://{host}/x">',
    ("C-32", "outlook-comment"): '<!--[if mso]><a href="https://{host}/x">{call}</a><![endif]-->',
    (
        "C-32",
        "outlook-vml",
    ): '<!--[if mso]><v:roundrect href="https://{host}/x"><center>{call}</center></v:roundrect><![endif]-->',
    ("C-32", "srcdoc"): "<iframe srcdoc=\"<a href='https://{host}/x'>{call}</a>\"></iframe>",
    ("C-34", "no-quotes"): "<a href=https://{host}/x>{call}</a>",
    ("C-34", "entities"): '<a href="&#104;ttps&colon;&#x2f;/{host}/x">{call}</a>',
    ("C-34", "entities-without-semicolon"): '<a href="&#104ttps://{host}/x">{call}</a>',
    ("C-34", "nul-in-the-tag"): '<a\0 href="https://{host}/x">{call}</a>',
    ("C-34", "slash-for-blank"): '<a/href="https://{host}/x">{call}</a>',
    ("C-34", "upper-case"): '<A HREF="https://{host}/x">{call}</A>',
    ("C-34", "attribute-twice"): '<a href="https://{host}/x" href="https://www.example.org/">{call}</a>',
    ("C-34", "unclosed"): '<a href="https://{host}/x">{call}',
    ("C-34", "blank-inside-the-quotes"): '<a href=" \n https://{host}/x ">{call}</a>',
    ("C-34", "comment-between"): '<a href="https://{host}/x">{call}<!-- > --></a>',
    ("C-34", "no-tag-end"): '<a href="https://{host}/x" title=">">{call}</a>',
    ("C-36", "data-page"): '<a href="data:text/html,%3Ca%20href=%22https://{host}/x%22%3E{call}%3C/a%3E">{call}</a>',
    ("C-36", "javascript"): "<a href=\"javascript:location='https://{host}/x'\">{call}</a>",
}


def _placed(letter: Letter, markup: str) -> bytes:
    called = markup.replace("{host}", _host(letter)).replace("{call}", html.escape(letter.call))
    return mail(letter, page(letter, called=called), kind="text/html")


for (_number, _slug), _markup in _PLACES.items():
    add(Evasion(_number, _slug, partial(_placed, markup=_markup), "Not every reader finds a link there."))


@evasion("C-33", "shows-another-address", honest=False)
def _shown(letter: Letter) -> bytes:
    """The reader sees the brand's address."""
    called = f'<a href="{letter.url}">https://www.ameli.fr/assure/remboursements</a>'
    return mail(letter, page(letter, called=called), kind="text/html")


_BARE = {
    "not-a-link-at-all": "{host}/x",
    "bare-host-www": "www.{host}",
    "bare-host-port": "{host}:8443/x",
    "bare-host-upper": "{upper}/X",
}


def _address_only(letter: Letter, form: str, *, html_body: bool) -> bytes:
    host = _host(letter).removeprefix("www.")
    other = replace(letter, url="", call=f"{letter.call} sur {form.format(host=host, upper=host.upper())}")
    if html_body:
        return mail(other, page(other, called=html.escape(other.call)), kind="text/html")
    return mail(other, plain(other))


for _slug, _form in _BARE.items():
    for _ending, _is_html in (("", False), ("-html", True)):
        add(
            Evasion(
                "C-33",
                _slug + _ending,
                partial(_address_only, form=_form, html_body=_is_html),
                "The address without a scheme, which clients complete, or a reader types.",
            )
        )


@evasion("C-33", "defanged")
def _defanged(letter: Letter) -> bytes:
    """The address with its dots in brackets."""
    host = _host(letter).replace(".", "[.]")
    other = replace(letter, url=f"hxxps://{host}/x")
    return mail(other, plain(other))


# --- what the reader does not see (C-35) ----------------------------------------------------------------------------

_HIDING = {
    "display-none": 'style="display:none"',
    "visibility": 'style="visibility:hidden"',
    "font-size-0": 'style="font-size:0"',
    "font-size-1": 'style="font-size:1px"',
    "white-on-white": 'style="color:#ffffff"',
    "nearly-white": 'style="color:#fefefe;background-color:#fff"',
    "opacity": 'style="opacity:0"',
    "off-screen": 'style="position:absolute;left:-9999px"',
    "no-height": 'style="max-height:0;overflow:hidden"',
    "mso-hide": 'style="mso-hide:all;display:none"',
    "clip": 'style="position:absolute;clip:rect(0,0,0,0)"',
    "hidden": "hidden",
    "transparent": 'style="color:transparent"',
    "by-class": 'class="h"',
}
_STYLE = "<style>.h{display:none} @media screen{.h{display:none !important}}</style>"
_SALT = "Bonne recette de tarte aux pommes, bises de toute la famille, à dimanche pour le match de handball."


def _salted(letter: Letter, attribute: str) -> bytes:
    salt = f"<span {attribute}>xq</span>"
    body = page(letter, head=_STYLE)
    for word in ("Assurance", "Vitale", "ameli"):
        body = body.replace(word, word[:3] + salt + word[3:])
    body = body.replace("<body>", f"<body><div {attribute}>{_SALT}</div>")
    return mail(letter, body, kind="text/html")


for _slug, _attribute in _HIDING.items():
    add(
        Evasion(
            "C-35", "salt-" + _slug, partial(_salted, attribute=_attribute), "Invisible letters part the brand's words."
        )
    )


@evasion("C-35", "words-split-by-tags")
def _split(letter: Letter) -> bytes:
    """Every letter in an element of its own."""
    body = page(letter)
    for word in ("Assurance", "Maladie", "Vitale", "ameli", "CPAM"):
        body = body.replace(word, "".join(f"<b>{char}</b>" for char in word))
    return mail(letter, body, kind="text/html")


@evasion("C-35", "words-split-by-comments")
def _commented(letter: Letter) -> bytes:
    """Comments inside the words."""
    body = page(letter)
    for word in ("Assurance", "Maladie", "Vitale", "ameli", "CPAM"):
        body = body.replace(word, "<!-- recette -->".join(word))
    return mail(letter, body, kind="text/html")


@evasion("C-34", "words-in-entities")
def _entities(letter: Letter) -> bytes:
    """Every letter of the page as an entity, and no <body>."""
    rows = "".join(f"<p>{''.join(f'&#{ord(char)};' for char in row)}" for row in (*letter.before, *letter.after))
    return mail(letter, f'{rows}<p><a href="{letter.url}">{letter.call}</a>', kind="text/html")


@evasion("C-35", "right-to-left-by-css")
def _backward(letter: Letter) -> bytes:
    """The words stand backward and are turned round by CSS."""
    body = page(letter)
    for word in ("Assurance Maladie", "carte Vitale", "ameli"):
        body = body.replace(word, f'<span style="unicode-bidi:bidi-override;direction:rtl">{word[::-1]}</span>')
    return mail(letter, body, kind="text/html")


@evasion("C-35", "table-cells")
def _cells(letter: Letter) -> bytes:
    """One word in each cell of a table."""
    rows = [
        f"<tr>{''.join(f'<td>{word}</td>' for word in row.split())}</tr>" for row in (*letter.before, *letter.after)
    ]
    return mail(letter, f'<table>{"".join(rows)}</table><a href="https://{EVIL}/x">{letter.call}</a>'.replace(
        f"https://{EVIL}/x", letter.url), kind="text/html")  # fmt: skip
