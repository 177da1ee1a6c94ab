"""Where a target leads, by the WHATWG URL standard and by every naive reading (threats C-24..C-30, C-36, C-44, C-45).

`resolve` turns a target as written into `Destination`; `written` finds the targets that a client makes clickable in
plain text. Nothing is ever fetched: wrappers are undone by their published formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from ada_url import join_url, parse_url

from vigie.message.fold import to_alabel
from vigie.message.suffixes import registries
from vigie.message.wrappers import decoded, unwrap

URL_CHARS = 8_192
URLS = 1_024
_NESTING = 5
_RECIPIENTS = 32
_PIECES = 8
_SEARCHED = 2_048
"""Of a longer path and query both ends are searched: a thousand links of 8 KB each must not cost a minute."""

_SUFFIXES = registries()


@dataclass(frozen=True, slots=True)
class Destination:
    """What `vigie.message.types.Link` says of a target."""

    target: str
    host: str
    scheme: str
    other_hosts: tuple[str, ...] = ()
    unwrapped_from: str | None = None
    via: str = ""
    """The service whose token alone says where it goes: `host` is then what the address shows, or the service's own."""


_STRIPPED = re.compile(r"[\t\r\n]+")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):")
_LIKE_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,20}[^\W\d_][\w-]{1,62}\.?\Z")
_NESTED = re.compile(r"(?:https?|hxxps?):/{0,2}[/\\]{0,2}([^\s/\\?#&\"'<>]{1,255})", re.IGNORECASE)
_SLASHED = re.compile(r"[=:|,][/\\]{2,4}((?:[\w-]{1,63}\.){1,20}[^\W\d_][\w-]{1,62})(?=[/\\?#&:]|\Z)")
"""What an open redirect takes without a scheme: ?anything=//host/x ..."""
_LED_TO = re.compile(
    r"[?&;#](?:amp;)?(?:ur[il]|u|to|target|dest|destination|redirect|redirect_?(?:to|ur[il])|return|return_?(?:to|ur[il])|next|goto|go|link|out"
    r"|continue)=((?:[\w-]{1,63}\.){1,20}[^\W\d_][\w-]{1,62})(?=[/\\?#&:]|\Z)",
    re.IGNORECASE,
)
"""... and ?next=host/x."""
_CODED = re.compile(
    r"(?<![A-Za-z0-9+_-])((?:aHR0c|SFRUUD|SFRUUH)[A-Za-z0-9+_-]{6,4096})((?:/[A-Za-z0-9+_-]{1,4096}){0,8})"
)
"""Base64 of http:... and HTTP..., in either alphabet."""
_LONG_HOST = re.compile(r"[^:]{1,31}:[/\\]*(?:[^/\\?#@]*@)*[^/\\?#@]{1025}")
_UNCLEAR = re.compile(r"[@\\;,\x00-\x20]|:(?!\d{0,9}\Z)")
"""What parts an authority for some reader or other."""
_AFTER_SIGN = re.compile(r"[?#]@((?:[\w-]{1,63}\.){1,20}[^\W\d_][\w-]{1,62})")
"""http://a?@b and http://a#@b: whoever takes what follows the last @ goes to b."""
_CONTROLS = re.compile(r"[\x00-\x20\x7f]+")
_WEB = frozenset({"http", "https", "ftp", "ws", "wss"})
_HOSTLESS = frozenset(
    {"tel", "sms", "smsto", "mms", "mmsto", "callto", "data", "javascript", "vbscript", "blob", "about", "cid"}
)


def resolve(target: str, base: str = "") -> Destination | None:
    """Where `target` leads, wrappers undone; None for what leads nowhere (a fragment, a relative target without base)."""
    target = target[:URL_CHARS]
    first = found = _resolve(target, base)
    if found is None or found.scheme not in {"http", "https"}:
        return found
    others: list[str] = []
    seen, via = {target}, ""
    for _ in range(_NESTING):
        inner = unwrap(found.host, found.target)
        if inner is None:
            break
        if not inner.certain:
            via = via or inner.name
            others += [host for host in map(_hint, inner.hints) if host]
        shown = [to for to in (_resolve(text, "") for text in inner.shown if text not in seen) if to is not None]
        if not shown:
            break
        seen.update(inner.shown)
        others += [host for to in shown[1:] for host in (to.host, *to.other_hosts)]
        found = shown[0]
    if found is first and not via:
        return first
    hosts = dict.fromkeys(host for host in (*found.other_hosts, *others) if host and host != found.host)
    came = None if found is first else target
    return Destination(found.target, found.host, found.scheme, tuple(hosts), unwrapped_from=came, via=via)


def _hint(text: str) -> str:
    """A host that a wrapper names without saying where it goes."""
    return to_alabel(text) if _LIKE_HOST.match(text) else ""


