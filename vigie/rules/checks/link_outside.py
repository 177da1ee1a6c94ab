"""A link that the reader can follow leads to a host that is not the brand's.

Images and style sheets are merely loaded: no finding. Hosts are compared by whole labels: assure.ameli.fr.evil.example is outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.message.types import Layer, Link
from vigie.message.wrappers import unwrap
from vigie.rules.hosting import ground
from vigie.rules.phones import DIALLING
from vigie.rules.quoting import lure
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "link-outside"
KINDS = (Kind.LURE,)
SOURCES = ("facts/ameli.md section 1.3", "threats C-25 to C-47", "house: LURE")

MAX_FINDINGS = 20
_SCHEMES_ELSEWHERE = frozenset({"mailto", "cid", "mid", "about", "geo", "x-apple-data-detectors"} | DIALLING)
"""Followed by other rules, or leading nowhere."""
_PERIPHERAL = re.compile(
    r"\b(?:desabonn\w*|desinscri\w*|unsubscribe|se desinscrire|preferences|version en ligne|voir (?:ce mail"
    r"|cet e-?mail|dans (?:le|votre) navigateur)|navigateur|facebook|twitter|linkedin|instagram|youtube"
    r"|mentions legales"
    r"|politique de confidentialite|google play|app store)\b"
)
_SOCIAL = (
    "facebook.com",
    "twitter.com",
    "x.com",
    "linkedin.com",
    "instagram.com",
    "youtube.com",
    "play.google.com",
    "apps.apple.com",
    "itunes.apple.com",
)


def check(view: View) -> Iterator[Finding]:
    """One finding per outside host and layer, its most telling link. Header fields (List-Unsubscribe) are the mail software's: none."""
    seen: set[tuple[str, Layer]] = set()
    for link in sorted(view.links, key=lambda item: _weight(view, item), reverse=True):
        key = (link.host or link.target[:60], link.layer)
        if key in seen or len(seen) >= MAX_FINDINGS or not leads_outside(view, link):
            continue
        seen.add(key)
        strength = Strength.STRONG if _weight(view, link) > 1 and not unread(view, link) else Strength.WEAK
        shown = f"{link.shown} -> {link.target}" if link.shown and link.shown != link.target else link.target
        yield lure(ID, _topic(view, link), link.where, shown, layer=link.layer, strength=strength)


def leads_outside(view: View, link: Link) -> bool:
    """The reader can follow it, and some reading of its target is outside the official hosts (the worst reading counts)."""
    if not link.clickable or link.scheme in _SCHEMES_ELSEWHERE or link.where.startswith("header:"):
        return False
    hosts = [host for host in (link.host, *link.other_hosts) if host]
    if link.via:
        return True
    if not hosts:
        return link.scheme in {"data", "javascript", "vbscript", "file", "blob"} or link.scheme.startswith("ms-")
    return not all(view.brand.official_host(host) for host in hosts)


def unread(view: View, link: Link) -> bool:
    """Only a link scanner knows where it goes (C-45), and nothing that its address shows is outside.

    Scanners are put in by the recipient's own servers, into genuine mails too; but whoever has a mailbox behind one can copy such a link.
    """
    if not link.via:
        return False
    scanner = unwrap(link.host, link.target)
    own = scanner is not None and not scanner.shown
    shown = link.other_hosts if own else (link.host, *link.other_hosts)
    return all(view.brand.official_host(host) for host in shown)


def _weight(view: View, link: Link) -> int:
    """2 for a link that the reader is meant to follow, 1 for what hangs on the edge of any mailing."""
    shown = view.folded(link.shown)
    if any(link.host == host or link.host.endswith("." + host) for host in _SOCIAL) or (
        shown and _PERIPHERAL.search(shown)
    ):
        return 1
    return 2


def _topic(view: View, link: Link) -> str:
    """`wrapped`: see `unread`. `embedded` where an official name stands somewhere in the target all the same; else whose ground it is."""
    if unread(view, link):
        return "wrapped"
    target = link.target.lower()
    if any(item.host in target for item in view.brand.hosts):
        return "embedded"
    return ground(link.host, _PATH.sub("", target, count=1).partition("?")[0])


_PATH = re.compile(r"\A[a-z][a-z0-9+.-]*:[/\\]*[^/\\?#]*")
