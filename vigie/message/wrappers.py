"""Rewritten links, undone by the formats that their services use (threats C-44, C-45). Nothing is ever fetched.

Three kinds. The service goes where the address says, or refuses: what it says is the target. The address shows a target and carries
a token that only the service reads: what is shown need not be where it goes. Nothing is shown: only the service knows.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

Targets = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What the address of a wrapper says. `shown` is empty where only the service knows; `hints` are hosts that it names."""

    name: str
    shown: Targets
    certain: bool = True
    hints: Targets = ()


@dataclass(frozen=True, slots=True)
class _Wrapper:
    name: str
    hosts: re.Pattern[str]
    path: re.Pattern[str]
    reading: Callable[[str], Targets]
    certain: bool = True


def unwrap(host: str, target: str) -> Unwrapped | None:
    """What `target`, whose host is `host`, wraps; None where no known service does. Linear in the target."""
    known = _services(host)
    rest = _AUTHORITY.sub("", target, count=1) if known else ""
    for wrapper in known:
        if wrapper.path.match(rest):
            hints = _parameters(rest, ("domain",)) if wrapper.reading is _nothing else ()
            return Unwrapped(wrapper.name, wrapper.reading(rest), wrapper.certain, hints)
    return None


@lru_cache(maxsize=2_048)
def _services(host: str) -> tuple[_Wrapper, ...]:
    if len(host) > _HOST_CHARS:
        return ()
    return tuple(wrapper for wrapper in _WRAPPERS if wrapper.hosts.fullmatch(host))


_AUTHORITY = re.compile(r"\A[A-Za-z][A-Za-z0-9+.-]*:[/\\]*[^/\\?#]*")
_MOST = 4
_STARS = 256
_HOST_CHARS = 253


# --- how a target is written into an address -------------------------------------------------------------------------


def _parameters(rest: str, names: tuple[str, ...]) -> Targets:
    """Every value of these parameters: of several, each reader takes another (worst wins). Decoded once, as a server does."""
    found = re.findall(rf"[?&;](?:amp;)?(?:{'|'.join(names)})=([^&#]+)", rest, re.IGNORECASE)
    return tuple(dict.fromkeys(unquote(value).strip() for value in found[:_MOST]))


def _parameter(*names: str) -> Callable[[str], Targets]:
    return lambda rest: _parameters(rest, names)


def decoded(text: str) -> str:
    """Base64 in either alphabet, with or without padding, as UTF-8; "" for anything else."""
    text = unquote(text).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def _encoded(name: str, prefix: str = "") -> Callable[[str], Targets]:
    """A parameter in base64, behind a prefix of the service's own."""

    def reading(rest: str) -> Targets:
        values = (value.removeprefix(prefix) for value in _parameters(rest, (name,)) if value.startswith(prefix))
        return tuple(filter(None, map(decoded, values)))

    return reading


def _in_path(pattern: str) -> Callable[[str], Targets]:
    """The first group of the pattern, percent-decoded once more where its colon is."""
    compiled = re.compile(pattern, re.IGNORECASE)

    def reading(rest: str) -> Targets:
        match = compiled.search(rest)
        if match is None:
            return ()
        text = match[1]
        return (unquote(text) if re.match(r"https?%", text, re.IGNORECASE) else text,)

    return reading


def _nothing(_rest: str) -> Targets:
    """Only the service knows."""
    return ()


def _amp(rest: str) -> Targets:
    match = re.search(r"/(?:amp|[civ])/(?:(s)/)?([^#]+)", rest)
    return (f"http{match[1] or ''}://{match[2]}",) if match else ()


def _mailinblack(rest: str) -> Targets:
    """`url` holds the origin only; the whole target stands in a JSON object in `key`."""
    shown = list(_parameters(rest, ("url",)))
    for value in _parameters(rest, ("key",)):
        try:
            held = json.loads(decoded(value) or "null")
        except (ValueError, RecursionError):
            continue
        if isinstance(held, dict) and isinstance(held.get("url"), str):
            shown.insert(0, held["url"])
    return tuple(dict.fromkeys(shown))


def _proofpoint_2(rest: str) -> Targets:
    """The percent signs of the target are written "-", its slashes "_"."""
    found = re.findall(r"[?&](?:amp;)?u=([^&#]+)", rest)
    return tuple(unquote(value.replace("-", "%").replace("_", "/")) for value in found[:_MOST])


