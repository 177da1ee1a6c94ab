"""The pages that a fraud leads to, as addresses that a program accepts (RFC 3986). Pure.

A link from which something was taken out is no address any more: it is cut before that place, and its query goes whole. The host
stays as it is, or the link is left out: half a host would be somebody else's.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from vigie.ledger.redaction import GONE
from vigie.ledger.report_types import FetchedFraud
from vigie.message.fold import to_alabel
from vigie.scanner.reporting.evidence import Evidence, targets

LONGEST: Final = 2000
"""Characters of an address; what is longer no desk takes."""
NOWHERE: Final = "The fraud leads to no page that could be reported."
_PATH: Final = "/%:@!$&'()*+,;=~-._"
_NAME: Final = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
"""Letters, digits, hyphens (RFC 1035 section 2.3.1), and the underscore that browsers look up too."""
_QUERY: Final = f"{_PATH}?"


@dataclass(frozen=True, slots=True)
class Page:
    """One of them."""

    url: str
    """ASCII, with its host in A-labels; no fragment, no user name."""
    host: str

    @property
    def is_name(self) -> bool:
        """Its host is a name, not an IP address."""
        try:
            ipaddress.ip_address(self.host.strip("[]"))
        except ValueError:
            return True
        return False


def pages(fraud: FetchedFraud, told: Evidence, *, whole: bool) -> Sequence[Page]:
    """In the order of the mail, each once. `whole`: with queries and paths as they stood, which may name the recipient."""
    found = (_page(target if whole else _cut(target)) for target in (targets(fraud) if whole else told.links))
    return list(dict.fromkeys(page for page in found if page is not None))


def _cut(link: str) -> str:
    before = link.partition("?")[0].partition("#")[0]
    kept, gone, _ = before.partition(GONE)
    return kept if not gone or kept.count("/") > 2 else ""


def _page(target: str) -> Page | None:
    # Browsers take a backslash for a slash (WHATWG URL, "relative slash state").
    head, _, query = target.partition("#")[0].partition("?")
    try:
        parts = urlsplit(head.replace("\\", "/"))
        port = parts.port
    except ValueError:
        return None
    name = parts.hostname or ""
    host = _host(name)
    if not host or parts.scheme not in {"http", "https"}:
        return None
    place = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    # Half a character, which UTF-8 cannot hold, is sent by browsers as U+FFFD (WHATWG URL, "UTF-8 percent-encode").
    url = place + quote(parts.path or "/", safe=_PATH, errors="replace")
    url += f"?{quote(query, safe=_QUERY, errors='replace')}" if query else ""
    return Page(url, host) if len(url) <= LONGEST else None


def _host(name: str) -> str:
    """As it stands in an address; "" where the DNS could not hold it."""
    if ":" in name:
        try:
            return f"[{ipaddress.IPv6Address(name)}]"
        except ValueError:
            return ""
    host = to_alabel(name)
    return host if _NAME.fullmatch(host) else ""
