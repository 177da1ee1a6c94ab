"""Authentication-Results of Exchange Online, which has no authserv-id (`[trust] provider = "microsoft365"`).

Without a name its place is all that tells the field from a stranger's. It is believed where the whole header above it has the one form
in which a mail from the Internet is delivered: the frontend's Received field, right above it Received-SPF and then the
results, both about the client of that very field, above them the hop from the frontend inwards, and at most two more.
A mail that another tenant hands over inside the data centre has more hops; its owner may have rewritten any field by a
transport rule, so nothing of it is believed.
"""

from __future__ import annotations

import re

from vigie.auth_checks import receivedspf
from vigie.auth_checks.authres import MethodResult
from vigie.auth_checks.lexer import MAX_FIELD
from vigie.auth_checks.trust import Trust, ip_address, plain_host
from vigie.message.fields import plain_text, unfold
from vigie.message.types import Hop, Message

FRONTEND = ".mail.protection.outlook.com"
INWARDS = ".outlook.office365.com"
INNER_HOPS = 3

FORM = re.compile(
    r"spf=(?P<spf>[a-z]+) \(sender IP is (?P<ip>[0-9A-Fa-f.:]{2,45})\) smtp\.mailfrom=(?P<mailfrom>[\w.-]{1,253}); ?"
    r"(?P<dkim>(?:dkim=[a-z]+ \([^()]*\) header\.d=[\w.-]{1,253}; ?){1,20})"
    r"dmarc=(?P<dmarc>[a-z]+) action=[a-z.]+ header\.from=(?P<from>[\w.-]{1,253})(?:; ?compauth=[a-z]+ reason=[0-9]{3})?;?",
    re.ASCII,
)
SIGNATURE = re.compile(r"dkim=([a-z]+) \([^()]*\) header\.d=([\w.-]+)", re.ASCII)


def nameless_results(message: Message, trust: Trust, top: int) -> tuple[MethodResult, ...]:
    """SPF, DKIM and DMARC as Exchange Online found them; nothing where the header is not exactly as described above."""
    if not trust.preset.nameless:
        return ()
    hops = [hop for hop in message.hops if hop.index <= top]
    if not 2 <= len(hops) <= INNER_HOPS + 1 or not _from_the_internet(hops[-1], hops[-2]):
        return ()
    block = message.headers[hops[-2].index + 1 : top]
    if [header.name for header in block] != ["authentication-results", "received-spf"]:
        return ()
    match = FORM.fullmatch(" ".join(plain_text(unfold(block[0].raw[:MAX_FIELD])).split()))
    client = ip_address(hops[-1].ip)
    learned = receivedspf.beside(message, trust, hops[-1])
    if match is None or client is None or client != ip_address(match["ip"]) or learned is None:
        return ()
    return (
        MethodResult("spf", match["spf"], {"smtp.mailfrom": match["mailfrom"]}),
        *(MethodResult("dkim", word, {"header.d": domain}) for word, domain in SIGNATURE.findall(match["dkim"])),
        MethodResult("dmarc", match["dmarc"], {"header.from": match["from"]}),
    )


def _from_the_internet(border: Hop, inwards: Hop) -> bool:
    """The frontend took it from outside, and handed it to a mailbox server."""
    return (
        plain_host(border.by).endswith(FRONTEND)
        and plain_host(inwards.by).endswith(INWARDS)
        and inwards.raw.partition(";")[0].endswith(" via Frontend Transport")
    )