_THIRD = re.compile(r"/v3/__(.+?)__;([^!]*)!")
_RUNS = {
    letter: length
    for length, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", start=2)
}


def _proofpoint_3(rest: str) -> Targets:
    """Characters outside the unreserved ones are kept in base64 behind the target: "*" stands for one, "**A" for a run."""
    match = _THIRD.search(rest)
    if match is None:
        return ()
    kept = iter(decoded(match[2]))
    text, position = [], 0
    for _, star in zip(range(_STARS), re.finditer(r"\*(\*[\w-])?", match[1]), strict=False):
        run = _RUNS.get(star[1][1], 1) if star[1] else 1
        text += [match[1][position : star.start()], *(char for _, char in zip(range(run), kept, strict=False))]
        position = star.end()
    return ("".join(text) + match[1][position:],)


# --- the services ----------------------------------------------------------------------------------------------------

_ANY = ""


def _wrapper(
    name: str, hosts: str | re.Pattern[str], path: str, reading: Callable[[str], Targets], *, certain: bool = True
) -> _Wrapper:
    """`hosts`: names between blanks, one with a leading dot for every host below it too; or a pattern."""
    if isinstance(hosts, str):
        shapes = [(r"(?:[\w-]+\.)*" if host[0] == "." else "") + re.escape(host.lstrip(".")) for host in hosts.split()]
        hosts = re.compile("|".join(shapes))
    return _Wrapper(name, hosts, re.compile(path, re.IGNORECASE), reading, certain)


_GOOGLE = re.compile(r"(?:[\w-]+\.)*google\.(?:com|[a-z]{2}|com?\.[a-z]{2})")
_TRELLIX = re.compile(r"protect\d*(?:-\w+)?\.(?:fireeye|trellix)\.com")
_META = re.compile(r"lm?\.(?:facebook|instagram|messenger|threads)\.(?:com|net)|l\.wl\.co")
_PROOFPOINT = "urldefense.proofpoint.com urldefense.com urldefense.us"