def _resolve(target: str, base: str) -> Destination | None:
    text = _STRIPPED.sub("", target.strip("".join(map(chr, range(33)))))  # WHATWG URL section 4.4, steps 1 to 3
    if not text or text.startswith("#"):
        return None
    text = re.sub(r"\Ahxxp(s?)(?=:)", r"http\1", text, flags=re.IGNORECASE)
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() == "mailto":
        hosts = dict.fromkeys(to_alabel(address.rpartition("@")[2]) for address in addresses(text))
        return Destination(target, next(iter(hosts), ""), "mailto", tuple(hosts)[1:])
    if scheme and scheme[1].lower() in _HOSTLESS:
        return Destination(target, "", scheme[1].lower())
    if scheme and "." in scheme[1] and _LIKE_HOST.match(scheme[1]):
        text = "http://" + text  # "ameli.example:8080/x" without a scheme
        scheme = _SCHEME.match(text)
    if scheme is None:
        if text[:2] in {"//", "\\\\", "/\\", "\\/"}:
            text = "https:" + text
        elif _host_like_start(text):
            text = "http://" + text
        elif base:
            return _relative(text, base)
        else:
            return None
    host, protocol = _whatwg(text)
    naive = _naive_hosts(text, protocol)
    if not host:
        host = next(iter(naive), "")
    if not host and protocol in _WEB:  # nobody can read it, so it is nobody's
        host = _CONTROLS.sub("", unquote(re.split(r"[/\\?#]", text.split(":", 1)[1].lstrip("/\\"), maxsplit=1)[0]))[
            :253
        ]
    return Destination(target, host, protocol, tuple(name for name in naive if name != host))


def _relative(text: str, base: str) -> Destination | None:
    """A relative target by the document's base (C-31)."""
    try:
        joined = join_url(base, text)
    except ValueError:
        return None
    host, protocol = _whatwg(joined)
    return Destination(joined, host, protocol) if host else None


def _whatwg(text: str) -> tuple[str, str]:
    """Host and scheme as a browser has them; ("", scheme) when a browser refuses the URL."""
    try:
        if _LONG_HOST.match(text):
            raise ValueError  # no name is that long (RFC 1035), and IDNA takes its time over it
        parsed = parse_url(text, attributes=("hostname", "protocol"))
    except ValueError:
        scheme = _SCHEME.match(text)
        return "", scheme[1].lower() if scheme else ""
    return str(parsed["hostname"]).rstrip("."), str(parsed["protocol"]).rstrip(":")


def _naive_hosts(text: str, scheme: str) -> list[str]:
    """The hosts that less careful readers see: userinfo, before a backslash, percent-decoded, and targets inside (C-25..C-29)."""
    names: list[str] = []
    rest = text.split(":", 1)[1].lstrip("/\\")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0] if scheme in _WEB else ""
    if "%" in authority or (_UNCLEAR.search(authority) and not authority.startswith("[")):
        pieces = _UNCLEAR.split(authority) + _UNCLEAR.split(unquote(authority))
        names += [_host(piece) for piece in (*pieces[:_PIECES], *pieces[-_PIECES:]) if _LIKE_HOST.match(piece)]
    elif authority:
        names.append(_host(authority))
    names += map(_host, _AFTER_SIGN.findall(rest)[:1])
    names += _inner_hosts(rest[len(authority) :])
    return [name for name in dict.fromkeys(names) if name]


