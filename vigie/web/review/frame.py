"""A mail as a page that does nothing: no script, no request, no link that leads anywhere (threats W-01, W-02).

Three fences, each enough by itself: what stays is listed here and cleaned by nh3; what nh3 gives is read again and compared
with that list; the page goes out under a Content-Security-Policy that forbids all of it in a frame without any right.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Mapping
from urllib.parse import unquote, unquote_to_bytes

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from vigie.message.costly import too_many_attributes
from vigie.web.review import styles
from vigie.web.review.pictures import PREFIX, Gallery
from vigie.web.review.shown import line

POLICY = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""W-01, W-05. No allow-popups and no allow-top-navigation: nothing in the mail can open or leave anything."""
TITLE = 300
_TAGS = frozenset(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em"
    " figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small span"
    " strike strong sub summary sup table tbody td tfoot th thead tr tt u ul wbr".split()
)
_CLEANED_OUT = frozenset(
    "script style template title noscript noembed noframes iframe object embed applet svg math head textarea select xmp plaintext"
    " audio video canvas map".split()
)
"""With everything inside them."""
_EVERYWHERE = frozenset("align bgcolor border color dir height lang style title valign width".split())
_OWN: Mapping[str, frozenset[str]] = {
    "font": frozenset(("face", "size")),
    "img": frozenset(("alt", "src")),
    "col": frozenset(("span",)),
    "li": frozenset(("value",)),
    "ol": frozenset(("start", "type")),
    "table": frozenset(("cellpadding", "cellspacing")),
    "td": frozenset(("colspan", "rowspan", "nowrap")),
    "th": frozenset(("colspan", "rowspan", "nowrap")),
}
_WORD = re.compile(r"[\w\s#.,%+'\"-]{0,100}\Z", re.ASCII)
_DATA = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp)((?:;[\w=-]{1,40}){0,4}),", re.IGNORECASE)
_DATA_CHARS = 6 << 20
_PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>-</title>
<style>
body {{ margin: 0.75rem; background: #fff; color: #111; font: 16px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }}
img {{ max-width: 100%; height: auto; }} table {{ max-width: 100%; }} pre {{ white-space: pre-wrap; font: inherit; }}
a {{ color: #0645ad; text-decoration: underline; cursor: not-allowed; }}
</style></head><body>{body}</body></html>"""


def page(source: str, parts: Mapping[str, bytes]) -> str:
    """The whole document for the frame. `source`: the mail's HTML; `parts`: its pictures by Content-ID. Never raises over a mail."""
    return _PAGE.format(body=inert(source, parts))


def text_page(text: str) -> str:
    """The same for a mail that has no HTML."""
    return _PAGE.format(body=f"<pre>{html.escape(text)}</pre>")


def inert(source: str, parts: Mapping[str, bytes]) -> str:
    """HTML that shows the mail and can do nothing, for the body of the frame's page."""
    if too_many_attributes(source):  # the parsers below would need minutes for them
        return f"<pre>{html.escape(html.unescape(_MARKUP.sub(' ', source)))}</pre>"
    gallery = Gallery()

    def kept(tag: str, name: str, value: str) -> str | None:
        if tag == "img" and name == "src":
            return _picture(value, parts, gallery)
        if name == "style":
            return styles.tamed(value) or None
        if name in ("title", "alt"):
            return line(value, TITLE) or None
        return value if _WORD.match(value) else None

    cleaned = nh3.clean(
        _without_targets(source),
        tags=set(_TAGS),
        clean_content_tags=set(_CLEANED_OUT),
        attributes={"*": set(_EVERYWHERE), **{tag: set(names) for tag, names in _OWN.items()}},
        attribute_filter=kept,
        url_schemes={"cid", "data"},  # read before `kept` is asked; what leaves has our own PREFIX
        link_rel=None,
        strip_comments=True,
    )
    return cleaned if harmless(cleaned) else f"<pre>{html.escape(LexborHTMLParser(cleaned).text(separator=' '))}</pre>"


def harmless(cleaned: str) -> bool:
    """Nothing but the tags and attributes of the list stands in it, read by another parser than the one that cleaned it."""
    body = LexborHTMLParser(f"<!doctype html><body>{cleaned}").body
    return body is not None and all(map(_is_listed, body.css("*")))


def _is_listed(node: LexborNode) -> bool:
    tag = node.tag or ""
    if tag == "body":  # of the page around it; one within is merged into it
        return not node.attributes
    if tag not in _TAGS:
        return False
    allowed = _EVERYWHERE | _OWN.get(tag, frozenset())
    return all(
        name in allowed and (name != "src" or (value or "").startswith(PREFIX))
        for name, value in node.attributes.items()
    )


def _picture(target: str, parts: Mapping[str, bytes], gallery: Gallery) -> str | None:
    """Our own drawing of a picture that the mail carries; None for one that would have to be fetched."""
    if target[:4].lower() == "cid:":
        data = parts.get(unquote(target[4:]).strip("<> "))
        return None if data is None else gallery.drawn(data)
    found = _DATA.match(target)
    if found is None or len(target) > _DATA_CHARS:
        return None
    try:
        content = unquote_to_bytes(target[found.end() :])
        data = base64.b64decode(content, validate=False) if ";base64" in found[1].lower() else content
    except (binascii.Error, ValueError):
        return None
    return gallery.drawn(data)


_MARKUP = re.compile(r"<[^<>]*>")
_FIELDS = "input:not([type=hidden]), textarea, select"


def _without_targets(source: str) -> str:
    """Links lose their address and show it as their title; fields to fill in become words; a remote picture becomes its text."""
    tree = LexborHTMLParser(source)
    for node in tree.css("a"):
        target = node.attributes.get("href")
        if target is not None:
            del node.attrs["href"]
            node.attrs["title"] = line(target, TITLE)
    for node in tree.css(_FIELDS):
        named = node.attributes
        words = line(named.get("value") or named.get("placeholder") or named.get("name"), 60)
        node.replace_with(f" [▭ {words} ] " if words else " [▭ ] ")
    for node in tree.css("img"):
        target = node.attributes.get("src") or ""
        if not target.lower().startswith(("cid:", "data:")):
            node.replace_with(f" [▨ {line(node.attributes.get('alt'), 120)}] ")
    return tree.html or ""