_WRAPPERS = (
    # Gateways of the recipient's, which look at the target when it is clicked. The host names its region.
    _wrapper(
        "Microsoft Safe Links",
        ".safelinks.protection.outlook.com .safelinks.protection.office365.us .safelinks.protection.partner.outlook.cn"
        " .safelinks.o365filtering.com",
        _ANY, _parameter("url"),
    ),
    _wrapper(
        "Microsoft Teams Safe Links", "statics.teams.cdn.office.net statics.teams.microsoft.com", "/evergreen-assets/safelinks/",
        _parameter("url"),
    ),
    _wrapper("Proofpoint", _PROOFPOINT, r".*/v3/__", _proofpoint_3),
    _wrapper("Proofpoint", _PROOFPOINT, r"/v2/", _proofpoint_2),
    _wrapper("Proofpoint", _PROOFPOINT, r"/v1/", _parameter("u")),
    _wrapper("Barracuda", ".cudasvc.com", r"/(?:url)?\?", _parameter("a")),
    _wrapper("Sophos", ".protection.sophos.com", _ANY, _encoded("u")),
    _wrapper("Trend Micro", ".trendmicro.com", r"/wis/clicktime/", _parameter("url")),
    _wrapper("Trellix", _TRELLIX, r"/(?:v1/)?url\?", _parameter("u")),
    _wrapper("TitanHQ", "linklock.titanhq.com", r"/analyse", _parameter("url")),
    _wrapper("Vade", ".vadesecure.com", r"/(?:v\d|safeproxy/v\d)\b", _parameter("u")),
    _wrapper("Hornetsecurity", "atpscan.global.hornetsecurity.com", r".*[?&]u=", _parameter("u")),
    _wrapper("Trustwave", "scanmail.trustwave.com", _ANY, _parameter("u")),
    _wrapper("Libraesva", ".esvalabs.com .urlsand.com", _ANY, _parameter("u")),
    _wrapper("Topsec", "scanner.topsec.com", _ANY, _parameter("u")),
    _wrapper("Fortinet", ".fortimailcloud.com", r"/fmlurlsvc/", _parameter("url")),
    # The same with a token of the service's beside the target that is shown.
    _wrapper("Cisco", "secure-web.cisco.com", _ANY, _in_path(r"/[\w-]+/(https?(?:%|:).+)"), certain=False),
    _wrapper("Mailinblack", ".mailinblack.com", r"/securelink", _mailinblack, certain=False),
    _wrapper("Check Point", "protect.checkpoint.com .avanan.click", r"/v2/", _in_path(r"___(.+?)___"), certain=False),
    _wrapper("Symantec", "clicktime.symantec.com", _ANY, _parameter("u"), certain=False),
    _wrapper("Zix", ".edgepilot.com .zixcentral.com", _ANY, _parameter("u"), certain=False),
    # Nothing but a token.
    _wrapper("Mimecast", ".mimecast.com .mimecastprotect.com", r"/(?:s|r|l|b)/", _nothing, certain=False),
    _wrapper("Intermedia", "url.emailprotection.link", _ANY, _nothing, certain=False),
    _wrapper("Egress", ".defend.egress.com", _ANY, _nothing, certain=False),
    _wrapper("Hornetsecurity", "atpscan.global.hornetsecurity.com", _ANY, _nothing, certain=False),
    _wrapper("Vade", "antiphishing.vadesecure.com", _ANY, _nothing, certain=False),
    # Search engines and networks that lead on.
    _wrapper("Google", _GOOGLE, r"/(?:local_)?url\?", _parameter("q", "url")),
    _wrapper("Google", _GOOGLE, r"/amp/", _amp),
    _wrapper("Google", _GOOGLE, r"/translate", _parameter("u")),
    _wrapper("Google", _GOOGLE, r"/imgres", _parameter("imgrefurl")),
    _wrapper("Google", _GOOGLE, r"/aclk", _parameter("adurl")),
    _wrapper("Google", ".googleadservices.com .doubleclick.net", r".*[?&;]adurl=", _parameter("adurl")),
    _wrapper("Google AMP", ".cdn.ampproject.org", r"/[civ]/", _amp),
    _wrapper("Bing", ".bing.com", r"/ck/", _encoded("u", "a1")),
    _wrapper("Bing", ".bing.com", r"/aclick?", _encoded("u")),
    _wrapper("Bing", ".bing.com", r"/(?:newtabredir|translator)", _parameter("url")),
    _wrapper("Yahoo", "r.search.yahoo.com", _ANY, _in_path(r"/RU=([^/]+)")),
    _wrapper("DuckDuckGo", ".duckduckgo.com", r"/l/", _parameter("uddg")),
    _wrapper("Facebook", _META, _ANY, _parameter("u")),
    _wrapper("Facebook", ".facebook.com", r"/(?:l\.php|flx/warn)", _parameter("u")),
    _wrapper("LinkedIn", ".linkedin.com", r"/(?:safety/go|redir/|slink)", _parameter("url")),
    _wrapper("X", "t.co", r"/redirect", _parameter("url")),
    _wrapper("YouTube", ".youtube.com", r"/redirect", _parameter("q")),
    _wrapper("Reddit", "out.reddit.com", _ANY, _parameter("url")),
    _wrapper("Slack", "slack-redir.net", r"/link", _parameter("url")),
    _wrapper("Tumblr", "t.umblr.com", r"/redirect", _parameter("z")),
    _wrapper("VK", ".vk.com", r"/away", _parameter("to")),
    _wrapper("Steam", "steamcommunity.com", r"/linkfilter", _parameter("url", "u")),
    _wrapper("Pinterest", ".pinterest.com .pinterest.fr", r"/offsite", _parameter("url")),
    _wrapper("Disqus", "disq.us", _ANY, _parameter("url")),
    _wrapper("Evernote", ".evernote.com", r"/OutboundRedirect", _parameter("dest")),
    _wrapper("Microsoft SmartScreen", "nav.smartscreen.microsoft.com", _ANY, _parameter("url")),
    _wrapper("Microsoft", "emails.azure.microsoft.com", r"/redirect", _parameter("destination")),
    _wrapper("Amazon SES", ".awstrack.me", r"/L\d/", _in_path(r"/L\d/(https?(?:%|:)[^/]+)"), certain=False),
)  # fmt: skip
NAMES = tuple(dict.fromkeys(wrapper.name for wrapper in _WRAPPERS))