def _inner_hosts(text: str) -> Iterator[str]:
    """Hosts of the targets that stand in a path, query or fragment: plain, percent-encoded several times, or in base64 (C-44)."""
    if len(text) > _SEARCHED:
        text = text[: _SEARCHED // 2] + " " + text[-_SEARCHED // 2 :]
    for _ in range(_NESTING):
        for pattern in (_NESTED, _SLASHED):
            yield from map(_host, pattern.findall(text)[:_NESTING])
        yield from (_host(bare) for bare in _LED_TO.findall(text)[:_NESTING] if _is_bare_host(bare))
        for first, more in _CODED.findall(text)[:_NESTING]:
            yield from map(_host, _NESTED.findall((decoded(first + more) or decoded(first))[:URL_CHARS])[:1])
        plain = unquote(text)
        if plain == text:
            return
        text = plain


def _host(authority: str) -> str:
    """An authority as a host name in A-labels, without userinfo and port."""
    host = authority.rpartition("@")[2]
    if not host.startswith("["):
        host = host.split(":", 1)[0]
    return to_alabel(unquote(host) if "%" in host else host)


def addresses(target: str) -> tuple[str, ...]:
    """Everybody to whom a mailto target writes, lower-case: its path, and to, cc and bcc behind it (RFC 6068 section 2)."""
    path, _, query = target[:URL_CHARS].partition(":")[2].partition("?")
    fields = re.findall(r"(?:\A|[&;])(?:to|cc|bcc)=([^&;]+)", query.replace("&amp;", "&"), re.IGNORECASE)
    written = ",".join(map(unquote, (path, *fields)))
    found = (piece.rpartition("<")[2].strip(" <>/").lower() for piece in written.split(",", _RECIPIENTS)[:_RECIPIENTS])
    return tuple(dict.fromkeys(address for address in found if "@" in address))


def _host_like_start(text: str) -> bool:
    """The target starts with something that clients complete to a host: www., or a name with a public suffix."""
    host = re.split(r"[/?#:\\]", text[:300], maxsplit=1)[0]
    return text[:4].lower() == "www." or (bool(_LIKE_HOST.match(host)) and _is_bare_host(host))


def _is_bare_host(host: str) -> bool:
    """A name under a known public suffix, and not rather a file's."""
    return _known_suffix(host) and not _FILE.search(host)


@lru_cache(maxsize=2_048)
def registrable(host: str) -> str:
    """The host's domain below its public suffix; the host itself where there is none."""
    return _SUFFIXES.privatesuffix(host) or host


@lru_cache(maxsize=2_048)  # hosts are short: _LIKE_HOST and _WRITTEN bound them
def _known_suffix(host: str) -> bool:
    """The host lies under a public suffix of the list."""
    return _SUFFIXES.privatesuffix(to_alabel(host), accept_unknown=False) is not None


# --- targets in plain text -------------------------------------------------------------------------------------------

_FILE = re.compile(
    r"\.(?:zip|mov|md|py|sh|pl|rs|ps|so|cc|js|ts|ai|pdf|docx?|xlsx?|pptx?|txt|csv|png|jpe?g|gif|html?|php|asp|exe)\Z",
    re.IGNORECASE,
)
_END = r"[^\s<>\"\u00a0\u2028\u2029\u3000«»“”]"
_WRITTEN = re.compile(
    rf"""(?P<url>\b(?:https?|hxxps?|ftp)[ ]?:[ ]?[/\\]{{1,3}}{_END}{{1,{URL_CHARS}}})
       | (?P<mail>\bmailto:[^\s<>"]{{3,500}})
       | (?<![\w@./\\-])(?P<bare>(?:[^\W_](?:[\w-]{{0,61}}[^\W_])?(?:\.|\[\.\]|\(\.\))){{1,8}}[^\W\d_][\w-]{{1,23}})
         (?![\w@-])(?P<tail>(?::\d{{1,5}})?(?:[/?\#]{_END}{{0,{URL_CHARS}}})?)""",
    re.VERBOSE | re.IGNORECASE,
)
_MAIL_TAIL = re.compile(r"[\w.+-]*@")
_TRAILING = ".,;:!?'*_~|`’…"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def written(text: str) -> Iterator[tuple[str, str]]:
    """(as it stands, target) of everything in a line of text that a client makes clickable, or a reader is asked to type."""
    if "." not in text and ":" not in text:
        return
    for match in _WRITTEN.finditer(text):
        if match["bare"]:
            host = match["bare"].replace("[.]", ".").replace("(.)", ".")
            tail = match["tail"]
            if not _is_written_host(host, tail) or _MAIL_TAIL.match(text, match.end("bare")):
                continue
            shown = _trimmed(match["bare"] + tail)
            yield shown, "http://" + shown.replace("[.]", ".").replace("(.)", ".")
        elif match["mail"]:
            shown = _trimmed(match["mail"])
            yield shown, shown
        else:
            shown = _trimmed(match["url"])
            yield shown, re.sub(r"[ ]", "", shown[:12]) + shown[12:].replace("[.]", ".")


def _is_written_host(host: str, tail: str) -> bool:
    """Not a file name, an abbreviation, or two sentences without a blank between them."""
    suffix = host.rpartition(".")[2]
    if host[:4].lower() == "www.":
        return True
    if not tail and (_FILE.search(host) or (not suffix.islower() and not host.isupper())):
        return False
    if _known_suffix(host.lower()):
        return True
    return tail[:1] in {"/", ":", "?"} and _is_plausible(host)


_SPECIAL_USE = frozenset("example test invalid localhost onion".split())
_WORDS_JOINED = re.compile(r"(?=[^-\d]*[-\d])(?=.*[^\W\d_]{3}).{4,}")


def _is_plausible(host: str) -> bool:
    """A host under a suffix that the list lacks: a special-use one (RFC 6761), or newer than the list and not rather two words.

    Both halves of "prenom.nom/service" are words; nobody but a host writes "suivi-dossiers.nouveau/x".
    """
    labels = host.split(".")
    if not (host.islower() or host.isupper()) or _FILE.search(host):
        return False
    if labels[-1].lower() in _SPECIAL_USE:
        return True
    return len(labels[-1]) > 2 and bool(_WORDS_JOINED.fullmatch(labels[-2]))


def _trimmed(text: str) -> str:
    """Without the punctuation that belongs to the sentence."""
    while text:
        last = text[-1]
        if last in _TRAILING or (last in _PAIRS and text.count(last) > text.count(_PAIRS[last])):
            text = text[:-1]
        else:
            break
    return text
